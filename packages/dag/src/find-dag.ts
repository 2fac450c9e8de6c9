import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Dag } from "./dag";
import { listCodeFiles } from "./dag-files";
import { DagImportError } from "./errors";
import { loadDagFile } from "./loader";
import { describeImportError } from "./parse";

/**
 * Loads one DAG of a dags folder into this process.
 * @throws {DagImportError} when no file defines it; the message names the files that could not be imported.
 */
export async function findDagFile(dagsFolder: string, dagId: string): Promise<{ dag: Dag; path: string }> {
  const folder = resolve(dagsFolder);
  const files = await listCodeFiles(folder).catch((error: unknown) => {
    throw new DagImportError(folder, "the dags folder cannot be read: make it, or give another --dags-folder", {
      cause: error,
    });
  });
  const failures: string[] = [];
  for (const path of files) {
    if (!/dag/i.test(await readFile(path, "utf8"))) continue;
    try {
      const dag = (await loadDagFile(path)).find(({ structure }) => structure.dagId === dagId);
      if (dag !== undefined) return { dag, path };
    } catch (error) {
      failures.push(`${path}: ${describeImportError(error).split("\n")[0]}`);
    }
  }
  const others = failures.length === 0 ? "" : `; not imported: ${failures.join("; ")}`;
  throw new DagImportError(folder, `no file there defines the DAG "${dagId}"${others}`);
}
