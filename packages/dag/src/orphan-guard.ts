import { Worker } from "node:worker_threads";

const WATCH = `
const parent = process.ppid;
setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, "SIGKILL"); }, 500);
`;

/**
 * Ends this child process when its parent is gone. A thread watches, because user code in an endless loop would never see the
 * "disconnect" of its IPC channel.
 */
export function dieWithParent(): void {
  process.on("disconnect", () => process.exit(0));
  new Worker(WATCH, { eval: true }).unref();
}
