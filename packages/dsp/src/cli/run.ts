import { CommanderError, type Command } from "commander";
import { removeUnfinished } from "../write-whole";

/** Parses and runs, and gives the process its exit code: 0 done, 1 failed with one line on stderr, 2 misused. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  // A reader that goes away (`| head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    throw error;
  });
  for (const [signal, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
  ] as const)
    process.once(signal, () => {
      removeUnfinished();
      process.exit(128 + number);
    });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${program.name()}: ${message.replaceAll(/\s*\n\s*/g, " ")}\n`);
    process.exitCode = 1;
  }
}
