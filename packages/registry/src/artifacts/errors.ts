import { RegistryError } from "../errors";

/** A path that could leave the store's root, or that no store can hold. */
export class InvalidArtifactPathError extends RegistryError {
  override readonly name = "InvalidArtifactPathError";
  readonly code = "ERR_REGISTRY_ARTIFACT_PATH";
  constructor(
    readonly path: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`invalid artifact path ${quote(path)}: ${reason}`, options);
  }
}

/** No file of that name. */
export class ArtifactNotFoundError extends RegistryError {
  override readonly name = "ArtifactNotFoundError";
  readonly code = "ERR_REGISTRY_ARTIFACT_NOT_FOUND";
  constructor(
    readonly path: string,
    readonly storeUri: string,
    options?: ErrorOptions,
  ) {
    super(`no artifact ${quote(path)} in ${storeUri}: list the folder above it to see what is there`, options);
  }
}

/** A folder where a file was asked for. */
export class ArtifactIsDirectoryError extends RegistryError {
  override readonly name = "ArtifactIsDirectoryError";
  readonly code = "ERR_REGISTRY_ARTIFACT_IS_DIRECTORY";
  constructor(
    readonly path: string,
    readonly storeUri: string,
    options?: ErrorOptions,
  ) {
    super(`artifact ${quote(path)} in ${storeUri} is a folder: name a file in it`, options);
  }
}

/** Bytes asked for that the file does not have: HTTP's 416. */
export class ArtifactRangeError extends RegistryError {
  override readonly name = "ArtifactRangeError";
  readonly code = "ERR_REGISTRY_ARTIFACT_RANGE";
  constructor(
    readonly path: string,
    readonly start: number,
    readonly end: number | undefined,
    readonly totalSize: number,
  ) {
    super(`bytes ${start}-${end ?? ""} of artifact ${quote(path)} do not exist: it has ${totalSize} bytes`);
  }
}

/** The root of a store: absent, out of reach, or closed to us. */
export class BucketNotFoundError extends RegistryError {
  override readonly name = "BucketNotFoundError";
  readonly code = "ERR_REGISTRY_BUCKET_NOT_FOUND";
  constructor(
    /** The store's root, as a URL. */
    readonly uri: string,
    readonly reason: "missing" | "unreachable" | "denied",
    detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
  }
}

/** An address that is neither a folder's nor a bucket's. */
export class ArtifactStoreUriError extends RegistryError {
  override readonly name = "ArtifactStoreUriError";
  readonly code = "ERR_REGISTRY_ARTIFACT_STORE_URI";
  constructor(
    readonly uri: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`cannot keep artifacts at ${quote(uri)}: ${reason}`, options);
  }
}

function quote(path: string): string {
  return JSON.stringify(path.length > 300 ? `${path.slice(0, 300)}…` : path);
}
