import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dag } from "../../src/dag";
import type { TryJob } from "../../src/executor/executor";
import { type Ending, simulate, type Simulation, START } from "../simulation";

const nothing = (): void => {};
const chain = dag({ dagId: "chain", schedule: null, isPausedUponCreation: false }, (d) => {
  const a = d.task("a", nothing);
  const b = d.task("b", { upstream: [a], retries: 1, retryDelaySeconds: 10 }, nothing);
  const c = d.task("c", { upstream: [b] }, nothing);
  d.task("free", nothing);
  d.task("end", { upstream: [c], triggerRule: "all_done" }, nothing);
});
const dagId = "chain";
const runId = "run";
let simulation: Simulation;
/** Tasks that fail whenever they are tried. */
const failing = new Set<string>();
const endingOf = ({ facts }: TryJob): Ending => (failing.has(facts.taskId) ? "failed" : { value: facts.tryNumber });
const stateOfRun = async (): Promise<string> => (await simulation.store.getRun(dagId, runId))!.state;

beforeEach(async () => {
  failing.clear();
  simulation = await simulate([chain]);
  await simulation.store.createRun({ dagId, runId });
});
afterEach(() => simulation.store.close());

describe("tries", () => {
  test("a task without a try has none; a retried one keeps each, failed; the last is the current one", async () => {
    failing.add("b");
    await simulation.runToEnd(endingOf);
    const tries = async (taskId: string) =>
      (await simulation.store.listTries({ dagId, runId, taskId })).map(({ tryNumber, state }) => [tryNumber, state]);
    expect(await tries("a")).toEqual([[1, "success"]]);
    expect(await tries("b")).toEqual([
      [1, "failed"],
      [2, "failed"],
    ]);
    expect(await tries("c")).toEqual([]);
    expect(await simulation.instance("c")).toMatchObject({ state: "upstream_failed", tryNumber: 0 });
  });
  test("while a retry is waited for, the failed try is listed once", async () => {
    failing.add("b");
    await simulation.tick();
    for (const _ of ["a", "b"]) {
      for (const job of await simulation.executor.claim()) await simulation.executor.end(job.id, endingOf(job));
      await simulation.tick();
    }
    expect((await simulation.instance("b")).state).toBe("up_for_retry");
    expect((await simulation.instance("b")).retryAt).toBe(START + 10_000);
    const tries = await simulation.store.listTries({ dagId, runId, taskId: "b" });
    expect(tries.map(({ tryNumber, state }) => [tryNumber, state])).toEqual([[1, "failed"]]);
  });
  test("each try has an id of its own, and the XCom is that of the last one", async () => {
    failing.add("b");
    await simulation.runToEnd(endingOf);
    const ids = (await simulation.store.listTries({ dagId, runId, taskId: "b" })).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(await simulation.store.getXCom({ dagId, runId, taskId: "b", key: "return_value" })).toBeNull();
  });
});

describe("clear", () => {
  beforeEach(async () => {
    failing.add("b");
    await simulation.runToEnd(endingOf);
    failing.clear();
  });
  test("runs the chosen tasks again, with as many tries as at first, and the run goes on", async () => {
    expect(await stateOfRun()).toBe("success"); // the only leaves, end and free, did
    const cleared = await simulation.store.clearTaskInstances({ dagId, runId, tasks: ["b"], includeDownstream: true });
    expect(cleared.map(({ taskId, state }) => [taskId, state])).toEqual([
      ["b", null],
      ["c", null],
      ["end", null],
    ]);
    expect(cleared[0]).toMatchObject({ tryNumber: 2, maxTries: 3, startDate: null, endDate: null });
    expect(await stateOfRun()).toBe("queued");
    await simulation.runToEnd(endingOf);
    expect(await simulation.states()).toEqual({
      a: "success",
      b: "success",
      c: "success",
      free: "success",
      end: "success",
    });
    expect((await simulation.instance("b")).tryNumber).toBe(3);
    expect((await simulation.instance("a")).tryNumber).toBe(1);
    const tries = await simulation.store.listTries({ dagId, runId, taskId: "b" });
    expect(tries.map(({ tryNumber, state }) => [tryNumber, state])).toEqual([
      [1, "failed"],
      [2, "failed"],
      [3, "success"],
    ]);
  });
  test("a dry run says what it would clear, and changes nothing", async () => {
    const before = await simulation.states();
    const rows = await simulation.store.clearTaskInstances({ dagId, runId, onlyFailed: true, dryRun: true });
    expect(rows.map(({ taskId, state }) => [taskId, state])).toEqual([
      ["b", "failed"],
      ["c", "upstream_failed"],
    ]);
    expect(await simulation.states()).toEqual(before);
    expect(await stateOfRun()).toBe("success");
  });
  test("without resetDagRuns the run stays ended", async () => {
    await simulation.store.clearTaskInstances({ dagId, runId, tasks: ["b"], resetDagRuns: false });
    expect(await stateOfRun()).toBe("success");
  });
  test("of a DAG or a run that is not there is refused", async () => {
    await expect(simulation.store.clearTaskInstances({ dagId: "x" })).rejects.toMatchObject({
      code: "ERR_DAG_NOT_FOUND",
    });
    const noRun = simulation.store.clearTaskInstances({ dagId, runId: "x" });
    await expect(noRun).rejects.toMatchObject({ code: "ERR_DAG_RUN_NOT_FOUND" });
  });
});

test("a task that is cleared while it runs is ended, and tried again even without retries", async () => {
  await simulation.tick();
  const [job] = (await simulation.executor.claim()).filter(({ facts }) => facts.taskId === "a");
  await simulation.store.clearTaskInstances({ dagId, runId, tasks: ["a"] });
  expect((await simulation.instance("a")).state).toBe("restarting");
  await simulation.tick();
  expect(simulation.executor.cancelled).toEqual([job!.id]);
  expect(await simulation.executor.end(job!.id, "success")).toBe("restarting");
  await simulation.runToEnd(endingOf);
  expect(await simulation.instance("a")).toMatchObject({ state: "success", tryNumber: 2 });
  const tries = await simulation.store.listTries({ dagId, runId, taskId: "a" });
  expect(tries.map(({ state }) => state)).toEqual(["failed", "success"]);
});

describe("mark", () => {
  test("a failed task success: what it blocked is cleared, and the run goes on", async () => {
    failing.add("b");
    await simulation.runToEnd(endingOf);
    const set = await simulation.store.setTaskInstanceState({ dagId, runId, taskId: "b", state: "success" });
    expect(set.map(({ taskId, state }) => [taskId, state])).toEqual([["b", "success"]]);
    expect(await simulation.states()).toMatchObject({ c: null });
    expect(await stateOfRun()).toBe("queued");
    await simulation.runToEnd(endingOf);
    expect(await simulation.states()).toMatchObject({ b: "success", c: "success", end: "success" });
  });
  test("with nothing blocked the run's state stays", async () => {
    await simulation.runToEnd(endingOf);
    await simulation.store.setTaskInstanceState({ dagId, runId, taskId: "free", state: "failed" });
    expect(await stateOfRun()).toBe("success");
  });
  test("a running task: it is ended, and its report refused", async () => {
    await simulation.tick();
    const [job] = (await simulation.executor.claim()).filter(({ facts }) => facts.taskId === "a");
    await simulation.store.setTaskInstanceState({ dagId, runId, taskId: "a", state: "skipped" });
    await simulation.tick();
    expect(simulation.executor.cancelled).toEqual([job!.id]);
    expect(await simulation.executor.end(job!.id, "success")).toBe("refused");
    expect(await simulation.states()).toMatchObject({ a: "skipped", b: "skipped", c: "skipped" });
  });
  test("with includeDownstream every task down from it", async () => {
    await simulation.store.setTaskInstanceState({
      dagId,
      runId,
      taskId: "b",
      state: "failed",
      includeDownstream: true,
    });
    expect(await simulation.states()).toEqual({ a: null, b: "failed", c: "failed", end: "failed", free: null });
  });
  test("a task that is not there is refused", async () => {
    const set = simulation.store.setTaskInstanceState({ dagId, runId, taskId: "zz", state: "failed" });
    await expect(set).rejects.toMatchObject({ code: "ERR_DAG_TASK_INSTANCE_NOT_FOUND" });
  });
  test("a run failed: running tasks failed, pending skipped, ended ones left", async () => {
    await simulation.tick();
    const jobs = await simulation.executor.claim();
    const free = jobs.find(({ facts }) => facts.taskId === "free")!;
    await simulation.executor.end(free.id, "success");
    await simulation.store.setRunState(dagId, runId, "failed");
    expect(await simulation.states()).toEqual({
      a: "failed",
      b: "skipped",
      c: "skipped",
      end: "skipped",
      free: "success",
    });
    await simulation.tick();
    expect(simulation.executor.live().size).toBe(0);
    expect(await stateOfRun()).toBe("failed");
  });
  test("a run success: every instance success; then queued: all of it again", async () => {
    failing.add("b");
    await simulation.runToEnd(endingOf);
    await simulation.store.setRunState(dagId, runId, "success");
    expect(new Set(Object.values(await simulation.states()))).toEqual(new Set(["success"]));
    failing.clear();
    await simulation.store.setRunState(dagId, runId, "queued");
    await simulation.runToEnd(endingOf);
    expect((await simulation.instance("a")).tryNumber).toBe(2);
    expect(await stateOfRun()).toBe("success");
  });
});

test("a mapped task that is cleared with its list expands anew: fewer instances, and no value of the old ones", async () => {
  const mapped = dag({ dagId: "m", schedule: null, isPausedUponCreation: false }, (d) => {
    const list = d.task("list", () => [1]);
    const each = d.task("each", { expand: { x: list.output } }, ({ args }) => args.x);
    d.task("sum", { args: { all: each.output } }, nothing);
  });
  const local = await simulate([mapped]);
  await local.store.createRun({ dagId: "m", runId });
  let lengths = [3, 2];
  const all: unknown[] = [];
  const ending = ({ facts, outputs }: TryJob): Ending => {
    if (facts.taskId === "sum") all.push(outputs["each"]);
    return { value: facts.taskId === "list" ? Array.from({ length: lengths.shift()! }, (_, i) => i) : facts.mapIndex };
  };
  await local.runToEnd(ending);
  expect(Object.keys(await local.states())).toEqual(["list", "each[0]", "sum", "each[1]", "each[2]"]);
  await local.store.clearTaskInstances({ dagId: "m", runId });
  await local.runToEnd(ending);
  expect(await local.states()).toEqual({ list: "success", "each[0]": "success", "each[1]": "success", sum: "success" });
  expect(all).toEqual([
    [0, 1, 2],
    [0, 1],
  ]);
  // Only some instances: no new expansion, and the list is as it was.
  lengths = [];
  await local.store.clearTaskInstances({ dagId: "m", runId, tasks: [["each", 1], "sum"] });
  await local.runToEnd(ending);
  expect(all[2]).toEqual([0, 1]);
  expect((await local.instance("each", 1)).tryNumber).toBe(2);
  expect((await local.instance("each", 0)).tryNumber).toBe(2);
  await local.store.close();
});
