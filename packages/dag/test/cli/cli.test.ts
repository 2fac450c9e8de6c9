import { spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { BIN, Site, type Running } from "../e2e/standalone";

vi.setConfig({ testTimeout: 180_000 }); // processes on a machine that may be busy

let site: Site;
let running: Running;
beforeAll(async () => {
  site = new Site({
    "one.ts": `import { dag } from "@p300/dag";
export default dag({ dagId: "one", schedule: "@daily", startDate: "2026-01-01", tags: ["eeg"], description: "the first" }, (d) => {
  const first = d.task("first", async ({ conf }) => conf);
  d.task("second", { upstream: [first], retries: 2 }, async () => 2);
});
export const bad = dag({ dagId: "bad", schedule: null }, (d) => { d.task("boom", async () => { throw new Error("no"); }); });`,
  });
  running = await site.start([], { P300_DAG__CORE__DAGS_ARE_PAUSED_AT_CREATION: "true" });
});
afterAll(() => site.remove());

const cli = (...args: string[]) => site.run(...args);
const onHome = (...args: string[]) => site.run(...args, "--home", site.home);
async function json<Value>(...args: string[]): Promise<Value> {
  const { stdout, stderr, code } = await onHome(...args, "--json");
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout.trimEnd()).not.toContain("\n");
  return JSON.parse(stdout) as Value;
}

describe("with a standalone that runs", () => {
  test("dags list, show and tasks list", async () => {
    expect(
      (await json<{ dag_id: string; is_paused: boolean }[]>("dags", "list")).map(({ dag_id, is_paused }) => [
        dag_id,
        is_paused,
      ]),
    ).toEqual([
      ["bad", true],
      ["one", true],
    ]);
    const list = await onHome("dags", "list");
    expect(list.stdout).toMatch(/^dag_id +fileloc +owners +is_paused +schedule\n/);
    expect(await json("dags", "show", "one")).toMatchObject({
      dag_id: "one",
      description: "the first",
      tasks: [{ task_id: "first" }, { task_id: "second" }],
    });
    expect((await onHome("dags", "show", "one")).stdout).toMatch(/second/);
    expect((await onHome("tasks", "list", "one")).stdout).toBe("first\nsecond\n");
  });

  test("dags unpause, trigger --wait, list-runs, states-for-dag-run, pause", async () => {
    expect(await json("dags", "unpause", "bad")).toMatchObject({ is_paused: false });
    expect(await json("dags", "unpause", "one")).toMatchObject({ is_paused: false });
    const run = await json(
      "dags",
      "trigger",
      "one",
      "--conf",
      '{"a":[1]}',
      "--run-id",
      "mine",
      "--logical-date",
      "2026-02-01T06:00:00Z",
      "--wait",
      "--timeout",
      "50",
    );
    expect(run).toMatchObject({
      dag_run_id: "mine",
      state: "success",
      conf: { a: [1] },
      logical_date: "2026-02-01T06:00:00Z",
    });
    const failed = await onHome("dags", "trigger", "bad", "--wait", "--json");
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({ state: "failed" });
    expect((await json<unknown[]>("dags", "list-runs", "one", "--state", "success")).length).toBeGreaterThanOrEqual(1);
    expect((await onHome("dags", "list-runs", "bad", "--state", "running")).stdout.trim().split("\n")).toHaveLength(1);
    const states = await onHome("tasks", "states-for-dag-run", "one", "mine");
    expect(states.stdout).toMatch(/^task_id +map_index +state +try/);
    expect(states.stdout).toMatch(/second +success +1/);
    expect(await json("dags", "pause", "one")).toMatchObject({ is_paused: true });
  });

  test("variables set, get, list, delete", async () => {
    expect((await onHome("variables", "set", "last_arrived_subject_id", "5", "--description", "the newest")).code).toBe(
      0,
    );
    expect((await onHome("variables", "get", "last_arrived_subject_id")).stdout).toBe("5\n");
    await onHome("variables", "set", "last_arrived_subject_id", "10");
    expect(await json("variables", "list")).toMatchObject([
      { key: "last_arrived_subject_id", value: "10", description: "the newest" },
    ]);
    expect((await onHome("variables", "delete", "last_arrived_subject_id")).code).toBe(0);
    const { code, stdout, stderr } = await onHome("variables", "get", "last_arrived_subject_id");
    expect([code, stdout, stderr]).toEqual([
      1,
      "",
      "p300-dag: The Variable with key: `last_arrived_subject_id` was not found\n",
    ]);
  });

  test.each([
    ["an unknown DAG", ["dags", "trigger", "absent"], /^p300-dag: The Dag with ID: `absent` was not found\n$/],
    ["a run that is there already", ["dags", "trigger", "one", "--run-id", "mine"], /^p300-dag: .*mine.*\n$/],
    ["an unknown run", ["tasks", "states-for-dag-run", "one", "absent"], /^p300-dag: .*absent.*not found\n$/],
  ])("%s: one line, exit 1", async (_name, args, message) => {
    const { code, stdout, stderr } = await onHome(...args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(message);
  });

  test("--url and P300_DAG_URL name another server", async () => {
    expect((await cli("dags", "list", "--url", running.url)).code).toBe(0);
    const dead = await cli("dags", "list", "--url", "http://127.0.0.1:1");
    expect([dead.code, dead.stdout]).toEqual([1, ""]);
    expect(dead.stderr).toMatch(
      /^p300-dag: no answer from http:\/\/127\.0\.0\.1:1 \(.*\): is p300-dag standalone running there\?\n$/,
    );
    expect((await cli("dags", "list", "--url", "ftp://x")).stderr).toMatch(/no address of an API/);
  });
});

describe("misuse is exit 2", () => {
  test.each([
    ["an unknown command", ["nonsense"]],
    ["an unknown subcommand", ["dags", "nonsense"]],
    ["an unknown option", ["dags", "list", "--nonsense"]],
    ["a missing argument", ["dags", "trigger"]],
    ["too many arguments", ["dags", "list", "x"]],
    ["conf that is no JSON", ["dags", "trigger", "one", "--conf", "{oops"]],
    ["conf that is no object", ["dags", "trigger", "one", "--conf", "[1]"]],
    ["a date that is none", ["dags", "trigger", "one", "--logical-date", "2026-02-30"]],
    ["a state that is none", ["dags", "list-runs", "one", "--state", "done"]],
    ["a port that is none", ["standalone", "--port", "99999"]],
    ["workers that are none", ["standalone", "--workers", "0"]],
  ])("%s", async (_name, args) => {
    const { code, stdout, stderr } = await cli(...args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^p300-dag: .*\n\(--help shows what there is\)\n$/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test("no command at all shows the help", async () => {
    const { code, stderr } = await cli();
    expect(code).toBe(2);
    expect(stderr).toMatch(/Usage: p300-dag/);
  });
});

describe("help and version", () => {
  test.each([["--help"], ["dags", "--help"], ["dags", "trigger", "--help"], ["standalone", "--help"]])(
    "%s %s %s",
    async (...args) => {
      const { code, stdout, stderr } = await cli(...args.filter((arg) => arg !== undefined));
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/^Usage: p300-dag/);
    },
  );

  test("--version", async () => {
    const { code, stdout } = await cli("--version");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

test("a reader that goes away is no crash", async () => {
  const child = spawn(
    "sh",
    ["-c", `"$0" "$1" dags list --home "$2" --json | true; echo done`, process.execPath, BIN, site.home],
    { env: site.env },
  );
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  await new Promise((resolve) => child.once("close", resolve));
  expect(stderr).toBe("");
});

describe("without a standalone", () => {
  test("what is safe works on the database itself; a trigger says how to start one", async () => {
    running.child.kill("SIGTERM");
    expect(await running.output.exit).toBe(0);
    expect((await json<{ dag_id: string }[]>("dags", "list")).map(({ dag_id }) => dag_id)).toEqual(["bad", "one"]);
    expect(await json("dags", "unpause", "one")).toMatchObject({ is_paused: false });
    const runs = await json<{ dag_run_id: string }[]>("dags", "list-runs", "one");
    expect(runs.map(({ dag_run_id }) => dag_run_id)).toContain("mine");
    expect(await json("variables", "set", "offline", "1")).toEqual({ key: "offline" });
    expect((await onHome("variables", "get", "offline")).stdout).toBe("1\n");
    const { code, stdout, stderr } = await onHome("dags", "trigger", "one");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      `p300-dag: no p300-dag standalone runs on ${site.home}: start one with "p300-dag standalone --home ${site.home}", or give --url\n`,
    );
    const empty = await cli("dags", "list", "--home", `${site.home}-other`);
    expect([empty.code, empty.stderr]).toEqual([
      1,
      expect.stringMatching(/^p300-dag: .*-other holds no database yet.*\n$/),
    ]);
  });

  test("dags test runs a DAG in this process", async () => {
    const folder = ["--dags-folder", site.dagsFolder];
    const one = await cli("dags", "test", "one", "2026-03-01", ...folder, "--json", "--conf", '{"a":1}');
    expect(one.code).toBe(0);
    expect(JSON.parse(one.stdout)).toMatchObject({
      state: "success",
      logical_date: "2026-03-01T00:00:00Z",
      conf: { a: 1 },
      task_instances: [{ state: "success" }, { state: "success" }],
    });
    expect((await cli("dags", "test", "bad", ...folder)).code).toBe(1);
    const absent = await cli("dags", "test", "absent", ...folder);
    expect([absent.code, absent.stdout]).toEqual([1, ""]);
    expect(absent.stderr).toMatch(/^p300-dag: .*no file there defines the DAG "absent"\n$/);
  });
});
