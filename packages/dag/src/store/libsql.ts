/** The one file that knows libsql: a SQLite file as a Kysely dialect. */
import { dirname, resolve } from "node:path";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  SqliteDialect,
  type SqliteDatabase,
  SqliteDriver,
} from "kysely";
import Database from "libsql";
import { DatabaseError } from "../errors";
import { makeFolders } from "../make-folders";

// `begin` alone takes the write lock at the first write, and then fails at once when another process has written since:
// a transaction that will write says so first, and waits its turn.
class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }
}

class LibsqlDialect extends SqliteDialect {
  readonly #open: () => Promise<SqliteDatabase>;
  constructor(open: () => Promise<SqliteDatabase>) {
    super({ database: open });
    this.#open = open;
  }
  override createDriver(): SqliteDriver {
    return new ImmediateSqliteDriver({ database: this.#open });
  }
}

const STATEMENTS_MAX = 400;

/** Prepares each text once: the scheduler says the same few statements again and again. */
function withStatementCache(database: InstanceType<typeof Database>): SqliteDatabase {
  const statements = new Map<string, ReturnType<SqliteDatabase["prepare"]>>();
  return {
    close: () => void database.close(),
    prepare(text) {
      let statement = statements.get(text);
      if (statement === undefined) {
        if (statements.size >= STATEMENTS_MAX) statements.clear();
        statement = database.prepare(text) as unknown as ReturnType<SqliteDatabase["prepare"]>;
        statements.set(text, statement);
      }
      return statement;
    },
  };
}

/** Opens a SQLite file (made when absent), or ":memory:", in WAL mode.
 *
 * `synchronous = NORMAL`: what was committed survives any death of the process, kill -9 included. A power cut may lose the
 * last transactions, never damages the file; the scheduler then does those tasks again.
 * @throws {DatabaseError} */
export function libsqlDialect(path: string): Dialect {
  const file = path === ":memory:" ? path : resolve(path);
  let database: InstanceType<typeof Database>;
  try {
    if (file !== ":memory:") makeFolders(dirname(file));
    database = new Database(file);
    database.exec("pragma busy_timeout = 10000");
    database.exec("pragma journal_mode = wal");
    database.exec("pragma synchronous = normal");
    database.exec("pragma foreign_keys = on");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatabaseError(file, `cannot be opened (${reason}): give the path of a SQLite file, or of a new one`, {
      cause: error,
    });
  }
  return new LibsqlDialect(() => Promise.resolve(withStatementCache(database)));
}

/** True when a statement was refused because a row with this key is there already. */
export function isUniqueViolation(error: unknown): boolean {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return code === "SQLITE_CONSTRAINT_UNIQUE" || code === "SQLITE_CONSTRAINT_PRIMARYKEY";
}

/** Takes the lock of a file until the process ends or `release` is called; null when another process has it. The kernel
 * frees it with the process, so no stale lock can stay behind. */
export function lockFile(path: string): { release(): void } | null {
  const database = new Database(path);
  try {
    database.exec("pragma busy_timeout = 0");
    database.exec("pragma journal_mode = delete");
    database.exec("begin exclusive");
  } catch (error) {
    database.close();
    const code = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
    if (code.startsWith("SQLITE_BUSY") || code.startsWith("SQLITE_LOCKED")) return null;
    throw error;
  }
  return {
    release() {
      database.exec("rollback");
      database.close();
    },
  };
}
