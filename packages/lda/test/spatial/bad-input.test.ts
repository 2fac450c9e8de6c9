import { describe, expect, test } from "vitest";
import {
  Covariances,
  covariances,
  CSP,
  distance,
  distances,
  ERPCovariances,
  expm,
  geodesic,
  joinEpochs,
  logm,
  MDM,
  meanOf,
  powm,
  ProcrustesAlignment,
  recentre,
  Recentring,
  rotationBetween,
  sqrtm,
  stretch,
  takeEpochs,
  tangentSpace,
  TangentSpace,
  untangentSpace,
  Xdawn,
  XdawnCovariances,
  type CovarianceEstimator,
  type Epochs,
  type MeanMetric,
  type SpdMatrices,
} from "../../src/index";
import { RandomState } from "../../src/random";

const random = new RandomState(5);
const epochs: Epochs = {
  data: Float64Array.from({ length: 8 * 3 * 20 }, () => random.double() - 0.5),
  nEpochs: 8,
  nChannels: 3,
  nTimes: 20,
};
const y = [1, 2, 1, 2, 1, 2, 1, 2];
const matrices = covariances(epochs);
const one = matrices.data.slice(0, 9);
const changed = (at: number, value: number): Epochs => ({
  ...epochs,
  data: epochs.data.slice().fill(value, at, at + 1),
});
const singular: SpdMatrices = { data: Float64Array.of(1, 0, 0, 0, 2, 2, 1, 1, 1, 1), nMatrices: 2, nChannels: 2 };
const pair: SpdMatrices = { ...singular, data: Float64Array.of(1, 0, 0, 2, 1, 1, 1, 1) };
/** Four channels of which the last is the first and the second together, as after a re-reference. */
const dependent: Epochs = {
  ...epochs,
  nChannels: 4,
  data: Float64Array.from({ length: 8 * 4 * 20 }, (_, at) => {
    const [epoch, c, t] = [Math.floor(at / 80), Math.floor(at / 20) % 4, at % 20];
    const value = (channel: number) => epochs.data[(epoch * 3 + channel) * 20 + t]!;
    return c < 3 ? value(c) : value(0) + value(1);
  }),
};
const fittedXdawn = new Xdawn({ nFilter: 1 }).fit(epochs, y);
const fittedMdm = new MDM().fit(matrices, y);

test.each<[string, () => unknown, string]>([
  ["an estimator it does not know", () => covariances(epochs, { estimator: "mcd" as CovarianceEstimator }), "OPTION"],
  ["a share above 1", () => new Covariances({ estimator: 1.5 }), "OPTION"],
  ["a share that is NaN", () => new Xdawn({ estimator: Number.NaN }), "OPTION"],
  ["NaN in an epoch", () => covariances(changed(3, Number.NaN)), "NON_FINITE"],
  ["an infinity in an epoch", () => new Xdawn().fit(changed(470, Infinity), y), "NON_FINITE"],
  ["a buffer of another size", () => covariances({ ...epochs, nTimes: 21 }), "SHAPE"],
  ["a count that is no number", () => covariances({ ...epochs, nEpochs: Number.NaN }), "SHAPE"],
  ["a negative count", () => covariances({ ...epochs, nEpochs: -8, nChannels: -3 }), "SHAPE"],
  ["no epochs", () => covariances({ ...epochs, data: new Float64Array(), nEpochs: 0 }), "EMPTY"],
  ["nothing at all", () => covariances(undefined as unknown as Epochs), "SHAPE"],
  ["values whose squares overflow", () => covariances(changed(0, 1e200)), "NUMERICAL"],
  ["cov of one time", () => covariances({ ...epochs, nEpochs: 160, nTimes: 1 }, { estimator: "cov" }), "SHAPE"],
  [
    "correlations of a constant channel",
    () => covariances({ ...epochs, data: new Float64Array(480) }, { estimator: "corr" }),
    "NUMERICAL",
  ],
  ["no filters", () => new Xdawn({ nFilter: 0 }), "OPTION"],
  ["no classes", () => new ERPCovariances({ classes: [] }), "OPTION"],
  ["a class that does not occur", () => new ERPCovariances({ classes: [9] }).fit(epochs, y), "OPTION"],
  ["a class that does not occur, for xDAWN", () => new Xdawn({ classes: [9] }).fit(epochs, y), "OPTION"],
  ["half a singular component", () => new ERPCovariances({ svd: 0.5 }), "OPTION"],
  ["labels too few", () => new Xdawn().fit(epochs, [1, 2]), "SHAPE"],
  [
    "labels that are no integers",
    () =>
      new XdawnCovariances().fit(
        epochs,
        y.map((v) => v / 3),
      ),
    "LABEL",
  ],
  [
    "a baseline of another order",
    () => new Xdawn({ baselineCovariance: new Float64Array(4) }).fit(epochs, y),
    "OPTION",
  ],
  ["a baseline of zeros", () => new Xdawn({ baselineCovariance: new Float64Array(9) }).fit(epochs, y), "NUMERICAL"],
  ["channels that are sums of others", () => new Xdawn().fit(dependent, y), "NUMERICAL"],
  [
    "more filters than an scm can bear",
    () => new MDM().fit(new XdawnCovariances({ nFilter: 3, estimator: "scm" }).fitTransform(epochs, y), y),
    "NUMERICAL",
  ],
  ["epochs of other channels than fitted", () => fittedXdawn.transform(dependent), "SHAPE"],
  ["xDAWN before fit", () => new Xdawn().transform(epochs), "NOT_FITTED"],
  ["CSP before fit", () => new CSP().transform(matrices), "NOT_FITTED"],
  [
    "CSP of one class",
    () =>
      new CSP().fit(
        matrices,
        y.map(() => 1),
      ),
    "SINGLE_CLASS",
  ],
  ["CSP of three classes", () => new CSP().fit(matrices, [1, 2, 3, 1, 2, 3, 1, 2]), "OPTION"],
  [
    "CSP of singular matrices",
    () => new CSP().fit({ ...pair, data: Float64Array.of(1, 1, 1, 1, 1, 1, 1, 1) }, [1, 2]),
    "NUMERICAL",
  ],
  ["an epoch that is not there", () => takeEpochs(epochs, [8]), "SHAPE"],
  ["parts of other shapes", () => joinEpochs([epochs, dependent]), "SHAPE"],
  ["no parts", () => joinEpochs([]), "EMPTY"],
  ["matrices of another size", () => meanOf(singular), "SHAPE"],
  ["no matrices", () => meanOf({ data: new Float64Array(), nMatrices: 0, nChannels: 2 }), "EMPTY"],
  ["a mean of a singular matrix", () => meanOf(pair), "NUMERICAL"],
  ["a logarithm of a singular matrix", () => logm(pair.data.slice(4)), "NUMERICAL"],
  ["a root of an indefinite matrix", () => sqrtm(Float64Array.of(1, 2, 2, 1)), "NUMERICAL"],
  ["a matrix that is not symmetric", () => logm(Float64Array.of(1, 0.5, 0.1, 1)), "NUMERICAL"],
  ["a matrix that is not square", () => logm(new Float64Array(3)), "SHAPE"],
  ["a matrix with NaN", () => sqrtm(Float64Array.of(1, 0, 0, Number.NaN)), "NON_FINITE"],
  ["an exponential that overflows", () => expm(Float64Array.of(1000)), "NON_FINITE"],
  ["an exponent that is NaN", () => powm(one, Number.NaN), "OPTION"],
  ["an unknown metric", () => meanOf(matrices, { metric: "ale" as MeanMetric }), "OPTION"],
  ["an unknown metric of MDM", () => new MDM({ metric: "thompson" as MeanMetric }), "OPTION"],
  ["weights too few", () => meanOf(matrices, { sampleWeight: [1] }), "SHAPE"],
  ["weights of 0", () => meanOf(matrices, { sampleWeight: y.map(() => 0) }), "OPTION"],
  ["no rounds", () => meanOf(matrices, { iterationsMax: 0 }), "OPTION"],
  ["a tolerance of 0", () => meanOf(matrices, { tolerance: 0 }), "OPTION"],
  ["one round, too few", () => meanOf(matrices, { iterationsMax: 1 }), "NUMERICAL"],
  ["a distance between orders", () => distance(one, Float64Array.of(1)), "SHAPE"],
  ["a distance to a singular matrix", () => distance(pair.data.slice(0, 4), pair.data.slice(4)), "NUMERICAL"],
  ["distances from a reference of another order", () => distances(matrices, Float64Array.of(1)), "SHAPE"],
  ["a geodesic to nowhere", () => geodesic(one, one, Infinity), "OPTION"],
  ["a tangent space of another order", () => tangentSpace(matrices, Float64Array.of(1)), "SHAPE"],
  [
    "tangent vectors of another length",
    () => untangentSpace({ data: new Float64Array(5), nRows: 1, nFeatures: 5 }, one),
    "SHAPE",
  ],
  [
    "tangent vectors with NaN",
    () => untangentSpace({ data: new Float64Array(6).fill(Number.NaN), nRows: 1, nFeatures: 6 }, one),
    "NON_FINITE",
  ],
  ["a tangent space before fit", () => new TangentSpace().transform(matrices), "NOT_FITTED"],
  [
    "MDM of one class",
    () =>
      new MDM().fit(
        matrices,
        y.map(() => 2),
      ),
    "SINGLE_CLASS",
  ],
  ["MDM before fit", () => new MDM().predict(matrices), "NOT_FITTED"],
  ["MDM of other orders", () => fittedMdm.predictProba(pair), "SHAPE"],
  ["MDM with a class of no weight", () => new MDM().fit(matrices, y, { sampleWeight: y.map((v) => v - 1) }), "OPTION"],
  ["recentring before fit", () => new Recentring().transform(matrices, "a"), "NOT_FITTED"],
  ["recentring an unknown domain", () => new Recentring().fit(matrices, y).transform(matrices, 3), "OPTION"],
  ["domains too few", () => new Recentring().fit(matrices, ["a"]), "SHAPE"],
  ["domains that are no names", () => new Recentring().fit(matrices, y.map(() => null) as never), "OPTION"],
  ["recentring by a singular matrix", () => recentre(pair, pair.data.slice(4)), "NUMERICAL"],
  ["adapting by more than all", () => new Recentring().fit(matrices, y).adapt(matrices, 1, 3, 2), "OPTION"],
  ["stretching from 0", () => stretch(matrices, { from: 0 }), "OPTION"],
  ["turning onto fewer matrices", () => rotationBetween(matrices, { ...matrices, data: one, nMatrices: 1 }), "SHAPE"],
  ["a target that is not there", () => new ProcrustesAlignment().fit(matrices, y, y, { target: "x" }), "OPTION"],
  ["a target without a class", () => new ProcrustesAlignment().fit(matrices, y, y, { target: 1 }), "OPTION"],
  ["Procrustes before fit", () => new ProcrustesAlignment().transform(matrices, 1), "NOT_FITTED"],
  ["JSON of another estimator", () => MDM.fromJSON(fittedXdawn.toJSON()), "ESTIMATOR_JSON"],
  ["JSON that was altered", () => Xdawn.fromJSON({ ...fittedXdawn.toJSON(), checksum: "0" }), "ESTIMATOR_JSON"],
])("%s", (_, act, code) => expect(act).toThrow(expect.objectContaining({ code: `ERR_LDA_${code}` })));

describe("odd, and answered", () => {
  test("lwf bears channels that are sums of others", () => {
    const step = new XdawnCovariances({ nFilter: 4, estimator: "lwf", xdawnEstimator: "lwf" });
    const mdm = new MDM().fit(step.fitTransform(dependent, y), y);
    expect(mdm.predictProba(step.transform(dependent)).every((p) => p >= 0 && p <= 1)).toBe(true);
  });

  test("one channel, one epoch of a class, one matrix", () => {
    const narrow: Epochs = { ...epochs, nEpochs: 24, nChannels: 1 };
    const labels = Array.from({ length: 24 }, (_, i) => (i === 7 ? 2 : 1));
    const seen = new XdawnCovariances({ nFilter: 1, estimator: "oas" }).fitTransform(narrow, labels);
    expect(seen.nChannels).toBe(4);
    const single: SpdMatrices = { data: one, nMatrices: 1, nChannels: 3 };
    meanOf(single).forEach((value, i) => expect(value).toBeCloseTo(one[i]!, 12));
  });

  test("matrices in volts squared, or larger than life, have the same distances", () => {
    const want = distances(matrices, one);
    for (const scale of [1e-12, 1e-150, 1e100]) {
      const scaled = { ...matrices, data: matrices.data.map((value) => value * scale) };
      distances(scaled, scaled.data.slice(0, 9)).forEach((d, i) => expect(d).toBeCloseTo(want[i]!, 9));
      const mean = meanOf(scaled);
      meanOf(matrices).forEach((value, i) => expect(mean[i]! / scale).toBeCloseTo(value, 9));
    }
  });
});
