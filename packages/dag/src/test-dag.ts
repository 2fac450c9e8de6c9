/** One run of a DAG from beginning to end in this process, with nothing kept: `dags test`, and tests of one's own DAGs. */
import type { Dag } from "./dag";
import { createInProcessExecutor } from "./executor/in-process";
import type { LogSink } from "./executor/log-file";
import { createScheduler } from "./scheduler/scheduler";
import type { EpochMillis, Json } from "./states";
import { openStore } from "./store/open";
import type { DagRunRow, TaskInstanceRow } from "./store/store";

export interface TestDagOptions {
  readonly logicalDate?: EpochMillis | Date;
  readonly conf?: Readonly<Record<string, Json>>;
  /** Variables that the tasks find. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly log?: LogSink;
}

export interface TestDagResult {
  readonly run: DagRunRow;
  readonly taskInstances: readonly TaskInstanceRow[];
  /** `return_value` by task id; a list for a mapped task. */
  readonly outputs: Readonly<Record<string, Json>>;
}

export async function testDag(dag: Dag, options: TestDagOptions = {}): Promise<TestDagResult> {
  const { logicalDate, conf = {}, variables = {}, log } = options;
  const { dagId } = dag;
  const store = await openStore({ database: ":memory:" });
  const executor = createInProcessExecutor({ dags: [dag], ...(log === undefined ? {} : { log }) });
  const scheduler = createScheduler({ store, executor, tickSeconds: 1 });
  try {
    for (const [key, value] of Object.entries(variables)) await store.setVariable({ key, value }, "upsert");
    // Only this run: the schedule is left out.
    const structure = { ...dag.structure, schedule: { kind: "none" } as const, isPausedUponCreation: false };
    await store.syncDag({ structure, fileloc: "", relativeFileloc: "", source: "" });
    const date = logicalDate instanceof Date ? logicalDate.getTime() : logicalDate;
    const { runId } = await store.createRun({ dagId, logicalDate: date ?? null, conf, triggeredBy: "test" });
    await scheduler.start();
    for (;;) {
      await scheduler.settled();
      const run = (await store.getRun(dagId, runId))!;
      if (run.state === "success" || run.state === "failed") {
        const { rows } = await store.listTaskInstances({ runIds: [runId] });
        return { run, taskInstances: rows, outputs: await outputsOf() };
      }
      // A retry is due later; the scheduler's own tick finds it.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    async function outputsOf(): Promise<Record<string, Json>> {
      const outputs: Record<string, Json> = {};
      for (const { taskId, isMapped } of structure.tasks) {
        const values = await store.readXComs({ dagId, runId, taskId, key: "return_value" });
        if (isMapped) outputs[taskId] = values.map(({ value }) => value);
        else if (values[0] !== undefined) outputs[taskId] = values[0].value;
      }
      return outputs;
    }
  } finally {
    await scheduler.stop();
    await store.close();
  }
}
