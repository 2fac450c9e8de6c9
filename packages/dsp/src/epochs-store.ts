/** Epochs from and to files. Node only; what is in the files is `epochs-file.ts`'s. */
import { readFile } from "node:fs/promises";
import { checkPath } from "./check-object";
import type { Epochs } from "./epochs";
import { decodeEpochs, encodeEpochs } from "./epochs-file";
import { checkRegularFile, fileError, writeFileWhole } from "./write-whole";

/** Writes epochs as a Parquet file, whole or not at all. Its folder is made when absent. Throws as `encodeEpochs`.
 * @throws {FileError} when it cannot be written. */
export async function writeEpochs(path: string, epochs: Epochs): Promise<void> {
  checkPath(path);
  await writeFileWhole(path, await encodeEpochs(epochs));
}

/** Reads the epochs that `writeEpochs` wrote, every number as it was.
 * @throws {FileError} when there is no such file. @throws {ParquetError} when it is damaged, or holds no epochs. */
export async function readEpochs(path: string): Promise<Epochs> {
  checkPath(path);
  let bytes: Uint8Array;
  try {
    await checkRegularFile(path);
    bytes = await readFile(path);
  } catch (cause) {
    throw fileError(path, cause);
  }
  return decodeEpochs(bytes, { name: path });
}
