import { ModelUriError } from "./errors";
import type { ModelOrigin, Predictor } from "./predictor";

/** What a model URI asks for. */
export type ModelSpec =
  | { readonly kind: "alias"; readonly uri: string; readonly name: string; readonly alias: string }
  | { readonly kind: "version"; readonly uri: string; readonly name: string; readonly version: string }
  | { readonly kind: "folder"; readonly uri: string; readonly dir: string };

/** One version that a source names; two refs with the same key are the same files. */
export interface VersionRef extends ModelOrigin {
  readonly key: string;
}

/** Where a slot's versions come from: a registry, a folder, or something of one's own. */
export interface ModelSource {
  readonly uri: string;
  /** False: what `resolve` names never changes, so it is asked until a model is loaded and then no more. */
  readonly moves: boolean;
  /**
   * Which version is asked for now.
   * @throws {ModelAbsentError} when there is none; any other error means that the source could not be asked.
   */
  resolve(): Promise<VersionRef>;
  /** The version's predictor, and its origin where the files know it better. */
  load(ref: VersionRef): Promise<{ predictor: Predictor; origin?: ModelOrigin }>;
}

/**
 * Reads a model URI.
 * @throws {ModelUriError} for what is neither `models:/NAME@alias`, `models:/NAME/VERSION` nor a folder.
 */
export function parseModelUri(uri: string): ModelSpec {
  if (uri.trim() === "") throw new ModelUriError(uri, "it is empty");
  if (!uri.startsWith("models:")) {
    if (/^[a-z][a-z0-9+.-]+:/i.test(uri)) throw new ModelUriError(uri, "this scheme is not served");
    return { kind: "folder", uri, dir: uri };
  }
  const match = /^models:\/{1,3}([^/@]+)(?:@([^/@]+)|\/(\d+))$/.exec(uri);
  if (match === null) throw new ModelUriError(uri, "expected a name, then @alias or /VERSION with a number");
  const [, name = "", alias, version] = match;
  if (alias !== undefined) return { kind: "alias", uri, name, alias };
  return { kind: "version", uri, name, version: version ?? "" };
}
