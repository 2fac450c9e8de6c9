import { OutputError } from "./errors";

/** Node's file system, asked for only when a folder is read or written. Not by `import()`: a bundler for the browser
 * would look for the module and fail, though whoever bundles uses `encodeModel` and `decodeModel` there.
 * @param dir - the folder meant, for the message. @throws {OutputError} where there is no file system. */
export function nodeFiles(dir: string) {
  const builtin = globalThis.process?.getBuiltinModule;
  const fs = builtin?.("node:fs/promises");
  const path = builtin?.("node:path");
  if (fs === undefined || path === undefined)
    throw new OutputError(dir, "there is no file system here: use encodeModel and decodeModel, which need none");
  return { fs, path };
}

/** As `mkdir -p`. Node's own `recursive` never returns where a folder that exists answers ENOENT, as /proc does. */
export async function makeFolders(dir: string, { fs, path }: ReturnType<typeof nodeFiles>): Promise<void> {
  try {
    await fs.mkdir(dir);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await fs.stat(dir)).isDirectory()) return;
    const parent = path.dirname(dir);
    const isThere = await fs.stat(parent).then(
      () => true,
      () => false,
    );
    if (code !== "ENOENT" || parent === dir || isThere) throw cause;
    await makeFolders(parent, { fs, path });
    await makeFolders(dir, { fs, path });
  }
}
