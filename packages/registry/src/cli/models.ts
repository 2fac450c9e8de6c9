import type { Command } from "commander";
import type { ModelVersion } from "../client/entities";
import { registerModel } from "../register";
import { findExperiment } from "./find-experiment";
import {
  collectTag,
  connect,
  parseVersion,
  searchOptions,
  withRegistry,
  withSearch,
  type ListOptions,
  type RegistryOptions,
} from "./options";
import { print, properties, table, when } from "./print";

interface RegisterFlags extends RegistryOptions {
  readonly alias?: string;
  readonly description?: string;
  readonly experiment?: string;
  readonly tag?: Readonly<Record<string, string>>;
}

export function addModels(program: Command): void {
  const models = program.command("models").description("registered models, their versions and aliases");

  withSearch(models.command("list").description("the registered models"), "name LIKE 'P300%'").action(
    async (options: ListOptions) => {
      const found = await connect(options).searchRegisteredModels(searchOptions(options));
      print(options, { registeredModels: found, nextPageToken: found.nextPageToken }, () =>
        table(
          ["NAME", "ALIASES", "LATEST", "UPDATED"],
          found.map((m) => [m.name, aliasesText(m.aliases), newest(m.latestVersions), when(m.lastUpdatedTimestamp)]),
          "no registered models",
        ),
      );
    },
  );

  withRegistry(models.command("show <name>").description("one model with its aliases and versions")).action(
    async (name: string, options: RegistryOptions) => {
      const client = connect(options);
      const model = await client.getRegisteredModel(name);
      const versions = await versionsOf(client, name);
      print(options, { ...model, versions }, () => {
        const head = properties([
          ["name", model.name],
          ["description", model.description],
          ["created", when(model.creationTimestamp)],
          ["updated", when(model.lastUpdatedTimestamp)],
          ["aliases", aliasesText(model.aliases)],
          ...Object.entries(model.tags).map(([key, value]) => [`tag ${key}`, value] as const),
        ]);
        return `${head}\n${versionsTable(versions)}`;
      });
    },
  );

  withRegistry(models.command("versions <name>").description("the versions of a model, highest first")).action(
    async (name: string, options: RegistryOptions) => {
      const client = connect(options);
      await client.getRegisteredModel(name); // an unknown name is an error, not an empty list
      const versions = await versionsOf(client, name);
      print(options, { modelVersions: versions }, () => versionsTable(versions));
    },
  );

  withRegistry(
    models
      .command("register <source> <name>")
      .description(
        "a new version of a model, out of runs:/ID/PATH, models:/…, or a local folder (copied to a new run)",
      ),
  )
    .option("--alias <alias>", "points at the new version afterwards")
    .option("--description <text>", "of the version")
    .option("--tag <key=value>", "of the version; repeat it for further tags", collectTag)
    .option("--experiment <name or id>", "of the run that is made for a local folder", "0")
    .action(async (source: string, name: string, options: RegisterFlags) => {
      const client = connect(options);
      const { alias, description, tag, experiment = "0" } = options;
      const version = await registerModel(client, {
        name,
        source,
        experimentId: experiment === "0" ? "0" : (await findExperiment(client, experiment)).experimentId,
        ...(alias !== undefined && { alias }),
        ...(description !== undefined && { description }),
        ...(tag !== undefined && { tags: tag }),
      });
      print(options, version, () => properties([["registered", `${name} version ${version.version}`]]));
    });

  withRegistry(models.command("set-alias").description("point an alias at a version, wherever it pointed before"))
    .argument("<name>", "the model")
    .argument("<alias>", "such as champion")
    .argument("<version>", "its number", parseVersion)
    .action(setAlias);
  withRegistry(models.command("delete-alias <name> <alias>").description("remove an alias")).action(
    async (name: string, alias: string, options: RegistryOptions) => {
      await connect(options).deleteRegisteredModelAlias(name, alias);
      print(options, { name, alias }, () => properties([["removed", `alias ${alias} of ${name}`]]));
    },
  );
}

async function setAlias(name: string, alias: string, version: string, options: RegistryOptions): Promise<void> {
  await connect(options).setRegisteredModelAlias(name, alias, version);
  print(options, { name, alias, version }, () =>
    properties([["set", `alias ${alias} of ${name} to version ${version}`]]),
  );
}

async function versionsOf(client: ReturnType<typeof connect>, name: string): Promise<ModelVersion[]> {
  const quoted = name.includes("'") ? `"${name}"` : `'${name}'`;
  const found = await client.searchModelVersions({ filter: `name = ${quoted}` });
  return found.sort((a, b) => Number(b.version) - Number(a.version));
}

function versionsTable(versions: readonly ModelVersion[]): string {
  return table(
    ["VERSION", "ALIASES", "STAGE", "CREATED", "RUN", "SOURCE"],
    versions.map((v) => [
      v.version,
      v.aliases.join(", "),
      v.currentStage,
      when(v.creationTimestamp),
      v.runId,
      v.source,
    ]),
    "no versions",
  );
}

const aliasesText = (aliases: Readonly<Record<string, string>>): string =>
  Object.entries(aliases)
    .map(([alias, version]) => `${alias}=${version}`)
    .sort()
    .join(", ");

const newest = (versions: readonly ModelVersion[]): string =>
  versions.length === 0 ? "" : String(Math.max(...versions.map(({ version }) => Number(version))));
