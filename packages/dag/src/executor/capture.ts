import type { LogSink } from "./log-file";

/** A longer line is cut, so that what prints no line ends is neither kept in memory nor copied again with each piece. */
export const LINE_LENGTH_MAX = 64 * 1024;

/** Cuts text into lines; the rest of the last one waits for its end. */
export function lineSplitter(onLine: (line: string) => void): { write(text: string): void; end(): void } {
  let rest = "";
  const onPieces = (line: string): void => {
    for (let at = 0; at === 0 || at < line.length; at += LINE_LENGTH_MAX) onLine(line.slice(at, at + LINE_LENGTH_MAX));
  };
  return {
    write(text) {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop()!;
      for (const line of lines) onPieces(line);
      while (rest.length > LINE_LENGTH_MAX) {
        onLine(rest.slice(0, LINE_LENGTH_MAX));
        rest = rest.slice(LINE_LENGTH_MAX);
      }
    },
    end() {
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };
}

/** Sends what this process prints (console.log, process.stdout.write) to the log of the running try, until released. */
export function captureOutput(log: LogSink): () => void {
  const releases = (["stdout", "stderr"] as const).map((name) => {
    const stream = process[name];
    const original = stream.write;
    const level = name === "stdout" ? "info" : "error";
    const lines = lineSplitter((event) => log({ level, logger: `task.${name}`, event }));
    stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      lines.write(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8"));
      const done = rest.find((argument) => typeof argument === "function") as (() => void) | undefined;
      if (done !== undefined) process.nextTick(done);
      return true;
    }) as typeof stream.write;
    return () => {
      stream.write = original;
      lines.end();
    };
  });
  return () => {
    for (const release of releases) release();
  };
}
