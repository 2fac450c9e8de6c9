import { sql, type RawBuilder } from "kysely";
import type { ViewType } from "../../schemas";
import { parseFilter, type Condition } from "../../search/filter";
import { RUNS } from "../../search/grammar";
import { parseOrderBy, type Order } from "../../search/order-by";
import type { Page } from "../../search/page-token";
import { all, compare } from "../../search/to-sql";
import type { Db } from "../database";
import { parseExperimentId } from "./experiments";
import { RUN_NAME_TAG, type RunRow } from "./runs";
import { isOneOf, stagesOf } from "./shared";

const COLUMNS: Readonly<Record<string, string>> = { run_id: "run_uuid", run_name: "name" };
const column = (attribute: string) => sql.ref(`runs.${COLUMNS[attribute] ?? attribute}`);

/**
 * The runs of some experiments that meet a filter, in order: one row more than the page holds, when there is one.
 *
 * Ties are broken by start time, newest first, then by id, so pages never overlap. What has no value for a key stands
 * last in both directions, after NaN.
 */
export async function searchRuns(
  db: Db,
  search: {
    experimentIds: readonly string[];
    filter?: string | undefined;
    view?: ViewType | undefined;
    orderBy: readonly string[];
    page: Page;
  },
): Promise<RunRow[]> {
  const conditions = parseFilter(search.filter, RUNS).map(runCondition);
  const orders = parseOrderBy(search.orderBy, RUNS);
  const keys = orders.map(orderKey);
  const byStart = orders.some(({ entity, key }) => entity === "attribute" && key === "start_time");
  const { rows } = await sql<RunRow>`
    select runs.* from runs ${sql.join([sql``, ...keys.map(({ join }) => join)], sql` `)}
    where ${isOneOf(sql.ref("runs.experiment_id"), search.experimentIds.map(parseExperimentId))}
      and runs.lifecycle_stage in (${sql.join(stagesOf(search.view))})
      and ${all(conditions)}
    order by ${sql.join([...keys.map(({ by }) => by), ...(byStart ? [] : [sql`runs.start_time desc`]), sql`runs.run_uuid asc`])}
    limit ${search.page.limit + 1} offset ${search.page.offset}`.execute(db);
  return rows;
}

function runCondition(condition: Condition): RawBuilder<boolean> {
  const { entity, key, operator } = condition;
  switch (entity) {
    case "attribute":
      // Runs of MLflow before 1.30 have their name in the tag alone.
      if (key === "run_name") return keyed("tags", RUN_NAME_TAG, compare(sql.ref("k.value"), condition));
      return compare(column(key), condition);
    case "metric": {
      // NaN is stored as 0 with a flag. It equals nothing, so it meets != and nothing else.
      const met = compare(sql.ref("k.value"), condition);
      const value = operator === "!=" ? sql`(${met} or k.is_nan = 1)` : sql`(${met} and k.is_nan = 0)`;
      return keyed("latest_metrics", key, value);
    }
    case "parameter":
    case "tag": {
      const table = entity === "tag" ? "tags" : "params";
      if (operator === "IS NULL") return sql`not ${keyed(table, key)}`;
      if (operator === "IS NOT NULL") return keyed(table, key);
      return keyed(table, key, compare(sql.ref("k.value"), condition));
    }
    case "dataset":
      return datasetCondition(condition);
  }
}

const keyed = (table: string, key: string, value: RawBuilder<unknown> = sql`1 = 1`): RawBuilder<boolean> =>
  sql`exists (select 1 from ${sql.table(table)} k where k.run_uuid = runs.run_uuid and k.key = ${key} and ${value})`;

function datasetCondition(condition: Condition): RawBuilder<boolean> {
  const input = sql`inputs i where i.destination_type = 'RUN' and i.destination_id = runs.run_uuid and i.source_type = 'DATASET'`;
  return condition.key === "context"
    ? sql`exists (select 1 from input_tags t, ${input} and t.input_uuid = i.input_uuid
        and t.name = 'mlflow.data.context' and ${compare(sql.ref("t.value"), condition)})`
    : sql`exists (select 1 from datasets d, ${input} and d.dataset_uuid = i.source_id
        and ${compare(sql.ref(`d.${condition.key}`), condition)})`;
}

function orderKey(
  { entity, key, ascending }: Order,
  index: number,
): { join: RawBuilder<unknown>; by: RawBuilder<unknown> } {
  const direction = sql.raw(ascending ? "asc" : "desc");
  if (entity === "attribute") return { join: sql``, by: sql`${column(key)} is null, ${column(key)} ${direction}` };
  const table = { metric: "latest_metrics", parameter: "params", tag: "tags", dataset: "datasets" }[entity];
  const alias = `o${index}`;
  const value = sql.ref(`${alias}.value`);
  const rank =
    entity === "metric"
      ? sql`case when ${sql.ref(`${alias}.is_nan`)} = 1 then 1 when ${value} is null then 2 else 0 end`
      : sql`${value} is null`;
  return {
    join: sql`left join ${sql.table(table)} as ${sql.id(alias)}
      on ${sql.ref(`${alias}.run_uuid`)} = runs.run_uuid and ${sql.ref(`${alias}.key`)} = ${key}`,
    by: sql`${rank}, ${value} ${direction}`,
  };
}
