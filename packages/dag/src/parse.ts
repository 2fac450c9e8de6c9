import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { checkSyntax, loadDagModule } from "./loader";
import type { DagStructure } from "./structure";

/** What the scheduler keeps of a DAG file. Plain data: it crosses a process boundary. */
export type ParsedFile =
  | {
      readonly path: string;
      readonly structures: readonly DagStructure[];
      readonly dependencies: readonly string[];
      readonly source: string;
      readonly durationMillis: number;
    }
  | { readonly path: string; readonly error: string };

/** Loads files and says what is in each; never throws because of one. */
export type ParseFiles = (paths: readonly string[]) => Promise<readonly ParsedFile[]>;

/**
 * Loads one file of a dags folder. Only a file that mentions "dag" is run; any other is a helper, and only has to parse.
 * @param path - absolute.
 */
export async function parseDagFile(path: string): Promise<ParsedFile> {
  const start = performance.now();
  try {
    const source = await readFile(path, "utf8");
    if (!/dag/i.test(source)) {
      checkSyntax(path, source);
      return { path, structures: [], dependencies: [path], source, durationMillis: performance.now() - start };
    }
    const { dags, dependencies } = await loadDagModule(path);
    const structures = dags.map((dag) => dag.structure);
    const twice = structures.find(({ dagId }, i) => structures.findIndex((other) => other.dagId === dagId) !== i);
    if (twice !== undefined)
      return { path, error: `DAG "${twice.dagId}" is exported twice by ${path}: give each DAG an id of its own` };
    return { path, structures, dependencies, source, durationMillis: performance.now() - start };
  } catch (error) {
    return { path, error: describeImportError(error) };
  }
}

/** What went wrong and where, without the frames of the loader itself. */
export function describeImportError(error: unknown): string {
  if (!(error instanceof Error)) return `the file threw ${JSON.stringify(error) ?? String(error)}, which is no Error`;
  const head = `${error.name}: ${error.message}`.trim();
  const frames = (error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line) && !error.message.includes(line.trim()));
  const own = frames.filter(
    (frame) => !/node:internal|[\\/]jiti[\\/](dist|lib)[\\/]/.test(frame) && !frame.includes(OWN_FOLDER),
  );
  const cause = error.cause instanceof Error ? [`Caused by: ${describeImportError(error.cause)}`] : [];
  return [head, ...own, ...cause].join("\n");
}

/** Frames of this package are of no use to the author of a DAG file. */
const OWN_FOLDER = fileURLToPath(new URL(".", import.meta.url));
