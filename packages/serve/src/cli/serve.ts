import cluster from "node:cluster";
import { setTimeout as sleep } from "node:timers/promises";
import { checkKeys, splitKeys } from "../auth";
import { ModelAbsentError } from "../errors";
import { p300App } from "../express";
import { listen } from "../listen";
import { commandLogger } from "../log";
import { openSource } from "../open-source";
import { FIRST_TRY_MILLIS, runReplica, type ServeOptions } from "../replica";
import { Replicas } from "../replicas";
import type { Logger } from "../serving";
import { parseModelUri } from "../source";
import { modelsOf, type CommandOptions } from "./options";

/**
 * Serves until a signal ends it.
 * @throws what can be told before anything listens: a malformed URI, an empty key, a folder without a model.
 */
export async function serve(command: CommandOptions): Promise<void> {
  const logger = commandLogger(process.env["P300_LOG_LEVEL"] === "" ? undefined : process.env["P300_LOG_LEVEL"]);
  const apiKey = command.apiKey ?? (process.env["P300_API_KEY"] === "" ? undefined : process.env["P300_API_KEY"]);
  const keys = apiKey === undefined ? undefined : splitKeys(apiKey);
  if (keys !== undefined) checkKeys(keys);
  const models = modelsOf(command);
  for (const uri of Object.values(models)) parseModelUri(uri);
  const graceMillis = command.drainSeconds * 1000;
  const options: ServeOptions = {
    ...models,
    registry: command.registry ?? registryFromEnvironment(),
    apiKey: keys,
    logger,
    pollIntervalMillis: command.pollSeconds * 1000,
    host: command.host,
    port: command.port,
    drain: { graceMillis, limitMillis: 10_000 },
  };
  if (cluster.isWorker) return runReplica(options);
  for (const uri of Object.values(models)) await checkFolder(uri);
  const announce = (url: string, port: number) => {
    const { replicas, json } = command;
    const text =
      json === true
        ? JSON.stringify({ url, host: command.host, port, replicas, pid: process.pid })
        : `p300-serve listening on ${url}`;
    process.stdout.write(`${text}\n`);
    logger.info({ url, replicas, ...models }, "listening");
  };
  return command.replicas === 1 ? single(options, announce) : many(command, options, logger, announce);
}

async function single({ host, port, drain, ...options }: ServeOptions, announce: Announce): Promise<void> {
  const { app, router } = p300App(options);
  let end: () => void = () => process.exit(0);
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => end());
  try {
    await Promise.race([router.firstTry, sleep(FIRST_TRY_MILLIS)]);
    const server = await listen(app, router, { host, port });
    const ended = new Promise<void>((resolve) => {
      end = () => {
        end = () => process.exit(0); // a second signal does not wait
        void server.close(drain).then(resolve);
      };
    });
    announce(server.url, server.port);
    await ended;
  } finally {
    await router.close();
  }
}

type Announce = (url: string, port: number) => void;

async function many(
  command: CommandOptions,
  options: ServeOptions,
  logger: Logger,
  onListening: Announce,
): Promise<void> {
  const { graceMillis = 0, limitMillis = 0 } = options.drain;
  const replicas = new Replicas({
    replicas: command.replicas,
    drain: { graceMillis, limitMillis },
    logger,
    onListening,
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => replicas.end());
  const { code, why } = await replicas.run();
  if (why !== undefined) process.stderr.write(`p300-serve: ${why}\n`);
  process.exitCode = code;
}

/** A folder is there or it is a mistake; an alias may come later. */
async function checkFolder(uri: string): Promise<void> {
  if (parseModelUri(uri).kind !== "folder") return;
  const source = openSource(uri);
  try {
    await source.resolve();
  } catch (error) {
    if (error instanceof ModelAbsentError)
      throw new ModelAbsentError(`${error.message}: give a folder that p300-lda train has written`);
    throw error;
  }
}

function registryFromEnvironment(): string {
  const fromEnvironment = process.env["MLFLOW_REGISTRY_URI"] || process.env["MLFLOW_TRACKING_URI"];
  return fromEnvironment || "http://127.0.0.1:5000";
}
