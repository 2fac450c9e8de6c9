import { CommanderError } from "commander";
import { createProgram } from "./program";

/** Runs the command line and sets the exit code: 0 done, 1 failed, 2 misused. */
export async function main(argv: readonly string[]): Promise<void> {
  // Whoever read our output went away (`| head`): nothing is left to say.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    throw error;
  });
  try {
    await createProgram().parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has printed why; help and version come this way too, with exit code 0
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`p300-dag: ${message.replaceAll(/\s*\n\s*/g, " ")}\n`);
    process.exitCode = 1;
  }
}
