import { readdir } from "node:fs/promises";
import { join } from "node:path";

const DAG_EXTENSION = /\.[cm]?[jt]s$/;
const NOT_A_DAG = /(\.d\.[cm]?ts|\.(test|spec|config)\.[cm]?[jt]s)$/;

/**
 * The code files of a dags folder, absolute and sorted: `.ts .mts .cts .js .mjs .cjs` at any depth, without type declarations, tests,
 * configuration files, `node_modules`, and folders and files whose name begins with a dot or an underscore pair (`__tests__`).
 * @throws when `folder` cannot be read.
 */
export async function listCodeFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (dir: string): Promise<void> => {
    for (const entry of await readdir(dir, { withFileTypes: true })) {
      if (entry.name.startsWith(".") || entry.name.startsWith("__") || entry.name === "node_modules") continue;
      const path = join(dir, entry.name);
      if (entry.isDirectory()) await visit(path);
      else if (DAG_EXTENSION.test(entry.name) && !NOT_A_DAG.test(entry.name)) found.push(path);
    }
  };
  await visit(folder);
  return found.sort();
}
