import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promote, promoteFirst, type Promotion } from "../promote";
import { simulate } from "../simulate";
import type { Training } from "../train";
import { PipelineError } from "./command";
import { cohortOf } from "./cohort";
import type { DagRunResult } from "./dag-client";
import { DemoHome } from "./home";
import { ingestSubjects } from "./ingest";
import { PredictClient } from "./predict-client";
import { Progress } from "./progress";
import { percentile } from "./scores";
import { Services } from "./services";
import { DAG_ID, MODEL_NAME, type Settings } from "./settings";
import type { Cohort } from "./cohort";
import { loadEpochBodies, subjectId } from "./subjects";
import { writeSummary, type Summary } from "./summary";
import { untilServed, watchSwitchOver } from "./switch-over";
import { abortable, trainInProcess } from "./train-process";

const DAG_WORKERS = 2;
const JUDGES = 2;
const CONNECTIONS = 8;
const DAGS_FOLDER = fileURLToPath(new URL("../dags", import.meta.url));

export interface DemoOptions {
  readonly home: string;
  readonly cache: string;
  readonly buckets: string;
  /** null: generated recordings. */
  readonly dataFolder: string | null;
  readonly seed: number;
  readonly replicas: number;
  readonly keep: boolean;
  readonly signal: AbortSignal;
}

/** From recordings to a promoted, served model; every part a process of its own, as in production. */
export async function runDemo(options: DemoOptions): Promise<Summary> {
  const progress = new Progress();
  const home = await DemoHome.open(options.home, (line) => progress.say(line));
  const services = new Services(home, options.buckets);
  const client = new PredictClient(CONNECTIONS);
  let keep = false;
  try {
    const summary = await new Demo(options, progress, services, client).run();
    writeSummary(join(home.path, "summary.json"), summary);
    keep = options.keep;
    return summary;
  } finally {
    client.close();
    if (keep)
      for (const { name, url, pid } of services.leave()) progress.say(`${name} stays up at ${url} (process ${pid})`);
    else await services.stop();
  }
}

class Demo {
  readonly #began = performance.now();
  readonly #stages = { generate: 0, preprocess: 0, train: 0, serve: 0 };
  readonly #runs: DagRunResult[] = [];

  constructor(
    readonly options: DemoOptions,
    readonly progress: Progress,
    readonly services: Services,
    readonly client: PredictClient,
  ) {}

  async run(): Promise<Summary> {
    const { client, services, options } = this;
    const cohort = await this.#step(
      "generate",
      "recordings",
      () => cohortOf(options, this.progress),
      ({ folder, first, added, unseen }) =>
        `${first.length + added.length} subjects to train on, ${unseen.length} unseen, in ${folder}`,
    );
    const { settings, dagUrl } = await this.#step(
      null,
      "registry and scheduler",
      () => this.#start(cohort),
      ({ settings, dagUrl }) => `${settings.registryUrl}, ${dagUrl}`,
    );
    const ingest = async (wanted: readonly string[]) => {
      const name = `DAG run ${this.#runs.length + 1}`;
      const work = () => ingestSubjects(dagUrl, settings, wanted, this.progress, options.signal);
      const { run, subjects } = await this.#step("preprocess", name, work, ({ words }) => words);
      this.#runs.push(run);
      return subjects;
    };
    const trained = (percentage: number) =>
      this.#step(
        "train",
        `train on ${Math.round(percentage)} %`,
        () => trainInProcess(settings, percentage, options.signal),
        describe,
      );

    const first = await ingest(cohort.first);
    const added = cohort.added.length > 0 ? await ingest(cohort.added) : [];

    const v1 = await trained((100 * first.length) / (first.length + added.length));
    const server = await this.#step(
      "serve",
      "server",
      () => services.startServe(settings, options.replicas),
      (url) => `${url}, ${options.replicas} replicas`,
    );
    client.url = server;
    await this.#step(
      "serve",
      `v${v1.version} as challenger, then champion`,
      async () => {
        await untilServed(server, "challenger", v1.version, options);
        const promotion = await promoteFirst(settings, client, added, v1.metrics.auc);
        await untilServed(server, "champion", v1.version, options);
        return promotion;
      },
      ({ rule }) => rule,
    );

    const v2 = await trained(100);
    const unseenSubjects = await ingest(cohort.unseen);
    const promotion = await this.#step(
      "serve",
      `promote v${v2.version} if better, under load`,
      async () => {
        await untilServed(server, "challenger", v2.version, options);
        return this.#promoteUnderLoad(settings, unseenSubjects.slice(0, JUDGES));
      },
      ({ rule, note }) => `${rule}${note}`,
    );
    const unseen = await this.#step(
      "serve",
      `v${v2.version} on all the unseen`,
      () => simulate(settings, client, { slot: "challenger", subjects: unseenSubjects }),
      ({ pooled }) => `${pooled.epochs} epochs, AUC ${pooled.auc?.toFixed(3) ?? "undefined"}`,
    );
    if (client.failures.length > 0)
      throw new PipelineError(
        `${client.failures.length} of ${client.requests} requests failed, the first: ${client.failures[0]}`,
      );

    const { auc, accuracy, kappa } = unseen.pooled;
    return {
      version: 1,
      elapsed_seconds: (performance.now() - this.#began) / 1000,
      data: {
        source: options.dataFolder === null ? "synthetic" : "parquet",
        subjects_train: v2.subjects.map(subjectId),
        subjects_unseen: unseenSubjects.map(subjectId),
        epochs: v2.epochs,
        features: v2.features,
      },
      dag: {
        dag_id: DAG_ID,
        runs: this.#runs.map(({ runId, state, durationSeconds, taskInstances }) => ({
          run_id: runId,
          state,
          duration_seconds: durationSeconds,
          task_instances: taskInstances,
        })),
      },
      training: { model: MODEL_NAME, version: v2.version, alias: "challenger", ...v2.metrics },
      unseen: { per_subject: [...unseen.perSubject], pooled: { auc, accuracy, kappa } },
      promotion: {
        promoted: promotion.promoted,
        rule: promotion.rule,
        champion_version: promotion.championVersion,
        previous_champion_version: promotion.previousChampionVersion,
      },
      serving: {
        requests: client.requests,
        failed: client.failures.length,
        p50_ms: percentile(client.latenciesMillis, 0.5),
        p95_ms: percentile(client.latenciesMillis, 0.95),
        versions_seen: {
          champion: [...client.versionsSeen.champion].sort(),
          challenger: [...client.versionsSeen.challenger].sort(),
        },
      },
      stages_seconds: this.#stages,
    };
  }

  async #start({ folder }: Cohort): Promise<{ settings: Settings; dagUrl: string }> {
    const { buckets: bucketsRoot } = this.options;
    this.services.makeBuckets();
    const registryUrl = await this.services.startRegistry();
    const settings: Settings = { bucketsRoot, sourceFolder: folder, registryUrl };
    return { settings, dagUrl: await this.services.startDag(settings, DAGS_FOLDER, DAG_WORKERS) };
  }

  /** The champion is asked all the while that it is judged and replaced; the demo fails if one request does. */
  async #promoteUnderLoad(settings: Settings, judges: readonly string[]): Promise<Promotion & { note: string }> {
    const epochs = await loadEpochBodies(settings, judges[0]!, 64);
    const { value, switchOver } = await watchSwitchOver(this.client, epochs, this.options, async () => {
      const promotion = await promote(settings, this.client, judges);
      return { value: promotion, version: promotion.promoted ? promotion.championVersion : null };
    });
    const note = value.promoted
      ? `; ${switchOver.replicas.length} replicas switched, ${switchOver.requests} requests meanwhile, none failed`
      : "; the champion stays";
    if (this.client.failures.length > 0)
      throw new PipelineError(
        `${this.client.failures.length} requests failed during the promotion, the first: ${this.client.failures[0]}`,
      );
    return { ...value, note };
  }

  /** A named step, whose time counts towards a stage of the summary; an interruption ends the wait for it at once. */
  #step<T>(
    stage: keyof Summary["stages_seconds"] | null,
    name: string,
    work: () => Promise<T>,
    words: (value: T) => string,
  ): Promise<T> {
    return this.progress.step(
      name,
      async () => {
        const began = performance.now();
        try {
          return await abortable(work, this.options.signal);
        } finally {
          if (stage) this.#stages[stage] += (performance.now() - began) / 1000;
        }
      },
      words,
    );
  }
}

function describe({ version, subjects, epochs, metrics }: Training): string {
  return `v${version}: ${epochs} epochs of ${subjects.length} subjects, split AUC ${metrics.auc.toFixed(3)}`;
}
