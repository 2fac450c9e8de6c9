import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Kysely, sql, type Transaction } from "kysely";
import { makeFolders } from "../make-folders";
import { BackendOpenError, BackendUnsupportedError, BackendUriError, RegistryError, SchemaHeadError } from "../errors";
import { openSqliteFile, sqliteErrorCode, type SqliteFile } from "./libsql";
import { MLFLOW_VERSION, SCHEMA_HEAD, SCHEMA_SQL } from "./migrations/mlflow-3.17.2";
import { DEFAULT_WORKSPACE, type Tables } from "./tables";

/** What every statement in `sql/` runs on: the database, or a transaction in it. */
export type Db = Kysely<Tables> | Transaction<Tables>;

export interface Store {
  readonly db: Kysely<Tables>;
  readonly uri: string;
  /** Runs `work` in one transaction: all of it happens, or, when it throws, none. */
  transaction<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The path in an SQLAlchemy URL: `sqlite:///relative.db`, `sqlite:////absolute.db`, `sqlite:///C:/absolute.db`. */
export function sqlitePath(uri: string): string {
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme && /^(postgres|postgresql|mysql|mssql|oracle)(\+|$)/.test(scheme))
    throw new BackendUnsupportedError(scheme.split("+")[0]!);
  const path = /^sqlite:\/\/\/([^?#]+)$/.exec(uri)?.[1];
  if (!path || path === ":memory:" || path.includes("\0")) throw new BackendUriError(uri);
  return resolve(path);
}

/**
 * Opens the tracking database at `uri`, making file and folder when they are absent.
 * @throws {BackendUriError} {@link BackendUnsupportedError} for a URI that this server does not serve.
 * @throws {SchemaHeadError} for a database of another MLflow; it is left as it was.
 * @throws {BackendOpenError} for a file that is no tracking database, or cannot be read and written.
 */
export async function openStore(uri: string): Promise<Store> {
  const path = sqlitePath(uri);
  let file: SqliteFile | undefined;
  try {
    makeFolders(dirname(path));
    file = openSqliteFile(path);
    prepareSchema(file, uri, path);
    const db = new Kysely<Tables>({ dialect: file.dialect });
    await sql`select 1`.execute(db); // an unused Kysely would not close what it was given
    return {
      db,
      uri,
      transaction: (work) => db.transaction().execute(work),
      close: () => db.destroy(), // closes the file, which folds the write-ahead log into it
    };
  } catch (error) {
    file?.close();
    throw openError(error, path);
  }
}

/** Synchronous from end to end: a connection that held the lock over an await would be waited for by its own thread. */
function prepareSchema(file: SqliteFile, uri: string, path: string): void {
  const tables = () => file.column("select name from sqlite_master where type = 'table'");
  if (tables().length === 0) {
    // One transaction, so that a process killed here leaves an empty file; and a second one that starts at the same time
    // waits for the lock, and then finds the work done.
    file.exec("BEGIN IMMEDIATE");
    try {
      if (tables().length === 0) createSchema(file);
      file.exec("COMMIT");
    } catch (error) {
      file.exec("ROLLBACK");
      throw error;
    }
  }
  const names = new Set(tables());
  if (!names.has("alembic_version"))
    throw new BackendOpenError(path, "it holds other tables than MLflow's: give the path of another file");
  const found = file.column("select version_num from alembic_version").join(", ") || "none";
  if (found !== SCHEMA_HEAD) throw new SchemaHeadError(uri, found, SCHEMA_HEAD, MLFLOW_VERSION);
  const wanted = [...SCHEMA_SQL.matchAll(/CREATE TABLE "?(\w+)"?/g)].map((match) => match[1]!);
  const missing = wanted.filter((name) => !names.has(name));
  if (missing.length > 0) throw new BackendOpenError(path, `tables are missing: ${missing.join(", ")}`);
}

function createSchema(file: SqliteFile): void {
  const now = Date.now();
  file.exec(SCHEMA_SQL);
  file.exec(`
    INSERT INTO alembic_version (version_num) VALUES ('${SCHEMA_HEAD}');
    INSERT INTO workspaces (name, description) VALUES ('${DEFAULT_WORKSPACE}', 'Default workspace for legacy resources');
    INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time, workspace)
      VALUES (0, 'Default', 'mlflow-artifacts:/0', 'active', ${now}, ${now}, '${DEFAULT_WORKSPACE}');`);
}

function openError(error: unknown, path: string): RegistryError {
  if (error instanceof RegistryError) return error;
  return new BackendOpenError(path, openFailure(error, path), { cause: error });
}

function openFailure(error: unknown, path: string): string {
  if (sqliteErrorCode(error) === "SQLITE_NOTADB") return "the file is not an SQLite database";
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: "", message: String(error) };
  if (code === "EEXIST" || code === "ENOTDIR") return "a part of its path is a file; give another path";
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return "its folder cannot be made there; check permissions";
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return "it is a folder; give the path of a file";
  // the driver says only SQLite's number for "cannot open"
  return /: 14"?\)?$/.test(message) ? "it cannot be opened there; check its owner and permissions" : message;
}
