// The recipes on public recordings, against MNE, scikit-learn and pyRiemann (tools/recordings/muse-p300-results.json).
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rocAuc } from "@p300/lda/metrics";
import { fitRecipe, takeEpochs, type AlignmentName, type Epochs, type RecipeName } from "@p300/lda/recipes";
import { beforeAll, describe, expect, test } from "vitest";
import { readSessions, type Session } from "../src/sessions";

interface Scores {
  readonly auc: number;
  readonly tp: number;
  readonly fp: number;
}
interface Mode {
  readonly seed_split: Record<string, { auc: number; first5_test_probabilities: number[] }>;
  readonly cross_validation: Record<string, Record<string, { auc_folds: number[] }>>;
  readonly transfer: Record<string, Record<string, Scores>>;
}
interface Indices {
  readonly n: number;
  readonly train_in_order: number[];
  readonly test_in_order: number[];
  readonly five_folds_test: number[][];
}

const root = fileURLToPath(new URL("../../..", import.meta.url));
const read = <T>(name: string) => JSON.parse(readFileSync(join(root, "tools/recordings", name), "utf8")) as T;
const results = read<Record<string, Mode>>("muse-p300-results.json");
const splits = read<Record<string, Record<string, Indices>>>("muse-p300-splits.json");
// All three sessions lie beside some checkouts; two of them are committed.
const data = ["../shared/data/muse-p300", "tools/recordings/muse-p300"]
  .map((path) => join(root, path))
  .find(existsSync)!;

/** The reference's name of a column, as a recipe with an alignment. */
function recipeOf(column: string): { name: RecipeName; alignment: AlignmentName } {
  const alignment = column.endsWith("_euclidean_alignment")
    ? "euclidean"
    : column.endsWith("_recentred")
      ? "recentring"
      : "none";
  const name = column.replace(/_euclidean_alignment|_recentred/, "").replaceAll("_", "-") as RecipeName;
  return { name, alignment };
}

/** A logistic regression stops at a tolerance, so two of them differ by a few pairs of epochs. */
const toleranceOf = (name: RecipeName): number => (name.endsWith("lr") ? 5e-3 : name.endsWith("mdm") ? 1e-6 : 1e-9);

const groups = ["auditory_subject_01_session_1", "subject_01_session_1", "subject_01_session_2"].filter((session) =>
  existsSync(join(data, session)),
);
const pairs = Object.keys(results["reject_100uV"]!.transfer).filter((pair) =>
  pair.split(" -> ").every((name) => groups.includes(name)),
);

test("there are recordings to compare", () => expect(groups.length).toBeGreaterThanOrEqual(2));

describe.each([
  ["reject_100uV", 100],
  ["no_rejection", null],
] as const)("%s", (mode, rejectUv) => {
  let sessions: Session[];
  beforeAll(async () => {
    sessions = await readSessions(data, { rejectUv });
  });
  const rowsOf = (group: string, rows: readonly number[]): { epochs: Epochs; labels: number[] } => {
    const session = sessions.find(({ name }) => name === group)!;
    return { epochs: takeEpochs(session.epochs, rows), labels: rows.map((row) => session.labels[row]!) };
  };

  test.each(groups)("%s: the seed's split", (group) => {
    const { train_in_order, test_in_order } = splits[mode]![group]!;
    const [train, held] = [rowsOf(group, train_in_order), rowsOf(group, test_in_order)];
    const probabilities = fitRecipe("lda", train.epochs, train.labels)
      .predictProba(held.epochs)
      .filter((_, i) => i % 2 === 1);
    const want = results[mode]!.seed_split[group]!;
    expect(Math.abs(rocAuc(held.labels, probabilities) - want.auc)).toBeLessThanOrEqual(1e-9);
    want.first5_test_probabilities.forEach((p, i) => expect(probabilities[i]!).toBeCloseTo(p, 9));
  });

  test.each(
    groups.flatMap((group) => Object.keys(results[mode]!.cross_validation[group]!).map((column) => [group, column])),
  )("%s: five folds of %s", (group, column) => {
    const { name, alignment } = recipeOf(column!);
    const { n, five_folds_test } = splits[mode]![group!]!;
    five_folds_test.forEach((rows, fold) => {
      const held = new Set(rows);
      const others = Array.from({ length: n }, (_, row) => row).filter((row) => !held.has(row));
      const [train, out] = [rowsOf(group!, others), rowsOf(group!, rows)];
      const recipe = fitRecipe(name, train.epochs, train.labels, { alignment });
      const auc = rocAuc(out.labels, recipe.decisionFunction(out.epochs));
      const want = results[mode]!.cross_validation[group!]![column!]!.auc_folds[fold]!;
      expect(Math.abs(auc - want)).toBeLessThanOrEqual(toleranceOf(name));
    });
  });

  test.each(pairs.flatMap((pair) => Object.keys(results[mode]!.transfer[pair]!).map((column) => [pair, column])))(
    "%s by %s",
    (pair, column) => {
      const { name, alignment } = recipeOf(column!);
      const [from, to] = pair!.split(" -> ").map((group) => sessions.find((session) => session.name === group)!);
      const recipe = fitRecipe(name, from!.epochs, from!.labels, { alignment }).adapt(to!.epochs);
      const want = results[mode]!.transfer[pair!]![column!]!;
      const scores = recipe.decisionFunction(to!.epochs);
      expect(Math.abs(rocAuc(to!.labels, scores) - want.auc)).toBeLessThanOrEqual(toleranceOf(name));
    },
  );
});
