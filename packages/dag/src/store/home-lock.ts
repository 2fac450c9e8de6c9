import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HomeInUseError } from "../errors";
import { makeFolders } from "../make-folders";
import { lockFile } from "./libsql";

/** One owner a home: the kernel holds the lock for as long as this process lives, so kill -9 leaves nothing to clean up.
 * `standalone.pid` beside it tells people who has it.
 * @throws {HomeInUseError} */
export async function acquireHomeLock(home: string): Promise<{ release(): Promise<void> }> {
  makeFolders(home);
  const pidFile = join(home, "standalone.pid");
  const lock = lockFile(join(home, "standalone.lock"));
  if (lock === null) throw new HomeInUseError(home, readPid(pidFile));
  writeFileSync(pidFile, `${process.pid}\n`);
  return {
    release() {
      rmSync(pidFile, { force: true });
      lock.release();
      return Promise.resolve();
    },
  };
}

function readPid(pidFile: string): number | null {
  try {
    const pid = Number(readFileSync(pidFile, "utf8"));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}
