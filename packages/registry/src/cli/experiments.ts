import type { Command } from "commander";
import type { ViewType } from "../client/entities";
import { findExperiment } from "./find-experiment";
import {
  collectTag,
  connect,
  parseView,
  searchOptions,
  withRegistry,
  withSearch,
  type ListOptions,
  type RegistryOptions,
} from "./options";
import { print, properties, table, when } from "./print";

export function addExperiments(program: Command): void {
  const experiments = program.command("experiments").description("list, show, make and remove experiments");

  withSearch(experiments.command("list").description("the experiments, newest first"), "name LIKE 'p300%'")
    .option("--view <which>", "active, deleted or all", parseView, "ACTIVE_ONLY")
    .action(async (options: ListOptions & { view: ViewType }) => {
      const found = await connect(options).searchExperiments({ ...searchOptions(options), viewType: options.view });
      print(options, { experiments: found, nextPageToken: found.nextPageToken }, () =>
        table(
          ["ID", "NAME", "STAGE", "CREATED", "ARTIFACTS"],
          found.map((e) => [e.experimentId, e.name, e.lifecycleStage, when(e.creationTime), e.artifactLocation]),
          "no experiments",
        ),
      );
    });

  withRegistry(experiments.command("show <experiment>").description("one experiment, by name or id")).action(
    async (nameOrId: string, options: RegistryOptions) => {
      const experiment = await findExperiment(connect(options), nameOrId);
      print(options, experiment, () =>
        properties([
          ["id", experiment.experimentId],
          ["name", experiment.name],
          ["stage", experiment.lifecycleStage],
          ["artifacts", experiment.artifactLocation],
          ["created", when(experiment.creationTime)],
          ["updated", when(experiment.lastUpdateTime)],
          ...Object.entries(experiment.tags).map(([key, value]) => [`tag ${key}`, value] as const),
        ]),
      );
    },
  );

  withRegistry(experiments.command("create <name>").description("make an experiment; prints its id"))
    .option("--artifact-location <uri>", "where its runs keep artifacts (default: the server's)")
    .option("--tag <key=value>", "repeat it for further tags", collectTag)
    .action(
      async (name: string, options: RegistryOptions & { artifactLocation?: string; tag?: Record<string, string> }) => {
        const { artifactLocation, tag } = options;
        const experimentId = await connect(options).createExperiment(name, {
          ...(artifactLocation !== undefined && { artifactLocation }),
          ...(tag !== undefined && { tags: tag }),
        });
        print(options, { experimentId, name }, () => `${experimentId}\n`);
      },
    );

  for (const [verb, description] of [
    ["delete", "mark an experiment and its runs as deleted"],
    ["restore", "bring a deleted experiment and its runs back"],
  ] as const) {
    withRegistry(experiments.command(`${verb} <experiment>`).description(description)).action(
      async (nameOrId: string, options: RegistryOptions) => {
        const client = connect(options);
        const { experimentId, name } = await findExperiment(client, nameOrId);
        await (verb === "delete" ? client.deleteExperiment(experimentId) : client.restoreExperiment(experimentId));
        print(options, { experimentId, name }, () => properties([[`${verb}d`, `experiment ${experimentId}, ${name}`]]));
      },
    );
  }
}
