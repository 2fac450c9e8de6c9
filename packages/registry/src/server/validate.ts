/** MLflow's rules for names and sizes, in MLflow's words. What passes here is stored as it stands. */
import { posix } from "node:path";
import { invalidParameter } from "../errors";
import type { TagRow } from "../store/sql/shared";

export const LIMITS = {
  key: 250,
  paramValue: 6000,
  tagValue: 8000,
  experimentName: 500,
  experimentTagValue: 20_000,
  artifactLocation: 2048,
  modelTagValue: 100_000,
  alias: 255,
  batchMetrics: 1000,
  batchParams: 100,
  batchTags: 100,
  batchAll: 1000,
  dataset: { name: 500, digest: 36, source: 65_535, schema: 1_048_575, profile: 16_777_215 },
  inputTag: { key: 255, value: 500 },
  loggedModelName: 500,
} as const;

type Tag = { readonly key: string; readonly value?: string | undefined };

const shown = (value: string): string => JSON.stringify(value.length > 300 ? `${value.slice(0, 300)}…` : value);

/** Python counts characters, JavaScript UTF-16 units. */
const length = (text: string): number => {
  let surrogates = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) surrogates++;
  return text.length - surrogates;
};

export function checkLength(what: string, value: string | undefined, max: number): void {
  if (value !== undefined && value.length > max && length(value) > max)
    throw invalidParameter(`'${what}' exceeds the maximum length of ${max} characters`);
}

/** Too long a value is cut, not refused. */
const truncate = (value: string, max: number): string =>
  value.length <= max || length(value) <= max ? value : [...value].slice(0, max).join("");

/** A name that is also a path in a file store must be its own normal form. */
function checkPathLike(value: string, parameter: string): void {
  // Python's normpath keeps two leading slashes and gives "." for "", as posix.normalize does but for the trailing slash.
  const normal = posix.normalize(value).replace(/(?<=.)\/$/, "");
  if (normal !== value || normal === "." || normal.startsWith("..") || normal.startsWith("/"))
    throw invalidParameter(
      `Invalid value ${shown(value)} for parameter '${parameter}' supplied: Names may be treated as files in certain cases, ` +
        `and must not resolve to other names when treated as such. This name would resolve to '${normal}'`,
    );
}

/** A key of a metric, a parameter or a tag. */
export function checkKey(key: string, parameter: string): void {
  if (!/^[/\p{L}\p{N}_.\- :]*$/u.test(key))
    throw invalidParameter(
      `Invalid value ${shown(key)} for parameter '${parameter}' supplied: Names may only contain alphanumerics, ` +
        "underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).",
    );
  checkPathLike(key, parameter);
}

export function checkMetric(metric: { key: string; timestamp: number; value: number }, path: string): void {
  const parameter = (name: string) => (path ? `${path}.${name}` : name);
  checkKey(metric.key, parameter("name"));
  if (metric.timestamp < 0)
    throw invalidParameter(
      `Invalid value ${metric.timestamp} for parameter '${parameter("timestamp")}' supplied: metric '${metric.key}' ` +
        `(value=${metric.value}). Timestamp must be a nonnegative long (64-bit integer) `,
    );
  checkLength("Metric name", metric.key, LIMITS.key);
}

export function checkParam({ key, value = "" }: Tag, path = "key"): TagRow {
  checkKey(key, path);
  checkLength("Param key", key, LIMITS.key);
  return { key, value: truncate(value, LIMITS.paramValue) };
}

export function checkRunTag({ key, value = "" }: Tag, path = "key"): TagRow {
  checkKey(key, path);
  checkLength(path, key, LIMITS.key);
  return { key, value: truncate(value, LIMITS.tagValue) };
}

/** MLflow asks nothing of the characters in a key that comes with a new run: `start_run(tags={"a#b": …})` works there. */
export function checkNewRunTag({ key, value = "" }: Tag, path: string): TagRow {
  checkLength(path, key, LIMITS.key);
  return { key, value: truncate(value, LIMITS.tagValue) };
}

/** A tag of an experiment (`experimentTagValue`), or of a model or a version (`modelTagValue`). */
export function checkTag({ key, value = "" }: Tag, valueMax: number): TagRow {
  checkKey(key, "key");
  checkLength("key", key, LIMITS.key);
  checkLength("value", value, valueMax);
  return { key, value };
}

export function checkBatchSizes(batch: { metrics: unknown[]; params: unknown[]; tags: unknown[] }): void {
  const { metrics, params, tags } = batch;
  const counts = [
    ["metrics", metrics.length, LIMITS.batchMetrics],
    ["params", params.length, LIMITS.batchParams],
    ["tags", tags.length, LIMITS.batchTags],
    ["metrics, params, and tags", metrics.length + params.length + tags.length, LIMITS.batchAll],
  ] as const;
  for (const [what, count, max] of counts)
    if (count > max)
      throw invalidParameter(
        `A batch logging request can contain at most ${max} ${what}. Got ${count} ${what}. ` +
          `Please split up ${what} across multiple requests and try again.`,
      );
}

export function checkParamKeysUnique(params: readonly { key: string }[]): void {
  const seen = new Set<string>();
  const twice = params.map(({ key }) => key).filter((key) => seen.has(key) || !seen.add(key));
  if (twice.length > 0)
    throw invalidParameter(
      `Duplicate parameter keys have been submitted: ['${twice.join("', '")}']. ` +
        "Please ensure the request contains only one param value per param key.",
    );
}

export function checkExperimentName(name: string): void {
  checkLength("name", name, LIMITS.experimentName);
}

const RUN_ID = /^[a-zA-Z0-9][\w-]{0,255}$/;
export function checkRunId(runId: string): void {
  if (!RUN_ID.test(runId)) throw invalidParameter(`Invalid value ${shown(runId)} for parameter 'run_id' supplied.`);
}

export function checkModelName(name: string, parameter = "name"): void {
  if (name.trim() === "") throw invalidParameter(`Missing value for required parameter '${parameter}'.`);
  if (/[/:]/.test(name))
    throw invalidParameter(`Invalid model name '${name.slice(0, 300)}'. Names cannot contain '/' or ':'.`);
  checkPathLike(name, "name");
  checkLength("name", name, 256); // the column's width
}

export function checkAlias(alias: string): void {
  if (!/^[\p{L}\p{N}_-]*$/u.test(alias))
    throw invalidParameter(
      `Invalid alias name: '${alias.slice(0, 300)}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`,
    );
  checkLength("Registered model alias name", alias, LIMITS.alias);
}

/** Names that mean something already: `latest`, and `v1` for version 1. */
export function checkAliasNotReserved(alias: string): void {
  if (alias.toLowerCase() === "latest") throw invalidParameter("'latest' alias name (case insensitive) is reserved.");
  if (/^v\d+$/i.test(alias)) throw invalidParameter(`Version alias name '${alias}' is reserved.`);
}

export function checkLoggedModelName(name: string | undefined): void {
  if (name === undefined) return;
  if (name === "" || /[/:.%"']/.test(name))
    throw invalidParameter(
      `Invalid model name (${shown(name)}) provided. Model name must be a non-empty string and cannot contain the ` +
        `following characters: ('/', ':', '.', '%', '"', "'")`,
    );
  checkLength("name", name, LIMITS.loggedModelName);
}
