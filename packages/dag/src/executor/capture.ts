import type { LogSink } from "./log-file";

/** Cuts text into lines; the rest of the last one waits for its end. */
export function lineSplitter(onLine: (line: string) => void): { write(text: string): void; end(): void } {
  let rest = "";
  return {
    write(text) {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop()!;
      for (const line of lines) onLine(line);
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
