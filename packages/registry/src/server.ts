export { startRegistry, type RegistryOptions, type RunningRegistry } from "./server/listen";
export * from "./errors";
export * from "./artifacts/errors";
