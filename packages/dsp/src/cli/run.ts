import { CommanderError, type Command } from "commander";
import { removeUnfinished } from "../write-whole";

const FLAGS: Readonly<Record<string, string>> = {
  lowHz: "--low-hz",
  highHz: "--high-hz",
  tMinSeconds: "--t-min",
  tMaxSeconds: "--t-max",
  rejectPeakToPeakMicrovolts: "--reject-uv",
  resampleHz: "--resample-hz",
  rateHz: "--resample-hz",
};

/** A message of the library with its options as the command spells them. */
const inFlags = (message: string): string =>
  message
    .replaceAll(/\b[a-z]+(?:[A-Z][A-Za-z]*)+\b/g, (word) => (Object.hasOwn(FLAGS, word) ? FLAGS[word]! : word))
    .replace(/\bband \S+ to \S+ Hz(?=:)/, "$& (--low-hz, --high-hz)")
    .replace(/\bwindow \S+ to \S+ s(?=:)/, "$& (--t-min, --t-max, --baseline)");

/** Puts the file before the message of an error that does not name it. */
export async function naming<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RangeError)
      throw new Error(
        `${file}: what is asked for does not fit into memory: lower --resample-hz, or shorten the epochs`,
        {
          cause: error,
        },
      );
    if (error instanceof Error && !error.message.includes(file)) error.message = `${file}: ${error.message}`;
    throw error;
  }
}

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
    const message = inFlags(error instanceof Error ? error.message : String(error));
    process.stderr.write(`${program.name()}: ${message.replaceAll(/\s*\n\s*/g, " ")}\n`);
    process.exitCode = 1;
  }
}
