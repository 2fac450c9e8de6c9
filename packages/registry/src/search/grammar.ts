/** What a filter and an order_by may name, for each kind of thing that can be searched. */
export type Entity = "attribute" | "metric" | "parameter" | "tag" | "dataset";

export type Operator =
  | "="
  | "!="
  | ">"
  | ">="
  | "<"
  | "<="
  | "LIKE"
  | "ILIKE"
  | "IN"
  | "NOT IN"
  | "IS NULL"
  | "IS NOT NULL";

export interface Grammar {
  /** Prefixes, with what they mean; a key without a prefix is an attribute. */
  readonly prefixes: Readonly<Record<string, Entity>>;
  /** What a filter may ask for, with the kind of its value. */
  readonly attributes: Readonly<Record<string, "text" | "number">>;
  /** Number attributes whose value may be quoted. */
  readonly quotable?: readonly string[];
  /** Other names of attributes. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Text attributes that may stand before IN and NOT IN. */
  readonly listed: readonly string[];
  /** What may stand before IS NULL and IS NOT NULL. */
  readonly nullable: readonly Entity[];
  /** Attributes that order_by may name. */
  readonly ordered: readonly string[];
  /** What else order_by may name. */
  readonly orderedEntities: readonly Entity[];
}

export const NUMBER_OPERATORS: readonly Operator[] = ["=", "!=", ">", ">=", "<", "<="];
export const TEXT_OPERATORS: readonly Operator[] = ["=", "!=", "LIKE", "ILIKE"];
export const DATASET_KEYS: readonly string[] = ["name", "digest", "context"];

const tagPrefixes = { tag: "tag", tags: "tag" } as const;

export const RUNS: Grammar = {
  prefixes: {
    ...tagPrefixes,
    metric: "metric",
    metrics: "metric",
    parameter: "parameter",
    parameters: "parameter",
    param: "parameter",
    params: "parameter",
    attribute: "attribute",
    attributes: "attribute",
    attr: "attribute",
    run: "attribute",
    dataset: "dataset",
    datasets: "dataset",
  },
  attributes: {
    run_id: "text",
    run_name: "text",
    status: "text",
    user_id: "text",
    artifact_uri: "text",
    start_time: "number",
    end_time: "number",
  },
  aliases: {
    created: "start_time",
    Created: "start_time",
    "run name": "run_name",
    "Run name": "run_name",
    "Run Name": "run_name",
  },
  listed: ["run_id"],
  nullable: ["tag", "parameter"],
  ordered: ["run_id", "run_name", "status", "user_id", "artifact_uri", "start_time", "end_time"],
  orderedEntities: ["metric", "parameter", "tag"],
};

export const EXPERIMENTS: Grammar = {
  prefixes: { ...tagPrefixes, attribute: "attribute" }, // not "attributes", which runs take
  attributes: { name: "text", experiment_id: "text", creation_time: "number", last_update_time: "number" },
  aliases: {},
  listed: ["experiment_id"],
  nullable: ["tag"],
  ordered: ["name", "experiment_id", "creation_time", "last_update_time"],
  orderedEntities: [],
};

export const REGISTERED_MODELS: Grammar = {
  prefixes: { ...tagPrefixes, attribute: "attribute" },
  attributes: { name: "text" },
  aliases: { timestamp: "last_updated_timestamp" },
  listed: ["name"],
  nullable: [],
  ordered: ["name", "last_updated_timestamp"],
  orderedEntities: [],
};

export const MODEL_VERSIONS: Grammar = {
  prefixes: { ...tagPrefixes, attribute: "attribute" },
  attributes: { name: "text", run_id: "text", source_path: "text", version_number: "number" },
  quotable: ["version_number"], // a version is text everywhere else
  aliases: {},
  listed: ["name", "run_id"],
  nullable: [],
  ordered: ["name", "version_number", "creation_timestamp", "last_updated_timestamp"],
  orderedEntities: [],
};

export const LOGGED_MODELS: Grammar = {
  prefixes: { attributes: "attribute", metrics: "metric", params: "parameter", tags: "tag" },
  attributes: {
    name: "text",
    model_id: "text",
    model_type: "text",
    source_run_id: "text",
    experiment_id: "text",
    status: "text",
    creation_timestamp: "number",
    last_updated_timestamp: "number",
  },
  aliases: { creation_time: "creation_timestamp" },
  listed: ["name", "model_id", "model_type", "source_run_id", "experiment_id", "status"],
  nullable: [],
  ordered: [
    "name",
    "model_id",
    "model_type",
    "source_run_id",
    "experiment_id",
    "status",
    "creation_timestamp",
    "last_updated_timestamp",
  ],
  orderedEntities: ["metric"],
};
