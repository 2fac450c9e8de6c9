import { sql, type RawBuilder } from "kysely";
import { invalidParameter } from "../../errors";
import type { Condition } from "../../search/filter";
import { compare } from "../../search/to-sql";
import type { Db } from "../database";
import { DEFAULT_WORKSPACE } from "../tables";

/** What marks a registered model, and each version of it, as a prompt. */
export const PROMPT_TAG = "mlflow.prompt.is_prompt";

/** Everything that changes a model or a version of it moves the model's time. */
export async function touchRegisteredModel(db: Db, name: string, now: number): Promise<void> {
  await db
    .updateTable("registered_models")
    .set({ last_updated_time: now })
    .where("workspace", "=", DEFAULT_WORKSPACE)
    .where("name", "=", name)
    .execute();
}

/**
 * The conditions of a search for models or versions. Prompts are kept in the same tables, and are left out unless the
 * filter asks for them; a filter that says "no prompts" in words asks for nothing more.
 */
export function registryConditions(
  conditions: readonly Condition[],
  columns: Readonly<Record<string, string>>,
  tag: (key: string) => RawBuilder<unknown>,
  promptTag: RawBuilder<unknown>,
): RawBuilder<boolean>[] {
  const isPromptTag = ({ entity, key }: Condition) => entity === "tag" && key === PROMPT_TAG;
  const prompt = conditions.find(isPromptTag);
  const value = String(prompt?.value).toLowerCase();
  const wantsPrompts =
    (prompt?.operator === "=" && value === "true") || (prompt?.operator === "!=" && value === "false");
  const kept = wantsPrompts ? conditions : conditions.filter((condition) => !isPromptTag(condition));
  const clauses = kept.map((condition): RawBuilder<boolean> => {
    if (condition.entity === "tag")
      return sql`exists (${tag(condition.key)} and ${compare(sql.ref("t.value"), condition)})`;
    const column = columns[condition.key];
    if (!column) throw invalidParameter(`Invalid attribute name: ${condition.key}`);
    return compare(sql.ref(column), condition);
  });
  if (!wantsPrompts) clauses.push(sql`not exists (${promptTag} and t.value = 'true')`);
  return clauses;
}
