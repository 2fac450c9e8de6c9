import fc from "fast-check";
import { dag, type Dag, type DagBuilder } from "../src/dag";
import type { Task } from "../src/task";
import { TRIGGER_RULES, type TriggerRule } from "../src/trigger-rule";

export interface TaskPlan {
  /** Positions of earlier tasks. */
  readonly upstream: readonly number[];
  readonly triggerRule: TriggerRule;
  readonly retries: number;
  /** Mapped over a literal of this length; or over the output of the first upstream task; or not at all. */
  readonly map: number | "output" | null;
}

const rules = fc.oneof(
  { arbitrary: fc.constant("all_success" as const), weight: 3 },
  { arbitrary: fc.constantFrom(...TRIGGER_RULES), weight: 2 },
);

/** Plans of any shape without cycle. */
export const taskPlans: fc.Arbitrary<readonly TaskPlan[]> = fc
  .array(
    fc.record({
      upstream: fc.array(fc.nat(20), { maxLength: 3 }),
      triggerRule: rules,
      retries: fc.nat(2),
      map: fc.oneof(
        { arbitrary: fc.constant(null), weight: 4 },
        { arbitrary: fc.nat(3), weight: 1 },
        { arbitrary: fc.constant("output" as const), weight: 2 },
      ),
    }),
    { minLength: 0, maxLength: 8 },
  )
  .map((plans) =>
    plans.map((plan, index) => ({
      ...plan,
      upstream: index === 0 ? [] : [...new Set(plan.upstream.map((position) => position % index))],
      map: plan.map === "output" && (index === 0 || plan.upstream.length === 0) ? null : plan.map,
    })),
  );

export function dagOf(
  plans: readonly TaskPlan[],
  options: { maxActiveTasks?: number; dagId?: string; schedule?: string | null } = {},
): Dag {
  const { dagId = "random", schedule = null, ...rest } = options;
  return dag({ dagId, schedule, isPausedUponCreation: false, ...rest }, (d: DagBuilder) => {
    const tasks: Task<unknown>[] = [];
    for (const [index, { upstream, triggerRule, retries, map }] of plans.entries()) {
      const base = {
        triggerRule,
        retries,
        retryDelaySeconds: 10,
        upstream: upstream.map((position) => tasks[position]!),
      };
      const run = (): null => null;
      const id = `t${index}`;
      if (map === null) tasks.push(d.task(id, base, run));
      else if (map === "output") tasks.push(d.task(id, { ...base, expand: { x: tasks[upstream[0]!]!.output } }, run));
      else tasks.push(d.task(id, { ...base, expand: { x: Array.from({ length: map }, (_, i) => i) } }, run));
    }
  });
}
