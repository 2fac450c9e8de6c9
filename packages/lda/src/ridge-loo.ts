import { eigh } from "./linalg/eigh";
import { timesTransposed, type RidgeProblem } from "./ridge-problem";

/** Minus the mean squared leave-one-out error of each alpha. */
export function leaveOneOutScores(problem: RidgeProblem, gram: Float64Array, alphas: readonly number[]): Float64Array {
  const { nRows, nFeatures, z, targets, interceptLeverage } = problem;
  const order = Math.min(nRows, nFeatures);
  let system = gram;
  let lift = 0;
  if (nFeatures > nRows && interceptLeverage.some((share) => share > 0)) {
    // Centred rows leave ZZᵀ one eigenvalue of 0, whose rounding 1/alpha would magnify: lifted to where it does no harm.
    for (let i = 0; i < order; i++) lift += gram[i * (order + 1)]! / order;
    system = gram.map(
      (value, at) =>
        value + lift * Math.sqrt(interceptLeverage[Math.floor(at / order)]! * interceptLeverage[at % order]!),
    );
  }
  const { values, vectors } = eigh(system, order);
  const scores = new Float64Array(alphas.length);
  if (nFeatures <= nRows) {
    const u = new Float64Array(nRows * order);
    for (let i = 0; i < nRows; i++)
      for (let k = 0; k < order; k++) {
        let sum = 0;
        for (let j = 0; j < nFeatures; j++) sum += z[i * nFeatures + j]! * vectors[k * order + j]!;
        u[i * order + k] = sum;
      }
    const projected = targets.map((t) => timesTransposed(u, nRows, order, t));
    alphas.forEach((alpha, a) => {
      let total = 0;
      for (let i = 0; i < nRows; i++) {
        let leverage = interceptLeverage[i]!;
        for (let k = 0; k < order; k++) leverage += u[i * order + k]! ** 2 / (values[k]! + alpha);
        targets.forEach((t, m) => {
          let fitted = 0;
          for (let k = 0; k < order; k++) fitted += (u[i * order + k]! * projected[m]![k]!) / (values[k]! + alpha);
          total += ((t[i]! - fitted) / (1 - leverage)) ** 2;
        });
      }
      scores[a] = -total / (nRows * targets.length);
    });
    return scores;
  }
  alphas.forEach((alpha, a) => {
    let total = 0;
    const projected = targets.map((t) =>
      values.map((value, k) => {
        let sum = 0;
        for (let i = 0; i < nRows; i++) sum += vectors[k * order + i]! * t[i]!;
        return sum / (value + alpha);
      }),
    );
    for (let i = 0; i < nRows; i++) {
      let diagonal = -interceptLeverage[i]! / (lift + alpha);
      for (let k = 0; k < order; k++) diagonal += vectors[k * order + i]! ** 2 / (values[k]! + alpha);
      projected.forEach((p) => {
        let c = 0;
        for (let k = 0; k < order; k++) c += vectors[k * order + i]! * p[k]!;
        total += (c / diagonal) ** 2;
      });
    }
    scores[a] = -total / (nRows * targets.length);
  });
  return scores;
}
