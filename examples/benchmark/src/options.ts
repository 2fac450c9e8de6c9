import { parseArgs } from "node:util";
import { alignments, recipes, type AlignmentName, type RecipeName } from "@p300/lda/recipes";

/** What a user asked for that can't be done: exit 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What is wrong with the recordings, in one line: exit 1. */
export class BenchmarkError extends Error {
  override readonly name = "BenchmarkError";
}

export const help = `
usage: node examples/benchmark/run.mjs DIR [options]

Compares decoding recipes on the recordings below DIR, a folder a session (subject_01_session_1) or a subject
(subject_01) with a Parquet file a run: within each session, across sessions of a subject, across subjects.

  --recipes LIST     recipes, comma-separated, each with +euclidean or +recentring where it is to be aligned
                     (default ${defaultRecipes().join(",")})
  --evaluations LIST any of within-session, cross-session, cross-subject (default all that the folder allows)
  --unseen N         cross-subject: the last N subjects are the test, the others train (default: five folds of subjects)
  --reject-uv N      peak to peak an epoch may have at most, or none (default 100)
  --out FILE         writes the table, as Markdown
  --figure FILE      writes a figure, as SVG
  --json             prints the results as one line of JSON instead of the table

Recipes: ${recipes.join(", ")}.
In cross-session and cross-subject a recipe that adapts is given the unlabelled epochs of the session or subject it is
tested on. AUC is of targets against non-targets.
`;

export const evaluations = ["within-session", "cross-session", "cross-subject"] as const;
export type EvaluationName = (typeof evaluations)[number];

export interface RecipeChoice {
  readonly label: string;
  readonly name: RecipeName;
  readonly alignment: AlignmentName;
}

export interface Options {
  readonly dir: string;
  readonly recipes: readonly RecipeChoice[];
  readonly evaluations: readonly EvaluationName[];
  readonly unseen: number | null;
  readonly rejectUv: number | null;
  readonly out: string | undefined;
  readonly figure: string | undefined;
  readonly json: boolean;
}

/** @throws {UsageError} */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parsed(args);
  const [dir, ...more] = positionals;
  if (dir === undefined || more.length > 0) throw new UsageError("give one folder of recordings; --help tells more");
  return {
    dir,
    recipes: list(values.recipes, defaultRecipes()).map(recipeChoice),
    evaluations: list(values.evaluations, evaluations).map((name) => {
      const known = evaluations.find((evaluation) => evaluation === name);
      if (known === undefined)
        throw new UsageError(`--evaluations has "${name}": give any of ${evaluations.join(", ")}`);
      return known;
    }),
    unseen: values.unseen === undefined ? null : numberOf("--unseen", values.unseen, true),
    rejectUv: values["reject-uv"] === "none" ? null : numberOf("--reject-uv", values["reject-uv"] ?? "100", false),
    out: values.out,
    figure: values.figure,
    json: values.json ?? false,
  };
}

function defaultRecipes(): string[] {
  return [
    "lda",
    "xdawn-lda",
    "xdawncov-mdm",
    "xdawncov-ts-lr",
    "lda+euclidean",
    "xdawn-lda+euclidean",
    "xdawncov-mdm+recentring",
    "xdawncov-ts-lr+recentring",
    "adaptive-lda",
    "recommended",
  ];
}

function parsed(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        recipes: text,
        evaluations: text,
        unseen: text,
        "reject-uv": text,
        out: text,
        figure: text,
        json: { type: "boolean" },
      },
      allowPositionals: true,
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

const list = (given: string | undefined, fallback: readonly string[]): readonly string[] =>
  given === undefined ? fallback : given.split(",").map((part) => part.trim());

function recipeChoice(label: string): RecipeChoice {
  const [given, wanted = "none", ...more] = label.split("+");
  const name = recipes.find((recipe) => recipe === given);
  const alignment = alignments.find((one) => one === wanted);
  if (name === undefined || alignment === undefined || more.length > 0)
    throw new UsageError(
      `--recipes has "${label}": give any of ${recipes.join(", ")}, with +euclidean or +recentring behind it or nothing`,
    );
  return { label, name, alignment };
}

function numberOf(option: string, text: string, whole: boolean): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value < Infinity) || (whole && !Number.isInteger(value)))
    throw new UsageError(`${option} is "${text}": give a ${whole ? "whole " : ""}number above 0`);
  return value;
}
