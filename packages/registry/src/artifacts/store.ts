import type { Readable } from "node:stream";

/** One file or folder of a listing. */
export interface ArtifactEntry {
  /** Relative to the store's root, `/` between its parts, no `/` at either end. */
  readonly path: string;
  readonly isDir: boolean;
  /** Bytes; 0 for a folder. */
  readonly size: number;
}

export interface ArtifactRange {
  /** First byte wanted, counted from 0. */
  readonly start?: number;
  /** Last byte wanted, itself included, as in HTTP's `Range`; beyond the end of the file it means the last byte. */
  readonly end?: number;
}

export interface ArtifactBody {
  /** Destroy it when it is not read to its end. */
  readonly body: Readable;
  /** Bytes in `body`. */
  readonly size: number;
  /** Bytes of the whole file. */
  readonly totalSize: number;
}

/**
 * A tree of files by name, in a folder or in an S3 bucket. Folders are not things of their own: a folder is there while a
 * file is in it.
 *
 * Paths are plain names, not URLs: relative, `/` between their parts, already percent-decoded (`decodeArtifactPath` does
 * both steps for a URL). One that could leave the root is an {@link InvalidArtifactPathError} everywhere. A root that is
 * absent, out of reach or closed to us is a {@link BucketNotFoundError} everywhere.
 */
export interface ArtifactStore {
  /** The root as a URL: `file:///…` or `s3://bucket[/prefix]`. */
  readonly uri: string;

  /**
   * Asks whether the root is there and may be listed, within a few seconds.
   * @throws {BucketNotFoundError} when it is absent, out of reach, or access is denied; its message says which.
   */
  check(): Promise<void>;

  /**
   * What a folder holds, sorted by path (code points of UTF-16, as `<` compares). A file, or a name that does not exist,
   * holds nothing: `[]`.
   * @param path - the folder; absent or `""` is the root.
   * @param options - `recursive`: the files of the whole tree below it, without the folders.
   */
  list(path?: string, options?: { readonly recursive?: boolean }): Promise<ArtifactEntry[]>;

  /**
   * Opens a file, or some of its bytes, as a stream.
   * @throws {ArtifactNotFoundError} when there is none of that name.
   * @throws {ArtifactIsDirectoryError} when the name is a folder's.
   * @throws {ArtifactRangeError} when `start` is at or beyond the end of a file, or beyond `end`.
   */
  get(path: string, range?: ArtifactRange): Promise<ArtifactBody>;

  /** A whole file in memory. Throws as `get`. */
  getBytes(path: string): Promise<Uint8Array>;

  /**
   * Writes a file, in place of one of the same name. It appears whole or not at all: when `body` fails, nothing is left
   * and a former file stays as it was. Memory use does not grow with the file.
   */
  put(path: string, body: Uint8Array | Readable): Promise<void>;

  /** Removes a file, or a folder with everything in it. A name that does not exist is fine; the root itself is refused. */
  delete(path: string): Promise<void>;

  /** Copies a file of the store to `localFile`, whole or not at all, making the folders above it. Throws as `get`. */
  download(path: string, localFile: string): Promise<void>;

  /** Copies `localFile` into the store. Throws the file system's own error when it cannot be read. */
  upload(localFile: string, path: string): Promise<void>;
}
