import { spawn } from "node:child_process";
import { runCommand } from "./src/command";
import { commandPath } from "./src/processes";
import { MODEL_NAME, settingsFromEnv } from "./src/settings";

const HELP = `
Usage: node run.mjs serve [--port 8000] [--replicas 2]

Serves champion and challenger of ${MODEL_NAME} by p300-serve, which follows their aliases in the registry.

Environment: MLFLOW_TRACKING_URI, P300_API_KEY`;

export async function main(args: readonly string[]): Promise<number> {
  const options = { port: { type: "string" }, replicas: { type: "string" } } as const;
  return runCommand("serve", HELP, options, args, async ({ port = "8000", replicas = "2" }) => {
    const slots = ["champion", "challenger"].flatMap((slot) => [`--${slot}`, `models:/${MODEL_NAME}@${slot}`]);
    const child = spawn(
      process.execPath,
      [
        commandPath("@p300/serve", "p300-serve"),
        "--registry",
        settingsFromEnv().registryUrl,
        "--port",
        port,
        "--replicas",
        replicas,
        ...slots,
      ],
      { stdio: "inherit" },
    );
    for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => child.kill(name));
    return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
  });
}
