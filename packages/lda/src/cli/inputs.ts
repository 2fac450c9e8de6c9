import path from "node:path";
import { InvalidArgumentError } from "commander";
import { joinFeatures, readFeatures, type FeatureRows, type LabelledRows } from "../features-file";
import { ShapeError } from "../errors";
import type { Model } from "../model";

/** Reads the folders and joins their rows, in the order given. */
export async function readFolders(dirs: readonly string[]): Promise<LabelledRows> {
  const parts: LabelledRows[] = [];
  for (const dir of dirs) parts.push(await readFeatures(dir)); // one after another: each is as large as a recording
  return joinFeatures(parts, dirs);
}

/** @throws {ShapeError} when the columns are not those the model was fitted on, in that order. */
export function checkColumns(model: Model, rows: FeatureRows, dir: string): void {
  const { nFeatures } = rows.features;
  if (nFeatures !== model.nFeatures)
    throw new ShapeError(
      `${dir}: has ${nFeatures} features a row, the model takes ${model.nFeatures}: preprocess as for its training`,
      nFeatures,
      model.nFeatures,
    );
  const other = rows.featureNames.findIndex((name, j) => name !== model.featureNames[j]);
  if (other >= 0)
    throw new ShapeError(
      `${dir}: column ${other} is "${rows.featureNames[other]}", the model takes "${model.featureNames[other]}" there`,
      other,
      other,
    );
}

/** Collects DIR arguments. The same folder twice would put the same epochs into training and test. */
export function collectDirs(value: string, previous: readonly string[] | undefined): string[] {
  const dirs = previous ?? [];
  const folder = path.resolve(parseFolder(value));
  if (dirs.some((dir) => path.resolve(dir) === folder)) throw new InvalidArgumentError("It is given twice.");
  return [...dirs, value];
}

export function parseFolder(text: string): string {
  if (text === "") throw new InvalidArgumentError("A folder name is expected.");
  return text;
}

export function parseTestSize(text: string): number {
  const value = parseNumber(text);
  if (!(value >= 0 && value < 1)) throw new InvalidArgumentError("A share from 0 to below 1 is expected.");
  return value;
}

export function parseSeed(text: string): number {
  const value = parseNumber(text);
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff)
    throw new InvalidArgumentError("An integer from 0 to 4294967295 is expected.");
  return value;
}

export function parseShrinkage(text: string): "auto" | "none" | number {
  if (text === "auto" || text === "none") return text;
  const value = parseNumber(text);
  if (!(value >= 0 && value <= 1))
    throw new InvalidArgumentError('"auto", "none" or a number from 0 to 1 is expected.');
  return value;
}

/** A parser of one of a few words. */
export function parseChoice<const T extends string>(choices: readonly T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((other) => other === text);
    if (choice === undefined)
      throw new InvalidArgumentError(`One of ${choices.map((other) => `"${other}"`).join(", ")} is expected.`);
    return choice;
  };
}

// Number("") is 0 and Number("0x1") is 1: neither is what somebody meant.
function parseNumber(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}
