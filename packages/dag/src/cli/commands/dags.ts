import { Option, type Command } from "commander";
import { RUN_STATES, type RunState } from "../../states";
import { runToWire, taskInstanceToWire, type WireRun, type WireTaskInstance } from "../../server/schemas";
import {
  parseIsoDate,
  parseJsonObject,
  parsePositive,
  print,
  withClient,
  withConnection,
  withJson,
  type ConnectionOptions,
} from "../options";
import { renderTable } from "../table";
import { renderInstances } from "./tasks";

interface TriggerCommandOptions extends ConnectionOptions {
  readonly conf?: Record<string, unknown>;
  readonly runId?: string;
  readonly logicalDate?: Date;
  readonly wait?: boolean;
  readonly timeout?: number;
}

export const renderRuns = (runs: readonly WireRun[]): string =>
  renderTable(
    ["dag_id", "run_id", "state", "run_after", "logical_date", "start_date", "end_date"],
    runs.map((run) => [
      run.dag_id,
      run.dag_run_id,
      run.state,
      run.run_after,
      run.logical_date,
      run.start_date,
      run.end_date,
    ]),
  );

async function list(options: ConnectionOptions): Promise<void> {
  const { dags, errors } = await withClient(
    options,
    async (client) => ({ dags: await client.listDags(), errors: await client.listImportErrors() }),
    { offline: true },
  );
  print(options, dags, () =>
    renderTable(
      ["dag_id", "fileloc", "owners", "is_paused", "schedule"],
      dags.map((dag) => [dag.dag_id, dag.fileloc, dag.owners.join(","), String(dag.is_paused), dag.timetable_summary]),
    ),
  );
  for (const { filename } of errors)
    process.stderr.write(`p300-dag: ${filename} could not be imported: "p300-dag dags list-import-errors" says why\n`);
}

async function listImportErrors(options: ConnectionOptions): Promise<void> {
  const errors = await withClient(options, (client) => client.listImportErrors(), { offline: true });
  print(options, errors, () =>
    errors.map((error) => `${error.filename}\n  ${error.stack_trace.replaceAll("\n", "\n  ")}\n`).join(""),
  );
  if (errors.length > 0) process.exitCode = 1;
}

async function show(dagId: string, options: ConnectionOptions): Promise<void> {
  const { dag, tasks } = await withClient(
    options,
    async (client) => ({ dag: await client.getDag(dagId), tasks: await client.listTasks(dagId) }),
    { offline: true },
  );
  print(options, { ...dag, tasks }, () => {
    const facts = [
      "dag_id",
      "description",
      "fileloc",
      "timetable_summary",
      "is_paused",
      "next_dagrun_run_after",
    ] as const;
    const head = renderTable(
      ["", ""],
      facts.map((name) => [name, String(dag[name] ?? "")]),
    )
      .split("\n")
      .slice(1)
      .join("\n");
    const rows = tasks.map((task) => [
      task.task_id,
      task.is_mapped ? "mapped" : "",
      task.trigger_rule,
      task.retries,
      task.downstream_task_ids.join(","),
    ]);
    return `${head}\n${renderTable(["task_id", "", "trigger_rule", "retries", "downstream"], rows)}`;
  });
}

async function trigger(dagId: string, options: TriggerCommandOptions): Promise<void> {
  const { conf, runId, logicalDate, wait, timeout } = options;
  const run = await withClient(options, async (client) => {
    const made = await client.triggerDag(dagId, {
      ...(conf === undefined ? {} : { conf }),
      ...(runId === undefined ? {} : { runId }),
      ...(logicalDate === undefined ? {} : { logicalDate }),
    });
    if (wait !== true) return made;
    return client.waitForRun(dagId, made.dag_run_id, timeout === undefined ? {} : { timeoutSeconds: timeout });
  });
  print(options, run, () => renderRuns([run]));
  if (wait === true && run.state !== "success") process.exitCode = 1;
}

async function listRuns(dagId: string, options: ConnectionOptions & { state?: RunState }): Promise<void> {
  const states = options.state === undefined ? {} : { states: [options.state] };
  const runs = await withClient(options, (client) => client.listRuns(dagId, states), { offline: true });
  print(options, runs, () => renderRuns(runs));
}

const setPaused =
  (isPaused: boolean) =>
  async (dagId: string, options: ConnectionOptions): Promise<void> => {
    const dag = await withClient(options, (client) => client.setPaused(dagId, isPaused), { offline: true });
    print(options, dag, () => renderTable(["dag_id", "is_paused"], [[dag.dag_id, String(dag.is_paused)]]));
  };

interface TestOptions {
  readonly dagsFolder: string;
  readonly conf?: Record<string, unknown>;
  readonly json?: boolean;
}

async function test(dagId: string, logicalDate: Date | undefined, options: TestOptions): Promise<void> {
  const [{ findDagFile }, { testDag }] = await Promise.all([import("../../find-dag"), import("../../test-dag")]);
  const { dag } = await findDagFile(options.dagsFolder, dagId);
  const result = await testDag(dag, {
    log: ({ level, event }) => void process.stderr.write(`${level}: ${event}\n`),
    ...(logicalDate === undefined ? {} : { logicalDate }),
    ...(options.conf === undefined ? {} : { conf: options.conf as never }),
  });
  const run = runToWire(result.run, null);
  const taskInstances: WireTaskInstance[] = result.taskInstances.map((row) => taskInstanceToWire(row, null));
  print(
    options,
    { ...run, task_instances: taskInstances },
    () => `${renderRuns([run])}\n${renderInstances(taskInstances)}`,
  );
  if (run.state !== "success") process.exitCode = 1;
}

export function addDags(program: Command): void {
  const dags = program.command("dags").description("DAGs and their runs");
  withConnection(dags.command("list").description("the DAGs there are")).action(list);
  withConnection(
    dags.command("list-import-errors").description("the files that could not be imported, and why"),
  ).action(listImportErrors);
  withConnection(dags.command("show").argument("<dag_id>").description("a DAG and its tasks")).action(show);
  withConnection(
    dags
      .command("trigger")
      .argument("<dag_id>")
      .description("make a run of a DAG")
      .option("-c, --conf <json>", "what the run is given: a JSON object", parseJsonObject)
      .option("-r, --run-id <id>", "id of the run (default: made from the date)")
      .option("-l, --logical-date <iso>", "logical date of the run", parseIsoDate)
      .option("--wait", "wait for its end; exit 1 unless it is success")
      .option("--timeout <seconds>", "with --wait: how long at most", parsePositive),
  ).action(trigger);
  withConnection(
    dags
      .command("list-runs")
      .argument("<dag_id>")
      .description("the runs of a DAG, newest first")
      .addOption(new Option("--state <state>", "only runs in this state").choices(RUN_STATES)),
  ).action(listRuns);
  withConnection(dags.command("pause").argument("<dag_id>").description("no more new runs or tasks of a DAG")).action(
    setPaused(true),
  );
  withConnection(dags.command("unpause").argument("<dag_id>").description("let a DAG run")).action(setPaused(false));
  withJson(
    dags
      .command("test")
      .argument("<dag_id>")
      .argument("[logical_date]", "ISO-8601", parseIsoDate)
      .description("run a DAG once in this process, without a server or a database file, and wait for it")
      .option("--dags-folder <dir>", "folder of DAG files", "dags")
      .option("-c, --conf <json>", "what the run is given: a JSON object", parseJsonObject),
  ).action(test);
}
