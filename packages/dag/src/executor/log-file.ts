/** Where the log of a try is, and how its lines look. */
import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { inspect } from "node:util";

export type LogLevel = "debug" | "info" | "warning" | "error" | "critical";

export interface LogFrame {
  readonly filename: string;
  readonly lineno: number;
  readonly name: string;
}

export interface LogLine {
  /** ISO-8601, UTC. */
  readonly timestamp: string;
  readonly level: LogLevel;
  readonly logger: "task" | "task.stdout" | "task.stderr" | "executor";
  readonly event: string;
  readonly error_detail?: readonly { exc_type: string; exc_value: string; frames: readonly LogFrame[] }[];
  readonly [field: string]: unknown;
}

export interface TryPath {
  readonly dagId: string;
  readonly runId: string;
  readonly taskId: string;
  readonly mapIndex: number;
  readonly tryNumber: number;
}

const NAME_LENGTH_MAX = 200;

/** An id as part of a file name: its characters are safe but for ":" on Windows; a long one is cut, and told apart by a hash. */
function nameOf(id: string): string {
  const safe = id.replace(process.platform === "win32" ? /[^A-Za-z0-9_.~+-]/g : /[^A-Za-z0-9_.~:+-]/g, (character) =>
    [...new TextEncoder().encode(character)]
      .map((byte) => `%${byte.toString(16).padStart(2, "0").toUpperCase()}`)
      .join(""),
  );
  if (safe.length <= NAME_LENGTH_MAX) return safe;
  return `${safe.slice(0, NAME_LENGTH_MAX - 17)}~${createHash("sha256").update(id).digest("hex").slice(0, 16)}`;
}

/** `dag_id=X/run_id=Y/task_id=Z/[map_index=N/]attempt=T.log` under the folder of logs: Airflow's layout. */
export function logFilePath(logsFolder: string, { dagId, runId, taskId, mapIndex, tryNumber }: TryPath): string {
  return join(
    logsFolder,
    `dag_id=${nameOf(dagId)}`,
    `run_id=${nameOf(runId)}`,
    `task_id=${nameOf(taskId)}`,
    ...(mapIndex < 0 ? [] : [`map_index=${mapIndex}`]),
    `attempt=${tryNumber}.log`,
  );
}

export type LogSink = (line: Omit<LogLine, "timestamp">) => void;

/** Appends each line at once, so that a process that dies leaves all it said. A full disk must not fail the task. */
export function openLog(path: string, now: () => number = Date.now): LogSink {
  let isReady = false;
  return (line) => {
    try {
      if (!isReady) mkdirSync(dirname(path), { recursive: true });
      isReady = true;
      appendFileSync(path, `${render({ timestamp: new Date(now()).toISOString(), ...line } as LogLine)}\n`);
    } catch {
      isReady = false;
    }
  };
}

function render(line: LogLine): string {
  try {
    return JSON.stringify(line, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  } catch {
    // Fields that refer to themselves: the event is what matters.
    const { timestamp, level, logger, event } = line;
    return JSON.stringify({ timestamp, level, logger, event });
  }
}

/** An error as a line tells it: its class, message and frames, and those of its causes. Never throws, whatever was thrown. */
export function errorDetail(error: unknown): NonNullable<LogLine["error_detail"]> {
  const details: { exc_type: string; exc_value: string; frames: LogFrame[] }[] = [];
  try {
    for (let current: unknown = error; details.length < 5; current = current.cause) {
      if (!(current instanceof Error) && !isErrorLike(current)) {
        const text = typeof current === "string" ? current : inspect(current, { depth: 2 });
        details.push({ exc_type: typeof current, exc_value: text, frames: [] });
        break;
      }
      const { name, message, stack } = current as { [Key in "name" | "message" | "stack"]?: unknown };
      details.push({ exc_type: String(name), exc_value: String(message), frames: framesOf(String(stack ?? "")) });
      if (current.cause === undefined || current.cause === null) break;
    }
  } catch {
    details.push({ exc_type: typeof error, exc_value: "a value that cannot be shown", frames: [] });
  }
  return details;
}

// An error made in another realm (a vm context, a second copy of a library) is one too.
function isErrorLike(value: unknown): value is Error {
  return typeof value === "object" && value !== null && "message" in value && "stack" in value;
}

const frame = /^\s+at (?:(?:async )?(.*?) \()?(.*?):(\d+):\d+\)?$/;

function framesOf(stack: string): LogFrame[] {
  return stack.split("\n").flatMap((text) => {
    const match = frame.exec(text);
    if (match === null) return [];
    const [, name = "<anonymous>", filename = "", lineno = "0"] = match;
    return [{ filename: filename.replace(/^file:\/\//, ""), lineno: Number(lineno), name }];
  });
}
