import { ClientError } from "../errors";
import type { RunState } from "../states";
import type { WireDag, WireImportError, WireRun, WireTask, WireTaskInstance, WireVariable } from "../server/schemas";
import type { Request, Transport } from "./transport";

/** What to run: the members of the REST body, in our spelling. */
export interface TriggerOptions {
  readonly runId?: string;
  readonly logicalDate?: Date | string | null;
  readonly conf?: Readonly<Record<string, unknown>>;
  readonly note?: string;
}

export interface WaitOptions {
  readonly pollSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
  /** Called with the run each time it was looked at. */
  readonly onPoll?: (run: WireRun) => void;
}

const enc = encodeURIComponent;
const PAGE = 100;

/**
 * The everyday calls of the API: what `p300-dag` does, for programs. Objects are the API's own, in its spelling.
 * Every method throws a {@link ClientError} when the API refuses, with its `status`, or cannot be reached.
 */
export class DagClient {
  constructor(private readonly transport: Transport) {}

  get url(): string {
    return this.transport.url;
  }

  close(): Promise<void> {
    return this.transport.close();
  }

  listDags(filter: { dagIdPattern?: string; tags?: readonly string[] } = {}): Promise<WireDag[]> {
    const query = new URLSearchParams((filter.tags ?? []).map((tag): [string, string] => ["tags", tag]));
    if (filter.dagIdPattern !== undefined) query.set("dag_id_pattern", filter.dagIdPattern);
    return this.#all("/api/v2/dags", "dags", query);
  }

  getDag(dagId: string): Promise<WireDag & Record<string, unknown>> {
    return this.#call({ method: "GET", path: `/api/v2/dags/${enc(dagId)}/details` });
  }

  setPaused(dagId: string, isPaused: boolean): Promise<WireDag> {
    return this.#call({ method: "PATCH", path: `/api/v2/dags/${enc(dagId)}`, body: { is_paused: isPaused } });
  }

  listImportErrors(): Promise<WireImportError[]> {
    return this.#all("/api/v2/importErrors", "import_errors");
  }

  listTasks(dagId: string): Promise<WireTask[]> {
    // Not a paged list: it is there whole.
    return this.#call<{ tasks: WireTask[] }>({ method: "GET", path: `/api/v2/dags/${enc(dagId)}/tasks` }).then(
      ({ tasks }) => tasks,
    );
  }

  triggerDag(dagId: string, { runId, logicalDate, conf, note }: TriggerOptions = {}): Promise<WireRun> {
    return this.#call({
      method: "POST",
      path: `/api/v2/dags/${enc(dagId)}/dagRuns`,
      body: {
        logical_date: logicalDate instanceof Date ? logicalDate.toISOString() : (logicalDate ?? null),
        ...(runId === undefined ? {} : { dag_run_id: runId }),
        ...(conf === undefined ? {} : { conf }),
        ...(note === undefined ? {} : { note }),
      },
    });
  }

  getRun(dagId: string, runId: string): Promise<WireRun> {
    return this.#call({ method: "GET", path: `/api/v2/dags/${enc(dagId)}/dagRuns/${enc(runId)}` });
  }

  /** Newest first. */
  listRuns(dagId: string, { states = [] }: { states?: readonly RunState[] } = {}): Promise<WireRun[]> {
    const query = new URLSearchParams({ order_by: "-run_after" });
    for (const state of states) query.append("state", state);
    return this.#all(`/api/v2/dags/${enc(dagId)}/dagRuns`, "dag_runs", query);
  }

  /** The run, once it is success or failed. */
  async waitForRun(dagId: string, runId: string, options: WaitOptions = {}): Promise<WireRun> {
    const { pollSeconds = 0.25, timeoutSeconds, signal, onPoll } = options;
    const deadline = timeoutSeconds === undefined ? Infinity : performance.now() + timeoutSeconds * 1000;
    for (;;) {
      const run = await this.getRun(dagId, runId);
      onPoll?.(run);
      if (run.state === "success" || run.state === "failed") return run;
      if (performance.now() >= deadline)
        throw new ClientError(`run "${runId}" of DAG "${dagId}" is still ${run.state} after ${timeoutSeconds} s`);
      await pause(pollSeconds * 1000, signal);
    }
  }

  listTaskInstances(dagId: string, runId: string): Promise<WireTaskInstance[]> {
    return this.#all(`/api/v2/dags/${enc(dagId)}/dagRuns/${enc(runId)}/taskInstances`, "task_instances");
  }

  /** `undefined` when the task instance has no such value. */
  async getXCom(dagId: string, runId: string, taskId: string, key = "return_value", mapIndex = -1): Promise<unknown> {
    const path = `/api/v2/dags/${enc(dagId)}/dagRuns/${enc(runId)}/taskInstances/${enc(taskId)}/xcomEntries/${enc(key)}`;
    try {
      const query = new URLSearchParams({ map_index: String(mapIndex) });
      return (await this.#call<{ value: unknown }>({ method: "GET", path, query })).value;
    } catch (error) {
      if (error instanceof ClientError && error.status === 404) return undefined;
      throw error;
    }
  }

  listVariables(): Promise<WireVariable[]> {
    return this.#all("/api/v2/variables", "variables");
  }

  getVariable(key: string): Promise<WireVariable> {
    return this.#call({ method: "GET", path: `/api/v2/variables/${enc(key)}` });
  }

  /** Creates the variable, or replaces its value. Without `description` an old one stays. */
  async setVariable(key: string, value: unknown, description?: string): Promise<void> {
    const entity = { key, value, ...(description === undefined ? {} : { description }) };
    const { create } = await this.#call<{ create: { errors: { error: string; status_code: number }[] } }>({
      method: "PATCH",
      path: "/api/v2/variables",
      body: { actions: [{ action: "create", entities: [entity], action_on_existence: "overwrite" }] },
    });
    const refused = create.errors[0];
    if (refused !== undefined) throw new ClientError(refused.error, refused.status_code);
  }

  deleteVariable(key: string): Promise<void> {
    return this.#call({ method: "DELETE", path: `/api/v2/variables/${enc(key)}` });
  }

  async #all<Row>(path: string, plural: string, query = new URLSearchParams()): Promise<Row[]> {
    const rows: Row[] = [];
    for (;;) {
      query.set("limit", String(PAGE));
      query.set("offset", String(rows.length));
      const page = await this.#call<Record<string, unknown>>({ method: "GET", path, query });
      const found = page[plural] as Row[];
      rows.push(...found);
      if (found.length === 0 || rows.length >= (page["total_entries"] as number)) return rows;
    }
  }

  async #call<Body>(request: Request): Promise<Body> {
    const { status, body } = await this.transport.send(request);
    if (status >= 200 && status < 300) return body as Body;
    throw new ClientError(describe(status, body), status);
  }
}

/** The API's `detail`, which is a text, an object or a list, in one line. */
function describe(status: number, body: unknown): string {
  const detail = typeof body === "object" && body !== null && "detail" in body ? body.detail : undefined;
  if (typeof detail === "string") return detail;
  if (Array.isArray(detail))
    return (detail as { loc?: unknown[]; msg?: string }[])
      .map(({ loc, msg }) => `${(loc ?? []).join(".")}: ${msg ?? ""}`)
      .join("; ");
  if (typeof detail === "object" && detail !== null && "message" in detail) return String(detail.message);
  return `the API answered ${status}`;
}

function pause(millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(new ClientError("waiting was stopped"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, millis);
    if (signal?.aborted === true) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}
