import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { PipelineError } from "./command";

/** As `mkdir -p`. Node's own `recursive` never returns where a folder that exists answers ENOENT, as /proc does. */
export function makeFolders(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    const parent = dirname(path);
    if (code !== "ENOENT" || parent === path || existsSync(parent))
      throw new PipelineError(`folder ${path} can't be made (${code}): give another place`, { cause: error });
    makeFolders(parent);
    makeFolders(path);
  }
}
