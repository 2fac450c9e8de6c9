import Libsql from "libsql";
import { SqliteDialect, type SqliteStatement } from "kysely";

/** How many prepared statements are kept; past that the one unused for longest goes. */
const STATEMENTS_KEPT_MAX = 400;

/** The driver: the one file that knows it. */
export interface SqliteFile {
  readonly dialect: SqliteDialect;
  /** Runs a script of several statements. */
  exec(sql: string): void;
  /** The first column of a query, read at once. */
  column(sql: string): unknown[];
  close(): void;
}

/**
 * Opens a SQLite file, making it when absent, as MLflow opens one: foreign keys on, LIKE case-sensitive.
 *
 * Durability: write-ahead log with `synchronous = NORMAL`. A killed process loses nothing that was acknowledged; a power
 * cut may lose the last transactions, and never leaves the file damaged.
 * @throws SqliteError when it is no database, or cannot be opened.
 */
export function openSqliteFile(path: string): SqliteFile {
  const database = new Libsql(path);
  try {
    database.exec("PRAGMA busy_timeout = 20000");
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = NORMAL");
    database.exec("PRAGMA foreign_keys = ON");
    database.exec("PRAGMA case_sensitive_like = ON");
  } catch (cause) {
    database.close();
    throw cause;
  }
  const statements = new Map<string, SqliteStatement>();
  const prepare = (sql: string): SqliteStatement => {
    let statement = statements.get(sql);
    if (statement) statements.delete(sql);
    else statement = checked(database.prepare(sql));
    statements.set(sql, statement); // last in the map is last used
    if (statements.size > STATEMENTS_KEPT_MAX) statements.delete(statements.keys().next().value!);
    return statement;
  };
  // The file alone is then the whole database: nobody who copies it has to know of the log beside it.
  const close = () => {
    statements.clear();
    try {
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // another process reads the file, or it was no database: the log stays, and stays valid
    }
    database.close();
  };
  // Kysely says a bare BEGIN, which would take the write lock at the first write: too late to wait for another process.
  const begin = (sql: string): string => (sql === "begin" ? "begin immediate" : sql);
  return {
    dialect: new SqliteDialect({ database: { prepare: (sql) => prepare(begin(sql)), close } }),
    exec: (sql) => void database.exec(sql),
    column: (sql) =>
      prepare(sql)
        .all([])
        .map((row) => Object.values(row as object)[0] as unknown),
    close,
  };
}

/** The driver ends the whole process when it is given a value that it cannot bind, so such a one never reaches it. */
function checked(statement: Libsql.Statement<unknown[]>): SqliteStatement {
  const { reader } = statement; // asked of the driver once, not for each call
  return {
    reader,
    all: (parameters) => statement.all(bindable(parameters)),
    run: (parameters) => statement.run(bindable(parameters)),
    iterate: (parameters) => statement.iterate(bindable(parameters)),
  };
}

function bindable(parameters: readonly unknown[]): unknown[] {
  for (const value of parameters)
    if (typeof value !== "string" && typeof value !== "number" && value !== null)
      throw new TypeError(`a value of type ${typeof value} cannot be bound to a statement`);
  return parameters as unknown[];
}

/** The driver's error code, such as `SQLITE_CONSTRAINT_PRIMARYKEY`; `undefined` for any other error. */
export function sqliteErrorCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && code.startsWith("SQLITE_") ? code : undefined;
}
