import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TryJob } from "../../src/executor/executor";
import { isFinished } from "../../src/states";
import { evaluateTriggerRule, type UpstreamCounts } from "../../src/trigger-rule";
import { dagOf, taskPlans } from "../arbitraries";
import { type Ending, simulate, type Simulation } from "../simulation";

/** The same try ends the same way, however often it is begun. */
function endingBy(seed: number): (job: TryJob) => Ending {
  return ({ facts: { taskId, mapIndex, tryNumber } }) => {
    let hash = seed | 0;
    for (const character of `${taskId}/${mapIndex}/${tryNumber}`)
      hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) + 0x9e3779b9;
    const pick = (hash >>> 8) % 10;
    if (pick < 6) return { value: Array.from({ length: pick % 4 }, (_, index) => index) };
    return pick < 8 ? "failed" : pick < 9 ? "skipped" : "fatal";
  };
}

async function countsOf({ store }: Simulation, taskId: string): Promise<UpstreamCounts> {
  const structure = (await store.getRunStructure("random", "run"))!;
  const { upstream } = structure.tasks.find((task) => task.taskId === taskId)!;
  const { rows } = await store.listTaskInstances({ taskIds: upstream });
  const n = (state: string): number => rows.filter((row) => row.state === state).length;
  const [success, skipped, failed, removed] = [n("success"), n("skipped"), n("failed"), n("removed")];
  return { total: rows.length, success, skipped, failed, upstreamFailed: n("upstream_failed"), removed };
}

describe("any DAG, whatever its tasks do", () => {
  test(
    "ends; runs only what its rule lets run; never beyond the slots; the leaves say how",
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          taskPlans,
          fc.integer(),
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 1, max: 4 }),
          fc.infiniteStream(fc.nat(1000)),
          async (plans, seed, parallelism, maxActiveTasks, order) => {
            const definition = dagOf(plans, { maxActiveTasks });
            const simulation = await simulate([definition], { parallelism });
            const { store } = simulation;
            try {
              await store.createRun({ dagId: "random", runId: "run" });
              const endingOf = endingBy(seed);
              for (let round = 0; ; round++) {
                expect(round).toBeLessThan(2000);
                await simulation.tick();
                const { executor } = simulation;
                expect(executor.live().size).toBeLessThanOrEqual(Math.min(parallelism, maxActiveTasks));
                for (const { facts } of await executor.claim()) {
                  const task = definition.structure.tasks.find(({ taskId }) => taskId === facts.taskId)!;
                  // The first verdict is final: later ends may have changed what the rule would say now, but not for a rule
                  // that never acts early.
                  const isPatient = task.triggerRule.startsWith("all_") || task.triggerRule.startsWith("none_");
                  const verdict = evaluateTriggerRule(task.triggerRule, await countsOf(simulation, facts.taskId));
                  expect(isPatient ? verdict : "run").toBe("run");
                }
                const running = [...executor.running.values()];
                if (running.length > 0) {
                  const job = running[order.next().value! % running.length]!;
                  await executor.end(job.id, endingOf(job));
                  continue;
                }
                if ((await store.getRun("random", "run"))!.state !== "running") break;
                const { rows } = await store.listTaskInstances({ states: ["up_for_retry"] });
                expect(rows.length).toBeGreaterThan(0);
                simulation.now = Math.max(simulation.now, Math.min(...rows.map(({ retryAt }) => retryAt!)));
              }
              const { rows } = await store.listTaskInstances();
              for (const { state } of rows) expect(isFinished(state)).toBe(true);
              const leaves = new Set(
                definition.structure.tasks.filter((t) => t.downstream.length === 0).map((t) => t.taskId),
              );
              const isBad = rows.some(
                ({ taskId, state }) => leaves.has(taskId) && (state === "failed" || state === "upstream_failed"),
              );
              expect((await store.getRun("random", "run"))!.state).toBe(isBad ? "failed" : "success");
              // The counters that were moved one by one are what counting would give.
              const columns = ["upTotal", "upSuccess", "upSkipped", "upFailed", "upUpstreamFailed"] as const;
              const stored = await store.db
                .selectFrom("taskInstance")
                .select(["taskId", ...columns])
                .execute();
              for (const { taskId, ...counters } of stored) {
                const { total, success, skipped, failed, upstreamFailed } = await countsOf(simulation, taskId);
                const { upstream } = definition.structure.tasks.find((task) => task.taskId === taskId)!;
                expect(Object.values(counters)).toEqual(
                  upstream.length > 0 ? [total, success, skipped, failed, upstreamFailed] : [0, 0, 0, 0, 0],
                );
              }
            } finally {
              await store.close();
            }
          },
        ),
        { numRuns: 60 },
      );
    },
  );
});
