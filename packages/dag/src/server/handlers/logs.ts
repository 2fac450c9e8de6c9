import { logFilePath } from "../../executor/log-file";
import { logChunks, logExists, readLog, type LogEntry } from "../../logs";
import type { ApiContext } from "../context";
import { HttpError, notFound } from "../http-error";
import { badRequest } from "../http-error";
import { ok, param, type Answer, type Call, type Route } from "../route";
import { mapIndexOf } from "./task-instances";

const RUNNING = new Set(["running", "restarting", "queued", "scheduled"]);

/** What a continuation token holds: where the reader is in the file. */
function tokenToOffset(token: string | undefined): number {
  if (token === undefined || token === "") return 0;
  const text = Buffer.from(token, "base64url").toString();
  const offset = /^\{"offset":(\d{1,15})\}$/.exec(text)?.[1];
  if (offset === undefined) throw badRequest("Bad Signature. Please use only the tokens provided by the API.");
  return Number(offset);
}
const offsetToToken = (offset: number): string => Buffer.from(JSON.stringify({ offset })).toString("base64url");

async function logs(call: Call, { store, logsFolder }: ApiContext): Promise<Answer> {
  const mapIndex = call.query.int("map_index", -1) ?? -1;
  const key = { dagId: param(call, "dagId"), runId: param(call, "runId"), taskId: param(call, "taskId"), mapIndex };
  const tryNumber = mapIndexOf(param(call, "tryNumber"));
  const offset = tokenToOffset(call.query.text("token"));
  const tries = await store.listTries(key).catch(() => []);
  const last = tries.at(-1);
  if (!tries.some((entry) => entry.tryNumber === tryNumber)) throw notFound("TaskInstance not found");
  const isLive = last !== undefined && last.tryNumber === tryNumber && RUNNING.has(last.state ?? "");
  // The ids name rows that exist, so this path cannot lead out of the folder.
  const path = logFilePath(logsFolder, { ...key, tryNumber });
  const accepts = call.accept.split(",").map((part) => part.split(";")[0]?.trim().toLowerCase() ?? "");
  if (accepts.includes("application/x-ndjson"))
    return { status: 200, contentType: "application/x-ndjson", lines: ndjson(path) };
  if (!accepts.some((type) => type === "*/*" || type === "application/*" || type === "application/json"))
    throw new HttpError(406, "Only application/json or application/x-ndjson is supported");
  const { entries, end, atEnd } = await readLog(path, offset);
  const content = offset === 0 ? [...(await sources(path)), ...entries] : entries;
  return ok({ content, continuation_token: isLive || !atEnd ? offsetToToken(end) : null });
}

async function sources(path: string): Promise<LogEntry[]> {
  return [
    { event: "::group::Log message source details", sources: (await logExists(path)) ? [path] : [] },
    { event: "::endgroup::" },
  ];
}

async function* ndjson(path: string): AsyncGenerator<string> {
  for (const entry of await sources(path)) yield `${JSON.stringify(entry)}\n`;
  for await (const { entries } of logChunks(path)) yield entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
}

export const logRoutes: readonly Route<ApiContext>[] = [
  {
    method: "get",
    path: "/api/v2/dags/:dagId/dagRuns/:runId/taskInstances/:taskId/logs/:tryNumber",
    operation: "get_log",
    handle: logs,
  },
];
