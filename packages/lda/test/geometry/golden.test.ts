import { describe, expect, test } from "vitest";
import { distances, type DistanceMetric } from "../../src/geometry/distance";
import { expm, invsqrtm, logm, powm, sqrtm } from "../../src/geometry/functions";
import { geodesic } from "../../src/geometry/geodesic";
import type { SpdMatrices } from "../../src/geometry/matrices";
import { MDM } from "../../src/geometry/mdm";
import { meanOf, type MeanMetric } from "../../src/geometry/mean";
import { tangentSpace, TangentSpace, untangentSpace, type TangentMetric } from "../../src/geometry/tangent-space";
import { golden, relativeError } from "../golden";

interface Case {
  readonly name: string;
  readonly n: number;
  readonly count: number;
  readonly condition: number;
  readonly x: number[];
  readonly y: number[];
  readonly weights: number[];
  readonly sqrtm: number[];
  readonly invsqrtm: number[];
  readonly logm: number[];
  readonly expm: number[];
  readonly powm: number[];
  readonly reference: number[];
  readonly distance: Record<DistanceMetric, number[]>;
  readonly mean: Record<MeanMetric, number[]>;
  readonly weightedMean: Record<MeanMetric, number[]>;
  readonly converged: number[];
  readonly convergedWeighted: number[];
  readonly geodesic: Record<TangentMetric, number[]>;
  readonly tangent: Record<TangentMetric, number[]>;
  readonly untangent: Record<TangentMetric, { vectors: number[]; matrices: number[] }>;
  readonly tangentSpace: number[];
  readonly mdm: Record<string, { means: number[]; distances: number[]; proba: number[]; labels: number[] }>;
}

const { cases } = golden<Case>("geometry");

describe.each(cases)("$name as pyRiemann", (given) => {
  const { n, count, y, weights, condition } = given;
  const tolerance = condition > 1e6 ? 1e-6 : 1e-10;
  const matrices: SpdMatrices = { data: Float64Array.from(given.x), nMatrices: count, nChannels: n };
  const [first, second] = [matrices.data.slice(0, n * n), matrices.data.slice(n * n, 2 * n * n)];
  const reference = Float64Array.from(given.reference);
  /** Of the tolerance. */
  const share = (got: ArrayLike<number>, want: ArrayLike<number>, limit = tolerance) =>
    relativeError(got, want) / limit;

  test("functions of a matrix", () => {
    expect(share(sqrtm(first), given.sqrtm)).toBeLessThanOrEqual(1);
    expect(share(invsqrtm(first), given.invsqrtm)).toBeLessThanOrEqual(1);
    expect(share(logm(first), given.logm)).toBeLessThanOrEqual(1);
    expect(share(powm(first, 0.3), given.powm)).toBeLessThanOrEqual(1);
    expect(share(expm(logm(second)), given.expm)).toBeLessThanOrEqual(1);
  });

  test.each(Object.keys(given.distance) as DistanceMetric[])("distances, %s", (metric) => {
    // the distance of a matrix from itself is rounding on both sides, which a square root magnifies
    expect(
      share(
        distances(matrices, first, { metric }).slice(1),
        given.distance[metric].slice(1),
        Math.max(tolerance, 1e-9),
      ),
    ).toBeLessThanOrEqual(1);
    const squared = distances(matrices, second, { metric, squared: true });
    expect(
      share(
        distances(matrices, second, { metric }).map((d) => d * d),
        squared,
      ),
    ).toBeLessThanOrEqual(1);
  });

  test.each(Object.keys(given.mean) as MeanMetric[])("means, %s", (metric) => {
    const limit = metric === "riemann" || metric === "wasserstein" ? Math.max(1e-7, tolerance) : tolerance;
    // pyRiemann's round limit of 50 leaves some means of ill-conditioned matrices unfinished
    const unfinished = condition > 1e6 && ["wasserstein", "riemann", "logdet"].includes(metric);
    const floor = unfinished ? Infinity : limit;
    expect(share(meanOf(matrices, { metric }), given.mean[metric], floor)).toBeLessThanOrEqual(1);
    expect(
      share(meanOf(matrices, { metric, sampleWeight: weights }), given.weightedMean[metric], floor),
    ).toBeLessThanOrEqual(1);
  });

  test("the Riemannian mean gone on with until it stands", () => {
    expect(
      share(meanOf(matrices, { tolerance: 1e-11 }), given.converged, Math.max(tolerance, 1e-9)),
    ).toBeLessThanOrEqual(1);
    expect(
      share(
        meanOf(matrices, { sampleWeight: weights, tolerance: 1e-11 }),
        given.convergedWeighted,
        Math.max(tolerance, 1e-9),
      ),
    ).toBeLessThanOrEqual(1);
  });

  test.each(Object.keys(given.tangent) as TangentMetric[])("geodesic and tangent space, %s", (metric) => {
    expect(share(geodesic(first, second, 0.3, { metric }), given.geodesic[metric])).toBeLessThanOrEqual(1);
    const tangent = tangentSpace(matrices, reference, { metric });
    expect(share(tangent.data, given.tangent[metric])).toBeLessThanOrEqual(1);
    const { vectors, matrices: want } = given.untangent[metric];
    const rows = { data: Float64Array.from(vectors), nRows: 2, nFeatures: vectors.length / 2 };
    expect(share(untangentSpace(rows, reference, { metric }).data, want)).toBeLessThanOrEqual(1);
    expect(
      share(untangentSpace(tangent, reference, { metric }).data, matrices.data, condition > 1e6 ? 1e-5 : 1e-9),
    ).toBeLessThanOrEqual(1);
  });

  test("the tangent space at the mean", () => {
    const step = new TangentSpace().fit(matrices);
    expect(share(step.transform(matrices).data, given.tangentSpace, Math.max(1e-7, tolerance))).toBeLessThanOrEqual(1);
    const again = TangentSpace.fromJSON(JSON.parse(JSON.stringify(step)));
    expect(again.transform(matrices)).toEqual(step.transform(matrices));
    expect(
      share(step.inverseTransform(step.transform(matrices)).data, matrices.data, condition > 1e6 ? 1e-5 : 1e-9),
    ).toBeLessThanOrEqual(1);
  });

  test.each(Object.keys(given.mdm))("MDM, %s", (metric) => {
    const mixed = metric === "mixed";
    const want = given.mdm[metric]!;
    const mdm = new MDM({
      metric: mixed ? { mean: "logeuclid", distance: "riemann" } : (metric as MeanMetric & DistanceMetric),
    });
    mdm.fit(matrices, y, mixed ? { sampleWeight: weights } : {});
    const limit = Math.max(1e-7, condition > 1e6 ? 1e-5 : 0);
    expect(share(mdm.means, want.means, limit)).toBeLessThanOrEqual(1);
    expect(share(mdm.transform(matrices), want.distances, limit)).toBeLessThanOrEqual(1);
    expect(share(mdm.predictProba(matrices), want.proba, limit)).toBeLessThanOrEqual(1);
    expect([...mdm.predict(matrices)]).toEqual(want.labels);
    expect(mdm.score(matrices, want.labels)).toBe(1);
    const again = MDM.fromJSON(JSON.parse(JSON.stringify(mdm)));
    expect(again.predictProba(matrices)).toEqual(mdm.predictProba(matrices));
  });
});
