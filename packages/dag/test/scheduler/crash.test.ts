import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dag } from "../../src/dag";
import type { TryJob } from "../../src/executor/executor";
import { RESETS_MAX } from "../../src/store/sql/tries";
import { type Ending, reportOf, simulate, type Simulation } from "../simulation";

const pipeline = dag({ dagId: "pipeline", schedule: null, isPausedUponCreation: false }, (d) => {
  const list = d.task("list", { retries: 1, retryDelaySeconds: 5 }, () => [1, 2, 3]);
  const each = d.task("each", { expand: { x: list.output } }, ({ args }) => args.x);
  const never = d.task("never", { upstream: [each], triggerRule: "all_failed" }, () => null);
  d.task("after", { upstream: [never] }, () => null);
  d.task("sum", { args: { all: each.output }, triggerRule: "all_done" }, () => null);
});

const endingOf = ({ facts: { taskId, mapIndex, tryNumber } }: TryJob): Ending => {
  if (taskId === "list") return tryNumber === 1 ? "failed" : { value: [1, 2, 3] };
  return taskId === "each" && mapIndex === 1 ? "failed" : { value: mapIndex };
};

/** Lets the n-th write of the store end the scheduler: before it happened, or after, as far as anybody can see. */
function crashAt(simulation: Simulation, n: number, when: "before" | "after"): void {
  const { store } = simulation;
  let left = n;
  for (const name of ["step", "claimTaskInstance", "endTry"] as const) {
    const original = store[name].bind(store) as (...args: unknown[]) => Promise<unknown>;
    Object.defineProperty(store, name, {
      configurable: true,
      value: async (...args: unknown[]): Promise<unknown> => {
        left -= 1;
        if (left === 0 && when === "before") throw new Error("kill -9");
        const result = await original(...args);
        if (left === 0) throw new Error("kill -9");
        return result;
      },
    });
  }
}

const expected = {
  list: "success",
  "each[0]": "success",
  "each[1]": "failed",
  "each[2]": "success",
  never: "skipped",
  after: "skipped",
  sum: "success",
};

describe("a scheduler that is killed at any of its writes", () => {
  test.each(["before", "after"] as const)(
    "%s the write is followed by one that ends the run the same way",
    async (when) => {
      let nCrashes = 0;
      for (let n = 1; ; n++) {
        const simulation = await simulate([pipeline]);
        await simulation.store.createRun({ dagId: "pipeline", runId: "run" });
        crashAt(simulation, n, when);
        let isCrashed = false;
        await simulation.runToEnd(endingOf).catch((error: Error) => {
          if (error.message !== "kill -9") throw error;
          isCrashed = true;
        });
        if (isCrashed) {
          nCrashes += 1;
          await simulation.restart();
          await simulation.runToEnd(endingOf);
        }
        expect(await simulation.states()).toEqual(expected);
        expect((await simulation.store.getRun("pipeline", "run"))!.state).toBe("success");
        // A death of the scheduler is no try of the task.
        expect((await simulation.instance("list")).tryNumber).toBe(2);
        expect((await simulation.instance("each", 1)).tryNumber).toBe(1);
        await simulation.store.close();
        if (!isCrashed) break;
      }
      expect(nCrashes).toBeGreaterThan(15);
    },
  );
});

describe("after a restart", () => {
  let simulation: Simulation;
  let job: TryJob;
  beforeEach(async () => {
    simulation = await simulate([
      dag({ dagId: "one", schedule: null }, (d) => void d.task("t", { retries: 1 }, () => 1)),
    ]);
    await simulation.store.createRun({ dagId: "one", runId: "run" });
    await simulation.tick();
    [job] = (await simulation.executor.claim()) as [TryJob];
  });
  afterEach(() => simulation.store.close());

  test("what an old worker reports late is refused, and the try that took its place counts", async () => {
    await simulation.restart();
    expect(await simulation.store.endTry(reportOf(job.id, { value: "old" }))).toBe("refused");
    await simulation.runToEnd(() => ({ value: "new" }));
    const key = { dagId: "one", runId: "run", taskId: "t", key: "return_value" };
    expect((await simulation.store.getXCom(key))?.value).toBe("new");
    expect((await simulation.instance("t")).tryNumber).toBe(1);
  });

  test("a try that was queued cannot be claimed under its old id", async () => {
    await simulation.restart();
    const claim = { id: job.id, workerId: "w", hostname: "h", pid: 1, leaseUntil: 0 };
    expect(await simulation.store.claimTaskInstance(claim)).toBe(false);
  });

  test("a task that every scheduler dies of fails in the end", async () => {
    const tries: number[] = [];
    for (let restart = 0; restart <= RESETS_MAX; restart++) {
      await simulation.restart();
      await simulation.tick();
      tries.push(...(await simulation.executor.claim()).map(({ facts }) => facts.tryNumber));
    }
    // It was begun once before, and once after each of RESETS_MAX restarts; then the try was over.
    expect(tries).toEqual(Array.from({ length: RESETS_MAX }, () => 1));
    expect((await simulation.instance("t")).state).toBe("up_for_retry");
  });
});

test("what was committed is there when the file is opened again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "p300-dag-"));
  try {
    const database = join(folder, "deep", "dag.db");
    const first = await simulate([pipeline], { database });
    await first.store.createRun({ dagId: "pipeline", runId: "run" });
    await first.tick();
    await first.executor.claim();
    await first.store.close();
    expect(existsSync(database)).toBe(true);
    const second = await simulate([pipeline], { database });
    await second.restart();
    await second.runToEnd(endingOf);
    expect(await second.states()).toEqual(expected);
    await second.store.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
