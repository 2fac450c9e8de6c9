/** The upstream counters of task instances: moved in the transaction that ends one, so readiness is read, not searched. */
import { sql } from "kysely";
import type { FinishedTaskState, TaskState } from "../../states";
import type { DagStructure } from "../../structure";
import type { Tx } from "../tables";

const counterOf = {
  success: "upSuccess",
  skipped: "upSkipped",
  failed: "upFailed",
  upstream_failed: "upUpstreamFailed",
  removed: "upRemoved",
} as const satisfies Record<FinishedTaskState, string>;

/** One more direct upstream instance of `downstream` has ended so. */
export async function countEnd(
  tx: Tx,
  runPk: number,
  downstream: readonly string[],
  state: FinishedTaskState,
): Promise<void> {
  if (downstream.length === 0) return;
  const counter = counterOf[state];
  await tx
    .updateTable("taskInstance")
    .set({ [counter]: sql`${sql.ref(counter)} + 1` })
    .where("runPk", "=", runPk)
    .where("taskId", "in", downstream)
    .execute();
}

/** Counts anew for a whole run, after a change by hand. */
export async function recount(tx: Tx, runPk: number, structure: DagStructure): Promise<void> {
  const groups = await tx
    .selectFrom("taskInstance")
    .select(["taskId", "state", sql<number>`count(*)`.as("n")])
    .where("runPk", "=", runPk)
    .groupBy(["taskId", "state"])
    .execute();
  const n = (taskIds: readonly string[], state?: TaskState): number =>
    groups.reduce(
      (sum, group) =>
        taskIds.includes(group.taskId) && (state === undefined || group.state === state) ? sum + group.n : sum,
      0,
    );
  for (const { taskId, upstream } of structure.tasks) {
    if (upstream.length === 0) continue;
    await tx
      .updateTable("taskInstance")
      .set({
        upTotal: n(upstream),
        upSuccess: n(upstream, "success"),
        upSkipped: n(upstream, "skipped"),
        upFailed: n(upstream, "failed"),
        upUpstreamFailed: n(upstream, "upstream_failed"),
        upRemoved: n(upstream, "removed"),
      })
      .where("runPk", "=", runPk)
      .where("taskId", "=", taskId)
      .execute();
  }
}
