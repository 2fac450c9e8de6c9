import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startRegistry } from "../../src/server";
import { auditsAgainst } from "../audits";
import { startRealMlflow, type Finished } from "../processes";
import { mlflowPython } from "../services";

const mlflow = mlflowPython();
const SCRIPT = join(import.meta.dirname, "..", "python", "session.py");

function session(args: readonly string[], stdin = ""): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(mlflow.path, [SCRIPT, ...args], { stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(stdin);
  });
}

async function passes(args: readonly string[], stdin = ""): Promise<string> {
  const { code, stdout, stderr } = await session(args, stdin);
  if (code !== 0) throw new Error(`session.py ${args.join(" ")}: ${stderr.slice(-3000)}`);
  return stdout;
}

describe.skipIf(mlflow.absent)(`an everyday session of ${mlflow.name}`, () => {
  let folder: string;
  let database: string;
  let artifacts: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "p300-registry-"));
    database = join(folder, "mlflow.db");
    artifacts = join(folder, "artifacts");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const ours = () =>
    startRegistry({ port: 0, backendStoreUri: `sqlite:///${database}`, artifactsDestination: artifacts });

  // One test, because each part stands on the file that the one before left: the real server takes ten seconds to start.
  test(
    "works on ours, is shown the same by the real server on the same file, and the other way round",
    { timeout: 300_000 },
    async () => {
      const first = await ours();
      const madeByOurs = await passes(["write", first.url]).finally(() => first.close());

      const real = await startRealMlflow(mlflow.path, database, artifacts);
      let madeByReal: string;
      try {
        expect(JSON.parse(await passes(["check", real.url], madeByOurs))).toEqual({ differences: [] });
        madeByReal = await passes(["write", real.url, "-real"]);
        await auditsAgainst(real.url);
      } finally {
        await real.stop();
      }

      const again = await ours();
      try {
        expect(JSON.parse(await passes(["check", again.url], madeByReal))).toEqual({ differences: [] });
      } finally {
        await again.close();
      }
    },
  );
});
