import { PeerMissingError } from "./errors";
import type { Predictor } from "./predictor";
import type { Registry } from "./registry";
import { parseModelUri, type ModelSource } from "./source";

/** What may stand for a slot's model: a URI, a predictor of one's own, or a source of versions of one's own. */
export type ModelChoice = string | Predictor | ModelSource;

/** A predictor that is there already: version "0", or its own `version`. */
export function predictorSource(predictor: Predictor & { readonly version?: string }): ModelSource {
  const origin = { version: predictor.version ?? "0", source: "predictor", details: null };
  return {
    uri: "predictor",
    moves: false,
    resolve: () => Promise.resolve({ ...origin, key: `predictor ${origin.version}` }),
    load: () => Promise.resolve({ predictor }),
  };
}

/**
 * The source that a choice means. Packages that it needs are loaded when it is first asked, so those that are not
 * needed need not be installed.
 * @param registry - a tracking address, or a registry of one's own.
 * @throws {ModelUriError}
 */
export function openSource(choice: ModelChoice, registry?: string | Registry): ModelSource {
  if (typeof choice !== "string") return "predictProba" in choice ? predictorSource(choice) : choice;
  const spec = parseModelUri(choice);
  if (spec.kind === "folder")
    return lazySource(choice, false, async () =>
      (await peer("@p300/lda", choice, () => import("./lda"))).folderSource(spec.dir),
    );
  return lazySource(choice, spec.kind === "alias", async () => {
    const { predictorFromFiles } = await peer("@p300/lda", choice, () => import("./lda"));
    const { registrySource, registryOf } = await peer("@p300/registry", choice, () => import("./registry"));
    const opened = typeof registry === "object" ? registry : registryOf(registry);
    return registrySource(choice, { registry: opened, decode: predictorFromFiles });
  });
}

function lazySource(uri: string, moves: boolean, open: () => Promise<ModelSource>): ModelSource {
  let opened: Promise<ModelSource> | undefined;
  const source = () => {
    opened ??= open();
    return opened;
  };
  return {
    uri,
    moves,
    resolve: async () => (await source()).resolve(),
    load: async (ref) => (await source()).load(ref),
  };
}

async function peer<T>(name: string, neededFor: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND")
      throw new PeerMissingError(name, neededFor, { cause: error });
    throw error;
  }
}
