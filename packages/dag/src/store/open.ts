import { createHash } from "node:crypto";
import { CamelCasePlugin, Kysely, Migrator } from "kysely";
import { DatabaseError } from "../errors";
import type { DagStructure } from "../structure";
import { libsqlDialect } from "./libsql";
import { initial } from "./migrations/001-initial";
import { type Clock, SqlStore } from "./sql-store";
import type { Tables } from "./tables";

const migrations = { "001-initial": initial };

export interface OpenStoreOptions {
  /** `sqlite:///relative.db`, `sqlite:////absolute.db`, a plain path, or ":memory:". */
  readonly database: string;
  readonly clock?: Clock;
}

/** Opens the database, made and migrated when needed.
 * @throws {DatabaseError} */
export async function openStore({ database, clock = Date.now }: OpenStoreOptions): Promise<SqlStore> {
  const db = new Kysely<Tables>({ dialect: libsqlDialect(pathOf(database)), plugins: [new CamelCasePlugin()] });
  const plain = db.withoutPlugins();
  const migrator = new Migrator({ db: plain, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    await db.destroy();
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseError(
      database,
      `cannot be migrated (${reason}): is it a database of p300-dag, and not of a newer one?`,
      {
        cause: error,
      },
    );
  }
  return new SqlStore(db, clock, hashStructure);
}

/** The version of a DAG: equal for equal structures. */
export function hashStructure(structure: DagStructure): string {
  return createHash("sha256").update(JSON.stringify(structure)).digest("hex");
}

function pathOf(database: string): string {
  const match = /^([a-z][a-z0-9+]*):\/\/(.*)$/is.exec(database);
  if (match === null) return database;
  const [, scheme, rest] = match;
  if (scheme !== "sqlite")
    throw new DatabaseError(database, `is of the kind "${scheme}", which is not supported: use sqlite:///FILE`);
  const path = rest!.replace(/^\//, "");
  if (path === "")
    throw new DatabaseError(database, "names no file: use sqlite:///relative.db or sqlite:////absolute.db");
  return path;
}
