import { PipelineError } from "./command";

export interface DagRunResult {
  readonly runId: string;
  readonly state: string;
  readonly durationSeconds: number;
  readonly taskInstances: number;
  /** Instances that failed, as `task` or `task[index]`. */
  readonly failed: readonly string[];
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
      const failed = instances.filter(
        (instance) => instance.state === "failed" || instance.state === "upstream_failed",
      );
      return {
        runId,
        state,
        durationSeconds: duration ?? 0,
        taskInstances: instances.length,
        failed: failed.map(nameOf),
      };
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLIS));
  }
}

/** The last lines of the log of a task instance's latest try, for a message about its failure. */
export async function lastLogLine(url: string, dagId: string, runId: string, taskId: string): Promise<string> {
  const ti = `${url}/api/v2/dags/${encodeURIComponent(dagId)}/dagRuns/${encodeURIComponent(runId)}/taskInstances`;
  const { task_instances: instances } = await json<{ task_instances: (WireTaskInstance & { try_number: number })[] }>(
    `${ti}?limit=100`,
  );
  const failed = instances.find(({ task_id, state }) => task_id === taskId && state === "failed");
  if (!failed) return "";
  const { content } = await json<{ content: { event?: string; error_detail?: { exc_value: string }[] }[] }>(
    `${ti}/${encodeURIComponent(taskId)}/logs/${failed.try_number}?map_index=${failed.map_index}`,
  );
  const errors = content.flatMap(({ error_detail }) => error_detail ?? []).map(({ exc_value }) => exc_value);
  return errors.at(-1) ?? content.at(-1)?.event ?? "";
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
