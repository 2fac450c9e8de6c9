import { wireNumber, type TagsInput, type TagValue } from "./wire";

export interface MetricInput {
  readonly key: string;
  readonly value: number;
  /** Milliseconds since 1970; default now. */
  readonly timestamp?: number;
  /** Default 0. */
  readonly step?: number;
}

export interface BatchInput {
  /** Points, or the values of metrics by key (step 0, now). */
  readonly metrics?: readonly MetricInput[] | Readonly<Record<string, number>>;
  readonly params?: readonly { readonly key: string; readonly value: TagValue }[] | TagsInput;
  readonly tags?: readonly { readonly key: string; readonly value: TagValue }[] | TagsInput;
}

interface WireTag {
  readonly key: string;
  readonly value: string;
}

export interface WireBatch {
  readonly metrics: { key: string; value: number | string; timestamp: number; step: number }[];
  readonly params: WireTag[];
  readonly tags: WireTag[];
}

export const METRICS_MAX = 1000;
export const PARAMS_MAX = 100;
export const TAGS_MAX = 100;
export const ENTITIES_MAX = 1000;

/** Cuts a batch into ones that MLflow takes: params and tags first, since only they can be refused for what they say. */
export function* batches(batch: BatchInput, nowMillis: number): Generator<WireBatch> {
  const metrics = entries(batch.metrics).map((metric) => ({
    key: metric.key,
    value: wireNumber(metric.value),
    timestamp: ("timestamp" in metric ? metric.timestamp : undefined) ?? nowMillis,
    step: ("step" in metric ? metric.step : undefined) ?? 0,
  }));
  const params = entries(batch.params).map(({ key, value }) => ({ key, value: String(value) }));
  const tags = entries(batch.tags).map(({ key, value }) => ({ key, value: String(value) }));
  let [nMetrics, nParams, nTags] = [0, 0, 0];
  while (nMetrics < metrics.length || nParams < params.length || nTags < tags.length) {
    const part = {
      params: params.slice(nParams, nParams + PARAMS_MAX),
      tags: tags.slice(nTags, nTags + TAGS_MAX),
    };
    const room = Math.min(METRICS_MAX, ENTITIES_MAX - part.params.length - part.tags.length);
    const points = metrics.slice(nMetrics, nMetrics + room);
    nMetrics += points.length;
    nParams += part.params.length;
    nTags += part.tags.length;
    yield { metrics: points, ...part };
  }
}

function entries<V, T extends { readonly key: string; readonly value: V }>(
  input: readonly T[] | Readonly<Record<string, V>> | undefined,
): (T | { readonly key: string; readonly value: V })[] {
  if (input === undefined) return [];
  if (Array.isArray(input)) return [...(input as readonly T[])];
  return Object.entries(input as Readonly<Record<string, V>>).map(([key, value]) => ({ key, value }));
}
