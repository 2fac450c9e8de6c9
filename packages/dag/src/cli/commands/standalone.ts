import type { Command } from "commander";
import { defaultHome } from "../../client/connect";
import { ConfigError } from "../../errors";
import { parseInteger, print, withJson } from "../options";

interface Options {
  readonly dagsFolder: string;
  readonly home?: string;
  readonly host: string;
  readonly port: number;
  readonly workers?: number;
  readonly database?: string;
  readonly executor: string;
  readonly redis?: string;
  readonly authUsers?: string;
  readonly logLevel?: string;
  readonly json?: boolean;
}

export function addStandalone(program: Command): void {
  const command = program
    .command("standalone")
    .description("scheduler, workers and API in one, until Ctrl-C")
    .option("--dags-folder <dir>", "folder of DAG files", "dags")
    .option("--home <dir>", "where state and logs are kept (default: P300_HOME/dag, else .p300/dag)")
    .option("--host <host>", "address to listen on; loopback only", "127.0.0.1")
    .option("--port <port>", "port to listen on; 0 takes a free one", parseInteger(0, 65_535), 8080)
    .option("--workers <n>", "worker processes (default: one a CPU core)", parseInteger(1, 1024))
    .option("--database <url>", "sqlite:///FILE (default: dag.db in the home)")
    .option("--executor <name>", "local; redis is not here yet", "local")
    .option("--redis <url>", "not here yet")
    .option("--auth-users <file>", "not here yet")
    .option(
      "--log-level <level>",
      "trace, debug, info, warn, error, fatal or silent (default: P300_LOG_LEVEL, else info)",
    );
  withJson(command).action(run);
}

async function run(options: Options): Promise<void> {
  if (options.executor !== "local" || options.redis !== undefined)
    throw new ConfigError(
      "--executor",
      options.redis ?? options.executor,
      "local: the Redis executor is not supported yet",
    );
  if (options.authUsers !== undefined || process.env["P300_DAG_USERS"])
    throw new ConfigError(
      "--auth-users",
      options.authUsers ?? "P300_DAG_USERS",
      "left out: logins are not supported yet, and the API answers on loopback only",
    );
  const { dagsFolder, home = defaultHome(), host, port, workers, database, logLevel } = options;
  const stop = stopSignal();
  const { startStandalone } = await import("../../standalone");
  const standalone = await startStandalone({
    dagsFolder,
    home,
    host,
    port,
    ...(workers === undefined ? {} : { workers }),
    ...(database === undefined ? {} : { database }),
    ...(logLevel === undefined ? {} : { logLevel }),
  });
  const { url } = standalone;
  print(options, { url, pid: process.pid, home: standalone.home }, () => `p300-dag standalone is ready at ${url}\n`);
  await stop;
  await standalone.close();
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.on(signal, () => {
        if (stopping) process.exit(1);
        stopping = true;
        resolve();
      });
  });
}
