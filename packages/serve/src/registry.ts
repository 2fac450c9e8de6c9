import { MlflowClient, readModelFiles } from "@p300/registry";
import { ModelAbsentError, ModelUriError } from "./errors";
import { errorText, type ModelOrigin, type Predictor } from "./predictor";
import { parseModelUri, type ModelSource, type VersionRef } from "./source";

/** A registry's word on one model version, as far as it is needed here. */
export interface RegisteredVersion {
  readonly name: string;
  readonly version: string;
  readonly source?: string | undefined;
  readonly runId?: string | undefined;
  readonly creationTimestamp?: number | undefined;
}

export type ModelFiles = Readonly<Record<string, Uint8Array>>;

/** What is asked of a registry: `MlflowClient` of @p300/registry through `registryOf`, or one of your own. */
export interface Registry {
  versionByAlias(name: string, alias: string): Promise<RegisteredVersion>;
  version(name: string, version: string): Promise<RegisteredVersion>;
  /** All files of a version's artifact, by their path in it. */
  files(name: string, version: string): Promise<ModelFiles>;
}

/**
 * The registry at an MLflow tracking address.
 * @param trackingUri - default: the environment's MLFLOW_TRACKING_URI.
 */
export function registryOf(trackingUri?: string): Registry {
  const address = trackingUri === undefined ? {} : { trackingUri };
  // Who follows an alias asks again anyway: a question that fails should say so soon, and not be repeated underneath.
  const asking = new MlflowClient({ ...address, timeoutMillis: 10_000, retries: 0 });
  const fetching = new MlflowClient({ ...address, timeoutMillis: 20_000, retries: 2 });
  return {
    versionByAlias: (name, alias) => asking.getModelVersionByAlias(name, alias),
    version: (name, version) => asking.getModelVersion(name, version),
    // By version, never by alias: the alias may have moved since it was asked for.
    files: async (name, version) => (await readModelFiles(fetching, `models:/${name}/${version}`)).files,
  };
}

/**
 * The versions that `models:/NAME@alias` or `models:/NAME/VERSION` names, one after another.
 * @param decode - a version's files to a predictor: `predictorFromFiles` of ./lda.
 * @throws {ModelUriError} for a folder.
 */
export function registrySource(
  uri: string,
  { registry, decode }: { registry: Registry; decode: (files: ModelFiles) => Predictor | Promise<Predictor> },
): ModelSource {
  const spec = parseModelUri(uri);
  if (spec.kind === "folder") throw new ModelUriError(uri, "a folder is not in a registry");
  const ask = () =>
    spec.kind === "alias" ? registry.versionByAlias(spec.name, spec.alias) : registry.version(spec.name, spec.version);
  return {
    uri,
    moves: spec.kind === "alias",
    async resolve() {
      try {
        return refOf(await ask());
      } catch (error) {
        if (isAbsence(error))
          throw new ModelAbsentError(`${uri} does not exist: ${errorText(error)}`, { cause: error });
        throw error;
      }
    },
    async load(ref) {
      return { predictor: await decode(await registry.files(spec.name, ref.version)) };
    },
  };
}

function refOf(found: RegisteredVersion): VersionRef {
  const { name, version, creationTimestamp } = found;
  const source = found.source === undefined || found.source === "" ? `models:/${name}/${version}` : found.source;
  const runId = found.runId === undefined || found.runId === "" ? undefined : found.runId;
  const origin: ModelOrigin = {
    name,
    version,
    source,
    ...(runId === undefined ? {} : { runId }),
    details: { ...found },
  };
  // A version number may be deleted and given again, so the number alone does not name the files.
  return { ...origin, key: [name, version, source, creationTimestamp ?? ""].join("\n") };
}

const ABSENT = new Set(["RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"]);

/** MLflow says INVALID_PARAMETER_VALUE for an alias never set, RESOURCE_DOES_NOT_EXIST for a model or version. */
function isAbsence(error: unknown): boolean {
  const code = (error as { errorCode?: unknown } | null)?.errorCode;
  return typeof code === "string" && ABSENT.has(code);
}
