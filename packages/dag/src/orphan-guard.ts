import { Worker } from "node:worker_threads";

const WATCH = `
const { workerData: target } = require("node:worker_threads");
const parent = process.ppid;
setInterval(() => {
  if (process.ppid === parent) return;
  try { process.kill(target, "SIGKILL"); } catch { process.kill(process.pid, "SIGKILL"); }
}, 500);
`;

/**
 * Ends this child process when its parent is gone. A thread watches, because user code in an endless loop would never see the
 * "disconnect" of its IPC channel.
 * @param isGroupLeader - ends what this process has started, too.
 */
export function dieWithParent({ isGroupLeader = false } = {}): void {
  process.on("disconnect", () => process.exit(0));
  new Worker(WATCH, { eval: true, workerData: isGroupLeader ? -process.pid : process.pid }).unref();
}
