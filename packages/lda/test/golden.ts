import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { RandomState } from "../src/index";

export interface Golden<Case> {
  readonly producer: string;
  readonly cases: readonly Case[];
}

/** A golden file of test/golden, made by tools/golden/lda.py. */
export function golden<Case>(name: string): Golden<Case> {
  return JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), "utf8")) as Golden<Case>;
}

/** max|got - want| over max|want|; infinite when the lengths differ or a number is NaN. */
export function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) return Infinity;
  let scale = 0;
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    scale = Math.max(scale, Math.abs(want[i]!));
    const error = Math.abs(got[i]! - want[i]!);
    worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
  }
  return worst === 0 ? 0 : worst / scale;
}

export function matrix(data: readonly number[], nFeatures: number) {
  return { data: Float64Array.from(data), nRows: data.length / nFeatures, nFeatures };
}

/** Rows of normal noise, correlated and with a mean of their own a class: every class has at least two rows. */
export function mixture({
  seed,
  nRows,
  nFeatures,
  classes = [1, 2],
}: {
  seed: number;
  nRows: number;
  nFeatures: number;
  classes?: readonly number[];
}) {
  const random = new RandomState(seed);
  const noise = () => random.double() + random.double() + random.double() - 1.5;
  const y = Int32Array.from(
    { length: nRows },
    (_, i) => classes[i < 2 * classes.length ? i % classes.length : random.bounded(classes.length - 1)]!,
  );
  const data = new Float64Array(nRows * nFeatures);
  for (let i = 0, at = 0; i < nRows; i++)
    for (let j = 0, last = 0; j < nFeatures; j++, at++)
      data[at] = (last = 0.6 * last + noise()) + classes.indexOf(y[i]!) * 0.4 * Math.cos(j);
  return { x: { data, nRows, nFeatures }, y };
}

/** SHA-256 of the numbers as little-endian int32, as tools/golden/lda.py takes it. */
export function digestOf(values: Int32Array): string {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => view.setInt32(i * 4, value, true));
  return createHash("sha256").update(new Uint8Array(view.buffer)).digest("hex");
}
