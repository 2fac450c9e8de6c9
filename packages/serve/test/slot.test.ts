import fc from "fast-check";
import { expect, test } from "vitest";
import { predictBatch, predictWith } from "../src/handlers/predict";
import { loadedModel } from "../src/predictor";
import { Slot } from "../src/slot";
import { constantPredictor, refTo, servingOf } from "./fakes";

const version = (n: number) => loadedModel(constantPredictor(n / 100), refTo(String(n)), { key: String(n) });

type Action = number | "row" | "batch" | "rollback";

/** What the slot should hold, newest first: [current, previous]. */
function told(action: Action, held: readonly number[]): { held: readonly number[]; said: unknown } {
  if (typeof action === "number")
    return { held: held[0] === action ? held : [action, ...held.slice(0, 1)], said: undefined };
  if (action === "rollback") return { held: [...held].reverse(), said: held.length === 2 };
  const [current] = held;
  if (current === undefined) return { held, said: "ERR_SERVE_NOT_LOADED" };
  const model_version_loaded = `v${current} (source: runs:/run${current}/model)`;
  const label = current > 50 ? 2 : 1;
  return {
    held,
    said:
      action === "batch"
        ? { predictions: [label, label], model_version_loaded }
        : {
            model_version_loaded,
            predicted_label_code: label,
            predicted_class_name: label === 2 ? "Target" : "NonTarget",
            probability_target: current / 100,
          },
  };
}

function done(action: Action, slot: Slot): unknown {
  if (typeof action === "number") return slot.swap(version(action));
  if (action === "rollback") return slot.rollback();
  const features =
    action === "row"
      ? [1, 2, 3]
      : [
          [1, 2, 3],
          [4, 5, 6],
        ];
  const handle = (action === "row" ? predictWith : predictBatch)("champion");
  try {
    return handle({ mountPath: "", body: { features } }, servingOf({ champion: slot })).body;
  } catch (error) {
    return (error as { code: unknown }).code;
  }
}

test("version and answer belong together, however swaps and requests follow each other", () => {
  const action = fc.oneof(fc.integer({ min: 1, max: 99 }), fc.constantFrom("row", "batch", "rollback"));
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const slot = new Slot("champion", "models:/M@champion");
      let held: readonly number[] = [];
      for (const act of actions) {
        const expected = told(act, held);
        expect(done(act, slot)).toEqual(expected.said);
        held = expected.held;
      }
    }),
  );
});

test("a swap in the middle of a prediction does not change the answer under way", () => {
  const slot = new Slot("champion", "models:/M@champion");
  const plain = version(1);
  const predictProba = (data: Float64Array, nRows: number) => {
    slot.swap(version(2));
    return plain.predictor.predictProba(data, nRows);
  };
  slot.swap({ ...plain, predictor: { ...plain.predictor, predictProba } });
  const answer = predictWith("champion")(
    { mountPath: "", body: { features: [1, 2, 3] } },
    servingOf({ champion: slot }),
  );
  expect(answer.body).toMatchObject({
    model_version_loaded: "v1 (source: runs:/run1/model)",
    probability_target: 0.01,
  });
  expect(slot.current?.label).toBe("v2");
});

test("news is told once, until it changes", () => {
  const slot = new Slot("champion", "models:/M@champion");
  const problem = { kind: "unreachable", message: "down" } as const;
  expect([slot.fail(problem, 1), slot.fail(problem, 2), slot.problem?.sinceMillis]).toEqual([true, false, 1]);
  expect(slot.fail({ ...problem, message: "still down" }, 3)).toBe(true);
  slot.settled();
  expect(slot.fail(problem, 4)).toBe(true);
  slot.swap(version(1));
  expect(slot.problem).toBeUndefined();
});

test("whenLoaded resolves with the first model, and at once afterwards", async () => {
  const slot = new Slot("champion", "models:/M@champion");
  const order: string[] = [];
  const waiting = slot.whenLoaded().then(() => order.push("loaded"));
  await Promise.resolve();
  order.push("before");
  slot.swap(version(1));
  await waiting;
  await slot.whenLoaded();
  expect(order).toEqual(["before", "loaded"]);
});
