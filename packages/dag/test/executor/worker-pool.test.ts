import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LINE_LENGTH_MAX } from "../../src/executor/capture";
import { endProcess } from "../../src/executor/end-process";
import type { Executor, ExecutorHost, TryJob } from "../../src/executor/executor";
import { logFilePath, type LogLine } from "../../src/executor/log-file";
import { isFromWorker } from "../../src/executor/protocol";
import { createWorkerPool } from "../../src/executor/worker-pool";
import type { TryReport } from "../../src/store/sql/tries";

const source = `
import { dag, SkipTask, FailWithoutRetry } from "@p300/dag";
import { spawn } from "node:child_process";
const forever = () => { for (;;); };
export default dag({ dagId: "d", schedule: null }, (d) => {
  d.task("value", { args: { x: 2 } }, ({ args, log, mapIndex }) => {
    log.info("hello", { unit: "µV" });
    console.log("printed\\nin two lines");
    console.error("to stderr");
    process.stdout.write("no newline");
    return { twice: args.x * 2, mapIndex };
  });
  d.task("pid", () => process.pid);
  d.task("throws", () => { throw new TypeError("bad epoch", { cause: new Error("no stim") }); });
  d.task("skips", () => { throw new SkipTask("no data"); });
  d.task("fatal", () => { throw new FailWithoutRetry("never"); });
  d.task("exits", () => process.exit(3));
  d.task("killed", () => process.kill(process.pid, "SIGKILL"));
  d.task("rejects", () => { void Promise.reject(new Error("left alone")); return new Promise((resolve) => setTimeout(resolve, 60_000)); });
  d.task("polite", ({ signal }) => new Promise((resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))));
  d.task("stubborn", forever);
  d.task("nan", () => ({ auc: Number.NaN }));
  d.task("huge", () => "x".repeat(2_000_000));
  d.task("variables", async ({ variables }) => {
    await variables.set("k", { a: 1 });
    return [await variables.getJson("k"), await variables.get("none", "fallback"), await variables.delete("k"), await variables.get("k") ?? "gone"];
  });
  d.task("pushes", async ({ xcom }) => { xcom.push("a", [1]); throw new Error("after pushing"); });
  d.task("sends", () => { process.send?.(null); process.send?.({ kind: "ended" }); return typeof process.send; });
  d.task("evil", () => { throw new Proxy({}, { get() { throw new Error("get"); }, has: () => true }); });
  d.task("bare", () => { throw Object.assign(Object.create(null), { stage: 3 }); });
  d.task("long_line", () => { for (let i = 0; i < 100; i++) process.stdout.write("x".repeat(3000)); });
  d.task("child", ({ log }) => { const child = spawn("sleep", ["600"], { stdio: "inherit" }); log.info("child", { pid: child.pid }); return new Promise(() => {}); });
});
`;

let folder: string;
let pool: Executor;
const jobs = new Map<string, TryJob>();
const workers = new Map<string, number>();
const reports = new Map<string, TryReport>();
const variables = new Map<string, string>();
let onEnd: (() => void)[] = [];

const host: ExecutorHost = {
  claim(id, { pid }) {
    workers.set(id, pid);
    return Promise.resolve(jobs.get(id) ?? null);
  },
  end(report) {
    reports.set(report.id, report);
    const waiting = onEnd;
    onEnd = [];
    for (const wake of waiting) wake();
    return Promise.resolve(report.outcome);
  },
  getVariable: (key) => Promise.resolve(variables.get(key) ?? null),
  setVariable: (key, value) => Promise.resolve(void variables.set(key, value)),
  deleteVariable: (key) => Promise.resolve(variables.delete(key)),
  pull: () => Promise.resolve(null),
};

function jobOf(taskId: string, more: Partial<TryJob> = {}): TryJob {
  const id = `${taskId}-${jobs.size}`;
  const facts = { dagId: "d", runId: `run-${jobs.size}`, taskId, mapIndex: -1, tryNumber: 1, logicalDate: null };
  const job: TryJob = {
    id,
    facts: { ...facts, dataIntervalStart: null, dataIntervalEnd: null, conf: {}, params: {} },
    fileloc: join(folder, "dags", "d.ts"),
    isMappedOver: false,
    executionTimeoutSeconds: null,
    outputs: {},
    elements: {},
    ...more,
  };
  jobs.set(id, job);
  return job;
}

async function ended({ id }: TryJob): Promise<TryReport> {
  while (!reports.has(id)) await new Promise<void>((resolve) => onEnd.push(resolve));
  return reports.get(id)!;
}
async function run(
  taskId: string,
  more: Partial<TryJob> = {},
): Promise<{ report: TryReport; log: LogLine[]; job: TryJob }> {
  const job = jobOf(taskId, more);
  pool.submit(job.id);
  const report = await ended(job);
  return { report, log: logOf(job), job };
}
function logOf({ facts }: TryJob): LogLine[] {
  const path = logFilePath(join(folder, "logs"), facts);
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as LogLine);
}
/** Polls, since what happens in another process tells nobody here. */
async function until(condition: () => boolean, what: string): Promise<void> {
  for (const deadline = Date.now() + 20_000; !condition(); await new Promise((resolve) => setTimeout(resolve, 20)))
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
}
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A zombie has ended; nobody has looked yet.
    return process.platform !== "linux" || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "p300-pool-"));
  mkdirSync(join(folder, "dags"));
  writeFileSync(join(folder, "dags", "d.ts"), source);
  pool = createWorkerPool({ workers: 1, logsFolder: join(folder, "logs"), graceSeconds: 0.2 });
  await pool.start(host);
});
afterAll(async () => {
  await pool.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a task in a worker process", () => {
  test("gives its value, and a log of all it said", async () => {
    const { report, log } = await run("value");
    expect(report).toMatchObject({ outcome: "success", xcoms: [{ key: "return_value", length: 2 }] });
    expect(JSON.parse(report.xcoms[0]!.text)).toEqual({ twice: 4, mapIndex: -1 });
    expect(log.map(({ level, logger, event }) => [level, logger, event])).toEqual([
      ["info", "executor", "Task started"],
      ["info", "task", "hello"],
      ["info", "task.stdout", "printed"],
      ["info", "task.stdout", "in two lines"],
      ["error", "task.stderr", "to stderr"],
      ["info", "executor", "Task ended with success"],
      ["info", "task.stdout", "no newline"],
    ]);
    expect(log[1]).toMatchObject({ unit: "µV", timestamp: expect.stringMatching(/^\d{4}-.*Z$/) });
  });
  test("runs in the same process as the one before", async () => {
    const first = await run("pid");
    const second = await run("pid");
    expect(first.report.xcoms[0]!.text).toBe(second.report.xcoms[0]!.text);
    expect(Number(first.report.xcoms[0]!.text)).not.toBe(process.pid);
  });
  test("that throws fails, and may be retried; the log has the error, its cause and where", async () => {
    const { report, log } = await run("throws");
    expect(report).toMatchObject({ outcome: "failed", mayRetry: true, xcoms: [] });
    const [error, cause] = log.find(({ event }) => event === "Task failed with exception")!.error_detail!;
    expect(error).toMatchObject({ exc_type: "TypeError", exc_value: "bad epoch" });
    expect(error!.frames[0]).toMatchObject({ filename: join(folder, "dags", "d.ts") });
    expect(cause).toMatchObject({ exc_type: "Error", exc_value: "no stim" });
  });
  test("that throws SkipTask is skipped; FailWithoutRetry fails for good", async () => {
    expect((await run("skips")).report).toMatchObject({ outcome: "skipped" });
    expect((await run("fatal")).report).toMatchObject({ outcome: "failed", mayRetry: false });
  });
  test.each([
    ["nan", "is NaN", 'has at "auc" NaN'],
    ["huge", "bytes", "above the limit of 1048576"],
  ])("that returns %s fails, and says why", async (taskId, _what, message) => {
    const { report, log } = await run(taskId);
    expect(report.outcome).toBe("failed");
    expect(JSON.stringify(log.at(-1)?.error_detail?.[0]?.exc_value)).toContain(JSON.stringify(message).slice(1, -1));
  });
  test.each([
    ["evil", "a value that cannot be shown"],
    ["bare", "[Object: null prototype] { stage: 3 }"],
  ])("that throws what is no error (%s) fails, and the log shows what can be shown", async (taskId, shown) => {
    const { report, log } = await run(taskId);
    expect(report).toMatchObject({ outcome: "failed", mayRetry: true });
    expect(log.at(-1)).toMatchObject({ event: "Task failed with exception", error_detail: [{ exc_value: shown }] });
  });
  test("has no channel to its parent: that one is ours", async () => {
    const { report } = await run("sends");
    expect(report).toMatchObject({ outcome: "success", xcoms: [{ text: '"undefined"' }] });
  });
  test("that prints no line ends has its output cut into lines", async () => {
    const { log } = await run("long_line");
    const printed = log.filter(({ logger }) => logger === "task.stdout").map(({ event }) => event.length);
    expect(Math.max(...printed)).toBe(LINE_LENGTH_MAX);
    expect(printed.reduce((a, b) => a + b, 0)).toBe(300_000);
  });
  test("keeps what it pushed before it failed", async () => {
    expect((await run("pushes")).report).toMatchObject({
      outcome: "failed",
      xcoms: [{ key: "a", text: "[1]", length: 1 }],
    });
  });
  test("that is mapped over must return a list or an object of at most 1024", async () => {
    const { report, log } = await run("pid", { isMappedOver: true });
    expect(report).toMatchObject({ outcome: "failed", xcoms: [] });
    expect(log.at(-1)?.error_detail?.[0]?.exc_value).toContain("is a number, but another task is mapped over it");
    expect((await run("value", { isMappedOver: true })).report.outcome).toBe("success");
  });
  test("reaches the variables of the owner", async () => {
    const { report } = await run("variables");
    expect(JSON.parse(report.xcoms[0]!.text)).toEqual([{ a: 1 }, "fallback", true, "gone"]);
  });
  test("of a DAG that is not in the file any more fails, and says so", async () => {
    const { report, log } = await run("renamed");
    expect(report.outcome).toBe("failed");
    expect(log.at(-1)?.error_detail?.[0]?.exc_value).toContain('task "renamed" of DAG "d"');
  });
  test("whose file does not load fails, and says where", async () => {
    const broken = join(folder, "dags", "broken.ts");
    writeFileSync(broken, "export default (;");
    const { report, log } = await run("value", { fileloc: broken });
    expect(report).toMatchObject({ outcome: "failed", mayRetry: true });
    expect(log[0]?.event).toBe(`Cannot load ${broken}`);
  });
  test("sees the file as it is now", async () => {
    const path = join(folder, "dags", "edited.ts");
    const write = (value: number) =>
      writeFileSync(
        path,
        `import { dag } from "@p300/dag"; export default dag({ dagId: "d", schedule: null }, (d) => { d.task("t", () => ${value}); });`,
      );
    write(1);
    expect((await run("t", { fileloc: path })).report.xcoms[0]!.text).toBe("1");
    write(22);
    expect((await run("t", { fileloc: path })).report.xcoms[0]!.text).toBe("22");
  });
});

describe("a worker process that dies", () => {
  test.each([
    ["exits", "died (exit code 3)"],
    ["killed", "died (signal SIGKILL)"],
    ["rejects", "died (exit code 1)"],
  ])("because the task %s: the try fails, the log says so, and the next task runs", async (taskId, how) => {
    const { report, log } = await run(taskId);
    expect(report).toMatchObject({ outcome: "failed", mayRetry: true });
    expect(log.at(-1)).toMatchObject({
      logger: "executor",
      level: "error",
      event: `The worker process of this try ${how}`,
    });
    expect((await run("value")).report.outcome).toBe("success");
  });
  test("leaves what Node printed at its death in the log", async () => {
    const { log } = await run("rejects");
    expect(log.some(({ logger, event }) => logger === "task.stderr" && event.includes("left alone"))).toBe(true);
  });
});

describe("a task that is to end", () => {
  test("on its timeout: its signal is aborted, and it fails", async () => {
    const { report, log } = await run("polite", { executionTimeoutSeconds: 0.1 });
    expect(report).toMatchObject({ outcome: "failed", mayRetry: true });
    expect(log.map(({ event }) => event)).toContain("The task is asked to end: execution timeout of 0.1 s passed");
    expect(log.at(-1)?.error_detail?.[0]?.exc_value).toBe("execution timeout of 0.1 s passed");
  });
  test("and does not: its process is killed, and it fails", async () => {
    const { report, log, job } = await run("stubborn", { executionTimeoutSeconds: 0.1 });
    expect(report).toMatchObject({ outcome: "failed", mayRetry: true });
    expect(log.at(-1)?.event).toBe("The worker process of this try was ended: execution timeout of 0.1 s passed");
    expect(isAlive(workers.get(job.id)!)).toBe(false);
  });
  test("by hand, with the processes it started", async () => {
    const job = jobOf("child");
    pool.submit(job.id);
    await until(() => logOf(job).some(({ event }) => event === "child"), "the child of the task");
    const child = logOf(job).find(({ event }) => event === "child")!["pid"] as number;
    expect(isAlive(child)).toBe(true);
    pool.cancel(job.id, "it was cleared");
    expect((await ended(job)).outcome).toBe("failed");
    await until(() => !isAlive(child), "the end of the child");
  });
  test("before it began: it does not", async () => {
    const first = jobOf("polite");
    const second = jobOf("value");
    pool.submit(first.id);
    pool.submit(second.id);
    pool.cancel(second.id, "it was cleared");
    expect(pool.live()).toEqual(new Set([first.id]));
    await until(() => logOf(first).length > 0, "the start of the first task");
    pool.cancel(first.id, "it was cleared");
    await ended(first);
    expect(logOf(second)).toEqual([]);
  });
});

test("a pool that stops lets tasks end, kills those that do not, and reports no failure of its own making", async () => {
  const local = createWorkerPool({ workers: 2, logsFolder: join(folder, "logs"), graceSeconds: 0.2 });
  await local.start(host);
  const stubborn = jobOf("stubborn");
  const polite = jobOf("polite");
  for (const { id } of [stubborn, polite]) local.submit(id);
  await until(() => [stubborn, polite].every((job) => logOf(job).length > 0), "the start of both tasks");
  const pids = [stubborn, polite].map(({ id }) => workers.get(id)!);
  await local.stop();
  expect(reports.has(stubborn.id)).toBe(false);
  expect(reports.has(polite.id)).toBe(false);
  await until(() => pids.every((pid) => !isAlive(pid)), "the end of the workers");
});

test.each([
  [null, false],
  ["ready", false],
  [{ kind: "ended" }, false],
  [{ kind: "ended", report: null }, false],
  [{ kind: "call", call: 1 }, false],
  [{ type: "done" }, false],
  [{ kind: "ready" }, true],
  [{ kind: "ended", report: { id: "x", outcome: "success", mayRetry: true, xcoms: [] } }, true],
])("%j from a worker process is one of its messages: %s", (message, expected) => {
  expect(isFromWorker(message)).toBe(expected);
});

test("a process is ended only when it is the worker that is meant", async () => {
  const { job } = await run("pid");
  const pid = workers.get(job.id)!;
  expect(await endProcess(pid, "another-worker")).toBe(false);
  expect(isAlive(pid)).toBe(true);
  expect(await endProcess(2 ** 22 + 1, "nobody")).toBe(false);
});
