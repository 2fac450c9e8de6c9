import { createRequire } from "node:module";
import { CommanderError } from "commander";
import { program } from "./cli/options";
import { serve } from "./cli/serve";
import { ModelUriError, OptionError, ServeError } from "./errors";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

// Whoever read our output went away: a server goes on, a help text has been read enough.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

const oneLine = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, " ");

async function main(): Promise<number> {
  const command = program(version, serve)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(`p300-serve: ${oneLine(text.replace(/^error: /, ""))}\n`) });
  try {
    await command.parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof ServeError)) throw error;
    process.stderr.write(`p300-serve: ${oneLine(error.message)}\n`);
    return error instanceof ModelUriError || error instanceof OptionError ? 2 : 1;
  }
}

// Idle connections to the registry must not hold a process that has ended its work.
void main().then((code) => process.exit(code));
