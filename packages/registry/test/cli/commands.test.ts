import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { version } from "../../package.json";
import { startRegistry, type RunningRegistry } from "../../src/server";
import { makeFolder } from "../artifacts/make-folder";
import { freePort, run, type Finished } from "../processes";
import { temporaryFolder } from "../temporary";

const BIN = join(import.meta.dirname, "..", "..", "bin", "p300-registry.js");
const cli = (args: readonly string[], env: Record<string, string> = {}): Promise<Finished> =>
  run(process.execPath, [BIN, ...args], { MLFLOW_TRACKING_URI: "", ...env });

describe("misuse ends with 2 and says what is wrong", () => {
  test.each([
    [["bogus"], "unknown command 'bogus'"],
    [["--bogus"], "unknown option '--bogus'"],
    [["runs", "bogus"], "unknown command 'bogus'"],
    [["runs", "list", "--max-results", "none"], "whole number"],
    [["runs", "list", "--max-results", "0"], "whole number"],
    [["runs", "list", "--view", "some"], "active, deleted or all"],
    [["runs", "show"], "missing required argument"],
    [["models", "set-alias", "m", "champion", "v1"], "version's number"],
    [["models", "register", "runs:/x/y"], "missing required argument"],
    [["experiments", "create", "n", "--tag", "=x"], "KEY=VALUE"],
    [["promote"], "missing required argument"],
    [["promote", "a", "b"], "too many arguments"],
    [[], "Usage: p300-registry"],
    [["models"], "Usage: p300-registry models"],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await cli(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain("    at ");
  });
});

test.each([
  ["--help"],
  ["server", "--help"],
  ["experiments", "--help"],
  ["runs", "list", "--help"],
  ["models", "register", "--help"],
  ["artifacts", "download", "--help"],
  ["promote", "--help"],
  ["rollback", "--help"],
])("help: %s %s %s", async (...args) => {
  const { code, stdout } = await cli(args);
  expect(code).toBe(0);
  expect(stdout).toContain("Usage: p300-registry");
});

test("--version is the package's", async () => {
  expect(await cli(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

test.each([
  ["experiments", "list"],
  ["runs", "list"],
  ["models", "show", "m"],
  ["artifacts", "list", "models:/m@a"],
  ["promote", "m"],
  ["rollback", "m"],
])("a registry that is down is one clear line: %s %s %s", async (...args) => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const { code, stdout, stderr } = await cli([...args.filter((arg) => arg !== undefined), "--registry", url]);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(
    `p300-registry: no answer from the registry at ${url} (ECONNREFUSED): start it with \`p300-registry server\`, or set MLFLOW_TRACKING_URI\n`,
  );
});

test("an address that is none is one clear line", async () => {
  const { code, stderr } = await cli(["runs", "list"], { MLFLOW_TRACKING_URI: "sqlite:///x.db" });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^p300-registry: "sqlite:\/\/\/x\.db" is not the address of an MLflow server: [^\n]*\n$/);
});

describe("with a server", () => {
  const folder = makeFolder();
  let server: RunningRegistry;
  beforeAll(async () => {
    server = await startRegistry({
      port: 0,
      backendStoreUri: `sqlite:///${folder.path}/mlflow.db`,
      artifactsDestination: `${folder.path}/artifacts`,
      logLevel: "error",
    });
  });
  afterAll(async () => {
    await server?.close();
    folder.remove();
  });
  const ask = (...args: string[]): Promise<Finished> => cli(args, { MLFLOW_TRACKING_URI: server.url });
  const done = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await ask(...args);
    expect([code, stderr]).toEqual([0, ""]);
    return stdout;
  };
  const json = async (...args: string[]): Promise<Record<string, unknown>> => {
    const stdout = await done(...args, "--json");
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const fails = async (message: string | RegExp, ...args: string[]): Promise<void> => {
    const { code, stdout, stderr } = await ask(...args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^p300-registry: [^\n]+\n$/);
    expect(stderr).toMatch(message);
  };

  test("experiments are made, listed, shown, deleted and restored", async () => {
    const id = (await done("experiments", "create", "weird 'ü' name", "--tag", "a=b=c")).trim();
    expect(id).toMatch(/^\d+$/);
    expect(await json("experiments", "show", "weird 'ü' name")).toMatchObject({
      experiment_id: id,
      tags: { a: "b=c" },
    });
    expect(await json("experiments", "show", id)).toMatchObject({ name: "weird 'ü' name" });
    expect(await done("experiments", "list")).toMatch(/^ID +NAME +STAGE +CREATED +ARTIFACTS\n/);
    await done("experiments", "delete", id);
    expect(await json("experiments", "list", "--view", "deleted")).toMatchObject({
      experiments: [{ experiment_id: id }],
    });
    await done("experiments", "restore", id);
    expect(await json("experiments", "list", "--filter", "name LIKE 'weird%'", "--max-results", "1")).toMatchObject({
      experiments: [{ experiment_id: id, lifecycle_stage: "active" }],
    });
    await fails(/already exists/, "experiments", "create", "weird 'ü' name");
    await fails(/there is no experiment "none" at http/, "experiments", "show", "none");
    await fails(/there is no experiment "77777"/, "runs", "list", "--experiment", "77777");
  });

  test("a folder becomes a version, is promoted, and rolled back", async () => {
    const home = temporaryFolder();
    const model = join(home, "model");
    mkdirSync(join(model, "deep"), { recursive: true });
    writeFileSync(join(model, "model.json"), "{}");
    writeFileSync(join(model, "deep", "w.bin"), Buffer.alloc(2 << 20));
    await fails(/there is no registered model "P300"/, "promote", "P300");
    await fails(/no such file or folder/, "models", "register", join(home, "none"), "P300");
    expect(await done("models", "register", model, "P300", "--alias", "challenger")).toBe(
      "registered  P300 version 1\n",
    );
    expect(await done("promote", "P300")).toBe("promoted  P300 version 1 is champion\n");
    expect(await done("promote", "P300")).toBe("unchanged  P300 version 1 is champion\n");
    await fails(/no alias previous-champion to roll back to/, "rollback", "P300");
    expect(await json("models", "register", "models:/P300/1", "P300", "--alias", "challenger")).toMatchObject({
      version: "2",
    });
    expect(await json("promote", "P300")).toMatchObject({
      version: "2",
      previous_version: "1",
      promoted: true,
      moved: true,
    });
    expect(await json("models", "show", "P300")).toMatchObject({
      aliases: { champion: "2", challenger: "2", "previous-champion": "1" },
    });
    expect(await done("rollback", "P300")).toContain("P300 version 1 is champion");
    await done("models", "set-alias", "P300", "canary", "2");
    expect(await done("models", "versions", "P300")).toMatch(/\n2 +.*canary/);
    await done("models", "delete-alias", "P300", "canary");
    expect(await done("models", "list")).toContain("challenger=2, champion=1, previous-champion=2");

    expect(await done("artifacts", "list", "models:/P300@champion")).toMatch(
      /^BYTES +PATH\n +deep\/\n2 +model\.json\n$/,
    );
    const out = join(home, "out");
    await done("artifacts", "download", "models:/P300/1", "--out", out);
    expect(readFileSync(join(out, "deep", "w.bin")).length).toBe(2 << 20);
    await fails(
      /model "P300" at http.* has no alias "nobody"; it has challenger, champion, previous-champion/,
      "artifacts",
      "download",
      "models:/P300@nobody",
      "--out",
      join(home, "not-made"),
    );
    expect(existsSync(join(home, "not-made"))).toBe(false);
    await fails(/there is no registered model "none"/, "artifacts", "list", "models:/none/1");
    await fails(/is no version, no stage/, "artifacts", "list", "models:/P300/beta");
    await fails(/not found/, "models", "set-alias", "P300", "canary", "99");
    await fails(/not found/, "models", "versions", "none");
  });

  test("runs are listed by filter and order, shown, and take artifacts", async () => {
    const { MlflowClient } = await import("../../src/index");
    const client = new MlflowClient({ trackingUri: server.url });
    const experimentId = await client.createExperiment("runs");
    for (let i = 0; i < 3; i++) {
      const { info } = await client.createRun({ experimentId, runName: `\u001B[31mrun ${i}`, startTime: 1000 * i });
      await client.logBatch(info.runId, { metrics: { auc: i / 10 }, params: { camelCase: "Kept" } });
    }
    const listed = await json(
      "runs",
      "list",
      "--experiment",
      "runs",
      "--filter",
      "metrics.auc > 0",
      "--order-by",
      "metrics.auc DESC",
    );
    expect(listed).toMatchObject({
      runs: [
        { info: { run_name: "\u001B[31mrun 2" }, data: { metrics: { auc: 0.2 }, params: { camelCase: "Kept" } } },
        { data: { metrics: { auc: 0.1 } } },
      ],
    });
    const [{ info }] = listed["runs"] as [{ info: { run_id: string } }];
    const shown = await done("runs", "show", info.run_id);
    expect(shown).toContain("metric auc");
    expect(shown).not.toContain("\u001B"); // a name does not steer the terminal
    const file = join(temporaryFolder(), "a b.txt");
    writeFileSync(file, "x");
    await done("artifacts", "upload", info.run_id, file, "--path", "notes");
    expect(await json("artifacts", "list", info.run_id, "notes")).toMatchObject({
      files: [{ path: "notes/a b.txt", is_dir: false, file_size: 1 }],
    });
    await fails(/no such file or folder/, "artifacts", "upload", info.run_id, `${file}-not`);
    await fails(/'\.\.' part/, "artifacts", "upload", info.run_id, file, "--path", "../..");
    await fails(/'\.\.' part/, "artifacts", "list", info.run_id, "../..");
    await done("runs", "delete", info.run_id);
    await done("runs", "restore", info.run_id);
    await fails(/filter/, "runs", "list", "--filter", "auc !! 3");
    await fails(/not found/, "runs", "show", "0".repeat(32));
    expect(await done("runs", "list", "--experiment", "runs", "--filter", "metrics.auc > 9")).toBe("no runs\n");
  });

  test("a reader that goes away is no failure", async () => {
    const child = spawn(process.execPath, [BIN, "experiments", "list", "--registry", server.url], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect([code, stderr]).toEqual([0, ""]);
  });
});
