import type { Command } from "commander";
import type { WireTaskInstance } from "../../server/schemas";
import { print, withClient, withConnection, type ConnectionOptions } from "../options";
import { renderTable } from "../table";

export const renderInstances = (instances: readonly WireTaskInstance[]): string =>
  renderTable(
    ["task_id", "map_index", "state", "try", "start_date", "end_date"],
    instances.map((ti) => [
      ti.task_id,
      ti.map_index < 0 ? "" : ti.map_index,
      ti.state ?? "none",
      ti.try_number,
      ti.start_date,
      ti.end_date,
    ]),
  );

async function list(dagId: string, options: ConnectionOptions): Promise<void> {
  const tasks = await withClient(options, (client) => client.listTasks(dagId), { offline: true });
  print(options, tasks, () => tasks.map((task) => `${task.task_id}\n`).join(""));
}

async function statesForDagRun(dagId: string, runId: string, options: ConnectionOptions): Promise<void> {
  const instances = await withClient(options, (client) => client.listTaskInstances(dagId, runId), { offline: true });
  print(options, instances, () => renderInstances(instances));
}

export function addTasks(program: Command): void {
  const tasks = program.command("tasks").description("tasks of a DAG");
  withConnection(tasks.command("list").argument("<dag_id>").description("the tasks of a DAG")).action(list);
  withConnection(
    tasks
      .command("states-for-dag-run")
      .argument("<dag_id>")
      .argument("<run_id>")
      .description("the task instances of a run and their states"),
  ).action(statesForDagRun);
}
