import { EmptyError, MetricUndefinedError, OptionError, ShapeError } from "../errors";
import { countUpTo, quantileOf } from "./sorted";

/** A share below this counts as this, so that an empty bin gives a large number and not an infinite one. */
const LEAST_SHARE = 1e-4;

/** How one feature was distributed when the model was trained. */
export interface PsiBaseline {
  /** Ascending, distinct; a value belongs to the bin of that many edges at or below it. */
  readonly edges: readonly number[];
  /** One a bin, each at least 1e-4: one more than there are edges. */
  readonly shares: readonly number[];
}

export interface PsiOptions {
  /** Bins of equal counts on the baseline. Default 10. */
  readonly nBins?: number | undefined;
}

/** Bins of about equal counts, and the baseline's shares in them.
 * @throws {EmptyError} without values; {MetricUndefinedError} for a value that is not finite; {OptionError}. */
export function psiBaseline(values: ArrayLike<number>, { nBins = 10 }: PsiOptions = {}): PsiBaseline {
  if (!(Number.isInteger(nBins) && nBins >= 1 && nBins <= 10_000))
    throw new OptionError("nBins", nBins, "an integer from 1 to 10000");
  checkValues(values, "baseline");
  const sorted = Float64Array.from(values).sort();
  const edges: number[] = [];
  for (let k = 1; k < nBins; k++) {
    const edge = quantileOf(sorted, k / nBins);
    if (edge !== edges.at(-1)) edges.push(edge);
  }
  return { edges, shares: sharesIn(values, edges) };
}

/** Population stability index of `current` against a baseline: 0 for the same shares; by habit, above 0.1 is worth a
 * look and above 0.25 a shift. `Σ (current - baseline) · ln(current / baseline)` over the baseline's bins.
 * @param baseline - values, or their bins as `psiBaseline` gives them.
 * @throws {EmptyError} when either is empty; {MetricUndefinedError} for a value that is not finite; {OptionError}. */
export function psi(
  baseline: ArrayLike<number> | PsiBaseline,
  current: ArrayLike<number>,
  options: PsiOptions = {},
): number {
  const { edges, shares } = "edges" in baseline ? checkedBaseline(baseline) : psiBaseline(baseline, options);
  checkValues(current, "current");
  return sharesIn(current, edges).reduce((sum, share, bin) => {
    const was = Math.max(shares[bin]!, LEAST_SHARE);
    return sum + (share - was) * Math.log(share / was);
  }, 0);
}

/** Rows of features, by shape. */
export interface FeatureRows {
  /** nRows × nFeatures, row-major. */
  readonly data: ArrayLike<number>;
  readonly nRows: number;
  readonly nFeatures: number;
}

/** `psiBaseline` of each feature. Throws as that. */
export function psiBaselines(rows: FeatureRows, options: PsiOptions = {}): PsiBaseline[] {
  return Array.from({ length: rows.nFeatures }, (_, j) => psiBaseline(columnOf(rows, j), options));
}

/** `psi` of each feature.
 * @returns nFeatures.
 * @throws {ShapeError} when the widths differ; and as `psi`. */
export function psiPerFeature(
  baseline: FeatureRows | readonly PsiBaseline[],
  current: FeatureRows,
  options: PsiOptions = {},
): Float64Array {
  const baselines = "data" in baseline ? psiBaselines(baseline, options) : baseline;
  if (baselines.length !== current.nFeatures)
    throw new ShapeError(
      `PSI: the baseline has ${baselines.length} features, the current rows ${current.nFeatures}`,
      current.nFeatures,
      baselines.length,
    );
  return Float64Array.from(baselines, (bins, j) => psi(bins, columnOf(current, j)));
}

function sharesIn(values: ArrayLike<number>, edges: readonly number[]): number[] {
  const counts = new Float64Array(edges.length + 1);
  for (let i = 0; i < values.length; i++) counts[countUpTo(edges, values[i]!)]! += 1;
  return Array.from(counts, (n) => Math.max(n / values.length, LEAST_SHARE));
}

function columnOf({ data, nRows, nFeatures }: FeatureRows, feature: number): Float64Array {
  if (data.length !== nRows * nFeatures)
    throw new ShapeError(`PSI: ${data.length} numbers for ${nRows} × ${nFeatures}`, data.length, nRows * nFeatures);
  const column = new Float64Array(nRows);
  for (let i = 0; i < nRows; i++) column[i] = data[i * nFeatures + feature]!;
  return column;
}

function checkValues(values: ArrayLike<number>, which: string): void {
  if (values.length === 0) throw new EmptyError(`PSI: the ${which} has no values`);
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i]))
      throw new MetricUndefinedError("PSI", `value ${i} of the ${which} is ${values[i]}`);
}

function checkedBaseline(baseline: PsiBaseline): PsiBaseline {
  const { edges, shares } = baseline;
  if (shares.length !== edges.length + 1)
    throw new ShapeError(`PSI: ${edges.length} edges and ${shares.length} shares`, shares.length, edges.length + 1);
  return baseline;
}
