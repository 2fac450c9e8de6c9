/** Where a model version may come from: no address may lead the server, or a later reader, outside what MLflow keeps. */
import { posix } from "node:path";
import { invalidParameter } from "../errors";

/** Schemes that name a host, which a server or a client would then be made to call. */
const HOST_SCHEMES = /^(https?|ftps?|sftp|hdfs|viewfs|dbfs|wasbs?|abfss?|adl|gs|r2|b2)$/;
const OBJECT_STORES = /^(s3|gs|wasbs?|r2|b2)$/;

export const schemeOf = (uri: string): string => /^([a-z][a-z\d+.-]*):/i.exec(uri)?.[1]?.toLowerCase() ?? "";

/** What stands between `scheme://` and the next slash. */
export const authorityOf = (uri: string): string => /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)/i.exec(uri)?.[1] ?? "";

/** Percent-decodes until nothing changes; what is no percent-encoding stays as it is. */
export function decodeFully(text: string): string {
  for (let decoded = text, former = ""; ;) {
    if (decoded === former) return decoded;
    former = decoded;
    decoded = decoded.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
      Buffer.from(bytes.replaceAll("%", ""), "hex").toString("utf8"),
    );
  }
}

const pathParts = (uri: string): string[] =>
  uri
    .replace(/^[a-z][a-z\d+.-]*:(\/\/[^/?#]*)?/i, "")
    .split(/[?#]/)[0]!
    .split("/")
    .filter(Boolean)
    .map(decodeFully);

/** Whether `uri` is `root` or lies below it, by whole parts. */
export function isWithin(uri: string, root: string): boolean {
  const parts = pathParts(uri);
  const rootParts = pathParts(root);
  return (
    schemeOf(uri) === schemeOf(root) &&
    authorityOf(uri).toLowerCase() === authorityOf(root).toLowerCase() &&
    rootParts.length > 0 &&
    rootParts.every((part, index) => part === parts[index])
  );
}

/** @throws {RequestError} INVALID_PARAMETER_VALUE for a scheme that names a host. */
export function checkScheme(uri: string, parameter: string): void {
  const scheme = schemeOf(uri);
  const base = scheme.split("+")[0]!;
  const namesHost = HOST_SCHEMES.test(base) && !OBJECT_STORES.test(base);
  if (namesHost || (base === "mlflow-artifacts" && authorityOf(uri) !== ""))
    throw invalidParameter(
      `'${parameter}' cannot use the '${scheme}' scheme: it would have the server read from a host of the caller's choice. ` +
        "Give an address in the artifact store of this server.",
    );
}

/** @throws {RequestError} for an address with `..`, `.`, empty or NUL parts, however they are encoded. */
export function checkNoRelativeParts(source: string): void {
  const decoded = decodeFully(source.replaceAll("+", " "));
  const path = decoded
    .replace(/^[a-z][a-z\d+.-]*:(\/\/[^/?#]*)?/i, "")
    .split(/[?#]/)[0]!
    .replace(/\/+/g, "/")
    .replace(/(?<=.)\/$/, "");
  const relative = decoded.split("/").includes("..") || path.includes("\0");
  if (relative || (path.startsWith("/") && posix.normalize(path) !== path))
    throw invalidParameter(
      `Invalid model version source: '${source.slice(0, 500)}'. An absolute path must be provided without relative path ` +
        "references present. Please provide an absolute path.",
    );
}

/** A path of this machine: no scheme, or file:. */
export const isLocal = (uri: string): boolean =>
  schemeOf(uri) === "" || schemeOf(uri) === "file" || /^[a-z]:/i.test(uri);
