import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { sql } from "kysely";
import { openStore } from "../../src/store/database";
import { temporaryFolder } from "../temporary";
import { caller, newRun } from "./harness";

const BIN = join(import.meta.dirname, "..", "..", "bin", "p300-registry.js");

async function startProcess(database: string, artifacts: string) {
  const args = [
    BIN,
    "server",
    "--port",
    "0",
    "--json",
    "--backend-store-uri",
    `sqlite:///${database}`,
    "--artifacts-destination",
    artifacts,
  ];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    child.once("exit", () => reject(new Error("the server ended before it said where it is")));
  });
  return { child, url: (JSON.parse(line) as { url: string }).url };
}

test(
  "killed in the middle of writes, the database opens, is whole, and has all that was acknowledged",
  { timeout: 120_000 },
  async () => {
    expect(existsSync(join(import.meta.dirname, "..", "..", "dist", "cli.js")), "built first").toBe(true);
    const folder = temporaryFolder();
    const database = join(folder, "mlflow.db");
    for (let round = 0; round < 3; round++) {
      const { child, url } = await startProcess(database, join(folder, "artifacts"));
      const call = caller(url);
      const run_id = await newRun(call);
      const acknowledged: number[] = [];
      let killed = false;
      const writers = Array.from({ length: 4 }, async (_, writer) => {
        for (let i = 0; !killed; i++) {
          const n = writer * 1_000_000 + i * 10;
          const metrics = Array.from({ length: 10 }, (_, j) => ({ key: "m", value: 1, timestamp: 1, step: n + j }));
          const params = [{ key: `p${n}`, value: "1" }];
          const answer = await call("runs/log-batch", { run_id, metrics, params }).catch(() => undefined);
          if (answer?.status === 200) acknowledged.push(n);
          if (acknowledged.length >= 20 + round * 7 && !killed) {
            killed = true;
            child.kill("SIGKILL");
          }
        }
      });
      await Promise.all(writers);
      const store = await openStore(`sqlite:///${database}`);
      try {
        expect((await sql`pragma integrity_check`.execute(store.db)).rows).toEqual([{ integrity_check: "ok" }]);
        expect((await sql`pragma foreign_key_check`.execute(store.db)).rows).toEqual([]);
        const params = await store.db.selectFrom("params").select("key").where("run_uuid", "=", run_id).execute();
        const kept = params.map(({ key }) => Number(key.slice(1)));
        expect(kept).toEqual(expect.arrayContaining(acknowledged));
        // A batch is there whole or not at all.
        const steps = await store.db.selectFrom("metrics").select("step").where("run_uuid", "=", run_id).execute();
        const numbers = (list: number[]) => list.sort((a, b) => a - b);
        expect(numbers(steps.map(({ step }) => step))).toEqual(
          numbers(kept.flatMap((n) => Array.from({ length: 10 }, (_, j) => n + j))),
        );
      } finally {
        await store.close();
      }
    }
  },
);
