import { solveSymmetricInto } from "./linalg/solve";
import type { LinearScores } from "./linear";

/** One right side, the difference of the means, seen from the point midway between them. */
export function twoClasses(
  classes: readonly number[],
  sigma: Float64Array,
  means: Float64Array,
  priors: Float64Array,
): { linear: LinearScores; rank: number } {
  const nFeatures = means.length / 2;
  const [first, second] = [means.subarray(0, nFeatures), means.subarray(nFeatures)];
  const coef = second.map((m, j) => m - first[j]!);
  const rank = solveSymmetricInto([coef], sigma, nFeatures);
  const centre = first.map((m, j) => m / 2 + second[j]! / 2);
  const offset = Float64Array.of(Math.log(priors[1]!) - Math.log(priors[0]!));
  return { linear: { classes, nFeatures, centre, coef, offset, commonOffset: 0 }, rank };
}

/** A right side a class, all seen from the mean of the means m: with e = mean - m and a = Σ⁻¹e, scikit-learn's score is
 * (x - m)·Σ⁻¹mean - e·a/2 + ln prior + m·Σ⁻¹m/2, whose last term is common to all classes. */
export function manyClasses(
  classes: readonly number[],
  sigma: Float64Array,
  means: Float64Array,
  priors: Float64Array,
): { linear: LinearScores; rank: number } {
  const nClasses = classes.length;
  const nFeatures = means.length / nClasses;
  const centre = new Float64Array(nFeatures);
  for (let i = 0; i < means.length; i++) centre[i % nFeatures]! += means[i]! / nClasses;
  const deviations = classes.map((_, k) =>
    means.slice(k * nFeatures, (k + 1) * nFeatures).map((m, j) => m - centre[j]!),
  );
  const solved = deviations.map((e) => e.slice());
  const common = centre.slice();
  const rank = solveSymmetricInto([...solved, common], sigma, nFeatures);
  const coef = new Float64Array(means.length);
  solved.forEach((a, k) =>
    coef.set(
      a.map((value, j) => value + common[j]!),
      k * nFeatures,
    ),
  );
  const offset = Float64Array.from(solved, (a, k) => Math.log(priors[k]!) - dot(deviations[k]!, a) / 2);
  return { linear: { classes, nFeatures, centre, coef, offset, commonOffset: dot(centre, common) / 2 }, rank };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
