import { ClientBase, orUndefined, type SearchOptions } from "./base";
import { page, toExperiment, type Experiment, type Page, type ViewType } from "./entities";
import { object, objects, text, wireTags, type TagsInput, type TagValue } from "./wire";

export abstract class ExperimentsClient extends ClientBase {
  /** Makes an experiment and answers its id. */
  async createExperiment(
    name: string,
    options: { readonly artifactLocation?: string; readonly tags?: TagsInput } = {},
  ): Promise<string> {
    const answer = await this.post(
      "experiments/create",
      { name, artifact_location: options.artifactLocation, tags: wireTags(options.tags) },
      "once",
    );
    return text(answer["experiment_id"]);
  }

  async getExperiment(experimentId: string): Promise<Experiment> {
    const answer = await this.get("experiments/get", { experiment_id: experimentId });
    return toExperiment(object(answer["experiment"]));
  }

  /** Undefined when there is none of that name; a deleted one is answered too. */
  async getExperimentByName(name: string): Promise<Experiment | undefined> {
    const answer = await orUndefined(this.get("experiments/get-by-name", { experiment_name: name }));
    return answer && toExperiment(object(answer["experiment"]));
  }

  async searchExperiments(options: SearchOptions & { readonly viewType?: ViewType } = {}): Promise<Page<Experiment>> {
    const answer = await this.post("experiments/search", {
      view_type: options.viewType ?? "ACTIVE_ONLY",
      max_results: options.maxResults ?? 1000,
      filter: options.filter,
      order_by: options.orderBy,
      page_token: options.pageToken,
    });
    return page(objects(answer["experiments"]), toExperiment, answer["next_page_token"]);
  }

  async renameExperiment(experimentId: string, newName: string): Promise<void> {
    await this.post("experiments/update", { experiment_id: experimentId, new_name: newName });
  }

  /** Marks an experiment and its runs as deleted; `restoreExperiment` brings them back. */
  async deleteExperiment(experimentId: string): Promise<void> {
    await this.post("experiments/delete", { experiment_id: experimentId }, "once");
  }

  async restoreExperiment(experimentId: string): Promise<void> {
    await this.post("experiments/restore", { experiment_id: experimentId }, "once");
  }

  async setExperimentTag(experimentId: string, key: string, value: TagValue): Promise<void> {
    await this.post("experiments/set-experiment-tag", { experiment_id: experimentId, key, value: String(value) });
  }

  async deleteExperimentTag(experimentId: string, key: string): Promise<void> {
    await this.post("experiments/delete-experiment-tag", { experiment_id: experimentId, key }, "once");
  }
}
