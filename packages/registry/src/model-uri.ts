import { MlflowApiError, ModelUriError } from "./client/errors";
import type { MlflowClient } from "./client/mlflow-client";
import type { ModelVersion } from "./client/entities";

export type ParsedModelUri =
  | { readonly kind: "alias"; readonly name: string; readonly alias: string; readonly path: string }
  | { readonly kind: "version"; readonly name: string; readonly version: string; readonly path: string }
  | { readonly kind: "stage"; readonly name: string; readonly stage: string; readonly path: string }
  | { readonly kind: "latest"; readonly name: string; readonly path: string }
  | { readonly kind: "logged-model"; readonly modelId: string; readonly path: string }
  | { readonly kind: "run"; readonly runId: string; readonly path: string }
  | { readonly kind: "artifacts"; readonly uri: string };

export interface ResolvedModelUri {
  /** As given. */
  readonly uri: string;
  readonly name?: string;
  readonly version?: string;
  readonly alias?: string;
  readonly runId?: string;
  /** Where the files are: `mlflow-artifacts:/…`, a folder, `s3://…`. */
  readonly artifactUri: string;
}

const STAGES = ["None", "Staging", "Production", "Archived"];
const FORMS = "models:/NAME@ALIAS, models:/NAME/VERSION, models:/NAME/STAGE, models:/NAME/latest or runs:/RUN_ID/PATH";

/**
 * Reads a model URI. Names may be percent-encoded (and must be where they have a `/`, `@` or `%`).
 * @throws {ModelUriError} when it has none of MLflow's forms.
 */
export function parseModelUri(uri: string): ParsedModelUri {
  const malformed = (why: string): never => {
    throw new ModelUriError(uri, "malformed", `${why}; give ${FORMS}`);
  };
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(uri) ?? [];
  if (["mlflow-artifacts", "file", "s3", "http", "https"].includes(scheme.toLowerCase()))
    return { kind: "artifacts", uri };
  if (scheme !== "models" && scheme !== "runs")
    return malformed(scheme ? `${scheme}: is not a scheme of models` : "it has no scheme");
  if (!rest.startsWith("/") || rest.startsWith("//")) return malformed(`one slash has to follow ${scheme}:`);
  if (rest.includes("\0")) return malformed("it contains a NUL character");
  const [first = "", ...others] = rest.slice(1).replace(/\/+$/, "").split("/");
  const path = (parts: readonly string[]): string => {
    const decoded = parts.map(decode);
    if (decoded.some((part) => part.split(/[/\\]/).includes(".."))) return malformed("its path has a '..' part");
    return decoded.filter((part) => part !== "" && part !== ".").join("/");
  };
  if (first === "") return malformed("it names nothing");
  if (scheme === "runs") {
    if (others.length === 0) return malformed("it names no path in the run");
    return { kind: "run", runId: decode(first), path: path(others) };
  }
  if (/^m-[0-9a-f]{32}$/.test(first)) return { kind: "logged-model", modelId: first, path: path(others) };
  const at = first.lastIndexOf("@");
  if (at === 0) return malformed("it names no model");
  if (at > 0) {
    const alias = decode(first.slice(at + 1));
    if (alias === "") return malformed("it names no alias");
    return { kind: "alias", name: decode(first.slice(0, at)), alias, path: path(others) };
  }
  const [which = "", ...below] = others;
  const name = decode(first);
  if (which === "") return malformed("it names no alias, version or stage");
  if (/^\d+$/.test(which)) return { kind: "version", name, version: String(BigInt(which)), path: path(below) };
  if (/^latest$/i.test(which)) return { kind: "latest", name, path: path(below) };
  const stage = STAGES.find((known) => known.toLowerCase() === decode(which).toLowerCase());
  if (stage === undefined)
    return malformed(`${JSON.stringify(decode(which))} is no version, no stage and not 'latest'`);
  return { kind: "stage", name, stage, path: path(below) };
}

/** The URI of a model's alias or version, its name percent-encoded where that is needed. */
export function formatModelUri(
  name: string,
  { alias, version }: { readonly alias?: string; readonly version?: string | number },
): string {
  const encoded = name.replace(/[%/@?#\s]/g, encodeURIComponent);
  return alias === undefined ? `models:/${encoded}/${version ?? "latest"}` : `models:/${encoded}@${alias}`;
}

/**
 * Where the files of a model URI are, and which version that is now.
 * @throws {ModelUriError} when it is malformed, or there is no such model, alias, version or run; an unknown alias's message
 * names the aliases that exist.
 */
export async function resolveModelUri(client: MlflowClient, uri: string): Promise<ResolvedModelUri> {
  const parsed = parseModelUri(uri);
  switch (parsed.kind) {
    case "artifacts":
      return { uri, artifactUri: uri };
    case "run": {
      const run = await missing(client.getRun(parsed.runId), () => {
        throw new ModelUriError(uri, "no-such-run", `there is no run ${parsed.runId} at ${client.trackingUri}`);
      });
      // MLflow 3 keeps a run's model apart from the run's artifacts, under the name that it was logged with.
      for (const { modelId } of run.outputs.modelOutputs) {
        const model = await missing(client.getLoggedModel(modelId), () => undefined);
        if (model !== undefined && model.name === parsed.path)
          return { uri, runId: parsed.runId, artifactUri: model.artifactUri };
      }
      return { uri, runId: parsed.runId, artifactUri: below(run.info.artifactUri, parsed.path) };
    }
    case "logged-model": {
      const model = await missing(client.getLoggedModel(parsed.modelId), () => {
        throw new ModelUriError(
          uri,
          "no-such-model",
          `there is no logged model ${parsed.modelId} at ${client.trackingUri}`,
        );
      });
      return { uri, ...runOf(model.sourceRunId), artifactUri: below(model.artifactUri, parsed.path) };
    }
    default: {
      const found = await findVersion(client, uri, parsed);
      const artifactUri = await downloadUri(client, uri, found.name, found.version);
      return {
        uri,
        name: found.name,
        version: found.version,
        ...(parsed.kind === "alias" && { alias: parsed.alias }),
        ...runOf(found.runId),
        artifactUri: below(artifactUri, parsed.path),
      };
    }
  }
}

/** The address of the files alone. Throws as `resolveModelUri`. */
export async function resolveArtifactUri(client: MlflowClient, uri: string): Promise<string> {
  return (await resolveModelUri(client, uri)).artifactUri;
}

type VersionUri = Extract<ParsedModelUri, { readonly kind: "alias" | "version" | "stage" | "latest" }>;

async function findVersion(client: MlflowClient, uri: string, parsed: VersionUri): Promise<ModelVersion> {
  const { name } = parsed;
  const where = `at ${client.registryUri}`;
  try {
    switch (parsed.kind) {
      case "alias":
        return await client.getModelVersionByAlias(name, parsed.alias);
      case "version":
        return await client.getModelVersion(name, parsed.version);
      default: {
        const versions = await client.getLatestVersions(name, parsed.kind === "stage" ? [parsed.stage] : undefined);
        const [latest] = versions.sort((a, b) => Number(b.version) - Number(a.version));
        if (latest !== undefined) return latest;
        const what = parsed.kind === "stage" ? `no version in stage ${parsed.stage}` : "no version";
        throw new ModelUriError(uri, "no-such-version", `model ${JSON.stringify(name)} ${where} has ${what}`);
      }
    }
  } catch (error) {
    if (!(error instanceof MlflowApiError) || (error.status !== 404 && error.status !== 400)) throw error;
    const model = await missing(client.getRegisteredModel(name), () => {
      const message = `there is no registered model ${JSON.stringify(name)} ${where}: register a version of it first`;
      throw new ModelUriError(uri, "no-such-model", message, { cause: error });
    });
    if (parsed.kind === "alias") {
      const aliases = Object.keys(model.aliases).sort();
      const others = aliases.length === 0 ? "it has none" : `it has ${aliases.join(", ")}`;
      const message = `model ${JSON.stringify(name)} ${where} has no alias ${JSON.stringify(parsed.alias)}; ${others}`;
      throw new ModelUriError(uri, "no-such-alias", message, { cause: error });
    }
    if (parsed.kind === "version") {
      const message = `model ${JSON.stringify(name)} ${where} has no version ${parsed.version}`;
      throw new ModelUriError(uri, "no-such-version", message, { cause: error });
    }
    throw error;
  }
}

/** A version made from another version or from a run is stored as that; follow it to files. */
async function downloadUri(client: MlflowClient, uri: string, name: string, version: string): Promise<string> {
  const stored = await client.getModelVersionDownloadUri(name, version);
  if (stored === uri || !/^(?:models|runs):/.test(stored)) return stored;
  return resolveArtifactUri(client, stored);
}

async function missing<T, D>(answer: Promise<T>, otherwise: () => D): Promise<T | D> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof MlflowApiError && error.status === 404) return otherwise();
    throw error;
  }
}

const below = (uri: string, path: string): string => (path === "" ? uri : `${uri.replace(/\/+$/, "")}/${path}`);
const runOf = (runId: string | undefined): { runId?: string } => (runId === undefined ? {} : { runId });

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a percent sign that is one
  }
}
