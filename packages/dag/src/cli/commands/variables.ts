import type { Command } from "commander";
import { print, withClient, withConnection, type ConnectionOptions } from "../options";
import { renderTable } from "../table";

async function list(options: ConnectionOptions): Promise<void> {
  const variables = await withClient(options, (client) => client.listVariables(), { offline: true });
  print(options, variables, () =>
    renderTable(
      ["key", "value", "description"],
      variables.map(({ key, value, description }) => [key, value, description]),
    ),
  );
}

async function get(key: string, options: ConnectionOptions): Promise<void> {
  const variable = await withClient(options, (client) => client.getVariable(key), { offline: true });
  print(options, variable, () => `${variable.value}\n`);
}

async function set(key: string, value: string, options: ConnectionOptions & { description?: string }): Promise<void> {
  await withClient(options, (client) => client.setVariable(key, value, options.description), { offline: true });
  print(options, { key }, () => `Variable ${key} is set\n`);
}

async function remove(key: string, options: ConnectionOptions): Promise<void> {
  await withClient(options, (client) => client.deleteVariable(key), { offline: true });
  print(options, { key }, () => `Variable ${key} is deleted\n`);
}

export function addVariables(program: Command): void {
  const variables = program.command("variables").description("Variables: texts that tasks read and write");
  withConnection(variables.command("list").description("all of them")).action(list);
  withConnection(variables.command("get").argument("<key>").description("the value of one")).action(get);
  withConnection(
    variables
      .command("set")
      .argument("<key>")
      .argument("<value>", "text; JSON text for a task that reads it with getJson")
      .description("create one, or replace its value")
      .option("--description <text>", "what it is for"),
  ).action(set);
  withConnection(variables.command("delete").argument("<key>").description("remove one")).action(remove);
}
