export { MlflowClient } from "./client/mlflow-client";
export { allPages, type MlflowClientOptions, type SearchOptions } from "./client/base";
export type { HttpOptions } from "./client/http";
export type * from "./client/entities";
export type { BatchInput, MetricInput } from "./client/batches";
export type { CreateRunOptions, LogMetricOptions } from "./client/runs";
export type { CreateModelVersionOptions } from "./client/models";
export type { TagsInput, TagValue } from "./client/wire";
export * from "./client/errors";
export {
  formatModelUri,
  parseModelUri,
  resolveModelUri,
  type ParsedModelUri,
  type ResolvedModelUri,
} from "./model-uri";
export { registerModel, type RegisterOptions } from "./register";
export { downloadModel, readModelFiles, type ModelSource } from "./model-files";
export {
  promote,
  rollback,
  type PromoteOptions,
  type Promotion,
  type Rollback,
  type RollbackOptions,
  type Verdict,
} from "./promote";
export {
  ArtifactIsDirectoryError,
  ArtifactNotFoundError,
  ArtifactRangeError,
  ArtifactStoreUriError,
  BucketNotFoundError,
  InvalidArtifactPathError,
} from "./artifacts/errors";
export { RegistryError, type RegistryErrorCode } from "./errors";
