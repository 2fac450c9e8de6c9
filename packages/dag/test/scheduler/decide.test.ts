import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dag } from "../../src/dag";
import { decide } from "../../src/scheduler/decide";
import type { Action, ActiveView, DagView, RunView, TaskView, View } from "../../src/scheduler/view";
import { evaluateTriggerRule, TRIGGER_RULES } from "../../src/trigger-rule";

const NOW = Date.parse("2026-11-21T06:35:00Z");
const structure = dag({ dagId: "d", schedule: "@hourly", maxActiveRuns: 2 }, () => {}).structure;

const aDag = (facts: Partial<DagView> = {}): DagView => ({
  structure,
  lastInterval: null,
  nextRunAfter: null,
  nActiveRuns: 0,
  nRunningRuns: 0,
  ...facts,
});
const aRun = (facts: Partial<RunView> = {}): RunView => ({
  pk: 1,
  dagId: "d",
  state: "running",
  logicalDate: null,
  runAfter: NOW,
  maxActiveTasks: 16,
  nUnfinished: 1,
  nLeavesFailed: 0,
  nActive: 0,
  ...facts,
});
const none = { total: 0, success: 0, skipped: 0, failed: 0, upstreamFailed: 0, removed: 0 };
const aTask = (facts: Partial<TaskView> = {}): TaskView => ({
  pk: 1,
  id: `try-${facts.pk ?? 1}`,
  runPk: 1,
  mapIndex: -1,
  state: null,
  retryAt: null,
  task: { taskId: "t", triggerRule: "all_success", totalWeight: 1, isMapped: false },
  upstream: none,
  mapLengths: null,
  ...facts,
});
const view = (facts: Partial<View>): View => ({
  parallelism: 32,
  dags: [],
  runs: [],
  taskInstances: [],
  active: [],
  ...facts,
});
const kinds = (actions: readonly Action[]): string[] => actions.map(({ kind }) => kind);

describe("runs", () => {
  test("the newest tick makes a run, none before it is due, none beyond maxActiveRuns", () => {
    const due = Date.parse("2026-11-21T06:00:00Z");
    const [action] = decide(view({ dags: [aDag({ nextRunAfter: due - 10 * 3_600_000 })] }), NOW);
    expect(action).toMatchObject({ kind: "createRun", dagId: "d", dates: { logicalDate: due, runAfter: due } });
    expect(decide(view({ dags: [aDag({ nextRunAfter: NOW + 1 })] }), NOW)).toEqual([]);
    expect(decide(view({ dags: [aDag({ nextRunAfter: due, nActiveRuns: 2 })] }), NOW)).toEqual([]);
  });

  test("queued runs start in order of date, as far as maxActiveRuns goes", () => {
    const runs = [
      aRun({ pk: 1, state: "queued", logicalDate: 30 }),
      aRun({ pk: 2, state: "queued", logicalDate: 10 }),
      aRun({ pk: 3, state: "queued", logicalDate: 20 }),
      aRun({ pk: 4, state: "queued", logicalDate: 5, runAfter: NOW + 1 }),
    ];
    const started = decide(view({ dags: [aDag({ nRunningRuns: 0 })], runs }), NOW);
    expect(started).toEqual([
      { kind: "startRun", pk: 2 },
      { kind: "startRun", pk: 3 },
    ]);
    expect(decide(view({ dags: [aDag({ nRunningRuns: 2 })], runs }), NOW)).toEqual([]);
  });

  test("a run ends with its last instance, as its leaves did; one without tasks at once", () => {
    expect(decide(view({ runs: [aRun({ nUnfinished: 1 })] }), NOW)).toEqual([]);
    expect(decide(view({ runs: [aRun({ nUnfinished: 0 })] }), NOW)).toEqual([
      { kind: "endRun", pk: 1, state: "success" },
    ]);
    const failed = decide(view({ runs: [aRun({ nUnfinished: 0, nLeavesFailed: 1 })] }), NOW);
    expect(failed).toEqual([{ kind: "endRun", pk: 1, state: "failed" }]);
    expect(kinds(decide(view({ dags: [aDag()], runs: [aRun({ nUnfinished: 0, state: "queued" })] }), NOW))).toEqual([
      "startRun",
    ]);
  });
});

describe("task instances", () => {
  const running = [aRun()];
  test("a retry waits for its date", () => {
    const ti = aTask({ state: "up_for_retry", retryAt: NOW + 1 });
    expect(decide(view({ runs: running, taskInstances: [ti] }), NOW)).toEqual([]);
    expect(kinds(decide(view({ runs: running, taskInstances: [ti] }), NOW + 1))).toEqual(["schedule"]);
  });
  test("nothing of a queued run, or of a run that is not in the view, moves", () => {
    const tasks = [aTask(), aTask({ pk: 2, state: "scheduled" }), aTask({ pk: 3, runPk: 9 })];
    expect(decide(view({ runs: [aRun({ state: "queued" })], taskInstances: tasks }), NOW)).toEqual([]);
  });

  const mapped = { taskId: "m", triggerRule: "all_success", totalWeight: 1, isMapped: true } as const;
  const done = { ...none, total: 1, success: 1 };
  test.each([
    ["its product", [2, 3], [{ kind: "expand", pk: 1, id: "try-1", length: 6 }]],
    ["one", [1], [{ kind: "expand", pk: 1, id: "try-1", length: 1 }]],
    ["nothing, and is skipped", [2, 0], [{ kind: "end", pk: 1, id: "try-1", state: "skipped" }]],
    [
      "no value, and fails with its upstream",
      [2, null],
      [{ kind: "end", pk: 1, id: "try-1", state: "upstream_failed" }],
    ],
  ] as const)("a mapped task expands to %s", (_name, mapLengths, actions) => {
    const ti = aTask({ task: mapped, upstream: done, mapLengths });
    expect(decide(view({ runs: running, taskInstances: [ti] }), NOW)).toEqual(actions);
  });
  test("a mapped task whose rule is early waits for the list", () => {
    const task = { ...mapped, triggerRule: "one_success" as const };
    const ti = aTask({ task, upstream: { ...done, total: 2 }, mapLengths: [null] });
    expect(decide(view({ runs: running, taskInstances: [ti] }), NOW)).toEqual([]);
  });

  test("the heaviest first, then by date of the run, then by map index", () => {
    const runs = [aRun({ pk: 1, logicalDate: 20 }), aRun({ pk: 2, logicalDate: 10 })];
    const weigh = (totalWeight: number) => ({
      taskId: "t",
      triggerRule: "all_success" as const,
      totalWeight,
      isMapped: false,
    });
    const scheduled = { state: "scheduled" } as const;
    const taskInstances = [
      aTask({ ...scheduled, pk: 1, runPk: 1, task: weigh(1) }),
      aTask({ ...scheduled, pk: 2, runPk: 2, mapIndex: 1, task: weigh(1) }),
      aTask({ ...scheduled, pk: 3, runPk: 2, mapIndex: 0, task: weigh(1) }),
      aTask({ ...scheduled, pk: 4, runPk: 1, task: weigh(9) }),
    ];
    const order = (parallelism: number): number[] =>
      decide(view({ runs, taskInstances, parallelism }), NOW).map((action) => ("pk" in action ? action.pk : 0));
    expect(order(32)).toEqual([4, 3, 2, 1]);
    expect(order(2)).toEqual([4, 3]);
  });

  test("a full run does not hold up another", () => {
    const runs = [aRun({ pk: 1, maxActiveTasks: 1, nActive: 1 }), aRun({ pk: 2 })];
    const taskInstances = [
      aTask({ pk: 1, runPk: 1, state: "scheduled" }),
      aTask({ pk: 2, runPk: 2, state: "scheduled" }),
    ];
    expect(decide(view({ runs, taskInstances }), NOW)).toEqual([{ kind: "queue", pk: 2, id: "try-2" }]);
  });
});

describe("tries that nobody works on", () => {
  const active = (facts: Partial<ActiveView>): ActiveView => ({
    pk: 1,
    id: "x",
    state: "running",
    leaseUntil: NOW,
    isLive: false,
    ...facts,
  });
  test.each([
    ["is reclaimed when its lease has run out", { leaseUntil: NOW - 1 }, ["reclaim"]],
    ["is left while its lease holds", { leaseUntil: NOW }, []],
    ["is left while the executor has it", { leaseUntil: NOW - 1, isLive: true }, []],
    ["begins anew when it was cleared and has ended", { state: "restarting" as const }, ["restart"]],
    ["ends first when it was cleared", { state: "restarting" as const, isLive: true }, []],
  ])("one %s", (_name, facts, expected) => {
    expect(kinds(decide(view({ active: [active(facts)] }), NOW))).toEqual(expected);
  });
});

const counts = fc
  .array(fc.constantFrom("success", "skipped", "failed", "upstreamFailed", "removed", "unfinished"), { maxLength: 5 })
  .map((ends) => {
    const of = (end: string): number => ends.filter((other) => other === end).length;
    return {
      total: ends.length,
      success: of("success"),
      skipped: of("skipped"),
      failed: of("failed"),
      upstreamFailed: of("upstreamFailed"),
      removed: of("removed"),
    };
  });
const anyView: fc.Arbitrary<View> = fc
  .record({
    parallelism: fc.nat(6),
    runs: fc.array(
      fc.record({ isQueued: fc.boolean(), maxActiveTasks: fc.integer({ min: 1, max: 4 }), nActive: fc.nat(4) }),
      { maxLength: 4 },
    ),
    tasks: fc.array(
      fc.record({
        run: fc.nat(3),
        state: fc.constantFrom(null, "scheduled" as const, "up_for_retry" as const),
        retryAt: fc.integer({ min: NOW - 5, max: NOW + 5 }),
        rule: fc.constantFrom(...TRIGGER_RULES),
        upstream: counts,
        weight: fc.nat(3),
      }),
      { maxLength: 20 },
    ),
    nActive: fc.nat(8),
  })
  .map(({ parallelism, runs, tasks, nActive }) => ({
    parallelism,
    dags: [aDag()],
    runs: runs.map(({ isQueued, ...facts }, pk) =>
      aRun({ pk, ...facts, state: isQueued ? "queued" : "running", nUnfinished: 1 }),
    ),
    taskInstances: tasks.map(({ run, state, retryAt, rule, upstream, weight }, pk) =>
      aTask({
        pk,
        runPk: run,
        state,
        retryAt,
        upstream,
        task: { taskId: "t", triggerRule: rule, totalWeight: weight, isMapped: false },
      }),
    ),
    active: Array.from({ length: nActive }, (_, index) => ({
      pk: 1000 + index,
      id: `active-${index}`,
      state: "running" as const,
      leaseUntil: NOW + 1,
      isLive: true,
    })),
  }));

describe("any view", () => {
  test("is never queued beyond the free slots, in all and in each run", () => {
    fc.assert(
      fc.property(anyView, (seen) => {
        const queued = decide(seen, NOW).filter((action) => action.kind === "queue");
        expect(queued.length).toBeLessThanOrEqual(Math.max(0, seen.parallelism - seen.active.length));
        for (const run of seen.runs) {
          const own = queued.filter(({ pk }) => seen.taskInstances[pk]!.runPk === run.pk).length;
          expect(own).toBeLessThanOrEqual(run.state === "running" ? Math.max(0, run.maxActiveTasks - run.nActive) : 0);
        }
        for (const { pk } of queued) expect(seen.taskInstances[pk]!.state).toBe("scheduled");
      }),
      { numRuns: 500 },
    );
  });
  test("schedules exactly what its rule lets run, or whose retry is due", () => {
    fc.assert(
      fc.property(anyView, (seen) => {
        const scheduled = new Set(
          decide(seen, NOW).flatMap((action) => (action.kind === "schedule" ? [action.pk] : [])),
        );
        const running = new Set(seen.runs.filter(({ state }) => state === "running").map(({ pk }) => pk));
        for (const { pk, runPk, state, retryAt, task, upstream } of seen.taskInstances) {
          const isDue = state === "up_for_retry" && retryAt! <= NOW;
          const isReady = state === null && evaluateTriggerRule(task.triggerRule, upstream) === "run";
          expect(scheduled.has(pk)).toBe(running.has(runPk) && (isDue || isReady));
        }
      }),
      { numRuns: 500 },
    );
  });
  test("gives the same actions again, and one at most for an instance", () => {
    fc.assert(
      fc.property(anyView, (seen) => {
        const actions = decide(seen, NOW);
        expect(decide(seen, NOW)).toEqual(actions);
        const moved = actions.flatMap((action) => ("id" in action ? [action.pk] : []));
        expect(new Set(moved).size).toBe(moved.length);
      }),
    );
  });
});
