import { CommanderError, type Command } from "commander";

/** Parses and runs, and gives the process its exit code: 0 done, 1 failed with one line on stderr, 2 misused. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  // The AWS SDK announces on stderr, once a process, from when on it will want a newer Node; its version here does not.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  // A reader that goes away (`| head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    throw error;
  });
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has printed why; help and version come this way too, with exit code 0
      process.exitCode = error.exitCode === 0 ? 0 : 2;
      return;
    }
    process.stderr.write(`${program.name()}: ${oneLine(error)}\n`);
    process.exitCode = 1;
  }
}

const SYSTEM: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder; check the path",
  ENOTDIR: "part of the path is a file; check the path",
  EACCES: "no access; check its owner and permissions",
  EISDIR: "it is a folder; give a file",
};

function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path } = error as NodeJS.ErrnoException;
  const known = code === undefined || path === undefined ? undefined : SYSTEM[code];
  return (known === undefined ? error.message : `${path}: ${known}`).replaceAll(/\s*[\r\n]+\s*/g, " ");
}
