import { NumericalError } from "./errors";
import { bandFactor, bandForm, bandForwardInto, bandSolveInto, type BandForm } from "./linalg/band";
import { openDense } from "./linalg/dense";
import { timesTransposed, type RidgeProblem } from "./ridge-problem";

/** Rows taken at a time: their part of Zᵀ in the basis of the band stays in the cache for all alphas. */
const CHUNK = 512;
const COLUMNS = 32;

export interface LeaveOneOut {
  /** Minus the mean squared error of each alpha, over rows and targets. */
  readonly scores: Float64Array;
  /** Solves (gram + alpha·I)x = b in place, for each right side. */
  solve(rightSides: readonly Float64Array[], alpha: number): void;
}

/** The errors that ridge regressions make on rows left out, one at a time.
 *
 * With ZᵀZ = Q·B·Qᵀ, B banded, and L the factor of B + alpha·I, row i has v = L⁻¹Qᵀzᵢ, leverage |v|², and a fit of
 * v·L⁻¹QᵀZᵀy: one decomposition and one product with Z for all alphas, no eigenvalues. With fewer rows than features
 * the same on ZZᵀ, where the error is that of the dual: ((K + alpha·I)⁻¹y)ᵢ over the diagonal of (K + alpha·I)⁻¹.
 * @param gram - as `smallerGram` gives it; not changed. */
export function leaveOneOut(problem: RidgeProblem, gram: Float64Array, alphas: readonly number[]): LeaveOneOut {
  const { nRows, nFeatures } = problem;
  const byFeatures = nFeatures <= nRows;
  const lift = byFeatures ? 0 : liftOf(problem, gram);
  const form = byFeatures ? bandForm(gram, nFeatures) : bandForm(lifted(gram, problem, lift), nRows);
  const scores = byFeatures ? scoresByFeatures(problem, form, alphas) : scoresByRows(problem, form, lift, alphas);
  return {
    scores,
    // What lifts the eigenvalue of the mean does nothing to right sides that are centred.
    solve: (rightSides, alpha) => {
      const l = factorOf(form, alpha);
      for (const b of rightSides) bandSolveInto(b, form, l);
    },
  };
}

/** Centred rows leave ZZᵀ an eigenvalue of 0, whose rounding 1/alpha would magnify: how far it is lifted, to where it
 * does no harm. */
function liftOf({ nRows, interceptLeverage }: RidgeProblem, gram: Float64Array): number {
  if (!interceptLeverage.some((share) => share > 0)) return 0;
  let mean = 0;
  for (let i = 0; i < nRows; i++) mean += gram[i * (nRows + 1)]! / nRows;
  return mean;
}

function lifted(gram: Float64Array, { nRows, interceptLeverage }: RidgeProblem, lift: number): Float64Array {
  const root = interceptLeverage.map(Math.sqrt);
  return gram.map((value, at) => value + lift * root[Math.floor(at / nRows)]! * root[at % nRows]!);
}

function factorOf(form: BandForm, alpha: number): Float64Array {
  const l = bandFactor(form, alpha);
  if (l === undefined)
    throw new NumericalError(`the features are too nearly dependent for alpha ${alpha}: leave the smallest alphas out`);
  return l;
}

function scoresByFeatures(problem: RidgeProblem, form: BandForm, alphas: readonly number[]): Float64Array {
  const { nRows, nFeatures, nTargets, z, targets, interceptLeverage } = problem;
  const { order, q } = form;
  const right = targets.map((t) => timesTransposed(q, order, order, timesTransposed(z, nRows, nFeatures, t)));
  const totals = new Float64Array(alphas.length);
  eachLeverage(form, right, alphas, {
    count: nRows,
    fill: (dense, at, from, n) => {
      // Qᵀ times the rows' part of Zᵀ.
      dense.f64.set(z.subarray(from * nFeatures, (from + n) * nFeatures), at.source);
      dense.gemm(
        order,
        n,
        nFeatures,
        1,
        { at: at.q, row: 1, col: order },
        { at: at.source, row: 1, col: nFeatures },
        at.u,
      );
    },
    sourceLength: CHUNK * nFeatures,
    take: (row, alpha, norm, fits) => {
      const left = 1 - norm - interceptLeverage[row]!;
      for (let t = 0; t < nTargets; t++) totals[alpha]! += ((targets[t]![row]! - fits(t)) / left) ** 2;
    },
  });
  return totals.map((total) => -total / (nRows * nTargets));
}

function scoresByRows(problem: RidgeProblem, form: BandForm, lift: number, alphas: readonly number[]): Float64Array {
  const { nRows, nTargets, targets, interceptLeverage } = problem;
  const { q } = form;
  const right = targets.map((t) => timesTransposed(q, nRows, nRows, t));
  const totals = new Float64Array(alphas.length);
  eachLeverage(form, right, alphas, {
    count: nRows,
    fill: ({ f64 }, { u }, from, n) => {
      for (let i = 0; i < n; i++)
        for (let k = 0; k < nRows; k++) f64[u.at + k * u.row + i] = q[(from + i) * nRows + k]!;
    },
    sourceLength: 0,
    take: (row, alpha, norm, fits) => {
      const diagonal = norm - interceptLeverage[row]! / (lift + alphas[alpha]!);
      for (let t = 0; t < nTargets; t++) totals[alpha]! += (fits(t) / diagonal) ** 2;
    },
  });
  return totals.map((total) => -total / (nRows * nTargets));
}

interface Places {
  readonly q: number;
  readonly source: number;
  readonly u: { readonly at: number; readonly row: number };
}

interface Leverages {
  readonly count: number;
  readonly sourceLength: number;
  /** Adds columns [from, from + n) of U to the zeros at `places.u`. */
  fill(dense: ReturnType<typeof openDense>, places: Places, from: number, n: number): void;
  take(row: number, alpha: number, norm: number, fits: (target: number) => number): void;
}

/** For each column u of U and each alpha: |L⁻¹u|² and the products of L⁻¹u with L⁻¹ of each right side. */
function eachLeverage(
  form: BandForm,
  right: readonly Float64Array[],
  alphas: readonly number[],
  { count, sourceLength, fill, take }: Leverages,
): void {
  const { order, width } = form;
  const nTargets = right.length;
  const factorLength = order * (width + 1);
  const uRow = CHUNK + 8; // not a power of two, whose multiples would share a few lines of the cache
  let length = 0;
  const place = (size: number) => {
    const at = length;
    length += size + (size & 1);
    return at;
  };
  const factors = alphas.map(() => ({ l: place(factorLength), w: place(order * nTargets) }));
  const [norms, fits, q] = [place(COLUMNS), place(COLUMNS * nTargets), place(sourceLength === 0 ? 0 : order * order)];
  const places = { q, source: place(sourceLength), u: { at: place(order * uRow), row: uRow } };
  const dense = openDense(length, width);
  const { f64 } = dense;
  if (sourceLength > 0) f64.set(form.q, q);
  alphas.forEach((alpha, a) => {
    const l = factorOf(form, alpha);
    f64.set(l, factors[a]!.l);
    right.forEach((r, t) => {
      const w = r.slice();
      bandForwardInto(w, l, width);
      f64.set(w, factors[a]!.w + t * order);
    });
  });
  for (let from = 0; from < count; from += CHUNK) {
    const n = Math.min(CHUNK, count - from);
    f64.fill(0, places.u.at, places.u.at + order * uRow);
    fill(dense, places, from, n);
    for (let i = 0; i < n; i += COLUMNS) {
      const width32 = Math.min(COLUMNS, n - i);
      factors.forEach(({ l, w }, a) => {
        f64.fill(0, norms, norms + COLUMNS);
        f64.fill(0, fits, fits + COLUMNS * nTargets);
        dense.bandLeverage({ at: l, order, width }, { at: places.u.at + i, row: uRow }, width32, w, nTargets, norms, {
          at: fits,
          row: COLUMNS,
        });
        for (let c = 0; c < width32; c++) take(from + i + c, a, f64[norms + c]!, (t) => f64[fits + t * COLUMNS + c]!);
      });
    }
  }
}
