import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { BackendOpenError, BackendUnsupportedError, BackendUriError, SchemaHeadError } from "../../src/errors";
import { openStore, sqlitePath } from "../../src/store/database";
import { openSqliteFile } from "../../src/store/libsql";
import { SCHEMA_HEAD } from "../../src/store/migrations/mlflow-3.17.2";
import { temporaryFolder } from "../temporary";

describe("a backend store URI", () => {
  test.each([
    ["sqlite:///rel/mlflow.db", join(process.cwd(), "rel/mlflow.db")],
    ["sqlite:////abs/mlflow.db", "/abs/mlflow.db"],
  ])("%s is the path %s", (uri, path) => {
    expect(sqlitePath(uri)).toBe(path);
  });
  test.each(["mlflow.db", "sqlite:mlflow.db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "file:///x", ""])(
    "%j is refused, with the form to give",
    (uri) => {
      expect(() => sqlitePath(uri)).toThrow(BackendUriError);
    },
  );
  test.each(["postgresql://host/db", "postgresql+psycopg2://host/db", "mysql://host/db"])(
    "%s is refused for now",
    (uri) => {
      expect(() => sqlitePath(uri)).toThrow(BackendUnsupportedError);
    },
  );
});

describe("a database", () => {
  test("is made with its folder, with all of MLflow's tables and its first rows", async () => {
    const path = join(temporaryFolder(), "new", "folder", "mlflow.db");
    const store = await openStore(`sqlite:///${path}`);
    const tables = await sql`select name from sqlite_master where type = 'table'`.execute(store.db);
    expect(tables.rows).toHaveLength(65);
    expect(await store.db.selectFrom("alembic_version").selectAll().execute()).toEqual([{ version_num: SCHEMA_HEAD }]);
    expect(
      await store.db.selectFrom("experiments").select(["experiment_id", "name", "artifact_location"]).execute(),
    ).toEqual([{ experiment_id: 0, name: "Default", artifact_location: "mlflow-artifacts:/0" }]);
    expect((await sql`pragma foreign_keys`.execute(store.db)).rows).toEqual([{ foreign_keys: 1 }]);
    expect((await sql`pragma journal_mode`.execute(store.db)).rows).toEqual([{ journal_mode: "wal" }]);
    expect((await sql`select 'A' like 'a' as same`.execute(store.db)).rows).toEqual([{ same: 0 }]);
    await store.close();
  });

  test("is the file alone once it is closed", async () => {
    const path = join(temporaryFolder(), "mlflow.db");
    const store = await openStore(`sqlite:///${path}`);
    await store.close();
    expect(!existsSync(`${path}-wal`) || readFileSync(`${path}-wal`).length === 0).toBe(true);
    expect(readFileSync(path).length).toBeGreaterThan(100_000);
  });

  test("may be opened by several at once when it is new", async () => {
    const uri = `sqlite:///${join(temporaryFolder(), "mlflow.db")}`;
    const stores = await Promise.all([openStore(uri), openStore(uri), openStore(uri)]);
    for (const store of stores) await store.close();
    const store = await openStore(uri);
    expect(await store.db.selectFrom("workspaces").select("name").execute()).toEqual([{ name: "default" }]);
    await store.close();
  });

  test("of another MLflow is refused, with the command that migrates it, and is left alone", async () => {
    const path = join(temporaryFolder(), "mlflow.db");
    const uri = `sqlite:///${path}`;
    await (await openStore(uri)).close();
    const file = openSqliteFile(path);
    file.exec("UPDATE alembic_version SET version_num = 'abcdef012345'");
    file.close();
    const before = readFileSync(path);
    await expect(openStore(uri)).rejects.toThrow(SchemaHeadError);
    await expect(openStore(uri)).rejects.toThrow(`mlflow db upgrade ${uri}`);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  test("that is another program's, or none, is refused and left alone", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "other.db");
    const file = openSqliteFile(path);
    file.exec("CREATE TABLE theirs (a)");
    file.close();
    await expect(openStore(`sqlite:///${path}`)).rejects.toThrow(BackendOpenError);
    const text = join(folder, "text.db");
    writeFileSync(text, "this is not a database, but it is long enough to be looked at as one".repeat(100));
    await expect(openStore(`sqlite:///${text}`)).rejects.toThrow("not an SQLite database");
    await expect(openStore(`sqlite:///${folder}`)).rejects.toThrow(BackendOpenError);
    await expect(openStore(`sqlite:///${text}/below/it.db`)).rejects.toThrow(BackendOpenError);
  });

  test("that lacks a table is refused by the table's name", async () => {
    const path = join(temporaryFolder(), "mlflow.db");
    await (await openStore(`sqlite:///${path}`)).close();
    const file = openSqliteFile(path);
    file.exec("DROP TABLE scheduler_leases");
    file.close();
    await expect(openStore(`sqlite:///${path}`)).rejects.toThrow("scheduler_leases");
  });

  test("takes back a transaction that throws", async () => {
    const store = await openStore(`sqlite:///${join(temporaryFolder(), "mlflow.db")}`);
    const work = store.transaction(async (trx) => {
      await trx.insertInto("workspaces").values({ name: "x", description: null }).execute();
      throw new Error("no");
    });
    await expect(work).rejects.toThrow("no");
    expect(await store.db.selectFrom("workspaces").selectAll().where("name", "=", "x").execute()).toEqual([]);
    await store.close();
  });

  test("is never given a value that its driver would end the process for", async () => {
    const store = await openStore(`sqlite:///${join(temporaryFolder(), "mlflow.db")}`);
    for (const value of [true, undefined, {}, [], 5n])
      await expect(sql`select ${sql.val(value)} as x`.execute(store.db)).rejects.toThrow(TypeError);
    await store.close();
  });
});
