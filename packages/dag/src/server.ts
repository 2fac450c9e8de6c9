export { DagClient, type TriggerOptions, type WaitOptions } from "./client/client";
export { connect, defaultHome, findStandalone, type ConnectOptions, type StandaloneFile } from "./client/connect";
export { openOffline } from "./server/offline";
export { readConfig, type Config } from "./config";
export * from "./errors";
export { DagFileCache, loadDagFile, loadDagModule, type LoadedFile } from "./loader";
export { logChunks, readLog, type LogChunk, type LogEntry } from "./logs";
export { findDagFile } from "./find-dag";
export type {
  WireDag,
  WireDagVersion,
  WireImportError,
  WireRun,
  WireTask,
  WireTaskInstance,
  WireVariable,
  WireXCom,
} from "./server/schemas";
export { startStandalone, type Standalone, type StandaloneOptions } from "./standalone";
export { testDag } from "./test-dag";
export { VERSION } from "./version";
