import type { EpochMillis } from "../states";
import { restrictionOf, timetableOf } from "../timetable/timetable";
import { evaluateTriggerRule } from "../trigger-rule";
import type { Action, DagView, RunView, TaskView, View } from "./view";

/** What to do next. Pure: the same view and the same clock give the same actions. The caller applies them and asks again
 * until there are none: a skip that spreads down a chain takes a round for each task.
 *
 * A DAG that is paused is not in the view, so none of its runs starts, moves or ends; what runs goes on to its end. */
export function decide(view: View, now: EpochMillis): Action[] {
  const running = new Map(view.runs.filter(({ state }) => state === "running").map((run) => [run.pk, run]));
  return [
    ...view.dags.flatMap((dag) => dueRun(dag, now)),
    ...runsToStart(view, now),
    ...view.taskInstances.flatMap((ti) => (running.has(ti.runPk) ? readiness(ti, now) : [])),
    ...toQueue(view, running),
    ...view.runs.flatMap(endOfRun),
    ...strays(view, now),
  ];
}

/** The automated run that is due; one at a time, since the next date follows from the last. */
function dueRun(dag: DagView, now: EpochMillis): Action[] {
  const { structure, lastInterval, nextRunAfter, nActiveRuns } = dag;
  if (nextRunAfter === null || nextRunAfter > now || nActiveRuns >= structure.maxActiveRuns) return [];
  const timetable = timetableOf(structure.schedule, structure.timezone);
  // Asked anew: without catchup a later tick may have taken the place of the one that was stored.
  const dates = timetable.nextRun(lastInterval, restrictionOf(structure), now);
  return dates === null || dates.runAfter > now ? [] : [{ kind: "createRun", dagId: structure.dagId, dates }];
}

/** Queued runs in order of date, as far as each DAG's `maxActiveRuns` goes. */
function runsToStart({ dags, runs }: View, now: EpochMillis): Action[] {
  const free = new Map(dags.map((dag) => [dag.structure.dagId, dag.structure.maxActiveRuns - dag.nRunningRuns]));
  const actions: Action[] = [];
  for (const run of runs.filter(({ state, runAfter }) => state === "queued" && runAfter <= now).sort(byDate)) {
    const left = free.get(run.dagId) ?? 0;
    if (left <= 0) continue;
    free.set(run.dagId, left - 1);
    actions.push({ kind: "startRun", pk: run.pk });
  }
  return actions;
}

/** What its trigger rule, its expansion or its retry date says of one task instance. */
function readiness(
  { pk, id, state, retryAt, task, upstream, mapIndex, mapLengths }: TaskView,
  now: EpochMillis,
): Action[] {
  if (state === "up_for_retry") return (retryAt ?? 0) <= now ? [{ kind: "schedule", pk, id }] : [];
  if (state !== null) return [];
  const verdict = evaluateTriggerRule(task.triggerRule, upstream);
  if (verdict === "wait") return [];
  if (verdict === "skip") return [{ kind: "end", pk, id, state: "skipped" }];
  if (verdict === "upstream_failed") return [{ kind: "end", pk, id, state: "upstream_failed" }];
  if (!task.isMapped || mapIndex >= 0) return [{ kind: "schedule", pk, id }];
  // The rule may let it run while a source gave nothing (all_done after a failure), or has not ended (one_success).
  const sources = mapLengths ?? [];
  const { total, success, skipped, failed, upstreamFailed, removed } = upstream;
  if (sources.includes(null)) {
    const isDone = success + skipped + failed + upstreamFailed + removed >= total;
    return isDone ? [{ kind: "end", pk, id, state: "upstream_failed" }] : [];
  }
  const length = sources.reduce<number>((product, source) => product * source!, 1);
  return length === 0 ? [{ kind: "end", pk, id, state: "skipped" }] : [{ kind: "expand", pk, id, length }];
}

/** Scheduled instances by weight and date, as far as slots go: `parallelism` in all, `maxActiveTasks` in each run. One run
 * that is full holds up no other. */
function toQueue({ parallelism, active, taskInstances }: View, running: ReadonlyMap<number, RunView>): Action[] {
  let slotsFree = parallelism - active.length;
  if (slotsFree <= 0) return [];
  const runSlots = new Map([...running.values()].map((run) => [run.pk, run.maxActiveTasks - run.nActive]));
  const scheduled = taskInstances.filter(({ state, runPk }) => state === "scheduled" && running.has(runPk));
  scheduled.sort(
    (a, b) =>
      b.task.totalWeight - a.task.totalWeight ||
      byDate(running.get(a.runPk)!, running.get(b.runPk)!) ||
      a.mapIndex - b.mapIndex ||
      a.pk - b.pk,
  );
  const actions: Action[] = [];
  for (const { pk, id, runPk } of scheduled) {
    const left = runSlots.get(runPk)!;
    if (slotsFree === 0) break;
    if (left <= 0) continue;
    slotsFree -= 1;
    runSlots.set(runPk, left - 1);
    actions.push({ kind: "queue", pk, id });
  }
  return actions;
}

/** A run ends with its last task instance; its leaves say how. */
function endOfRun({ pk, state, nUnfinished, nLeavesFailed }: RunView): Action[] {
  if (state !== "running" || nUnfinished > 0) return [];
  return [{ kind: "endRun", pk, state: nLeavesFailed > 0 ? "failed" : "success" }];
}

/** Tries that nobody works on: their lease ran out, or they were cleared while running and have ended by now. */
function strays({ active }: View, now: EpochMillis): Action[] {
  return active.flatMap(({ pk, id, state, leaseUntil, isLive }): Action[] => {
    if (isLive) return [];
    if (state === "restarting") return [{ kind: "restart", pk, id }];
    return leaseUntil !== null && leaseUntil < now ? [{ kind: "reclaim", pk, id }] : [];
  });
}

function byDate(a: RunView, b: RunView): number {
  return (a.logicalDate ?? a.runAfter) - (b.logicalDate ?? b.runAfter) || a.pk - b.pk;
}
