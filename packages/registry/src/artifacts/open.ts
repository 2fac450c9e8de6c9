import { fileURLToPath } from "node:url";
import { ArtifactStoreUriError } from "./errors";
import { LocalArtifactStore } from "./local";
import { S3ArtifactStore, type S3ArtifactStoreOptions } from "./s3";
import type { ArtifactStore } from "./store";

export interface ArtifactStoreOptions extends S3ArtifactStoreOptions {
  /** A folder that is absent is made when something is first written; otherwise that is a BucketNotFoundError. */
  readonly createFolder?: boolean;
}

/**
 * Opens the artifacts at an address: a folder's path, a `file:` URL, or `s3://bucket[/prefix]`. Nothing is read or asked yet:
 * `check()` does.
 * @throws {ArtifactStoreUriError} for any other address.
 */
export function openArtifactStore(uri: string, options: ArtifactStoreOptions = {}): ArtifactStore {
  if (uri === "") throw new ArtifactStoreUriError(uri, "it is empty; give a folder or s3://bucket");
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):/.exec(uri)?.[1]?.toLowerCase(); // one letter is a drive
  if (scheme === undefined) return new LocalArtifactStore(uri, options);
  if (scheme === "s3") return new S3ArtifactStore(uri, options);
  if (scheme === "file") {
    try {
      // Python's MLflow also writes file:relative and file:/absolute.
      return new LocalArtifactStore(/^file:\//i.test(uri) ? fileURLToPath(uri) : uri.slice(5), options);
    } catch (error) {
      throw new ArtifactStoreUriError(uri, "it is not a local file: URL", { cause: error });
    }
  }
  throw new ArtifactStoreUriError(uri, `${scheme}: is not supported; give a folder, a file: URL or s3://bucket`);
}
