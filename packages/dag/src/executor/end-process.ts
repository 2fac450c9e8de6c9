import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Ends a worker that outlived its scheduler, when the process of this id still is that worker: its command line holds the
 * worker's id. A process id alone may be another program's by now. True when it was there and is gone now. */
export async function endProcess(pid: number, workerId: string): Promise<boolean> {
  if (!commandLine(pid).includes(workerId)) return false;
  killGroup(pid);
  for (let attempt = 0; attempt < 200 && commandLine(pid).includes(workerId); attempt++) await sleep(10);
  return true;
}

/** A worker and what it has started: each worker leads a process group of its own. */
export function killGroup(pid: number): void {
  for (const target of process.platform === "win32" ? [pid] : [-pid, pid]) {
    try {
      process.kill(target, "SIGKILL");
      return;
    } catch {
      // No such group, or no such process: it has ended.
    }
  }
}

function commandLine(pid: number): string {
  try {
    if (process.platform === "linux") return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    if (process.platform === "win32") return "";
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return "";
  }
}
