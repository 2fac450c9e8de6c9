import { toLoggedModel, page, type LoggedModel, type LoggedModelStatus, type Page } from "./entities";
import { RunsClient } from "./runs";
import { object, objects, wireTags, type TagsInput } from "./wire";

const route = (modelId: string): string => `/api/2.0/mlflow/logged-models/${encodeURIComponent(modelId)}`;

export abstract class LoggedModelsClient extends RunsClient {
  /** Makes a logged model, pending until `finalizeLoggedModel`; its files go below its `artifactUri`. */
  async createLoggedModel(options: {
    readonly experimentId: string;
    readonly name?: string;
    readonly sourceRunId?: string;
    readonly modelType?: string;
    readonly params?: TagsInput;
    readonly tags?: TagsInput;
  }): Promise<LoggedModel> {
    const answer = await this.post(
      "logged-models",
      {
        experiment_id: options.experimentId,
        name: options.name,
        source_run_id: options.sourceRunId,
        model_type: options.modelType,
        params: wireTags(options.params),
        tags: wireTags(options.tags),
      },
      "once",
    );
    return toLoggedModel(object(answer["model"]));
  }

  async finalizeLoggedModel(modelId: string, status: LoggedModelStatus = "LOGGED_MODEL_READY"): Promise<LoggedModel> {
    const json = { model_id: modelId, status };
    const answer = await this.http.json({ method: "PATCH", path: route(modelId), json, idempotent: true });
    return toLoggedModel(object(answer["model"]));
  }

  async getLoggedModel(modelId: string): Promise<LoggedModel> {
    const answer = await this.http.json({ method: "GET", path: route(modelId) });
    return toLoggedModel(object(answer["model"]));
  }

  async deleteLoggedModel(modelId: string): Promise<void> {
    await this.http.json({ method: "DELETE", path: route(modelId) });
  }

  async setLoggedModelTags(modelId: string, tags: TagsInput): Promise<void> {
    const json = { model_id: modelId, tags: wireTags(tags) };
    await this.http.json({ method: "PATCH", path: `${route(modelId)}/tags`, json, idempotent: true });
  }

  async searchLoggedModels(options: {
    readonly experimentIds: readonly string[];
    readonly filter?: string;
    readonly orderBy?: readonly { readonly fieldName: string; readonly ascending?: boolean }[];
    readonly maxResults?: number;
    readonly pageToken?: string;
  }): Promise<Page<LoggedModel>> {
    const answer = await this.post("logged-models/search", {
      experiment_ids: options.experimentIds,
      filter: options.filter,
      order_by: options.orderBy?.map(({ fieldName, ascending = true }) => ({ field_name: fieldName, ascending })),
      max_results: options.maxResults,
      page_token: options.pageToken,
    });
    return page(objects(answer["models"]), toLoggedModel, answer["next_page_token"]);
  }
}
