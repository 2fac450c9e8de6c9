/** The owner of the state, as running tasks see it: claims, ends, XComs and variables. */
import { elementAt, elementIndexes } from "../args";
import type { ExecutorHost, TryJob } from "../executor/executor";
import type { EpochMillis, Json } from "../states";
import type { SqlStore, TryDetails } from "../store/sql-store";
import type { TryEnd, TryReport } from "../store/sql/tries";
import type { DagStructure } from "../structure";
import type { XComPull } from "../task";
import { mapLength, RETURN_VALUE } from "../xcom";

export interface HostOptions {
  readonly store: SqlStore;
  readonly leaseMillis: number;
  readonly onEnd: (report: TryReport, end: TryEnd) => void;
}

export function createHost({ store, leaseMillis, onEnd }: HostOptions): ExecutorHost {
  return {
    async claim(id, worker) {
      const leaseUntil: EpochMillis = store.clock() + leaseMillis;
      if (!(await store.claimTaskInstance({ id, ...worker, leaseUntil }))) return null;
      const details = await store.getTry(id);
      return details === null ? null : jobOf(store, details);
    },
    async end(report) {
      const end = await store.endTry(report);
      onEnd(report, end);
      return end;
    },
    async getVariable(key) {
      return (await store.getVariable(key))?.value ?? null;
    },
    async setVariable(key, value) {
      await store.setVariable({ key, value }, "upsert");
    },
    deleteVariable: (key) => store.deleteVariable(key),
    pull: (job, options) => pull(store, job, options),
  };
}

async function jobOf(
  store: SqlStore,
  { id, facts, structure, task, isMappedOver, fileloc }: TryDetails,
): Promise<TryJob> {
  const { dagId, runId, mapIndex } = facts;
  const outputs: Record<string, Json> = {};
  const expandKeys = new Set(task.expand.map(({ key }) => key));
  const args = Object.entries((task.args ?? {}) as Readonly<Record<string, Json>>);
  for (const taskId of outputIds(args.filter(([key]) => !expandKeys.has(key)).map(([, value]) => value))) {
    const value = await valueOf(store, structure, { dagId, runId, taskId, key: RETURN_VALUE });
    if (value !== null) outputs[taskId] = value;
  }
  const elements: Record<string, TryJob["elements"][string]> = {};
  if (mapIndex >= 0) {
    const sources: { key: string; length: number; value: Json | undefined }[] = [];
    for (const source of task.expand) {
      if (source.kind === "literal") {
        sources.push({ key: source.key, length: source.length, value: undefined });
        continue;
      }
      const value = await valueOf(store, structure, { dagId, runId, taskId: source.taskId, key: RETURN_VALUE });
      sources.push({ key: source.key, length: mapLength(value) ?? 0, value: value ?? [] });
    }
    const indexes = elementIndexes(
      sources.map(({ length }) => length),
      mapIndex,
    );
    for (const [position, { key, value }] of sources.entries()) {
      const index = indexes[position]!;
      elements[key] = value === undefined ? { index } : { value: (elementAt(value, index) ?? null) as Json };
    }
  }
  return {
    id,
    facts: { ...facts, params: paramsOf(structure, facts.conf) },
    fileloc,
    isMappedOver: isMappedOver && mapIndex < 0,
    executionTimeoutSeconds: task.executionTimeoutSeconds,
    outputs,
    elements,
  };
}

/** `conf` overrides params by key; what is no param stays in `conf` alone. */
function paramsOf({ params }: DagStructure, conf: Readonly<Record<string, Json>>): Record<string, Json> {
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, key in conf ? conf[key]! : value]));
}

/** Task ids of the outputs in arguments as `describeArgs` wrote them. */
function outputIds(args: Json): string[] {
  if (Array.isArray(args)) return args.flatMap(outputIds);
  if (typeof args !== "object" || args === null) return [];
  const members = Object.entries(args as Readonly<Record<string, Json>>);
  if (members.length === 1 && members[0]![0] === "__output" && typeof members[0]![1] === "string")
    return [members[0]![1]];
  return members.flatMap(([, value]) => outputIds(value));
}

/** The value of an unmapped task, or null; the list of all values of a mapped one. */
async function valueOf(
  store: SqlStore,
  structure: DagStructure,
  key: { dagId: string; runId: string; taskId: string; key: string },
): Promise<Json> {
  const rows = await store.readXComs(key);
  const isMapped = structure.tasks.some(({ taskId, isMapped }) => taskId === key.taskId && isMapped);
  return isMapped ? rows.map(({ value }) => value) : (rows.find(({ mapIndex }) => mapIndex < 0)?.value ?? null);
}

async function pull(
  store: SqlStore,
  job: TryJob,
  { taskIds, key = RETURN_VALUE, mapIndexes }: XComPull,
): Promise<Json> {
  const { dagId, runId, taskId } = job.facts;
  const structure = await store.getRunStructure(dagId, runId);
  if (structure === null) return null;
  const one = async (taskId: string): Promise<Json> => {
    if (mapIndexes === undefined) return valueOf(store, structure, { dagId, runId, taskId, key });
    const rows = await store.readXComs({ dagId, runId, taskId, key });
    const at = (index: number): Json => rows.find((row) => row.mapIndex === index)?.value ?? null;
    return typeof mapIndexes === "number" ? at(mapIndexes) : mapIndexes.map(at);
  };
  if (typeof taskIds === "string") return one(taskIds);
  const upstream = structure.tasks.find((task) => task.taskId === taskId)?.upstream ?? [];
  const wanted = taskIds ?? upstream;
  if (taskIds === undefined && wanted.length === 1) return one(wanted[0]!);
  const values: Json[] = [];
  for (const id of wanted) values.push(await one(id));
  return values;
}
