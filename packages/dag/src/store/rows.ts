/** From the columns of a table to the rows of store.ts. */
import type { Selectable } from "kysely";
import type { Json } from "../states";
import type { DagStructure } from "../structure";
import type { DagRow, DagRunRow, DagVersionRow, TaskInstanceRow, VariableRow, XComRow } from "./store";
import type {
  DagRunTable,
  DagTable,
  DagVersionTable,
  TaskInstanceHistoryTable,
  VariableTable,
  XComTable,
} from "./tables";

export function dagRow(row: Selectable<DagTable> & { versionNumber: number }, tags: readonly string[]): DagRow {
  const { lastIntervalStart: _start, lastIntervalEnd: _end, ...rest } = row;
  return {
    ...rest,
    isPaused: row.isPaused === 1,
    isStale: row.isStale === 1,
    hasImportErrors: row.hasImportErrors === 1,
    owners: JSON.parse(row.owners) as string[],
    tags,
  };
}

export function dagVersionRow(row: Selectable<DagVersionTable>): DagVersionRow {
  return { ...row, structure: JSON.parse(row.structure) as DagStructure };
}

export function runRow(row: Selectable<DagRunTable> & { versionNumber: number }): DagRunRow {
  return { ...row, conf: JSON.parse(row.conf) as Record<string, Json> };
}

export type TaskInstanceJoin = Omit<Selectable<TaskInstanceHistoryTable>, "pk"> & {
  retryAt: number | null;
  dagId: string;
  runId: string;
  logicalDate: number | null;
  runAfter: number;
  dagVersionId: string;
  versionNumber: number;
};

export function taskInstanceRow({ runPk: _runPk, ...row }: TaskInstanceJoin): TaskInstanceRow {
  return row;
}

export type XComJoin = Omit<Selectable<XComTable>, "value"> &
  Pick<XComRow, "dagId" | "runId" | "logicalDate" | "runAfter">;

export function xcomRow(row: XComJoin): XComRow {
  const { dagId, runId, taskId, mapIndex, key, timestamp, logicalDate, runAfter } = row;
  return { dagId, runId, taskId, mapIndex, key, timestamp, logicalDate, runAfter };
}

export function variableRow(row: Selectable<VariableTable>): VariableRow {
  return { ...row, isEncrypted: false };
}
