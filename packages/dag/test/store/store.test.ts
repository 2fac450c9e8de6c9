import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dag } from "../../src/dag";
import { acquireHomeLock } from "../../src/store/home-lock";
import { openStore } from "../../src/store/open";
import type { SqlStore } from "../../src/store/sql-store";
import { simulate, type Simulation, START } from "../simulation";

const nothing = (): void => {};
const HOUR = 3_600_000;
const hourly = dag(
  { dagId: "hourly", schedule: "@hourly", tags: ["eeg", "raw"], maxActiveRuns: 2 },
  (d) => void d.task("t", nothing),
);
const daily = dag(
  { dagId: "daily", schedule: "@daily", interval: "data-interval", tags: ["eeg"] },
  (d) => void d.task("t", nothing),
);
const manual = dag({ dagId: "man_ual", schedule: null, description: "by hand" }, (d) => {
  d.task("b", { upstream: [d.task("a", nothing)] }, nothing);
});

let simulation: Simulation;
let store: SqlStore;
beforeEach(async () => {
  simulation = await simulate([hourly, daily, manual]);
  store = simulation.store;
});
afterEach(() => store.close());
const dagIds = async (filter: Parameters<SqlStore["listDags"]>[0]): Promise<string[]> =>
  (await store.listDags(filter)).rows.map(({ dagId }) => dagId);

describe("DAGs", () => {
  test.each([
    [{}, ["daily", "hourly", "man_ual"]],
    [{ orderBy: [{ column: "dagId" as const, descending: true }], limit: 2 }, ["man_ual", "hourly"]],
    [{ offset: 2 }, ["man_ual"]],
    [{ limit: 0 }, []],
    [{ dagIdPattern: "DAIL" }, ["daily"]],
    [{ dagIdPattern: "hour%|man" }, ["hourly", "man_ual"]],
    [{ dagIdPattern: "~" }, ["daily", "hourly", "man_ual"]],
    [{ tags: ["eeg", "raw"] }, ["daily", "hourly"]],
    [{ tags: ["eeg", "raw"], tagsMatchMode: "all" as const }, ["hourly"]],
    [{ dagIds: [] }, []],
    [{ paused: true }, []],
    [{ hasImportErrors: true }, []],
  ])("%j lists %j", async (filter, expected) => {
    expect(await dagIds(filter)).toEqual(expected);
  });
  test("total counts after the filters, before limit and offset", async () => {
    expect((await store.listDags({ limit: 1 })).total).toBe(3);
    expect((await store.listDags({ tags: ["eeg"], limit: 0 })).total).toBe(2);
  });
  test("a changed structure is a new version, the same one is not", async () => {
    const sync = (build: typeof manual) =>
      store.syncDag({ structure: build.structure, fileloc: "/f", relativeFileloc: "f", source: "new" });
    expect(await sync(manual)).toBe(false);
    const changed = dag({ dagId: "man_ual", schedule: null }, (d) => void d.task("a", nothing));
    expect(await sync(changed)).toBe(true);
    const versions = await store.listDagVersions("man_ual");
    expect(versions.rows.map(({ versionNumber, source }) => [versionNumber, source])).toEqual([
      [1, ""],
      [2, "new"],
    ]);
    expect((await store.getDagVersion("man_ual"))?.structure.tasks).toHaveLength(1);
    expect((await store.getDagVersion("man_ual", 1))?.structure.tasks).toHaveLength(2);
    expect((await store.getDag("man_ual"))?.versionNumber).toBe(2);
  });
  test("a run keeps the version it was made from", async () => {
    for (const dagId of ["hourly", "daily"]) await store.setDagPaused(dagId, true);
    await store.createRun({ dagId: "man_ual", runId: "r" });
    const changed = dag({ dagId: "man_ual", schedule: null }, (d) => void d.task("z", nothing));
    await store.syncDag({ structure: changed.structure, fileloc: "/f", relativeFileloc: "f", source: "" });
    await simulation.tick();
    expect((await simulation.executor.claim()).map(({ facts }) => facts.taskId)).toEqual(["a"]);
    expect((await store.getRunStructure("man_ual", "r"))?.tasks).toHaveLength(2);
  });
  test("one whose file is gone is stale, hidden, does not run, and comes back as it was", async () => {
    await store.setDagPaused("hourly", true);
    expect(await store.markStaleExcept(["daily", "man_ual"])).toEqual(["hourly"]);
    expect(await dagIds({})).toEqual(["daily", "man_ual"]);
    expect(await dagIds({ excludeStale: false })).toHaveLength(3);
    await store.syncDag({ structure: hourly.structure, fileloc: "/f", relativeFileloc: "f", source: "" });
    expect(await store.getDag("hourly")).toMatchObject({ isStale: false, isPaused: true });
  });
  test("a new DAG is paused, unless it or the installation says otherwise", async () => {
    const sync = async (isPausedUponCreation: boolean | undefined, pausedAtCreation: boolean | undefined) => {
      const dagId = `p_${String(isPausedUponCreation)}_${String(pausedAtCreation)}`;
      const options = isPausedUponCreation === undefined ? {} : { isPausedUponCreation };
      const { structure } = dag({ dagId, schedule: null, ...options }, nothing);
      const given = pausedAtCreation === undefined ? {} : { pausedAtCreation };
      await store.syncDag({ structure, fileloc: "", relativeFileloc: "", source: "", ...given });
      return (await store.getDag(dagId))?.isPaused;
    };
    expect(await sync(undefined, undefined)).toBe(true);
    expect(await sync(undefined, false)).toBe(false);
    expect(await sync(true, false)).toBe(true);
    expect(await sync(false, true)).toBe(false);
  });
  test("import errors name their file's DAGs, keep their id while they stay, and go", async () => {
    await store.setImportErrors([{ filename: "x.ts", stackTrace: "boom" }]);
    const [error] = (await store.listImportErrors()).rows;
    expect(error).toMatchObject({ filename: "x.ts", stackTrace: "boom", timestamp: START });
    expect(await dagIds({ hasImportErrors: true })).toHaveLength(3);
    simulation.now += 1000;
    await store.setImportErrors([
      { filename: "x.ts", stackTrace: "boom" },
      { filename: "y.ts", stackTrace: "bang" },
    ]);
    expect(await store.getImportError(error!.id)).toEqual(error);
    await store.setImportErrors([]);
    expect((await store.listImportErrors()).total).toBe(0);
    expect(await dagIds({ hasImportErrors: true })).toEqual([]);
  });
  test("deleting one takes its history along, and is refused while a task runs", async () => {
    await store.createRun({ dagId: "man_ual", runId: "r" });
    await simulation.tick();
    await expect(store.deleteDag("man_ual")).rejects.toMatchObject({ code: "ERR_DAG_BUSY", nRunning: 1 });
    await store.setRunState("man_ual", "r", "failed");
    await store.deleteDag("man_ual");
    expect(await store.getDag("man_ual")).toBeNull();
    expect((await store.listTaskInstances({ dagIds: ["man_ual"] })).total).toBe(0);
    await expect(store.deleteDag("man_ual")).rejects.toMatchObject({ code: "ERR_DAG_NOT_FOUND" });
  });
});

describe("automated runs", () => {
  const runsOf = async (dagId: string) =>
    (await store.listRuns({ dagIds: [dagId] })).rows.map(({ runId, state }) => [runId, state]);
  const pass = async (hours: number): Promise<void> => {
    for (let hour = 0; hour < hours; hour++) {
      simulation.now += HOUR;
      await simulation.tick();
    }
  };
  test("one at first, for the newest tick, then one a tick; maxActiveRuns holds the next one back", async () => {
    simulation.now = START + 1;
    await simulation.tick();
    expect(await runsOf("hourly")).toEqual([["scheduled__2026-11-21T06:00:00+00:00", "running"]]);
    expect((await store.getDag("hourly"))?.nextRunAfter).toBe(START + HOUR);
    await pass(4);
    expect(await runsOf("hourly")).toHaveLength(2);
    await simulation.runToEnd(() => "success");
    // Without catchup the ticks that were held back are one: the newest.
    expect((await runsOf("hourly")).at(-1)).toEqual(["scheduled__2026-11-21T10:00:00+00:00", "success"]);
    expect(await runsOf("hourly")).toHaveLength(3);
  });
  test("a data-interval run is dated by its start", async () => {
    await simulation.tick();
    const [run] = (await store.listRuns({ dagIds: ["daily"] })).rows;
    expect(run).toMatchObject({ runType: "scheduled", triggeredBy: "timetable", runAfter: Date.parse("2026-11-21") });
    expect(run?.logicalDate).toBe(Date.parse("2026-11-20"));
    expect(run?.dataIntervalEnd).toBe(Date.parse("2026-11-21"));
  });
  test("none while paused, and after unpausing the newest tick alone", async () => {
    await store.setDagPaused("hourly", true);
    await pass(5);
    expect(await runsOf("hourly")).toEqual([]);
    simulation.now += 35 * 60_000;
    await store.setDagPaused("hourly", false);
    await simulation.tick();
    expect(await runsOf("hourly")).toEqual([["scheduled__2026-11-21T11:00:00+00:00", "running"]]);
  });
  test("with catchup every tick since the start date", async () => {
    const { structure } = dag(
      { dagId: "c", schedule: "@hourly", startDate: "2026-11-21T03:00:00Z", catchup: true },
      nothing,
    );
    await store.syncDag({ structure, fileloc: "", relativeFileloc: "", source: "", pausedAtCreation: false });
    await simulation.tick();
    expect((await runsOf("c")).map(([runId]) => runId!.slice(22, 24))).toEqual(["03", "04", "05", "06"]);
  });
  test("a run by hand that has the logical date stands for the automated one", async () => {
    await store.createRun({ dagId: "hourly", runId: "mine", logicalDate: START });
    await simulation.tick();
    expect(await runsOf("hourly")).toEqual([["mine", "running"]]);
    expect((await store.getDag("hourly"))?.nextRunAfter).toBe(START + HOUR);
  });
});

describe("runs by hand", () => {
  test("without a logical date they have none, nor an interval; their id has microseconds, and is free", async () => {
    const first = await store.createRun({ dagId: "hourly" });
    const second = await store.createRun({ dagId: "hourly", conf: { a: 1 }, note: "n" });
    expect(first).toMatchObject({
      logicalDate: null,
      dataIntervalStart: null,
      runAfter: START,
      state: "queued",
      conf: {},
    });
    expect(first.runId).toBe("manual__2026-11-21T06:00:00.000000+00:00");
    expect(second.runId).toBe("manual__2026-11-21T06:00:00.000001+00:00");
    expect(second).toMatchObject({ conf: { a: 1 }, note: "n" });
  });
  test("with a logical date the timetable gives the interval", async () => {
    const run = await store.createRun({ dagId: "daily", logicalDate: START });
    expect(new Date(run.dataIntervalStart!).toISOString()).toBe("2026-11-20T00:00:00.000Z");
    expect(new Date(run.dataIntervalEnd!).toISOString()).toBe("2026-11-21T00:00:00.000Z");
    const plain = await store.createRun({ dagId: "man_ual", logicalDate: START });
    expect([plain.dataIntervalStart, plain.dataIntervalEnd]).toEqual([START, START]);
  });
  test("rows of all tasks are there at once", async () => {
    await store.createRun({ dagId: "man_ual", runId: "r" });
    expect(await simulation.states("r")).toEqual({ a: null, b: null });
  });
  test("of a paused DAG wait queued, and go on when it is not", async () => {
    await store.setDagPaused("man_ual", true);
    await store.createRun({ dagId: "man_ual", runId: "r" });
    await simulation.tick();
    expect((await store.getRun("man_ual", "r"))?.state).toBe("queued");
    await store.setDagPaused("man_ual", false);
    await simulation.tick();
    expect((await store.getRun("man_ual", "r"))?.state).toBe("running");
  });
  test.each([
    ["a DAG that is not there", { dagId: "x" }, "ERR_DAG_NOT_FOUND"],
    ["an id of another type", { dagId: "man_ual", runId: "scheduled__x" }, "ERR_DAG_RUN_ID"],
    ["an id with a slash", { dagId: "man_ual", runId: "a/b" }, "ERR_DAG_RUN_ID"],
    ["half an interval", { dagId: "man_ual", dataIntervalStart: 1 }, "ERR_DAG_DATE"],
    [
      "an interval that ends before it starts",
      { dagId: "man_ual", dataIntervalStart: 2, dataIntervalEnd: 1 },
      "ERR_DAG_DATE",
    ],
    ["an id that is taken", { dagId: "man_ual", runId: "taken" }, "ERR_DAG_RUN_EXISTS"],
    ["a logical date that is taken", { dagId: "man_ual", logicalDate: 5 }, "ERR_DAG_RUN_EXISTS"],
  ])("%s is refused, and nothing is written", async (_name, run, code) => {
    await store.createRun({ dagId: "man_ual", runId: "taken", logicalDate: 5 });
    await expect(store.createRun(run)).rejects.toMatchObject({ code });
    expect((await store.listRuns({ limit: 0 })).total).toBe(1);
  });
  test("may not be deleted while running", async () => {
    await store.createRun({ dagId: "man_ual", runId: "r" });
    await simulation.tick();
    await expect(store.deleteRun("man_ual", "r")).rejects.toMatchObject({ code: "ERR_DAG_RUN_STATE" });
    await store.setRunState("man_ual", "r", "success");
    await store.deleteRun("man_ual", "r");
    expect(await store.getRun("man_ual", "r")).toBeNull();
  });
  test("are listed by their filters, in any order", async () => {
    for (const [index, runId] of ["x1", "x2", "y3"].entries()) {
      simulation.now = START + index * 1000;
      await store.createRun({ dagId: "man_ual", runId, logicalDate: index * 10, conf: { [runId]: true } });
    }
    const ids = async (filter: Parameters<SqlStore["listRuns"]>[0]) =>
      (await store.listRuns(filter)).rows.map(({ runId }) => runId);
    expect(await ids({ runIdPattern: "x_" })).toEqual(["x1", "x2"]);
    expect(await ids({ orderBy: [{ column: "runAfter", descending: true }] })).toEqual(["y3", "x2", "x1"]);
    expect(await ids({ logicalDate: { gte: 10, lt: 20 } })).toEqual(["x2"]);
    expect(await ids({ states: ["failed"] })).toEqual([]);
    expect(await ids({ confContains: "y3" })).toEqual(["y3"]);
    expect(await ids({ runTypes: ["manual"], versionNumbers: [1], limit: 1, offset: 1 })).toEqual(["x2"]);
    await store.setRunState("man_ual", "x1", "success");
    expect(await ids({ durationSeconds: { gte: 0 } })).toEqual(["x1"]);
    expect(await store.dagStats(["man_ual"])).toEqual([
      { dagId: "man_ual", stats: { queued: 2, running: 0, success: 1, failed: 0 } },
    ]);
  });
});

describe("variables", () => {
  test("are created, changed, listed and deleted; each refusal is typed", async () => {
    await store.setVariable({ key: "a", value: "1", description: "d" }, "create");
    await expect(store.setVariable({ key: "a", value: "2" }, "create")).rejects.toMatchObject({
      code: "ERR_DAG_VARIABLE_EXISTS",
    });
    await expect(store.setVariable({ key: "b", value: "2" }, "update")).rejects.toMatchObject({
      code: "ERR_DAG_VARIABLE_NOT_FOUND",
    });
    expect(await store.setVariable({ key: "a", value: "2" }, "upsert")).toMatchObject({ value: "2", description: "d" });
    expect((await store.listVariables({ keyPattern: "A" })).rows).toHaveLength(1);
    expect(await store.deleteVariable("a")).toBe(true);
    expect(await store.deleteVariable("a")).toBe(false);
  });
});

describe("XComs", () => {
  const at = { dagId: "man_ual", runId: "r", taskId: "a", key: "k" };
  beforeEach(() => store.createRun({ dagId: "man_ual", runId: "r" }));
  test("are created, changed, listed and deleted; each refusal is typed", async () => {
    await store.setXCom({ ...at, value: { x: [1] } }, "create");
    expect((await store.getXCom(at))?.value).toEqual({ x: [1] });
    await expect(store.setXCom({ ...at, value: 1 }, "create")).rejects.toMatchObject({ code: "ERR_DAG_XCOM_EXISTS" });
    await expect(store.setXCom({ ...at, key: "z", value: 1 }, "update")).rejects.toMatchObject({
      code: "ERR_DAG_XCOM_NOT_FOUND",
    });
    const noTask = store.setXCom({ ...at, taskId: "zz", value: 1 }, "create");
    await expect(noTask).rejects.toMatchObject({ code: "ERR_DAG_TASK_INSTANCE_NOT_FOUND" });
    expect(await store.listXComs({ dagId: "man_ual", runId: "r" })).toMatchObject({
      total: 1,
      rows: [{ taskId: "a", key: "k" }],
    });
    expect(await store.deleteXCom(at)).toBe(true);
    expect(await store.deleteXCom(at)).toBe(false);
  });
});

test("a heartbeat begins a job, renews it, and ends what a dead process left", async () => {
  await store.heartbeat("SchedulerJob");
  simulation.now += 5000;
  await store.heartbeat("SchedulerJob");
  const { rows } = await store.listJobs({ jobType: "SchedulerJob" });
  expect(rows).toMatchObject([{ state: "running", startDate: START, latestHeartbeat: START + 5000, pid: process.pid }]);
  await store.db.updateTable("job").set({ pid: -1 }).execute();
  await store.heartbeat("SchedulerJob");
  expect((await store.listJobs()).rows.map(({ state }) => state)).toEqual(["failed", "running"]);
  await store.endJobs("SchedulerJob", "success");
  expect((await store.listJobs({ state: "running" })).total).toBe(0);
  expect(await store.ping()).toBe(true);
});

describe("on disk", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "p300-store-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("a file that is no database is refused, and left as it is", async () => {
    const path = join(folder, "text.db");
    writeFileSync(path, "not a database at all, but a text that is long enough to be read as a header".repeat(20));
    await expect(openStore({ database: path })).rejects.toMatchObject({ code: "ERR_DAG_DATABASE" });
  });
  test("another kind of database is refused by name", async () => {
    await expect(openStore({ database: "mysql://h/db" })).rejects.toThrow('is of the kind "mysql"');
    await expect(openStore({ database: "sqlite:///" })).rejects.toThrow("names no file");
  });
  test("a home has one owner at a time", async () => {
    const lock = await acquireHomeLock(folder);
    await expect(acquireHomeLock(folder)).rejects.toMatchObject({
      code: "ERR_DAG_HOME_IN_USE",
      pid: process.pid,
      home: folder,
    });
    await lock.release();
    await (await acquireHomeLock(folder)).release();
  });
});
