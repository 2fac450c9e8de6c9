import { readdir } from "node:fs/promises";
import { relative } from "node:path";
import type { Logger } from "pino";
import { listCodeFiles } from "./dag-files";
import { stampsOf, stampsSince } from "./loader";
import { describeImportError, type ParsedFile, type ParseFiles } from "./parse";
import type { Store } from "./store/store";
import type { DagStructure } from "./structure";

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

type GoodFile = Extract<ParsedFile, { source: string }>;

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
    const startMillis = Date.now();
    for (const parsed of await parse(changed)) {
      if (this.#stopped) return;
      const dependencies = "error" in parsed ? [parsed.path] : parsed.dependencies;
      this.#known.set(parsed.path, { parsed, stamps: await stampsSince(dependencies, startMillis) });
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
    const { folder, store } = this.#options;
    const parsed = this.#paths.flatMap((path) => this.#known.get(path)?.parsed ?? []);
    const before = (await store.listDags({ excludeStale: true })).rows;
    const ownersBefore = new Map(before.map(({ dagId, fileloc }) => [dagId, fileloc]));
    const { owners, errors } = assignOwners(parsed, ownersBefore);
    this.#warnOfEmpty(parsed, changed);
    for (const file of parsed) {
      if ("error" in file) continue;
      for (const structure of file.structures) {
        const isOwner = owners.get(structure.dagId) === file.path;
        if (!isOwner || (!changed.has(file.path) && ownersBefore.get(structure.dagId) === file.path)) continue;
        await this.#sync(file, structure).catch((error: unknown) => errors.set(file.path, describeImportError(error)));
      }
    }
    // A DAG is stale when no file defines it; one whose file is broken now keeps its last good version.
    const lastGood = before.filter(({ dagId, fileloc }) => errors.has(fileloc) && !owners.has(dagId));
    await store.markStaleExcept([...owners.keys(), ...lastGood.map(({ dagId }) => dagId)]);
    await this.#report([...errors].map(([path, stackTrace]) => ({ filename: relative(folder, path), stackTrace })));
  }

  async #sync(file: GoodFile, structure: DagStructure): Promise<void> {
    const { folder, store, pausedAtCreation } = this.#options;
    await store.syncDag({
      structure,
      fileloc: file.path,
      relativeFileloc: relative(folder, file.path),
      source: file.source,
      parseDurationMillis: file.durationMillis,
      ...(pausedAtCreation === undefined ? {} : { pausedAtCreation }),
    });
  }

  async #report(errors: readonly { filename: string; stackTrace: string }[]): Promise<void> {
    const { store, log } = this.#options;
    const report = JSON.stringify(errors);
    if (report === this.#reported) return;
    for (const error of errors)
      if (!this.#reported.includes(JSON.stringify(error)))
        log.error({ file: error.filename, importError: error.stackTrace }, "DAG file could not be imported");
    await store.setImportErrors(errors);
    this.#reported = report;
  }

  #warnOfEmpty(parsed: readonly ParsedFile[], changed: ReadonlySet<string>): void {
    const imported = new Set(
      parsed.flatMap((file) => ("error" in file ? [] : file.dependencies.filter((path) => path !== file.path))),
    );
    for (const file of parsed)
      if (!("error" in file) && file.structures.length === 0 && changed.has(file.path) && !imported.has(file.path))
        this.#options.log.warn(
          { file: file.path },
          "file in the dags folder exports no DAG: export what dag() returns, or move the file away",
        );
  }
}

/** Which file defines which DAG. Of two files with one id, the one that had it keeps it, and the other is an import error. */
function assignOwners(parsed: readonly ParsedFile[], before: ReadonlyMap<string, string>) {
  const owners = new Map<string, string>();
  const errors = new Map<string, string>();
  const definers = new Map<string, string[]>();
  for (const file of parsed)
    if ("error" in file) errors.set(file.path, file.error);
    else for (const { dagId } of file.structures) definers.set(dagId, [...(definers.get(dagId) ?? []), file.path]);
  for (const [dagId, paths] of definers) {
    const owner = paths.find((path) => path === before.get(dagId)) ?? paths[0] ?? "";
    owners.set(dagId, owner);
    for (const path of paths)
      if (path !== owner)
        errors.set(path, `DAG "${dagId}" is defined in ${owner} and in ${path}: give one of them another dagId`);
  }
  return { owners, errors };
}
