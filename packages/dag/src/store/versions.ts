import type { DagStructure, TaskStructure } from "../structure";
import type { Db } from "./tables";

/** A version's structure with its tasks by id, and who is mapped over whose output. */
export interface Version {
  readonly structure: DagStructure;
  readonly tasks: ReadonlyMap<string, TaskStructure>;
  /** Tasks whose return value another one expands over. */
  readonly mappedOver: ReadonlySet<string>;
}

/** Structures never change once written: each is parsed once. */
export class VersionCache {
  readonly #versions = new Map<string, Version>();

  async get(db: Db, versionId: string): Promise<Version> {
    const known = this.#versions.get(versionId);
    if (known !== undefined) return known;
    const { structure: text } = await db
      .selectFrom("dagVersion")
      .select("structure")
      .where("id", "=", versionId)
      .executeTakeFirstOrThrow();
    const structure = JSON.parse(text) as DagStructure;
    const sources = structure.tasks.flatMap(({ expand }) =>
      expand.flatMap((source) => (source.kind === "output" ? [source.taskId] : [])),
    );
    const tasks = new Map(structure.tasks.map((task) => [task.taskId, task]));
    const version = { structure, tasks, mappedOver: new Set(sources) };
    this.#versions.set(versionId, version);
    return version;
  }
}
