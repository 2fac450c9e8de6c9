import type { Json } from "./states";
import type { TriggerRule } from "./trigger-rule";

/** A DAG as data: what the database keeps of a definition, and all that scheduler, REST and CLI read of it. */
export interface DagStructure {
  readonly dagId: string;
  readonly description: string | null;
  readonly docMd: string | null;
  readonly schedule: ScheduleStructure;
  /** IANA name; the time zone of the cron expression and of naive dates. */
  readonly timezone: string;
  /** ISO-8601 in UTC. */
  readonly startDate: string | null;
  readonly endDate: string | null;
  readonly catchup: boolean;
  readonly maxActiveRuns: number;
  readonly maxActiveTasks: number;
  readonly tags: readonly string[];
  readonly owners: readonly string[];
  readonly params: Readonly<Record<string, Json>>;
  readonly isPausedUponCreation: boolean | null;
  /** In an order where every task comes after its upstream tasks. */
  readonly tasks: readonly TaskStructure[];
}

export type ScheduleStructure =
  | { readonly kind: "none" }
  | { readonly kind: "once" }
  | { readonly kind: "cron"; readonly expression: string; readonly interval: "trigger" | "data-interval" };

export interface TaskStructure {
  readonly taskId: string;
  readonly docMd: string | null;
  readonly owner: string;
  readonly operator: string;
  readonly triggerRule: TriggerRule;
  readonly retries: number;
  readonly retryDelaySeconds: number;
  /** Multiplier of the delay for each further try; 0 is off. */
  readonly retryExponentialBackoff: number;
  readonly maxRetryDelaySeconds: number | null;
  readonly executionTimeoutSeconds: number | null;
  readonly pool: string;
  readonly poolSlots: number;
  readonly queue: string;
  readonly priorityWeight: number;
  readonly weightRule: "downstream" | "upstream" | "absolute";
  /** `priorityWeight` summed as `weightRule` says: what the scheduler sorts by. */
  readonly totalWeight: number;
  /** Direct upstream and downstream task ids, in definition order. */
  readonly upstream: readonly string[];
  readonly downstream: readonly string[];
  readonly isMapped: boolean;
  /** For a mapped task, the keys it expands over, in argument order: the last one is the fastest. */
  readonly expand: readonly ExpandSource[];
  /** Arguments as JSON, an output written as `{"__output": taskId}`; for showing and for the version hash. */
  readonly args: Json;
}

export type ExpandSource =
  | { readonly key: string; readonly kind: "literal"; readonly length: number }
  | { readonly key: string; readonly kind: "output"; readonly taskId: string };
