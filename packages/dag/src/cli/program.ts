import { Command } from "commander";
import { VERSION } from "../version";
import { addDags } from "./commands/dags";
import { addStandalone } from "./commands/standalone";
import { addTasks } from "./commands/tasks";
import { addVariables } from "./commands/variables";

/** The whole command line. Parsing errors are thrown, not exited on. */
export function createProgram(): Command {
  const program = new Command("p300-dag")
    .description("A DAG scheduler with Airflow's semantics and REST API v2, in one process.")
    .version(VERSION)
    .showHelpAfterError("(--help shows what there is)")
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "p300-dag: ")) });
  addStandalone(program);
  addDags(program);
  addTasks(program);
  addVariables(program);
  strict(program);
  return program;
}

function strict(command: Command): void {
  command.exitOverride().allowExcessArguments(false);
  for (const child of command.commands) strict(child);
}
