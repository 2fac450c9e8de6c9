import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ParsedFile, ParseFiles } from "./parse";

export interface ParserOptions {
  /** A file that takes longer is an import error. Airflow's core.dagbag_import_timeout. */
  readonly timeoutSeconds?: number;
  /** The program of the child; for tests. */
  readonly program?: string;
}

/**
 * Loads DAG files in a child process that lives for one call: code that hangs, exits or leaks while it is imported is an import error of
 * its file, and each call sees the files as they are now.
 */
export function createParser({ timeoutSeconds = 30, program = PROGRAM }: ParserOptions = {}): ParseFiles & {
  stop(): void;
} {
  let child: ChildProcess | null = null;
  const parse = async (paths: readonly string[]): Promise<readonly ParsedFile[]> => {
    const results: ParsedFile[] = [];
    try {
      for (const path of paths) {
        // What a DAG file prints while it is imported is no result of ours: it goes to stderr.
        child ??= await started(fork(program, { stdio: ["ignore", 2, 2, "ipc"], execArgv: [] }));
        const parsed = await parseIn(child, path, timeoutSeconds);
        results.push(parsed);
        if (child.exitCode !== null || child.signalCode !== null || !child.connected) child = null;
      }
    } finally {
      child?.kill("SIGKILL");
      child = null;
    }
    return results;
  };
  return Object.assign(parse, { stop: () => void child?.kill("SIGKILL") });
}

/** The child once it is up, or has failed to be: the time of a file counts from then. */
function started(child: ChildProcess): Promise<ChildProcess> {
  return new Promise((resolve) => {
    for (const event of ["message", "exit", "error"]) child.once(event, () => resolve(child));
  });
}

function parseIn(child: ChildProcess, path: string, timeoutSeconds: number): Promise<ParsedFile> {
  return new Promise((resolve) => {
    const done = (parsed: ParsedFile): void => {
      clearTimeout(timer);
      child.off("message", answered).off("exit", exited).off("error", failed);
      resolve(parsed);
    };
    const answered = (message: unknown): void => {
      if (isParsed(message, path)) done(message); // code that is imported may send messages of its own
    };
    const exited = (code: number | null, signal: string | null): void =>
      done({
        path,
        error: `the file ended the process that imported it (${signal ?? `exit code ${code}`}): a DAG file only defines DAGs`,
      });
    const failed = (error: Error): void => done({ path, error: `the file could not be imported: ${error.message}` });
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      child.off("exit", exited);
      child.once("exit", () =>
        done({ path, error: `importing the file took longer than ${timeoutSeconds} s: move the work into a task` }),
      );
    }, timeoutSeconds * 1000);
    child.on("message", answered).on("exit", exited).on("error", failed);
    child.send(path, (error) => {
      if (error !== null) failed(error);
    });
  });
}

function isParsed(message: unknown, path: string): message is ParsedFile {
  if (typeof message !== "object" || message === null || !("path" in message) || message.path !== path) return false;
  return "structures" in message || "error" in message;
}

const PROGRAM = fileURLToPath(new URL("./parser.js", import.meta.url));
