import type { Command } from "commander";
import { allPages } from "../client/base";
import type { Run, ViewType } from "../client/entities";
import type { MlflowClient } from "../client/mlflow-client";
import { findExperiment } from "./find-experiment";
import {
  collect,
  connect,
  parseView,
  searchOptions,
  withRegistry,
  withSearch,
  type ListOptions,
  type RegistryOptions,
} from "./options";
import { print, properties, table, when } from "./print";

const METRICS_SHOWN = 4;

export function addRuns(program: Command): void {
  const runs = program.command("runs").description("list, show and remove runs");

  withSearch(runs.command("list").description("the runs, latest first"), "metrics.auc > 0.8 AND params.solver = 'lsqr'")
    .option("--experiment <name or id>", "repeat it for several (default: MLFLOW_EXPERIMENT_NAME, else all)", collect)
    .option("--view <which>", "active, deleted or all", parseView, "ACTIVE_ONLY")
    .action(async (options: ListOptions & { view: ViewType; experiment?: string[] }) => {
      const client = connect(options);
      const experimentIds = await experimentIdsOf(client, options.experiment);
      const found = await client.searchRuns({ ...searchOptions(options), experimentIds, viewType: options.view });
      print(options, { runs: found, nextPageToken: found.nextPageToken }, () => {
        const keys = [...new Set(found.flatMap((run) => Object.keys(run.data.metrics)))].sort().slice(0, METRICS_SHOWN);
        return table(
          ["RUN", "NAME", "EXPERIMENT", "STATUS", "STARTED", ...keys],
          found.map(({ info, data }) => [
            info.runId,
            info.runName,
            info.experimentId,
            info.status,
            when(info.startTime),
            ...keys.map((key) => (Object.hasOwn(data.metrics, key) ? Number(data.metrics[key]).toPrecision(6) : "")),
          ]),
          "no runs",
        );
      });
    });

  withRegistry(runs.command("show <run>").description("one run, by id")).action(
    async (runId: string, options: RegistryOptions) => {
      const run = await connect(options).getRun(runId);
      print(options, run, () => describeRun(run));
    },
  );

  for (const [verb, description] of [
    ["delete", "mark a run as deleted"],
    ["restore", "bring a deleted run back"],
  ] as const) {
    withRegistry(runs.command(`${verb} <run>`).description(description)).action(
      async (runId: string, options: RegistryOptions) => {
        const client = connect(options);
        await (verb === "delete" ? client.deleteRun(runId) : client.restoreRun(runId));
        print(options, { runId }, () => `${verb}d run ${runId}\n`);
      },
    );
  }
}

async function experimentIdsOf(client: MlflowClient, named: readonly string[] | undefined): Promise<string[]> {
  const names = named ?? [process.env["MLFLOW_EXPERIMENT_NAME"] ?? ""].filter(Boolean);
  const ids: string[] = [];
  for (const name of names) ids.push((await findExperiment(client, name)).experimentId);
  if (names.length > 0) return ids;
  for await (const { experimentId } of allPages((token) => client.searchExperiments({ viewType: "ALL", ...token }))) {
    ids.push(experimentId);
  }
  return ids;
}

function describeRun({ info, data, outputs }: Run): string {
  return properties([
    ["run", info.runId],
    ["name", info.runName],
    ["experiment", info.experimentId],
    ["status", info.lifecycleStage === "deleted" ? `${info.status}, deleted` : info.status],
    ["user", info.userId],
    ["started", when(info.startTime)],
    ["ended", when(info.endTime)],
    ["artifacts", info.artifactUri],
    ...outputs.modelOutputs.map(({ modelId }) => ["model", modelId] as const),
    ...Object.entries(data.params).map(([key, value]) => [`param ${key}`, value] as const),
    ...data.latestMetrics.map(({ key, value, step }) => [`metric ${key}`, `${value} (step ${step})`] as const),
    ...Object.entries(data.tags).map(([key, value]) => [`tag ${key}`, value] as const),
  ]);
}
