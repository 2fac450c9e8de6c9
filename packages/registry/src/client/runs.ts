import type { SearchOptions } from "./base";
import { batches, type BatchInput } from "./batches";
import {
  page,
  toMetric,
  toRun,
  toRunInfo,
  type Metric,
  type Page,
  type Run,
  type RunInfo,
  type RunStatus,
  type ViewType,
} from "./entities";
import { ExperimentsClient } from "./experiments";
import { whoami } from "./whoami";
import { object, objects, optionalText, wireNumber, wireTags, type TagsInput, type TagValue } from "./wire";

const HISTORY_PAGE = 25_000;

export interface CreateRunOptions {
  readonly experimentId?: string;
  readonly runName?: string;
  readonly tags?: TagsInput;
  /** Milliseconds since 1970; default now. */
  readonly startTime?: number;
  /** Default: the user of this process. */
  readonly userId?: string;
}

export interface LogMetricOptions {
  /** Milliseconds since 1970; default now. */
  readonly timestamp?: number;
  /** Default 0. */
  readonly step?: number;
  readonly modelId?: string;
  readonly datasetName?: string;
  readonly datasetDigest?: string;
}

export abstract class RunsClient extends ExperimentsClient {
  async createRun(options: CreateRunOptions = {}): Promise<Run> {
    const answer = await this.post(
      "runs/create",
      {
        experiment_id: options.experimentId ?? "0",
        run_name: options.runName,
        user_id: options.userId ?? (await whoami()),
        start_time: options.startTime ?? Date.now(),
        tags: wireTags(options.tags),
      },
      "once",
    );
    return toRun(object(answer["run"]));
  }

  async getRun(runId: string): Promise<Run> {
    const answer = await this.get("runs/get", { run_id: runId });
    return toRun(object(answer["run"]));
  }

  async searchRuns(
    options: SearchOptions & { readonly experimentIds: readonly string[]; readonly viewType?: ViewType },
  ): Promise<Page<Run>> {
    const answer = await this.post("runs/search", {
      experiment_ids: options.experimentIds,
      run_view_type: options.viewType ?? "ACTIVE_ONLY",
      max_results: options.maxResults ?? 1000,
      filter: options.filter,
      order_by: options.orderBy,
      page_token: options.pageToken,
    });
    return page(objects(answer["runs"]), toRun, answer["next_page_token"]);
  }

  async updateRun(
    runId: string,
    change: { readonly status?: RunStatus; readonly name?: string; readonly endTime?: number },
  ): Promise<RunInfo> {
    const answer = await this.post("runs/update", {
      run_id: runId,
      status: change.status,
      end_time: change.endTime,
      run_name: change.name,
    });
    return toRunInfo(object(answer["run_info"]));
  }

  /** Ends a run; by default as FINISHED, now. */
  async setTerminated(
    runId: string,
    options: { readonly status?: RunStatus; readonly endTime?: number } = {},
  ): Promise<RunInfo> {
    return this.updateRun(runId, { status: options.status ?? "FINISHED", endTime: options.endTime ?? Date.now() });
  }

  async deleteRun(runId: string): Promise<void> {
    await this.post("runs/delete", { run_id: runId }, "once");
  }

  async restoreRun(runId: string): Promise<void> {
    await this.post("runs/restore", { run_id: runId }, "once");
  }

  /** Logs one point. The server keeps an equal point once, so a repeated request changes nothing. */
  async logMetric(runId: string, key: string, value: number, options: LogMetricOptions = {}): Promise<void> {
    await this.post("runs/log-metric", {
      run_id: runId,
      key,
      value: wireNumber(value),
      timestamp: options.timestamp ?? Date.now(),
      step: options.step ?? 0,
      model_id: options.modelId,
      dataset_name: options.datasetName,
      dataset_digest: options.datasetDigest,
    });
  }

  /** Logs a parameter, which cannot be changed afterwards. */
  async logParam(runId: string, key: string, value: TagValue): Promise<void> {
    await this.post("runs/log-parameter", { run_id: runId, key, value: String(value) });
  }

  async setTag(runId: string, key: string, value: TagValue): Promise<void> {
    await this.post("runs/set-tag", { run_id: runId, key, value: String(value) });
  }

  async deleteTag(runId: string, key: string): Promise<void> {
    await this.post("runs/delete-tag", { run_id: runId, key }, "once");
  }

  /**
   * Logs many values, of any number: in as many requests as MLflow's limits (1000 metrics, 100 params, 100 tags, 1000 in all)
   * ask for, one after the other.
   */
  async logBatch(runId: string, batch: BatchInput): Promise<void> {
    for (const part of batches(batch, Date.now())) await this.post("runs/log-batch", { run_id: runId, ...part });
  }

  /** All points of a metric, in the order in which the server has them. */
  async getMetricHistory(runId: string, key: string): Promise<Metric[]> {
    const points: Metric[] = [];
    let token: string | undefined;
    do {
      const answer = await this.get("metrics/get-history", {
        run_id: runId,
        metric_key: key,
        max_results: HISTORY_PAGE,
        page_token: token,
      });
      for (const point of objects(answer["metrics"])) points.push(toMetric(point));
      token = optionalText(answer["next_page_token"]);
    } while (token !== undefined);
    return points;
  }

  /** Says which logged models a run made. */
  async logOutputs(
    runId: string,
    models: readonly { readonly modelId: string; readonly step?: number }[],
  ): Promise<void> {
    await this.post("runs/outputs", {
      run_id: runId,
      models: models.map(({ modelId, step = 0 }) => ({ model_id: modelId, step })),
    });
  }
}
