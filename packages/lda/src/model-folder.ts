import { ModelFileError, ModelFormatError, OutputError } from "./errors";
import type { Model } from "./model";
import { decodeHeader, decodeModel, encodeModel, looksLikeModelJson, MODEL_JSON } from "./model-file";
import { makeFolders, nodeFiles } from "./node-files";

/** Reads the model in a folder.
 * @throws {ModelFileError | ModelFormatError} naming the file that is missing, altered, newer or not a model's. */
export async function loadModel(dir: string): Promise<Model> {
  try {
    for (;;) {
      const json = await readIn(dir, MODEL_JSON);
      const { file } = decodeHeader(json).weights;
      const weights = await readIn(dir, file);
      // A model saved over this one meanwhile has taken the old weights away with it: start again with the new one.
      if (weights === undefined && !sameBytes(json, await readIn(dir, MODEL_JSON))) continue;
      return decodeModel({ [MODEL_JSON]: json!, ...(weights === undefined ? {} : { [file]: weights }) });
    }
  } catch (error) {
    if (error instanceof ModelFileError) throw new ModelFileError(error.file, error.what, { cause: error, dir });
    if (error instanceof ModelFormatError) throw new ModelFormatError(error.file, error.what, { cause: error, dir });
    throw error;
  }
}

/** Writes a model to a folder, which it makes. A model already there is replaced in one step: whoever loads the folder
 * meanwhile gets the old one or the new one. Other files in a model folder are left alone.
 * @throws {OutputError} when `dir` is a file, or a folder with something in it that is not a model, or cannot be
 * written. */
export async function saveModel(model: Model, dir: string): Promise<void> {
  const { fs, path } = nodeFiles(dir);
  const files = encodeModel(model);
  const target = path.resolve(dir);
  const before = await checkOutput(target);
  // Beside the target, so that renaming stays within one file system.
  const temporary = path.join(path.dirname(target), `.${path.basename(target)}.${crypto.randomUUID()}`);
  try {
    await makeFolders(temporary, { fs, path });
    for (const [name, bytes] of Object.entries(files)) await fs.writeFile(path.join(temporary, name), bytes);
    if (before === undefined) {
      // An empty folder gives way to a rename, a folder that is no longer empty refuses it.
      await fs.rename(temporary, target);
      return;
    }
    // model.json last: it names the weights that belong to it.
    for (const name of Object.keys(files).toSorted((a, b) => Number(a === MODEL_JSON) - Number(b === MODEL_JSON)))
      await fs.rename(path.join(temporary, name), path.join(target, name));
    const stale = oldWeights(before);
    if (stale !== undefined && !(stale in files)) await fs.rm(path.join(target, stale), { force: true });
  } catch (cause) {
    throw new OutputError(dir, `cannot be written (${codeOf(cause)}): name a folder that may be written to`, { cause });
  } finally {
    await fs.rm(temporary, { recursive: true, force: true }).catch(() => {}); // what went wrong first is what to tell
  }
}

/** Checks that a model may be written to `dir`.
 * @returns model.json of the model that is there, if one is. @throws {OutputError} */
export async function checkOutput(dir: string): Promise<Uint8Array | undefined> {
  const { fs } = nodeFiles(dir);
  let entries: string[];
  try {
    entries = await fs.readdir(dir);
  } catch (cause) {
    const code = codeOf(cause);
    if (code === "ENOENT") return undefined;
    throw new OutputError(
      dir,
      code === "ENOTDIR" ? "is a file: name a folder for the model" : `cannot be read (${code})`,
      { cause },
    );
  }
  const json = await readIn(dir, MODEL_JSON);
  if (json !== undefined && looksLikeModelJson(json)) return json;
  if (entries.length > 0)
    throw new OutputError(dir, "is not empty and not a model folder, so it is left alone: name a new folder");
  return undefined;
}

async function readIn(dir: string, name: string): Promise<Uint8Array | undefined> {
  const { fs, path } = nodeFiles(dir);
  try {
    return await fs.readFile(path.join(dir, name));
  } catch (cause) {
    if (codeOf(cause) === "ENOENT" || codeOf(cause) === "ENOTDIR") return undefined;
    throw new ModelFileError(name, `cannot be read (${codeOf(cause)})`, { cause });
  }
}

function oldWeights(json: Uint8Array): string | undefined {
  try {
    return decodeHeader(json).weights.file;
  } catch {
    return undefined; // damaged or newer: what it lists is not ours to remove
  }
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : String(error);
}
