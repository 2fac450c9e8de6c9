import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BIN, Site, until } from "./standalone";

let site: Site;
beforeEach(() => {
  site = new Site();
});
afterEach(() => site.remove());

const PIPELINE = `import { dag } from "@p300/dag";
import { double } from "./lib/double";
export default dag({ dagId: "pipeline", schedule: null, params: { factor: 1 } }, (d) => {
  const subjects = d.task("subjects", async ({ log, conf }) => { log.info("listing"); console.log("on stdout"); return conf["subjects"] as number[]; });
  const work = d.task("work", { expand: { subject: subjects.output }, retries: 1, retryDelaySeconds: 0 }, async ({ args, variables, tryNumber }) => {
    if (args.subject === 2) throw new TypeError("subject 2 is broken");
    if (args.subject === 3 && tryNumber === 1) throw new Error("only the first try");
    await variables.set("last_subject", String(args.subject));
    return double(args.subject);
  });
  d.task("end", { upstream: [work], triggerRule: "all_done" }, async ({ xcom }) => xcom.pull({ taskIds: "work" }));
});
`;

test("a run through REST: mapped tasks, retries, one broken instance, an all_done leaf; then a clean end", async () => {
  site.put("pipeline.ts", PIPELINE);
  site.put("lib/double.ts", "export const double = (x: number): number => x * 2;");
  const { client, child, output, url } = await site.start();
  const { dag_run_id: runId } = await client.triggerDag("pipeline", { conf: { subjects: [1, 2, 3] } });
  const run = await client.waitForRun("pipeline", runId, { timeoutSeconds: 50 });
  expect(run.state).toBe("success");
  const instances = await client.listTaskInstances("pipeline", runId);
  expect(instances.map((ti) => `${ti.task_id}[${ti.map_index}] ${ti.state} ${ti.try_number}`).sort()).toEqual([
    "end[-1] success 1",
    "subjects[-1] success 1",
    "work[0] success 1",
    "work[1] failed 2",
    "work[2] success 2",
  ]);
  expect(await client.getXCom("pipeline", runId, "work", "return_value", 2)).toBe(6);
  expect(await client.getXCom("pipeline", runId, "end")).toEqual([2, 6]);
  expect((await client.getVariable("last_subject")).value).toMatch(/^[13]$/);
  const log = await fetch(
    `${url}/api/v2/dags/pipeline/dagRuns/${encodeURIComponent(runId)}/taskInstances/subjects/logs/1`,
  );
  const { content } = (await log.json()) as { content: { event: string; logger?: string }[] };
  expect(content).toContainEqual(expect.objectContaining({ event: "listing", logger: "task" }));
  expect(content).toContainEqual(expect.objectContaining({ event: "on stdout", logger: "task.stdout" }));
  child.kill("SIGTERM");
  expect(await output.exit).toBe(0);
  await site.gone();
});

test("workers see a changed file, and a changed helper of it", async () => {
  const text = (value: string) => `import { dag } from "@p300/dag";
import { helper } from "./helper";
export default dag({ dagId: "changing", schedule: null }, (d) => { d.task("say", async () => "${value} " + helper); });`;
  site.put("helper.ts", `export const helper = "one";`);
  site.put("changing.ts", text("first"));
  const { client } = await site.start(["--workers", "1"]);
  const say = async () => {
    const { dag_run_id: runId } = await client.triggerDag("changing");
    await client.waitForRun("changing", runId, { timeoutSeconds: 50 });
    return client.getXCom("changing", runId, "say");
  };
  expect(await say()).toBe("first one");
  site.put("helper.ts", `export const helper = "two, and longer";`);
  expect(await say()).toBe("first two, and longer");
  site.put("changing.ts", text("second"));
  expect(await say()).toBe("second two, and longer");
});

vi.setConfig({ testTimeout: 180_000 }); // processes on a machine that may be busy

test("a paused DAG's run waits until it is unpaused", async () => {
  site.put(
    "one.ts",
    `import { dag } from "@p300/dag";\nexport default dag({ dagId: "one", schedule: null }, (d) => { d.task("only", async () => 1); });`,
  );
  const { client } = await site.start([], { P300_DAG__CORE__DAGS_ARE_PAUSED_AT_CREATION: "true" });
  expect((await client.getDag("one")).is_paused).toBe(true);
  const { dag_run_id: runId } = await client.triggerDag("one");
  await expect(client.waitForRun("one", runId, { timeoutSeconds: 1.5 })).rejects.toThrow(/still queued/);
  await client.setPaused("one", false);
  expect((await client.waitForRun("one", runId, { timeoutSeconds: 50 })).state).toBe("success");
});

test("files that are broken, hang or end their process are import errors; the others run", async () => {
  site.put(
    "good.ts",
    `import { dag } from "@p300/dag";\nexport default dag({ dagId: "good", schedule: null }, (d) => { d.task("only", async () => 1); });`,
  );
  site.put("broken.ts", `import { dag } from "@p300/dag";\nexport default dag(((`);
  site.put(
    "cycle.ts",
    `import { dag } from "@p300/dag";\nexport default dag({ dagId: "cycle", schedule: null }, (d) => { d.task("a", { upstream: ["b"] }, async () => 1); d.task("b", { upstream: ["a"] }, async () => 1); });`,
  );
  site.put("hangs.ts", `/* dag */ for (;;);`);
  site.put("leaves.ts", `/* dag */ process.exit(7);`);
  const { client } = await site.start([], { P300_DAG__CORE__DAGBAG_IMPORT_TIMEOUT: "5" });
  const errors = new Map((await client.listImportErrors()).map(({ filename, stack_trace }) => [filename, stack_trace]));
  expect([...errors.keys()].sort()).toEqual(["broken.ts", "cycle.ts", "hangs.ts", "leaves.ts"]);
  expect(errors.get("broken.ts")).toMatch(/broken\.ts:2/);
  expect(errors.get("cycle.ts")).toMatch(/cycle/);
  expect(errors.get("hangs.ts")).toMatch(/longer than 5 s/);
  expect(errors.get("leaves.ts")).toMatch(/exit code 7/);
  expect((await client.listDags()).map(({ dag_id }) => dag_id)).toEqual(["good"]);
  const { dag_run_id: runId } = await client.triggerDag("good");
  expect((await client.waitForRun("good", runId, { timeoutSeconds: 50 })).state).toBe("success");
});

describe("refuses to start, in one line, with exit 1 and nothing left:", () => {
  const oneLine = (stderr: string) => stderr.trim().split("\n");
  const standalone = (...args: string[]) =>
    site.run("standalone", "--dags-folder", site.dagsFolder, "--home", site.home, "--port", "0", ...args);

  test("a port in use", async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
    const { port } = blocker.address() as AddressInfo;
    const { code, stdout, stderr } = await standalone("--port", String(port));
    await new Promise((resolve) => blocker.close(resolve));
    expect([code, stdout]).toEqual([1, ""]);
    expect(oneLine(stderr)).toEqual([expect.stringContaining(`port ${port} of 127.0.0.1 is in use`)]);
    await site.gone();
    expect(existsSync(join(site.home, "standalone.json"))).toBe(false);
  });

  test("a home that another one has", async () => {
    const first = await site.start();
    const { code, stderr } = await standalone();
    expect(code).toBe(1);
    expect(oneLine(stderr)).toEqual([
      expect.stringMatching(new RegExp(`in use by another p300-dag.*${first.child.pid}`)),
    ]);
    expect((await first.client.listDags()).length).toBe(0);
  });

  test.each([
    ["a dags folder that is not there", ["--dags-folder", "absent"], /dags folder .*absent does not exist/],
    ["a host that others can reach", ["--host", "0.0.0.0"], /0\.0\.0\.0 is not loopback/],
    ["a database that is not SQLite's", ["--database", "postgresql://me:secret@db/x"], /database .*sqlite/],
    ["the Redis executor", ["--executor", "redis"], /Redis executor is not supported yet/],
    ["a log level that is none", ["--log-level", "loud"], /log level .*loud/],
  ])("%s", async (_name, args, message) => {
    const { code, stdout, stderr } = await standalone(...args);
    expect([code, stdout]).toEqual([1, ""]);
    expect(oneLine(stderr)).toEqual([expect.stringMatching(message)]);
    expect(stderr).not.toContain("secret");
    await site.gone();
  });

  test("a file as database that is none of ours", async () => {
    site.put("not.db", "this is no database, but it is long enough to be taken for one ".repeat(100));
    const { code, stderr } = await standalone("--database", `sqlite:///${join(site.dagsFolder, "not.db")}`);
    expect(code).toBe(1);
    expect(oneLine(stderr)).toHaveLength(1);
    expect(readFileSync(join(site.dagsFolder, "not.db"), "utf8")).toMatch(/^this is no database/);
  });
});

test("Ctrl-C of a terminal, which goes to the whole process group, writes no false import error", async () => {
  site.put(
    "one.ts",
    `import { dag } from "@p300/dag";\nexport default dag({ dagId: "one", schedule: null }, (d) => { d.task("only", async () => 1); });`,
  );
  const child = spawn(
    process.execPath,
    [BIN, "standalone", "--port", "0", "--home", site.home, "--dags-folder", site.dagsFolder],
    {
      env: site.env,
      stdio: "ignore",
      detached: true,
    },
  );
  const exit = new Promise((resolve) => child.once("exit", resolve));
  await until(
    () => (existsSync(join(site.home, "standalone.json")) ? true : null),
    () => "did not come up",
  );
  process.kill(-(child.pid ?? 0), "SIGINT");
  expect(await exit).toBe(0);
  await site.gone();
  expect((await site.run("dags", "list-import-errors", "--home", site.home, "--json")).stdout).toBe("[]\n");
});
