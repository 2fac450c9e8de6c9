import type { Evaluation } from "../train";

/** An evaluation as the result of a command, keys in the spelling of files and JSON. NaN becomes null. */
export function evaluationJson({ n, auc, accuracy, kappa, tn, fp, fn, tp }: Evaluation): Record<string, number | null> {
  return { n, auc, accuracy, kappa: Number.isNaN(kappa) ? null : kappa, tn, fp, fn, tp };
}

export function renderEvaluation(
  { n, auc, accuracy, kappa, tn, fp, fn, tp }: Evaluation,
  [negative, positive]: readonly [string, string],
): string {
  const width = Math.max(negative.length, positive.length, String(n).length) + 2;
  const row = (...cells: (string | number)[]): string =>
    `  ${cells.map((cell) => String(cell).padStart(width)).join("")}\n`;
  return (
    `AUC ${auc.toFixed(4)}   accuracy ${accuracy.toFixed(4)}   kappa ${kappa.toFixed(4)}   on ${n} epochs\n` +
    `true by row, predicted by column:\n` +
    row("", negative, positive) +
    row(negative, tn, fp) +
    row(positive, fn, tp)
  );
}

/** A model's negative and positive class name, for a model of two classes. */
export function classNamesOf(model: {
  classes: readonly number[];
  classNames: readonly string[];
  positive: number;
}): [string, string] {
  const positive = model.classes.indexOf(model.positive);
  return [model.classNames[1 - positive] ?? "the rest", model.classNames[positive]!];
}
