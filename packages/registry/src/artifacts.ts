export type { ArtifactBody, ArtifactEntry, ArtifactRange, ArtifactStore } from "./artifacts/store";
export { openArtifactStore, type ArtifactStoreOptions } from "./artifacts/open";
export { confinePath, decodeArtifactPath, encodeArtifactPath } from "./artifacts/path";
export * from "./artifacts/errors";
export { RegistryError, type RegistryErrorCode } from "./errors";
