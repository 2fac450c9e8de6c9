import { readdir } from "node:fs/promises";
import { relative } from "node:path";
import type { Logger } from "pino";
import { listCodeFiles } from "./dag-files";
import { stampsOf } from "./loader";
import type { ParsedFile, ParseFiles } from "./parse";
import type { Store } from "./store/store";

export interface DagsFolderOptions {
  /** Absolute. */
  readonly folder: string;
  readonly store: Store;
  readonly parse: ParseFiles;
  readonly log: Logger;
  /** Called after a scan that changed something. */
  readonly onChange?: () => void;
  readonly pausedAtCreation?: boolean;
}

interface KnownFile {
  readonly parsed: ParsedFile;
  readonly stamps: string;
}

/** Keeps the database in step with a folder of DAG files. */
export class DagsFolder {
  readonly #options: DagsFolderOptions;
  readonly #known = new Map<string, KnownFile>();
  #paths: readonly string[] = [];
  #reported = "";
  #timer: NodeJS.Timeout | null = null;
  #scanning: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: DagsFolderOptions) {
    this.#options = options;
  }

  /** Scans now, then again and again, `everySeconds` after each scan's end. @throws when the folder cannot be read. */
  async start(everySeconds: number): Promise<void> {
    await readdir(this.#options.folder);
    await this.scan();
    const again = (): void => {
      if (this.#stopped) return;
      this.#timer = setTimeout(() => {
        this.scan()
          .catch((error: unknown) => this.#options.log.error({ err: error }, "scan of the dags folder failed"))
          .finally(again);
      }, everySeconds * 1000);
    };
    again();
  }

  /** Loads what changed since the last scan. `all`: every file. Scans follow one another. */
  scan({ all = false }: { all?: boolean } = {}): Promise<void> {
    const next = this.#scanning.then(() => this.#scan(all));
    this.#scanning = next.catch(() => undefined);
    return next;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#scanning;
  }

  async #scan(all: boolean): Promise<void> {
    if (this.#stopped) return;
    const { folder, store, parse, onChange } = this.#options;
    const paths = await listCodeFiles(folder);
    const removed = [...this.#known.keys()].filter((path) => !paths.includes(path));
    for (const path of removed) this.#known.delete(path);
    const changed = all ? paths : await this.#changed(paths);
    this.#paths = paths;
    await store.heartbeat("DagProcessorJob");
    if (changed.length === 0 && removed.length === 0) return;
    for (const parsed of await parse(changed)) {
      if (this.#stopped) return;
      const dependencies = "error" in parsed ? [parsed.path] : parsed.dependencies;
      this.#known.set(parsed.path, { parsed, stamps: await stampsOf(dependencies) });
    }
    await this.#write(new Set(changed));
    onChange?.();
  }

  async #changed(paths: readonly string[]): Promise<string[]> {
    const stale: string[] = [];
    for (const path of paths) {
      const known = this.#known.get(path);
      const dependencies = known === undefined || "error" in known.parsed ? [path] : known.parsed.dependencies;
      if (known === undefined || known.stamps !== (await stampsOf(dependencies))) stale.push(path);
    }
    // A file that failed may have failed because of any other, and a JavaScript helper that Node itself imports is in nobody's
    // dependencies: both are loaded again with whatever changed.
    const isNewOrGone = paths.length !== this.#paths.length || paths.some((path, i) => path !== this.#paths[i]);
    if (stale.length === 0 && !isNewOrGone) return [];
    const nativeChanged = stale.some((path) => path.endsWith("js"));
    return paths.filter((path) => {
      const parsed = this.#known.get(path)?.parsed;
      return nativeChanged || stale.includes(path) || parsed === undefined || "error" in parsed;
    });
  }

  async #write(changed: ReadonlySet<string>): Promise<void> {
    const { folder, store, log, pausedAtCreation } = this.#options;
    const errors = new Map<string, string>();
    const owners = new Map<string, string>();
    const imported = new Set<string>();
    for (const [path, { parsed }] of this.#known)
      if (!("error" in parsed)) for (const file of parsed.dependencies) if (file !== path) imported.add(file);
    for (const path of this.#paths) {
      const parsed = this.#known.get(path)?.parsed;
      if (parsed === undefined) continue;
      if ("error" in parsed) {
        errors.set(path, parsed.error);
        continue;
      }
      if (parsed.structures.length === 0 && changed.has(path) && !imported.has(path))
        log.warn(
          { file: path },
          "file in the dags folder exports no DAG: export what dag() returns, or move the file away",
        );
      for (const structure of parsed.structures) {
        const owner = owners.get(structure.dagId);
        if (owner !== undefined) {
          errors.set(
            path,
            `DAG "${structure.dagId}" is defined in ${owner} and in ${path}: give one of them another dagId`,
          );
          continue;
        }
        owners.set(structure.dagId, path);
        if (!changed.has(path)) continue;
        await store.syncDag({
          structure,
          fileloc: path,
          relativeFileloc: relative(folder, path),
          source: parsed.source,
          parseDurationMillis: parsed.durationMillis,
          ...(pausedAtCreation === undefined ? {} : { pausedAtCreation }),
        });
      }
    }
    await this.#markStale(owners, errors);
    const rows = [...errors].map(([path, stackTrace]) => ({ filename: relative(folder, path), stackTrace }));
    const report = JSON.stringify(rows);
    for (const { filename, stackTrace } of rows)
      if (!this.#reported.includes(JSON.stringify(stackTrace)))
        log.error({ file: filename, importError: stackTrace }, "DAG file could not be imported");
    if (report !== this.#reported) await store.setImportErrors(rows);
    this.#reported = report;
  }

  /** A DAG is stale when no file defines it; one whose file is broken now keeps its last good version. */
  async #markStale(owners: ReadonlyMap<string, string>, errors: ReadonlyMap<string, string>): Promise<void> {
    const { store } = this.#options;
    const kept = [...owners.keys()];
    const { rows } = await store.listDags({ excludeStale: true });
    for (const row of rows) if (errors.has(row.fileloc) && !owners.has(row.dagId)) kept.push(row.dagId);
    await store.markStaleExcept(kept);
  }
}
