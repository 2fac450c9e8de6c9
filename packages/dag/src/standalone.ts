import { rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { pino, type Logger } from "pino";
import { STANDALONE_FILE } from "./client/connect";
import { readConfig, type Config } from "./config";
import { DagsFolder } from "./dags-folder";
import { ConfigError, ServerStartError } from "./errors";
import { createWorkerPool } from "./executor/worker-pool";
import { makeFolders } from "./make-folders";
import { createParser } from "./parser-process";
import { createScheduler } from "./scheduler/scheduler";
import { TokenSigner } from "./server/auth";
import type { ApiContext } from "./server/context";
import { createApp } from "./server/express";
import { isLoopback } from "./server/guard";
import { routes } from "./server/routes";
import { DagVersions } from "./server/versions";
import { acquireHomeLock } from "./store/home-lock";
import { openStore } from "./store/open";

export interface StandaloneOptions {
  /** Folder of DAG files. */
  readonly dagsFolder: string;
  /** Where state and logs are kept; made when absent. One standalone at a time. */
  readonly home: string;
  /** Default 127.0.0.1. Only loopback: everyone who reaches the API is its admin. */
  readonly host?: string;
  /** Default 8080; 0 takes a free one. */
  readonly port?: number;
  /** Worker processes. Default: one a CPU core, at most core.parallelism. */
  readonly workers?: number;
  /** `sqlite:///relative.db` or `sqlite:////absolute.db`. Default: `<home>/dag.db`. */
  readonly database?: string;
  /** pino's; default P300_LOG_LEVEL, else info. Logs go to stderr. */
  readonly logLevel?: string;
  /** Settings beside those of the environment (P300_DAG__SECTION__KEY). */
  readonly config?: Partial<Config>;
}

export interface Standalone {
  readonly url: string;
  readonly port: number;
  readonly home: string;
  /** Stops scheduling, ends the workers, closes the database. Runs in progress go on at the next start. */
  close(): Promise<void>;
}

/**
 * Scheduler, workers and REST API in this process, on a home of their own. Resolves when the API answers and the dags folder is loaded.
 * @throws {ConfigError} for an option that cannot be taken.
 * @throws {HomeInUseError} when another standalone holds the home.
 * @throws {ServerStartError} when the port is taken, or the dags folder is not there.
 */
export async function startStandalone(options: StandaloneOptions): Promise<Standalone> {
  const config = { ...readConfig(), ...options.config };
  const host = checkHostOption(options.host ?? "127.0.0.1");
  const folder = await checkFolder(options.dagsFolder);
  const home = resolve(options.home);
  const database = checkDatabase(options.database ?? `sqlite:///${join(home, "dag.db")}`);
  const log = createLogger(options.logLevel);
  try {
    makeFolders(home);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new ServerStartError(`cannot make the home folder ${home} (${code}): give another by --home`, {
      cause: error,
    });
  }

  const undo: (() => Promise<unknown> | void)[] = [];
  const close = async (): Promise<void> => {
    for (let step = undo.pop(); step !== undefined; step = undo.pop())
      await Promise.resolve()
        .then(step)
        .catch((error: unknown) => log.error({ err: error }, "could not close everything"));
  };
  try {
    const lock = await acquireHomeLock(home);
    undo.push(() => lock.release());
    const store = await openStore({ database });
    undo.push(() => store.close());

    const executor = createWorkerPool({
      workers: options.workers ?? Math.min(availableParallelism(), config.parallelism),
      logsFolder: join(home, "logs"),
      logger: log,
    });
    const scheduler = createScheduler({
      store,
      executor,
      logger: log,
      parallelism: config.parallelism,
    });
    const parse = createParser({ timeoutSeconds: config.importTimeoutSeconds });
    const dags = new DagsFolder({
      folder,
      store,
      parse,
      log,
      onChange: () => scheduler.nudge(),
      pausedAtCreation: config.dagsArePausedAtCreation,
    });
    const context: ApiContext = {
      store,
      versions: new DagVersions(store),
      nudge: () => scheduler.nudge(),
      rescan: () => dags.scan({ all: true }),
      logsFolder: join(home, "logs"),
      tokens: new TokenSigner(),
      clock: Date.now,
      triggeredBy: "rest_api",
    };
    const app = createApp({
      routes,
      context,
      log,
      allowedHosts: new Set([host.toLowerCase()]),
      authenticate: () => "Anonymous",
    });
    const server = createServer(app);
    const port = await listen(server, host, options.port ?? 8080);
    undo.push(() => closeServer(server));

    undo.push(() => scheduler.stop());
    undo.push(() => {
      const stopped = dags.stop();
      parse.stop();
      return stopped;
    });
    await dags.start(config.refreshIntervalSeconds);
    await scheduler.start();

    const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
    await writeStandaloneFile(home, { url, pid: process.pid });
    undo.push(() => rm(join(home, STANDALONE_FILE), { force: true }));
    log.info({ url, dagsFolder: folder, home }, "standalone is up");
    return { url, port, home, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A logger as every part of this package has: JSON lines on stderr. */
export function createLogger(level = process.env["P300_LOG_LEVEL"] || "info"): Logger {
  if (level !== "silent" && !(level in pino.levels.values))
    throw new ConfigError("log level", level, `one of ${Object.keys(pino.levels.values).join(", ")}, silent`);
  return pino({ level, name: "p300-dag" }, pino.destination({ fd: 2, sync: true }));
}

function checkHostOption(host: string): string {
  if (isLoopback(host)) return host.replace(/^\[|\]$/g, "");
  throw new ServerStartError(
    `host ${host} is not loopback, and this API has no users yet: everyone who reaches it could run code. Use 127.0.0.1, behind a proxy that asks who is there`,
  );
}

async function checkFolder(folder: string): Promise<string> {
  const path = resolve(folder);
  const found = await stat(path).catch(() => null);
  if (found === null || !found.isDirectory())
    throw new ServerStartError(
      `dags folder ${path} ${found === null ? "does not exist" : "is no folder"}: make it, or give another --dags-folder`,
    );
  return path;
}

/** The database of a home. @throws {ConfigError} for one that is not SQLite's. */
export function checkDatabase(database: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(database)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "sqlite")
    throw new ConfigError(
      "database",
      database.replace(/\/\/[^@/]*@/, "//***@"),
      "a sqlite:///FILE address: no other database is supported yet",
    );
  return database;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolvePort, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE"
          ? `port ${port} of ${host} is in use: stop what listens there, or give another --port`
          : `cannot listen on port ${port} of ${host} (${error.message}): give another --host or --port`;
      reject(new ServerStartError(why, { cause: error }));
    });
    server.listen(port, host, () => resolvePort((server.address() as AddressInfo).port));
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });
}

async function writeStandaloneFile(home: string, content: { url: string; pid: number }): Promise<void> {
  const path = join(home, STANDALONE_FILE);
  await writeFile(`${path}.new`, `${JSON.stringify(content)}\n`);
  await rename(`${path}.new`, path);
}
