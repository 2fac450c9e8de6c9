import { invalidParameter, RequestError } from "../errors";
import type { Db } from "../store/database";
import { findLoggedModel, type LoggedModelRow } from "../store/sql/logged-models";
import { findAlias, findModelVersion, findNewestVersion } from "../store/sql/model-versions";
import { findLatestVersions, findRegisteredModel, parseStage } from "../store/sql/registered-models";
import { PROMPT_TAG } from "../store/sql/registry";
import { findRun } from "../store/sql/runs";
import { authorityOf, checkNoRelativeParts, checkScheme, isLocal, isWithin, schemeOf } from "./source";

const PROMPT_SOURCES = new Set(["dummy-source", "prompt-template"]);

interface Given {
  readonly source: string;
  readonly run_id?: string | undefined;
  readonly model_id?: string | undefined;
  readonly tags: readonly { readonly key: string; readonly value?: string | undefined }[];
}

interface Resolved {
  readonly source: string;
  /** Where the files are. */
  readonly storageLocation: string;
  readonly runId: string | undefined;
  readonly loggedModel: LoggedModelRow | undefined;
}

/**
 * Finds out where the files of a new model version are, and that whoever registers it names the run or the logged model
 * they belong to: else a version could be made to hand out any file that the server can read.
 * @throws {RequestError} INVALID_PARAMETER_VALUE for every other source.
 */
export async function resolveSource(db: Db, given: Given): Promise<Resolved> {
  const { source, tags } = given;
  const isPrompt = tags.findLast(({ key }) => key === PROMPT_TAG)?.value?.toLowerCase() === "true";
  if (isPrompt) {
    if (!PROMPT_SOURCES.has(source))
      throw invalidParameter(`Invalid prompt source: '${source}'. Prompt sources must use an MLflow placeholder.`);
    return { source, storageLocation: source, runId: given.run_id, loggedModel: undefined };
  }
  checkScheme(source, "source");
  const loggedModel = given.model_id
    ? await sourceOwner(() => findLoggedModel(db, given.model_id!), source, "model_id")
    : undefined;
  const runId = given.run_id || loggedModel?.source_run_id || undefined;
  const resolved: Resolved = { source, storageLocation: source, runId, loggedModel };
  if (isLocal(source))
    throw invalidParameter(
      `Invalid model version source: '${source.slice(0, 500)}'. A local path cannot be a model version source here: ` +
        "log the model to a run, and give the run's artifact address and run_id.",
    );
  checkNoRelativeParts(source);
  switch (schemeOf(source)) {
    case "models":
      return resolveModelSource(db, given, resolved);
    case "runs": {
      const [sourceRun] = source.slice("runs:".length).replace(/^\/+/, "").split("/");
      if (authorityOf(source) || loggedModel || !given.run_id || sourceRun !== given.run_id)
        throw notContained(source, loggedModel ? "model_id" : "run_id");
      return resolved;
    }
    case "mlflow-artifacts": {
      if (loggedModel) {
        if (!isWithin(source, loggedModel.artifact_location)) throw notContained(source, "model_id");
        return resolved;
      }
      if (!given.run_id) throw notContained(source, "run_id");
      const run = await sourceOwner(() => findRun(db, given.run_id!), source, "run_id");
      if (!isWithin(source, run.artifact_uri ?? "")) throw notContained(source, "run_id");
      return resolved;
    }
    default:
      return resolved; // an object store, which this server does not read for anybody
  }
}

/** `models:/m-ID` is a logged model; `models:/NAME/VERSION`, `/STAGE`, `/latest` and `@ALIAS` are that version. */
async function resolveModelSource(db: Db, given: Given, resolved: Resolved): Promise<Resolved> {
  const { source } = given;
  const path = source.slice("models:".length).replace(/^\/+/, "");
  const [name, version, ...more] = path.split("/");
  if (authorityOf(source) || !name || more.length > 0) throw notContained(source, "model_id");
  if (version === undefined && !name.includes("@")) {
    if (!resolved.loggedModel || resolved.loggedModel.model_id !== name) throw notContained(source, "model_id");
    return { ...resolved, storageLocation: resolved.loggedModel.artifact_location };
  }
  const row = await findVersionOf(db, name, version, source);
  if ((given.run_id ?? row.run_id ?? "") !== (row.run_id ?? ""))
    throw invalidParameter(
      `Invalid model version source: '${source}'. The run_id and model_id request parameters must match the referenced model version.`,
    );
  return {
    ...resolved,
    source: `models:/${row.name}/${row.version}`,
    storageLocation: row.storage_location || row.source || "",
    runId: row.run_id || undefined,
  };
}

async function findVersionOf(db: Db, name: string, version: string | undefined, source: string) {
  if (version === undefined) {
    const at = name.lastIndexOf("@");
    const found = await findAlias(db, name.slice(0, at), name.slice(at + 1));
    if (found === undefined) throw invalidParameter(`Registered model alias ${name.slice(at + 1)} not found.`);
    return findModelVersion(db, name.slice(0, at), found);
  }
  await findRegisteredModel(db, name);
  if (/^\d+$/.test(version)) return findModelVersion(db, name, Number(version));
  if (version.toLowerCase() === "latest") return findNewestVersion(db, name);
  const [newest] = await findLatestVersions(db, [name], [parseStage(version)]);
  if (!newest)
    throw invalidParameter(`Invalid model version source: '${source}'. No version of ${name} is in that stage.`);
  return newest;
}

async function sourceOwner<T>(find: () => Promise<T>, source: string, parameter: string): Promise<T> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof RequestError && error.errorCode === "RESOURCE_DOES_NOT_EXIST")
      throw notContained(source, parameter);
    throw error;
  }
}

const notContained = (source: string, parameter: string) =>
  invalidParameter(
    `Invalid model version source: '${source.slice(0, 500)}'. The ${parameter} request parameter must identify the ` +
      "resource that contains the source.",
  );
