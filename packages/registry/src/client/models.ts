import type { SearchOptions } from "./base";
import {
  page,
  toModelVersion,
  toRegisteredModel,
  type ModelStage,
  type ModelVersion,
  type Page,
  type RegisteredModel,
} from "./entities";
import { ArtifactsClient } from "./artifacts";
import { object, objects, text, wireTags, type TagsInput, type TagValue } from "./wire";

export interface CreateModelVersionOptions {
  readonly name: string;
  /** Where the files are: `mlflow-artifacts:/…` or `runs:/ID/path` (with `runId`), `models:/m-ID` (with `modelId`), … */
  readonly source: string;
  readonly runId?: string;
  readonly modelId?: string;
  readonly description?: string;
  readonly runLink?: string;
  readonly tags?: TagsInput;
}

export abstract class ModelsClient extends ArtifactsClient {
  async createRegisteredModel(
    name: string,
    options: { readonly description?: string; readonly tags?: TagsInput } = {},
  ): Promise<RegisteredModel> {
    const fields = { name, description: options.description, tags: wireTags(options.tags) };
    const answer = await this.registry("POST", "registered-models/create", fields, "once");
    return toRegisteredModel(object(answer["registered_model"]));
  }

  async getRegisteredModel(name: string): Promise<RegisteredModel> {
    const answer = await this.registry("GET", "registered-models/get", { name });
    return toRegisteredModel(object(answer["registered_model"]));
  }

  async searchRegisteredModels(options: SearchOptions = {}): Promise<Page<RegisteredModel>> {
    const answer = await this.registry("GET", "registered-models/search", searchFields(options, 100));
    return page(objects(answer["registered_models"]), toRegisteredModel, answer["next_page_token"]);
  }

  async updateRegisteredModel(
    name: string,
    { description }: { readonly description: string },
  ): Promise<RegisteredModel> {
    const answer = await this.registry("PATCH", "registered-models/update", { name, description });
    return toRegisteredModel(object(answer["registered_model"]));
  }

  async renameRegisteredModel(name: string, newName: string): Promise<RegisteredModel> {
    const answer = await this.registry("POST", "registered-models/rename", { name, new_name: newName }, "once");
    return toRegisteredModel(object(answer["registered_model"]));
  }

  /** Removes a model with its versions, tags and aliases, for good. Its files stay. */
  async deleteRegisteredModel(name: string): Promise<void> {
    await this.registry("DELETE", "registered-models/delete", { name }, "once");
  }

  async setRegisteredModelTag(name: string, key: string, value: TagValue): Promise<void> {
    await this.registry("POST", "registered-models/set-tag", { name, key, value: String(value) });
  }

  async deleteRegisteredModelTag(name: string, key: string): Promise<void> {
    await this.registry("DELETE", "registered-models/delete-tag", { name, key });
  }

  /** Points an alias at a version, wherever it pointed before. */
  async setRegisteredModelAlias(name: string, alias: string, version: string | number): Promise<void> {
    await this.registry("POST", "registered-models/alias", { name, alias, version: String(version) });
  }

  /** An alias that does not exist is fine. */
  async deleteRegisteredModelAlias(name: string, alias: string): Promise<void> {
    await this.registry("DELETE", "registered-models/alias", { name, alias });
  }

  async getModelVersionByAlias(name: string, alias: string): Promise<ModelVersion> {
    const answer = await this.registry("GET", "registered-models/alias", { name, alias });
    return toModelVersion(object(answer["model_version"]));
  }

  /** The highest version of each stage, or of the stages given. */
  async getLatestVersions(name: string, stages?: readonly string[]): Promise<ModelVersion[]> {
    const answer = await this.registry("POST", "registered-models/get-latest-versions", { name, stages });
    return objects(answer["model_versions"]).map(toModelVersion);
  }

  async createModelVersion(options: CreateModelVersionOptions): Promise<ModelVersion> {
    const fields = {
      name: options.name,
      source: options.source,
      run_id: options.runId,
      model_id: options.modelId,
      description: options.description,
      run_link: options.runLink,
      tags: wireTags(options.tags),
    };
    const answer = await this.registry("POST", "model-versions/create", fields, "once");
    return toModelVersion(object(answer["model_version"]));
  }

  async getModelVersion(name: string, version: string | number): Promise<ModelVersion> {
    const answer = await this.registry("GET", "model-versions/get", { name, version: String(version) });
    return toModelVersion(object(answer["model_version"]));
  }

  /** The address of a version's files. */
  async getModelVersionDownloadUri(name: string, version: string | number): Promise<string> {
    const answer = await this.registry("GET", "model-versions/get-download-uri", { name, version: String(version) });
    return text(answer["artifact_uri"]);
  }

  async searchModelVersions(options: SearchOptions = {}): Promise<Page<ModelVersion>> {
    const answer = await this.registry("GET", "model-versions/search", searchFields(options, 10_000));
    return page(objects(answer["model_versions"]), toModelVersion, answer["next_page_token"]);
  }

  async updateModelVersion(
    name: string,
    version: string | number,
    { description }: { readonly description: string },
  ): Promise<ModelVersion> {
    const fields = { name, version: String(version), description };
    const answer = await this.registry("PATCH", "model-versions/update", fields);
    return toModelVersion(object(answer["model_version"]));
  }

  /** Removes a version and its aliases, for good. Its files stay, its number is not given again. */
  async deleteModelVersion(name: string, version: string | number): Promise<void> {
    await this.registry("DELETE", "model-versions/delete", { name, version: String(version) }, "once");
  }

  async transitionModelVersionStage(
    name: string,
    version: string | number,
    stage: ModelStage | (string & {}),
    options: { readonly archiveExistingVersions?: boolean } = {},
  ): Promise<ModelVersion> {
    const answer = await this.registry("POST", "model-versions/transition-stage", {
      name,
      version: String(version),
      stage,
      archive_existing_versions: options.archiveExistingVersions ?? false,
    });
    return toModelVersion(object(answer["model_version"]));
  }

  async setModelVersionTag(name: string, version: string | number, key: string, value: TagValue): Promise<void> {
    const fields = { name, version: String(version), key, value: String(value) };
    await this.registry("POST", "model-versions/set-tag", fields);
  }

  async deleteModelVersionTag(name: string, version: string | number, key: string): Promise<void> {
    await this.registry("DELETE", "model-versions/delete-tag", { name, version: String(version), key });
  }
}

function searchFields(options: SearchOptions, maxResults: number): Record<string, unknown> {
  return {
    filter: options.filter,
    max_results: options.maxResults ?? maxResults,
    order_by: options.orderBy,
    page_token: options.pageToken,
  };
}
