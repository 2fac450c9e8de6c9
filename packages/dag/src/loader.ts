import { readFile, stat } from "node:fs/promises";
import { createJiti, type ModuleCache } from "jiti";
import { isDag, type Dag } from "./dag";
import * as own from "./index";

/** A DAG file after it ran. */
export interface LoadedFile {
  /** In the order of the exports; empty when the file exports no DAG. */
  readonly dags: readonly Dag[];
  /** Absolute paths of the file and of what it imports and jiti transpiled: when one changes, load again. */
  readonly dependencies: readonly string[];
}

/**
 * Runs a DAG file, TypeScript or JavaScript, without a build step, and gives the DAGs among its exports: the default one, named ones,
 * and lists of them.
 *
 * jiti transpiles the file and what it imports by relative path; packages are imported natively, also linked ones. The module is a
 * fresh one each time. `@p300/dag` is always this very package, so a dags folder needs no `node_modules` of its own.
 * @param path - absolute.
 * @throws whatever the file throws; a syntax error names file, line and column.
 */
export async function loadDagModule(path: string): Promise<LoadedFile> {
  const modules: ModuleCache = Object.create(null) as ModuleCache;
  const jiti = createJiti(path, {
    moduleCache: false, // a changed file is to be seen
    fsCache: false, // jiti's own is in a folder that other users may write to
    interopDefault: false,
    virtualModules: { "@p300/dag": own },
  });
  const source = await readFile(path, "utf8");
  // forceTranspile: Node would keep a natively imported .mjs for ever, however often it changes.
  const exported = await (jiti.evalModule(source, {
    id: path,
    filename: path,
    cache: modules,
    async: true,
    forceTranspile: true,
  }) as Promise<unknown>);
  const dependencies = new Set([path, ...Object.keys(modules)]);
  return { dags: dagsAmong(exported), dependencies: [...dependencies] };
}

/** The DAGs that a file exports; see {@link loadDagModule}. */
export async function loadDagFile(path: string): Promise<Dag[]> {
  return [...(await loadDagModule(path)).dags];
}

/**
 * Checks that a file parses, without running it.
 * @throws a syntax error with file, line and column.
 */
export function checkSyntax(path: string, source: string): void {
  const jiti = createJiti(path, { moduleCache: false, fsCache: false });
  const code = jiti.transform({ source, filename: path, ts: /\.[cm]?ts$/.test(path), async: true });
  const failure = /__JITI_ERROR__\s*=\s*(\{.*\})/s.exec(code)?.[1];
  if (failure === undefined) return;
  const { line, column, message } = JSON.parse(failure) as { line: number; column: number; message: string };
  // Some messages of babel end with file and place, some do not.
  throw new SyntaxError(message.includes(path) ? message.trim() : `${message.trim()} at ${path}:${line}:${column}`);
}

/** DAG files kept in memory, as long as neither they nor what they import has changed on disk. */
export class DagFileCache {
  readonly #files = new Map<string, Promise<{ loaded: LoadedFile; stamps: string }>>();

  /** The DAGs of a file. @throws as {@link loadDagModule}; a failure is not kept. */
  async get(path: string): Promise<readonly Dag[]> {
    const known = await this.#files.get(path);
    if (known !== undefined && known.stamps === (await stampsOf(known.loaded.dependencies))) return known.loaded.dags;
    const entry = loadStamped(path);
    this.#files.set(path, entry);
    try {
      return (await entry).loaded.dags;
    } catch (error) {
      if (this.#files.get(path) === entry) this.#files.delete(path);
      throw error;
    }
  }
}

async function loadStamped(path: string): Promise<{ loaded: LoadedFile; stamps: string }> {
  const startMillis = Date.now();
  const loaded = await loadDagModule(path);
  return { loaded, stamps: await stampsSince(loaded.dependencies, startMillis) };
}

/** File times are as coarse as the kernel's clock: a change this near to a load may or may not be in it. */
const UNSETTLED_MILLIS = 50;

/** Changes when one of these files does. */
export async function stampsOf(paths: readonly string[]): Promise<string> {
  return (await stampAll(paths)).map(({ stamp }) => stamp).join();
}

/** The stamps of files that were read at `startMillis` or later. When one was changed since then, or just before, they are such as
 * never come again: whoever compares them will read the files once more. */
export async function stampsSince(paths: readonly string[], startMillis: number): Promise<string> {
  const stamps = await stampAll(paths);
  const newest = Math.max(...stamps.map(({ mtimeMillis }) => mtimeMillis));
  return newest > startMillis - UNSETTLED_MILLIS ? "unsettled" : stamps.map(({ stamp }) => stamp).join();
}

function stampAll(paths: readonly string[]): Promise<{ mtimeMillis: number; stamp: string }[]> {
  return Promise.all(
    paths.map(async (path) => {
      const found = await stat(path).catch(() => null);
      if (found === null) return { mtimeMillis: 0, stamp: "absent" };
      return { mtimeMillis: found.mtimeMs, stamp: `${found.mtimeMs}/${found.size}/${found.ino}` };
    }),
  );
}

function dagsAmong(exported: unknown): Dag[] {
  const found = new Set<Dag>();
  const collect = (value: unknown): void => {
    if (isDag(value)) found.add(value);
    else if (Array.isArray(value)) for (const item of value) if (isDag(item)) found.add(item);
  };
  collect(exported); // module.exports = dag(…)
  if (typeof exported === "object" && exported !== null) for (const value of Object.values(exported)) collect(value);
  return [...found];
}
