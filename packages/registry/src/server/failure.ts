import type { Logger } from "pino";
import {
  ArtifactIsDirectoryError,
  ArtifactNotFoundError,
  ArtifactRangeError,
  BucketNotFoundError,
  InvalidArtifactPathError,
} from "../artifacts/errors";
import { RequestError } from "../errors";
import { sqliteErrorCode } from "../store/libsql";
import { json, type Answer } from "./call";

/** What a client is told of an error; what it must not be told goes to the log. */
export function failureAnswer(error: unknown, log: Logger, at: { method: string; path: string }): Answer {
  const refusal = toRequestError(error);
  if (refusal.status >= 500 && refusal.errorCode !== "NOT_IMPLEMENTED")
    log.error({ ...at, err: error, errorCode: refusal.errorCode }, "request failed");
  const body = JSON.stringify({ error_code: refusal.errorCode, message: refusal.message });
  if (!(error instanceof ArtifactRangeError)) return json(body, refusal.status);
  const answer = json(body, 416);
  return { ...answer, headers: { ...answer.headers, "content-range": `bytes */${error.totalSize}` } };
}

function toRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  const as = (...[code, message]: ConstructorParameters<typeof RequestError>) =>
    new RequestError(code, message, { cause: error });
  if (error instanceof InvalidArtifactPathError) return as("INVALID_PARAMETER_VALUE", `Invalid path: ${error.message}`);
  if (error instanceof ArtifactNotFoundError) return as("RESOURCE_DOES_NOT_EXIST", `No such artifact: '${error.path}'`);
  if (error instanceof ArtifactIsDirectoryError)
    return as("INVALID_PARAMETER_VALUE", `The artifact '${error.path}' is a directory: name a file in it`);
  if (error instanceof ArtifactRangeError) return as("INVALID_PARAMETER_VALUE", error.message);
  if (error instanceof BucketNotFoundError)
    return as("TEMPORARILY_UNAVAILABLE", "The artifact store of this server cannot be reached; its log says why");
  if (error instanceof RangeError && /call stack/.test(error.message))
    return as("INVALID_PARAMETER_VALUE", "Bad Request. The request is nested too deeply.");
  const sqlite = sqliteErrorCode(error);
  if (sqlite && /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY)/.test(sqlite))
    return as("TEMPORARILY_UNAVAILABLE", `The database of this server cannot be written now (${sqlite}); try again`);
  const system = error instanceof Error && "code" in error ? error.code : undefined;
  if (system === "ENOSPC" || system === "EDQUOT" || system === "EMFILE")
    return as("TEMPORARILY_UNAVAILABLE", `The server is out of ${system === "EMFILE" ? "file handles" : "disk space"}`);
  return as("INTERNAL_ERROR", "The server failed on this request; its log says why");
}
