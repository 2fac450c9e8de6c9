import { PipelineError } from "./command";

export interface DagRunResult {
  readonly runId: string;
  readonly state: string;
  readonly durationSeconds: number;
  readonly taskInstances: number;
  readonly failed: readonly FailedInstance[];
}
export interface FailedInstance {
  readonly taskId: string;
  /** -1 when the task is not mapped. */
  readonly mapIndex: number;
  readonly tryNumber: number;
  readonly state: string;
}
interface WireRun {
  dag_run_id: string;
  state: string;
  duration: number | null;
}
interface WireTaskInstance {
  task_id: string;
  map_index: number;
  state: string | null;
  try_number: number;
}

const POLL_MILLIS = 150;

/** Triggers a DAG over REST v2 and follows the run to its end. */
export async function runDag(
  url: string,
  dagId: string,
  conf: Record<string, unknown>,
  onProgress: (line: string) => void,
  signal?: AbortSignal,
): Promise<DagRunResult> {
  const runs = `${url}/api/v2/dags/${encodeURIComponent(dagId)}/dagRuns`;
  const { dag_run_id: runId } = await json<WireRun>(runs, {
    method: "POST",
    body: JSON.stringify({ logical_date: null, conf }),
    headers: { "content-type": "application/json" },
  });
  const run = `${runs}/${encodeURIComponent(runId)}`;
  for (;;) {
    signal?.throwIfAborted();
    const [{ state, duration }, { task_instances: instances }] = await Promise.all([
      json<WireRun>(run),
      json<{ task_instances: WireTaskInstance[] }>(`${run}/taskInstances?limit=100`),
    ]);
    onProgress(progressOf(instances));
    if (state === "success" || state === "failed") {
      const failed = instances
        .filter((instance) => instance.state === "failed" || instance.state === "upstream_failed")
        .map(({ task_id: taskId, map_index: mapIndex, try_number: tryNumber, state }) => ({
          taskId,
          mapIndex,
          tryNumber,
          state: state!,
        }));
      return { runId, state, durationSeconds: duration ?? 0, taskInstances: instances.length, failed };
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
  }
}

/** Why a task instance failed: the error that its log ends with. */
export async function failureOf(
  url: string,
  dagId: string,
  runId: string,
  { taskId, mapIndex, tryNumber, state }: FailedInstance,
): Promise<string> {
  if (state !== "failed" || tryNumber === 0) return state;
  const path = ["dags", dagId, "dagRuns", runId, "taskInstances", taskId, "logs", String(tryNumber)]
    .map(encodeURIComponent)
    .join("/");
  const { content } = await json<{ content: { event?: string; error_detail?: { exc_value: string }[] }[] }>(
    `${url}/api/v2/${path}?map_index=${mapIndex}`,
  );
  const errors = content.flatMap(({ error_detail }) => error_detail ?? []).map(({ exc_value }) => exc_value);
  // the error itself comes first, its causes behind it
  return errors[0] ?? content.at(-1)?.event ?? "its log is empty";
}

function nameOf({ task_id, map_index }: WireTaskInstance): string {
  return map_index >= 0 ? `${task_id}[${map_index}]` : task_id;
}

function progressOf(instances: readonly WireTaskInstance[]): string {
  const finished = instances.filter(({ state }) =>
    ["success", "failed", "skipped", "upstream_failed", "removed"].includes(state ?? ""),
  ).length;
  const running = instances.filter(({ state }) => state === "running").map(nameOf);
  return `${finished}/${instances.length} tasks${running.length > 0 ? `, running ${running.join(" ")}` : ""}`;
}

async function json<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok)
    throw new PipelineError(`${init?.method ?? "GET"} ${url} answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text) as T;
}
