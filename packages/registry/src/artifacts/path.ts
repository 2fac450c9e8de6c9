import { InvalidArtifactPathError } from "./errors";

// The folder beside the artifacts where a local store writes a file until it is whole.
export const STAGING_FOLDER = ".p300-uploads";

/**
 * Brings a path of a store to its one spelling: no `.` parts, no doubled, leading-`./` or trailing `/`. The root is `""`.
 * @throws {InvalidArtifactPathError} for a path that is absolute, has a `..` part in any number of percent-encodings, names a
 * drive or URL, or holds a NUL.
 */
export function confinePath(path: string): string {
  refuseClimbing(path, path);
  const confined = path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
  // A name is decoded by whoever read the URL. What is still encoded is a name with percent signs in it; but when some
  // further decoding would make it climb, somebody wants it to, and something downstream may well decode again.
  let spelling: string | undefined = confined;
  for (let former; spelling !== undefined && spelling !== former; spelling = decodeOnce(spelling)) {
    refuseClimbing(path, spelling);
    former = spelling;
  }
  if (confined === STAGING_FOLDER || confined.startsWith(`${STAGING_FOLDER}/`)) {
    throw new InvalidArtifactPathError(path, `${STAGING_FOLDER} is kept for unfinished uploads`);
  }
  return confined;
}

/**
 * The path of a store out of a URL's path: percent-decoded exactly once, then confined.
 * @throws {InvalidArtifactPathError} also when the encoding is broken or is not UTF-8.
 */
export function decodeArtifactPath(encoded: string): string {
  const decoded = decodeOnce(encoded);
  if (decoded === undefined) throw new InvalidArtifactPathError(encoded, "its percent-encoding is broken");
  return confinePath(decoded);
}

/** The reverse of {@link decodeArtifactPath}: each part percent-encoded, the `/` between them kept. */
export function encodeArtifactPath(path: string): string {
  return confinePath(path).split("/").map(encodeURIComponent).join("/");
}

function refuseClimbing(path: string, spelling: string): void {
  if (spelling.includes("\0")) throw new InvalidArtifactPathError(path, "it contains a NUL character");
  if (/^[/\\]/.test(spelling))
    throw new InvalidArtifactPathError(path, "it is absolute; give one relative to the root");
  if (/^[A-Za-z]:(?:[/\\]|$)/.test(spelling)) throw new InvalidArtifactPathError(path, "it names a drive");
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(spelling) || /^file:/i.test(spelling)) {
    throw new InvalidArtifactPathError(path, "it is a URL; give a path relative to the root");
  }
  if (spelling.split(/[/\\]/).includes("..")) throw new InvalidArtifactPathError(path, "it has a '..' part");
}

function decodeOnce(text: string): string | undefined {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
