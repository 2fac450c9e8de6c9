import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** As `mkdir -p`. Node's own `recursive` never returns where a folder that exists answers ENOENT, as /proc does.
 * @returns the outermost of the folders that were made; undefined when all were there. */
export async function makeFolders(path: string): Promise<string | undefined> {
  try {
    await mkdir(path);
    return path;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return undefined;
    const parent = dirname(path);
    if (code !== "ENOENT" || parent === path || (await isThere(parent))) throw cause;
    const outermost = await makeFolders(parent);
    const innermost = await makeFolders(path);
    return outermost ?? innermost;
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
