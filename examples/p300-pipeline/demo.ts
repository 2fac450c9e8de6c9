import { join, resolve } from "node:path";
import { numberOption, oneLine, runCommand } from "./src/command";
import { runDemo, type DemoOptions } from "./src/demo";
import { renderSummary } from "./src/summary";

const HELP = `
Usage: npm run demo -- [options]

Runs the whole P300 pipeline: recordings through a DAG into features, two models, a registry, a promotion and served
predictions. Needs no service started beforehand; writes HOME/summary.json.

  --data DIR      recordings of your own: a folder a subject or session, its Parquet files the runs
  --home DIR      where the demo works, emptied at each start (default .p300/demo)
  --buckets URL   where the four buckets are: a folder (default HOME/buckets), s3:// or s3:///PREFIX
  --seed N        noise of the generated recordings (default 0)
  --replicas N    of the server (default 2)
  --keep          leave the services up and print their addresses
  --json          print the summary as one line of JSON`;

const OPTIONS = {
  data: { type: "string" },
  home: { type: "string" },
  buckets: { type: "string" },
  seed: { type: "string" },
  replicas: { type: "string" },
  keep: { type: "boolean" },
  json: { type: "boolean" },
} as const;

export async function main(args: readonly string[]): Promise<number> {
  // The AWS SDK's advice about Node versions is for whoever builds on it, not for whoever runs a demo.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const interrupted = new AbortController();
  let signalled: NodeJS.Signals | null = null;
  const onSignal = (signal: NodeJS.Signals) => {
    signalled ??= signal;
    interrupted.abort(new Error(`stopped by ${signal}`));
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const status = await runCommand(
      "demo",
      HELP,
      OPTIONS,
      args,
      async ({ data, home, buckets, seed, replicas, keep = false, json = false }) => {
        const cwd = process.env.INIT_CWD ?? process.cwd(); // npm runs scripts in the package's folder, users name paths in theirs
        const root = process.env.P300_HOME ?? join(process.cwd(), ".p300");
        const homeFolder = home === undefined ? join(root, "demo") : resolve(cwd, home);
        const options: DemoOptions = {
          home: resolve(homeFolder),
          cache: resolve(root, "cache"),
          buckets: bucketsRoot(buckets, cwd, homeFolder),
          dataFolder: data === undefined ? null : resolve(cwd, data),
          seed: numberOption("seed", seed, 0, { min: 0, max: 2 ** 32 - 1 }),
          replicas: numberOption("replicas", replicas, 2, { min: 1, max: 64 }),
          keep,
          signal: interrupted.signal,
        };
        const summary = await runDemo(options);
        process.stdout.write(json ? `${JSON.stringify(summary)}\n` : renderSummary(summary));
      },
    );
    return signalled === null ? status : 130;
  } catch (error) {
    process.stderr.write(`demo: ${oneLine(error)}\n`);
    return 1;
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
  }
}

function bucketsRoot(buckets: string | undefined, cwd: string, home: string): string {
  if (buckets === undefined) return join(resolve(home), "buckets");
  return buckets.startsWith("s3:") ? buckets : resolve(cwd, buckets);
}
