import { describe, expect, expectTypeOf, test } from "vitest";
import { dag, type DagBuilder, type DagOptions, isDag } from "../src/dag";
import type { DagErrorCode } from "../src/errors";
import { hashStructure } from "../src/store/open";
import type { Output, Task, TaskContext } from "../src/task";

const nothing = (): void => {};
const define = (options: Partial<DagOptions>, build: (d: DagBuilder) => void = nothing) =>
  dag({ dagId: "d", schedule: null, ...options }, build);

describe("what is wrong is said when the DAG is defined", () => {
  // A JavaScript author has no types: these calls are what such a file does.
  const loose = (build: (d: { task(...args: unknown[]): Task<never> }) => unknown) => () =>
    define({}, build as (d: DagBuilder) => void);
  const other = (): Task => {
    let task: Task | undefined;
    dag({ dagId: "other", schedule: null }, (d) => (task = d.task("x", nothing)));
    return task!;
  };
  const cases: [name: string, code: DagErrorCode, message: string, run: () => unknown][] = [
    ["a DAG id with a slash", "ERR_DAG_ID", 'DAG id "a/b" is not valid', () => define({ dagId: "a/b" })],
    ["an empty DAG id", "ERR_DAG_ID", 'DAG id "" is not valid', () => define({ dagId: "" })],
    ["a DAG id of 251 characters", "ERR_DAG_ID", "1 to 250", () => define({ dagId: "x".repeat(251) })],
    ["a task id with a space", "ERR_DAG_ID", 'task id "a b" in DAG "d"', loose((d) => d.task("a b", nothing))],
    [
      "two tasks of one id",
      "ERR_DAG_DUPLICATE_TASK",
      'DAG "d" has two tasks with the id "a"',
      loose((d) => [d.task("a", nothing), d.task("a", nothing)]),
    ],
    [
      "an upstream that is not there",
      "ERR_DAG_UPSTREAM",
      'task "a" of DAG "d": upstream "nope" is not a task',
      loose((d) => d.task("a", { upstream: ["nope"] }, nothing)),
    ],
    [
      "an upstream that is undefined",
      "ERR_DAG_UPSTREAM",
      "upstream undefined is not a task",
      loose((d) => d.task("a", { upstream: [undefined] }, nothing)),
    ],
    [
      "an upstream of another DAG",
      "ERR_DAG_UPSTREAM",
      'upstream "x" is of DAG "other"',
      loose((d) => d.task("a", { upstream: [other()] }, nothing)),
    ],
    [
      "an output of another DAG",
      "ERR_DAG_UPSTREAM",
      'upstream "x" is of DAG "other"',
      loose((d) => d.task("a", { args: { deep: [{ v: other().output }] } }, nothing)),
    ],
    [
      "an upstream that is no list",
      "ERR_DAG_OPTION",
      "upstream is",
      loose((d) => d.task("a", { upstream: d.task("b", nothing) }, nothing)),
    ],
    [
      "a cycle",
      "ERR_DAG_CYCLE",
      'DAG "d" has a cycle, a -> b -> c -> a',
      loose((d) => [
        d.task("a", { upstream: ["c"] }, nothing),
        d.task("b", { upstream: ["a"] }, nothing),
        d.task("c", { upstream: ["b"] }, nothing),
      ]),
    ],
    ["a task upstream of itself", "ERR_DAG_CYCLE", "a -> a", loose((d) => d.task("a", { upstream: ["a"] }, nothing))],
    [
      "a trigger rule that does not exist",
      "ERR_DAG_TRIGGER_RULE",
      'trigger rule "all_sucess" is unknown: use one of all_success',
      loose((d) => d.task("a", { triggerRule: "all_sucess" }, nothing)),
    ],
    [
      "a cron expression of four fields",
      "ERR_DAG_CRON",
      'DAG "d": schedule "* * * *" has 4 fields',
      () => define({ schedule: "* * * *" }),
    ],
    ["a schedule that is a number", "ERR_DAG_CRON", "schedule 5 is not text", () => define({ schedule: 5 as never })],
    ["a time zone that does not exist", "ERR_DAG_OPTION", 'timezone is "Mars/X"', () => define({ timezone: "Mars/X" })],
    [
      "a start date that is no date",
      "ERR_DAG_DATE",
      'DAG "d": startDate "yesterday" is not a date',
      () => define({ startDate: "yesterday" }),
    ],
    ["30 February", "ERR_DAG_DATE", "2026-02-30", () => define({ endDate: "2026-02-30" })],
    ["an invalid Date", "ERR_DAG_DATE", "an invalid Date", () => define({ startDate: new Date(Number.NaN) })],
    [
      "catchup without a start date",
      "ERR_DAG_OPTION",
      "startDate is null",
      () => define({ schedule: "@daily", catchup: true }),
    ],
    [
      "a negative number of retries",
      "ERR_DAG_OPTION",
      "retries is -1",
      loose((d) => d.task("a", { retries: -1 }, nothing)),
    ],
    [
      "a retry delay that is text",
      "ERR_DAG_OPTION",
      'retryDelaySeconds is "1"',
      loose((d) => d.task("a", { retryDelaySeconds: "1" }, nothing)),
    ],
    [
      "a backoff below 1",
      "ERR_DAG_OPTION",
      "retryExponentialBackoff is 0.5",
      loose((d) => d.task("a", { retryExponentialBackoff: 0.5 }, nothing)),
    ],
    ["maxActiveRuns of 0", "ERR_DAG_OPTION", "maxActiveRuns is 0", () => define({ maxActiveRuns: 0 })],
    ["params that are not JSON", "ERR_DAG_OPTION", "params is", () => define({ params: { f: Number.NaN } })],
    ["no function", "ERR_DAG_OPTION", "must be the task's function", loose((d) => d.task("a"))],
    ["args that are a list", "ERR_DAG_OPTION", "args is", loose((d) => d.task("a", { args: [1] }, nothing))],
    [
      "an argument in args and in expand",
      "ERR_DAG_OPTION",
      '"x" is "both in args and in expand"',
      loose((d) => d.task("a", { args: { x: 1 }, expand: { x: [1] } }, nothing)),
    ],
    [
      "expand over a number",
      "ERR_DAG_OPTION",
      "expand.x is 3",
      loose((d) => d.task("a", { expand: { x: 3 } }, nothing)),
    ],
    ["expand over nothing", "ERR_DAG_OPTION", "expand is {}", loose((d) => d.task("a", { expand: {} }, nothing))],
    ["a tag that is empty", "ERR_DAG_OPTION", "tags is", () => define({ tags: [""] })],
    ["an asynchronous build function", "ERR_DAG_OPTION", "async", () => define({}, (async () => {}) as never)],
  ];
  test.each(cases)("%s: %s", (_name, code, message, run) => {
    expect(run).toThrow(expect.objectContaining({ code }));
    expect(run).toThrow(message);
  });

  test("a task cannot be added later", () => {
    let builder: DagBuilder | undefined;
    define({}, (d) => (builder = d));
    expect(() => builder!.task("late", nothing)).toThrow('task "late" of DAG "d"');
  });
  test("a chain of ten thousand tasks is no deeper than one of two", () => {
    const { structure } = define({}, (d) => {
      let last: Task | undefined;
      for (let index = 0; index < 10_000; index++)
        last = d.task(`t${index}`, { upstream: last === undefined ? [] : [last], weightRule: "absolute" }, nothing);
    });
    expect(structure.tasks).toHaveLength(10_000);
  });
});

describe("the structure", () => {
  const { structure } = define(
    {
      defaultArgs: { retries: 2, owner: "eeg" },
      tags: ["b", "a", "b"],
      startDate: "2026-03-29T00:00:00",
      timezone: "Europe/Berlin",
    },
    (d) => {
      const a = d.task("a", () => [1, 2]);
      const b = d.task("b", { args: { deep: { list: [a.output] }, when: new Date(0) }, retries: 0 }, () => ({ k: 1 }));
      d.task("c", { upstream: [b, "a"], expand: { x: a.output, y: ["u", "v", "w"], z: b.output } }, nothing);
    },
  );
  const task = (taskId: string) => structure.tasks.find((other) => other.taskId === taskId)!;

  test("has an edge for each upstream and each output among the arguments, once", () => {
    expect(structure.tasks.map(({ taskId, upstream, downstream }) => [taskId, upstream, downstream])).toEqual([
      ["a", [], ["b", "c"]],
      ["b", ["a"], ["c"]],
      ["c", ["a", "b"], []],
    ]);
  });
  test("takes defaultArgs where a task says nothing", () => {
    expect(structure.tasks.map(({ retries }) => retries)).toEqual([2, 0, 2]);
    expect(structure.owners).toEqual(["eeg"]);
  });
  test("reads naive dates in the DAG's time zone, and keeps UTC", () => {
    expect(structure.startDate).toBe("2026-03-28T23:00:00.000Z");
  });
  test("knows what a mapped task expands over", () => {
    expect(task("c").expand).toEqual([
      { key: "x", kind: "output", taskId: "a" },
      { key: "y", kind: "literal", length: 3 },
      { key: "z", kind: "output", taskId: "b" },
    ]);
    expect(task("b").args).toEqual({ deep: { list: [{ __output: "a" }] }, when: "1970-01-01T00:00:00.000Z" });
  });
  test("sums weights over all tasks downstream, each once", () => {
    expect(structure.tasks.map(({ totalWeight }) => totalWeight)).toEqual([3, 2, 1]);
    const diamond = define({}, (d) => {
      const top = d.task("top", { priorityWeight: 5 }, nothing);
      const [left, right] = ["l", "r"].map((id) => d.task(id, { upstream: [top] }, nothing)) as [Task, Task];
      d.task("end", { upstream: [left, right], weightRule: "upstream" }, nothing);
    });
    const weights = Object.fromEntries(diamond.structure.tasks.map(({ taskId, totalWeight }) => [taskId, totalWeight]));
    expect(weights).toEqual({ top: 8, l: 2, r: 2, end: 8 });
  });
  test("survives JSON, and its hash is equal for equal DAGs and another for another", () => {
    expect(JSON.parse(JSON.stringify(structure))).toEqual(structure);
    const build = (retries: number) => define({}, (d) => void d.task("a", { retries }, nothing)).structure;
    expect(hashStructure(build(1))).toBe(hashStructure(build(1)));
    expect(hashStructure(build(1))).not.toBe(hashStructure(build(2)));
  });
  test("lists every task after its upstream, also when written before", () => {
    const { structure: late } = define({}, (d) => {
      d.task("z", { upstream: ["y"] }, nothing);
      d.task("y", nothing);
    });
    expect(late.tasks.map(({ taskId }) => taskId)).toEqual(["y", "z"]);
  });
});

test("isDag knows a DAG, and nothing else", () => {
  expect(isDag(define({}))).toBe(true);
  for (const value of [null, {}, { dagId: "d" }, "d", nothing]) expect(isDag(value)).toBe(false);
});

test("types flow from what a task returns into the arguments of the next", () => {
  define({}, (d) => {
    const list = d.task("list", async () => ["1", "2"]);
    expectTypeOf(list.output).toEqualTypeOf<Output<string[]>>();
    const table = d.task("table", () => ({ a: 1, b: 2 }));
    const mapped = d.task(
      "mapped",
      { expand: { s: list.output, pair: table.output, n: [1, 2] }, args: { low: 1 } },
      ({ args }) => {
        expectTypeOf(args.s).toEqualTypeOf<string>();
        expectTypeOf(args.pair).toEqualTypeOf<[key: string, value: number]>();
        expectTypeOf(args.n).toEqualTypeOf<number>();
        expectTypeOf(args.low).toEqualTypeOf<number>();
        return { n: args.n };
      },
    );
    expectTypeOf(mapped.output).toEqualTypeOf<Output<{ n: number }[]>>();
    d.task("last", { args: { all: mapped.output, deep: { list: [list.output] } } }, (context) => {
      expectTypeOf(context.args.all).toEqualTypeOf<{ n: number }[]>();
      expectTypeOf(context.args.deep.list).toEqualTypeOf<string[][]>();
      expectTypeOf(context.logicalDate).toEqualTypeOf<Date | null>();
      expectTypeOf(context).toExtend<TaskContext<object>>();
      // @ts-expect-error there is no such argument
      return context.args.nope;
    });
  });
});
