import { posix } from "node:path";
import type * as z from "zod";
import { InvalidArtifactPathError } from "../../artifacts/errors";
import { confinePath, decodeArtifactPath } from "../../artifacts/path";
import { invalidParameter, RequestError } from "../../errors";
import type * as wire from "../../schemas";
import { findLoggedModel } from "../../store/sql/logged-models";
import { findModelVersion, parseVersion } from "../../store/sql/model-versions";
import { findRun } from "../../store/sql/runs";
import { json, type Answer, type Call } from "../call";
import { contentDisposition, contentType, parseRange } from "../file-headers";
import { proxiedPath, type Registry } from "../registry";
import { decodeFully } from "../source";

type Request<T extends z.ZodType> = z.output<T>;

/** A path out of a query string, which is decoded already. */
function checkPath(path: string): string {
  if (decodeFully(path).includes("#")) throw new InvalidArtifactPathError(path, "it has a '#'");
  return confinePath(path);
}

/** A path out of a URL. */
function decodePath(encoded: string): string {
  const path = decodeArtifactPath(encoded);
  if (decodeFully(path).includes("#")) throw new InvalidArtifactPathError(encoded, "it has a '#'");
  return path;
}

/** What a folder below an address such as a run's artifact root holds; paths are relative to that address. */
export async function listFolder({ artifacts }: Registry, address: string, path: string | undefined) {
  const folder = checkPath(path ?? "");
  const root = proxiedPath(address);
  const entries = await artifacts.list(posix.join(root, folder));
  const files = entries.map((entry) => ({
    path: posix.join(folder, posix.basename(entry.path)),
    is_dir: entry.isDir,
    file_size: entry.isDir ? undefined : entry.size,
  }));
  return { root_uri: address, files };
}

export async function listRunArtifacts(
  { run_id, path }: Request<typeof wire.ListArtifactsRequest>,
  registry: Registry,
) {
  const run = await findRun(registry.store.db, run_id);
  return listFolder(registry, run.artifact_uri ?? "", path);
}

/** MLflow's own listing of its artifact proxy: names only, one level. */
export async function listProxied({ path }: { path?: string | undefined }, { artifacts }: Registry) {
  const entries = await artifacts.list(checkPath(path ?? ""));
  return {
    files: entries.map((entry) => ({
      path: posix.basename(entry.path),
      is_dir: entry.isDir,
      file_size: entry.isDir ? undefined : entry.size,
    })),
  };
}

export async function uploadProxied(call: Call, { artifacts }: Registry): Promise<Answer> {
  const path = decodePath(call.rest);
  if (path === "") throw invalidParameter("Invalid path: name the file to write");
  await artifacts.put(path, call.body);
  return json("{}");
}

export async function deleteProxied(call: Call, { artifacts }: Registry): Promise<Answer> {
  const path = decodePath(call.rest);
  if (path === "") throw invalidParameter("Invalid path: the whole store cannot be deleted");
  await artifacts.delete(path);
  return json("{}");
}

export const downloadProxied = (call: Call, registry: Registry): Promise<Answer> =>
  sendFile(call, registry, decodePath(call.rest));

async function sendFile(call: Call, { artifacts }: Registry, path: string): Promise<Answer> {
  const range = parseRange(call.header("range"));
  const { body, size, totalSize } = await artifacts.get(path, range);
  const headers: Record<string, string> = {
    "content-type": contentType(path),
    "content-length": String(size),
    "content-disposition": contentDisposition(posix.basename(path)),
    "accept-ranges": "bytes",
  };
  if (range === undefined || size === totalSize) return { status: 200, headers, body };
  const start = range.start ?? 0;
  headers["content-range"] = `bytes ${start}-${start + size - 1}/${totalSize}`;
  return { status: 206, headers, body };
}

/** `/get-artifact?run_id=…&path=…`: one file of a run. */
export async function downloadRunArtifact(call: Call, registry: Registry): Promise<Answer> {
  const runId = call.query.get("run_id") || call.query.get("run_uuid");
  const run = await findRun(registry.store.db, needed(runId, "run_id"));
  return sendBelow(call, registry, run.artifact_uri ?? "", needed(call.query.get("path"), "path"));
}

/** `/model-versions/get-artifact?name=…&version=…&path=…`: one file of a model version. */
export async function downloadVersionArtifact(call: Call, registry: Registry): Promise<Answer> {
  const version = parseVersion(needed(call.query.get("version"), "version"));
  const row = await findModelVersion(registry.store.db, needed(call.query.get("name"), "name"), version);
  return sendBelow(call, registry, row.storage_location || row.source || "", needed(call.query.get("path"), "path"));
}

/** `/logged-models/ID/artifacts/files?artifact_file_path=…`: one file of a logged model. */
export async function downloadLoggedModelArtifact(call: Call, registry: Registry): Promise<Answer> {
  const row = await findLoggedModel(registry.store.db, call.params.model_id ?? "");
  const path = needed(call.query.get("artifact_file_path"), "artifact_file_path");
  return sendBelow(call, registry, row.artifact_location, path);
}

function sendBelow(call: Call, registry: Registry, address: string, path: string): Promise<Answer> {
  const below = checkPath(path);
  if (below === "") throw invalidParameter("Invalid path: name a file");
  return sendFile(call, registry, posix.join(proxiedPath(address), below));
}

function needed(value: string | null, parameter: string): string {
  if (!value)
    throw invalidParameter(
      `Missing value for required parameter '${parameter}'. See the API docs for more information about request parameters.`,
    );
  return value;
}

const UPLOAD_BYTES_MAX = 10 * 1024 * 1024;

/** `/ajax-api/…/upload-artifact?run_uuid=…&path=…`: what the web page uploads. */
export async function uploadRunArtifact(call: Call, { store, artifacts }: Registry): Promise<Answer> {
  const runId = call.query.get("run_uuid") || call.query.get("run_id");
  const path = checkPath(needed(call.query.get("path"), "path"));
  const run = await findRun(store.db, needed(runId, "run_uuid"));
  const body = await call.readBody(UPLOAD_BYTES_MAX);
  await artifacts.put(posix.join(proxiedPath(run.artifact_uri ?? ""), path), body);
  return json("{}");
}

/** Clients ask whether parts may be uploaded apart, and go back to one PUT when they may not. */
export const notImplemented = (what: string) => async (): Promise<Answer> => {
  throw new RequestError("NOT_IMPLEMENTED", `${what} is not supported for the current artifact repository`);
};
