import { Command, InvalidArgumentError } from "commander";

export interface CommandOptions {
  readonly champion?: string;
  readonly challenger?: string;
  readonly registry?: string;
  readonly host: string;
  readonly port: number;
  readonly replicas: number;
  readonly apiKey?: string;
  readonly pollSeconds: number;
  readonly drainSeconds: number;
  readonly json?: boolean;
}

const DEFAULT_MODEL = "P300-Classifier";

/** The command line of p300-serve; `run` is called when it is well formed. */
export function program(version: string, run: (options: CommandOptions) => Promise<void>): Command {
  return new Command("p300-serve")
    .description("Serves a champion and a challenger model, and reloads them when their alias moves.")
    .version(version)
    .option("--champion <uri>", "models:/NAME@alias, models:/NAME/VERSION or a model folder")
    .option(
      "--challenger <uri>",
      `the same for the challenger (neither given: models:/${DEFAULT_MODEL}@champion and @challenger)`,
    )
    .option(
      "--registry <url>",
      "address of the registry (default: MLFLOW_TRACKING_URI, else http://127.0.0.1:5000)",
      parseUrl,
    )
    .option("--host <host>", "address to listen on", parseHost, "127.0.0.1")
    .option("--port <n>", "port to listen on; 0 takes a free one", integerIn(0, 65_535), 8000)
    .option("--replicas <n>", "processes that share the port", integerIn(1, 64), 1)
    .option(
      "--api-key <keys>",
      "keys, separated by commas, one of which x-api-key must hold (better: P300_API_KEY, which ps does not show)",
    )
    .option("--poll-seconds <s>", "how often an alias is asked for", secondsIn(0.01, 3600), 1)
    .option(
      "--drain-seconds <s>",
      "how long the port stays open after SIGTERM while /health says 503",
      secondsIn(0, 600),
      1,
    )
    .option("--json", "print the address as one line of JSON")
    .addHelpText(
      "after",
      "\nEnvironment: MLFLOW_TRACKING_URI, P300_API_KEY, P300_LOG_LEVEL (trace … fatal, silent).\nExit codes: 0 ended as asked, 1 failed, 2 misused.",
    )
    .action(run);
}

/** The models to serve: those given, or the usual aliases when none is. */
export function modelsOf({ champion, challenger }: CommandOptions): { champion?: string; challenger?: string } {
  if (champion === undefined && challenger === undefined)
    return { champion: `models:/${DEFAULT_MODEL}@champion`, challenger: `models:/${DEFAULT_MODEL}@challenger` };
  return { ...(champion === undefined ? {} : { champion }), ...(challenger === undefined ? {} : { challenger }) };
}

function integerIn(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw new InvalidArgumentError(`expected a whole number from ${min} to ${max}.`);
    return value;
  };
}

function secondsIn(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`expected seconds from ${min} to ${max}.`);
    return value;
  };
}

function parseUrl(text: string): string {
  if (!/^https?:\/\/./.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError("expected an http:// or https:// address.");
  return text;
}

function parseHost(text: string): string {
  if (!/^[\w.:-]{1,255}$/.test(text)) throw new InvalidArgumentError("expected a host name or an IP address.");
  return text;
}
