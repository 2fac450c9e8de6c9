import { InvalidArgumentError, type Command } from "commander";
import type { RunningRegistry } from "../server/listen";

interface ServerOptions {
  host: string;
  port: number;
  backendStoreUri?: string;
  artifactsDestination?: string;
  allowedHosts?: string[];
  corsAllowedOrigins?: string[];
  json?: boolean;
}

/** Adds `server` to the program. */
export function registerServerCommand(program: Command): void {
  program
    .command("server")
    .description("run the MLflow-compatible server until it is told to stop (Ctrl-C)")
    .option("--host <address>", "address to listen on; 0.0.0.0 opens it to the network, without any login", "127.0.0.1")
    .option("--port <n>", "port to listen on; 0 takes any free one", parsePort, 5000)
    .option(
      "--backend-store-uri <uri>",
      "sqlite:///relative.db or sqlite:////absolute.db (default: in $P300_HOME/registry)",
    )
    .option("--artifacts-destination <place>", "a folder or s3://bucket[/prefix] (default: in $P300_HOME/registry)")
    .option("--allowed-hosts <list>", "further Host headers to accept, comma-separated, * as wildcard", parseList)
    .option(
      "--cors-allowed-origins <list>",
      "further origins that may write, comma-separated, * as wildcard",
      parseList,
    )
    .option("--json", "print the address as one line of JSON")
    .action(runServer);
}

async function runServer({ json, ...options }: ServerOptions): Promise<void> {
  // Loaded here, so that the other commands do not wait for the server's modules.
  const { startRegistry } = await import("../server/listen");
  const registry = await startRegistry(options);
  closeOnSignal(registry);
  const { url, port } = registry;
  process.stdout.write(
    json ? `${JSON.stringify({ url, port, pid: process.pid })}\n` : `p300-registry listens on ${url}\n`,
  );
}

function closeOnSignal(registry: RunningRegistry): void {
  let closing = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      if (closing) process.exit(signal === "SIGINT" ? 130 : 143); // asked twice: at once
      closing = true;
      void registry.close().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(
            `p300-registry: could not close cleanly: ${error instanceof Error ? error.message : String(error)}\n`,
          );
          process.exit(1);
        },
      );
    });
}

function parsePort(value: string): number {
  const port = Number(value);
  if (!/^\d{1,5}$/.test(value) || port > 65_535) throw new InvalidArgumentError("give a port from 0 to 65535");
  return port;
}

const parseList = (value: string): string[] =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter(Boolean);
