import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import pino from "pino";
import { openArtifactStore } from "../artifacts/open";
import { HostError, LogLevelError, PortInUseError } from "../errors";
import { openStore } from "../store/database";
import { createApp } from "./express";
import { createGuards, type GuardOptions } from "./guards";
import { routes } from "./routes";

export interface RegistryOptions extends GuardOptions {
  /** Default 127.0.0.1: this machine alone. */
  readonly host?: string | undefined;
  /** Default 5000; 0 takes any free port. */
  readonly port?: number | undefined;
  /** `sqlite:///relative.db` or `sqlite:////absolute.db`. Default: `registry/mlflow.db` in `$P300_HOME`, or in `.p300`. */
  readonly backendStoreUri?: string | undefined;
  /** A folder, or `s3://bucket[/prefix]`. Default: `registry/artifacts` beside the database's default. */
  readonly artifactsDestination?: string | undefined;
  /** Pino's levels. Default: `$P300_LOG_LEVEL`, or `warn`. The log goes to stderr. */
  readonly logLevel?: string | undefined;
}

export interface RunningRegistry {
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, lets those in flight finish for up to ten seconds, and closes the database. */
  close(): Promise<void>;
}

const CLOSE_GRACE_MILLIS = 10_000;

/**
 * Starts a tracking server and model registry that MLflow's clients can use, and resolves once it answers.
 *
 * The database file, and the folder of the artifacts, are made when they are absent; a bucket must be there.
 * @throws {PortInUseError} {@link HostError} when it cannot listen.
 * @throws {LogLevelError} for a log level that pino does not have.
 * @throws {SchemaHeadError} and the other errors of opening the database.
 * @throws {BucketNotFoundError} when the artifacts cannot be kept where they should be.
 */
export async function startRegistry(options: RegistryOptions = {}): Promise<RunningRegistry> {
  const { host = "127.0.0.1", port = 5000 } = options;
  const home = join(process.env.P300_HOME || ".p300", "registry");
  const level = options.logLevel ?? (process.env.P300_LOG_LEVEL || "warn");
  if (level !== "silent" && !Object.hasOwn(pino.levels.values, level))
    throw new LogLevelError(level, [...Object.keys(pino.levels.values), "silent"]);
  const log = pino({ name: "p300-registry", level }, pino.destination(2));
  const artifacts = openArtifactStore(options.artifactsDestination ?? join(home, "artifacts"), { createFolder: true });
  await artifacts.check(); // first, so that a bucket out of reach leaves no new database behind
  const store = await openStore(options.backendStoreUri ?? `sqlite:///${join(home, "mlflow.db")}`);
  try {
    const app = createApp(routes, { store, artifacts, log }, createGuards(options));
    const server = createServer(app);
    // An upload may take any time, as long as it moves; a client that stops in the middle may not stay.
    server.requestTimeout = 0;
    server.headersTimeout = 30_000;
    server.timeout = 120_000;
    server.keepAliveTimeout = 75_000; // longer than clients keep theirs, so that they are never surprised
    await listen(server, host, port);
    const bound = (server.address() as AddressInfo).port;
    const url = `http://${host.includes(":") ? `[${host}]` : host}:${bound}`;
    log.info({ url, backend: store.uri, artifacts: artifacts.uri }, "listening");
    let closing: Promise<void> | undefined;
    return { url, port: bound, close: () => (closing ??= closeServer(server).then(() => store.close())) };
  } catch (error) {
    await store.close();
    throw error;
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "EADDRINUSE"
          ? new PortInUseError(host, port, { cause: error })
          : new HostError(host, port, error.message, { cause: error }),
      );
    });
    server.listen(port, host, resolve);
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MILLIS);
    // A connection whose request ends from now on becomes idle, and would be kept for the next one.
    const sweep = setInterval(() => server.closeIdleConnections(), 25);
    server.close(() => {
      clearTimeout(force);
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });
}
