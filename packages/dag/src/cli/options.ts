import { InvalidArgumentError, type Command } from "commander";
import { resolve } from "node:path";
import type { DagClient } from "../client/client";
import { connect, defaultHome, findStandalone } from "../client/connect";
import { parseDate } from "../server/dates";

export interface ConnectionOptions {
  readonly home?: string;
  readonly url?: string;
  readonly json?: boolean;
}

export const withJson = (command: Command): Command => command.option("--json", "print the result as one line of JSON");

/** The options of a command that talks to a standalone. */
export const withConnection = (command: Command): Command =>
  withJson(
    command
      .option("--home <dir>", "home of the standalone (default: P300_HOME/dag, else .p300/dag)")
      .option("--url <url>", "address of the API (default: P300_DAG_URL, else the standalone that runs on the home)"),
  );

/**
 * Runs `work` with a client of the running standalone. With `offline`, for what is safe without a scheduler, the home's database is
 * opened in this process when none runs.
 */
export async function withClient<Result>(
  options: ConnectionOptions,
  work: (client: DagClient) => Promise<Result>,
  { offline = false }: { offline?: boolean } = {},
): Promise<Result> {
  const home = options.home === undefined ? defaultHome() : resolve(options.home);
  const named = options.url ?? (process.env["P300_DAG_URL"] || undefined);
  const alone = offline && named === undefined && (await findStandalone(home)) === null;
  // Loaded when needed: a command that asks a running server needs no database and no server of its own.
  const client = alone
    ? await (await import("../server/offline")).openOffline(home)
    : await connect({ home, ...(named === undefined ? {} : { url: named }) });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** The result: one line of JSON, or what people read. */
export function print(options: { json?: boolean }, value: unknown, render: () => string): void {
  process.stdout.write(options.json === true ? `${JSON.stringify(value)}\n` : render());
}

export function parseJsonObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(`It is not JSON (${error instanceof Error ? error.message : ""}).`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new InvalidArgumentError("It must be a JSON object.");
  return value as Record<string, unknown>;
}

export function parseIsoDate(text: string): Date {
  const millis = parseDate(text);
  if (millis === null) throw new InvalidArgumentError("It is no ISO-8601 date, such as 2026-01-31T06:00:00Z.");
  return new Date(millis);
}

export const parseInteger =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < min || value > max)
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return value;
  };

export const parsePositive = (text: string): number => {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0) || !Number.isFinite(value))
    throw new InvalidArgumentError("It must be a number above 0.");
  return value;
};
