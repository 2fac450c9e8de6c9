import { EmptyError, MetricUndefinedError } from "../errors";

export interface KolmogorovSmirnovTest {
  /** Largest distance between the two empirical distribution functions. */
  readonly statistic: number;
  /** Two-sided. */
  readonly pValue: number;
  readonly method: "exact" | "asymptotic";
}

/** Up to this many pairs the exact p-value is counted, which takes a step a pair. */
const EXACT_PAIRS = 4_000_000;

/** Whether two samples come from one distribution: the two-sample Kolmogorov-Smirnov test.
 *
 * The p-value is exact (SciPy's `ks_2samp`, `method="exact"`) while the sizes' product is at most 4 million, and
 * Kolmogorov's limit beyond.
 * @throws {EmptyError} when a sample is empty; {MetricUndefinedError} for NaN.
 * @see J. L. Hodges, Arkiv för Matematik 3, 1958, doi:10.1007/BF02589501 */
export function kolmogorovSmirnov(a: ArrayLike<number>, b: ArrayLike<number>): KolmogorovSmirnovTest {
  const [one, two] = [sortedOf(a, "first"), sortedOf(b, "second")];
  const [n, m] = [one.length, two.length];
  let [i, j] = [0, 0];
  let apart = 0; // in units of 1 / (n·m), hence an integer
  while (i < n && j < m) {
    const value = Math.min(one[i]!, two[j]!);
    while (i < n && one[i] === value) i++;
    while (j < m && two[j] === value) j++;
    apart = Math.max(apart, Math.abs(i * m - j * n));
  }
  const statistic = apart / (n * m);
  if (n * m <= EXACT_PAIRS) return { statistic, pValue: exactTail(n, m, apart), method: "exact" };
  return { statistic, pValue: limitTail(statistic * Math.sqrt((n * m) / (n + m))), method: "asymptotic" };
}

function sortedOf(values: ArrayLike<number>, which: string): Float64Array {
  if (values.length === 0) throw new EmptyError(`Kolmogorov-Smirnov: the ${which} sample is empty`);
  const sorted = Float64Array.from(values).sort();
  if (Number.isNaN(sorted.at(-1)!))
    throw new MetricUndefinedError("Kolmogorov-Smirnov", `the ${which} sample holds NaN`); // NaN sorts last
  return sorted;
}

/** Share of all orders of n and m values whose distance reaches `apart` somewhere. An order is a path over a grid; the
 * share of the paths to (i, j) that have reached it is the mean of its two predecessors', weighed by how many paths come
 * from each: i to j. Sums of positive terms, so that small shares keep their digits. */
function exactTail(n: number, m: number, apart: number): number {
  if (apart === 0) return 1;
  const column = new Float64Array(m + 1);
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= m; j++) {
      if (Math.abs(i * m - j * n) >= apart) column[j] = 1;
      else if (i === 0) column[j] = j === 0 ? 0 : column[j - 1]!;
      else column[j] = (column[j]! * i + (j === 0 ? 0 : column[j - 1]! * j)) / (i + j);
    }
  }
  return Math.min(1, column[m]!);
}

function limitTail(x: number): number {
  if (x < 0.2) return 1; // 1 to 20 digits, where the series converges slowly
  let sum = 0;
  for (let k = 1; k <= 100; k++) {
    const term = Math.exp(-2 * k * k * x * x);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-17 * Math.abs(sum)) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}
