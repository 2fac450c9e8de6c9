import { readFile } from "node:fs/promises";
import { MetadataError } from "./errors";
import { fileError } from "./write-whole";

/** @returns undefined when there is no such file.
 * @throws {FileError} {MetadataError} */
export async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw fileError(path, cause);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new MetadataError(path, `is not valid JSON (${(cause as Error).message}): correct it`, { cause });
  }
}
