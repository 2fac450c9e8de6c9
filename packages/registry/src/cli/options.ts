import { InvalidArgumentError, type Command } from "commander";
import { MlflowClient } from "../client/mlflow-client";
import type { SearchOptions } from "../client/base";
import type { ViewType } from "../client/entities";

export interface RegistryOptions {
  readonly registry?: string;
  readonly json?: boolean;
}

/** The options of a command that talks to a server. */
export const withRegistry = (command: Command): Command =>
  command
    .option("--registry <url>", "address of the server (default: MLFLOW_TRACKING_URI, else http://127.0.0.1:5000)")
    .option("--json", "print the result as one line of JSON");

/** Somebody waits at a terminal: a server that is down is said to be down within a second. */
export function connect({ registry }: RegistryOptions): MlflowClient {
  return new MlflowClient({
    ...(registry !== undefined && { trackingUri: registry }),
    retries: 2,
    timeoutMillis: 60_000,
  });
}

export interface ListOptions extends RegistryOptions {
  readonly filter?: string;
  readonly orderBy?: readonly string[];
  readonly maxResults: number;
}

export const withSearch = (command: Command, example: string, maxResults = 100): Command =>
  withRegistry(command)
    .option("--filter <expression>", `MLflow's search grammar, such as "${example}"`)
    .option("--order-by <key>", 'such as "name DESC"; repeat it for further keys', collect)
    .option("--max-results <n>", "how many at most", parseCount, maxResults);

export function searchOptions({ filter, orderBy, maxResults }: ListOptions): SearchOptions {
  return { maxResults, ...(filter !== undefined && { filter }), ...(orderBy !== undefined && { orderBy }) };
}

export function collect(value: string, former: readonly string[] | undefined): string[] {
  return [...(former ?? []), value];
}

export function parseCount(value: string): number {
  const count = Number(value);
  if (!/^\d{1,9}$/.test(value) || count < 1) throw new InvalidArgumentError("Give a whole number of at least 1.");
  return count;
}

export function parseView(value: string): ViewType {
  const views: Readonly<Record<string, ViewType>> = { active: "ACTIVE_ONLY", deleted: "DELETED_ONLY", all: "ALL" };
  const view = views[value.toLowerCase()];
  if (view === undefined) throw new InvalidArgumentError("Give active, deleted or all.");
  return view;
}

/** `--tag key=value`, as often as wanted. */
export function collectTag(
  value: string,
  former: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const at = value.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("Give KEY=VALUE.");
  return Object.fromEntries([...Object.entries(former ?? {}), [value.slice(0, at), value.slice(at + 1)]]);
}

export function parseVersion(value: string): string {
  if (!/^\d{1,18}$/.test(value)) throw new InvalidArgumentError("Give a version's number, such as 3.");
  return value;
}
