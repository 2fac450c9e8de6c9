import type { Executor } from "../executor/executor";
import type { SqlStore } from "../store/sql-store";
import { decide } from "./decide";

// A DAG that skips down a chain takes a round for each task; more than this is a bug, and must not hang the process.
const ROUNDS_MAX = 100_000;

/** Reads, decides and applies, until there is nothing more to do; hands over what is queued, and ends what is not wanted any
 * more. All state is in the store: a tick that dies leaves nothing that the next one does not see. */
export async function tick(store: SqlStore, executor: Executor, parallelism: number): Promise<{ nActions: number }> {
  let nActions = 0;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const live = new Set(executor.live());
    const { view, actions, queued } = await store.step({ parallelism, live }, decide);
    for (const id of queued) executor.submit(id);
    const current = new Map(view.active.map(({ id, state }) => [id, state]));
    for (const id of live) {
      const state = current.get(id);
      if (state === undefined) executor.cancel(id, "its state was changed by hand");
      else if (state === "restarting") executor.cancel(id, "it was cleared");
    }
    nActions += actions.length;
    // What was queued takes its slots, and lets nothing else begin.
    if (actions.every(({ kind }) => kind === "queue")) break;
  }
  return { nActions };
}
