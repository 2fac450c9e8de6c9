import { describe, expect, test } from "vitest";
import { Covariances, covariances, type CovarianceEstimator } from "../../src/spatial/covariances";
import { CSP } from "../../src/spatial/csp";
import { takeEpochs, type Epochs } from "../../src/spatial/epochs";
import { ERPCovariances } from "../../src/spatial/erp-covariances";
import { Xdawn } from "../../src/spatial/xdawn";
import { XdawnCovariances } from "../../src/spatial/xdawn-covariances";
import { golden, relativeError } from "../golden";

interface Options {
  readonly nfilter?: number;
  readonly estimator?: CovarianceEstimator;
  readonly xdawn_estimator?: CovarianceEstimator;
  readonly applyfilters?: boolean;
  readonly classes?: number[];
  readonly svd?: number;
  readonly metric?: "riemann" | "logeuclid";
  readonly baseline_cov?: number[];
}
interface Filters {
  readonly options: Options;
  readonly filters: number[];
  readonly patterns: number[];
  readonly evokeds: number[];
  readonly transformed: number[];
  readonly matrices: number[];
  readonly nFilters: number;
}
interface Case {
  readonly name: string;
  readonly x: number[];
  readonly nEpochs: number;
  readonly nChannels: number;
  readonly nTimes: number;
  readonly y: number[];
  readonly covariances: Record<string, number[]>;
  readonly shrunk: number[];
  readonly xdawn: Filters[];
  readonly erp: Filters[];
  readonly xdawnCovariances: Filters[];
  readonly csp?: Filters[];
}

const { cases } = golden<Case>("spatial");

const epochsOf = (given: Case): Epochs => ({ ...given, data: Float64Array.from(given.x) });
const present = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;

/** Turns rows of `got` so that each points the way of `want`'s. @returns the signs. */
function alignSigns(got: Float64Array, want: readonly number[], width: number): number[] {
  return Array.from({ length: got.length / width }, (_, row) => {
    let dot = 0;
    for (let i = row * width; i < (row + 1) * width; i++) dot += got[i]! * want[i]!;
    const sign = dot < 0 ? -1 : 1;
    for (let i = row * width; i < (row + 1) * width; i++) got[i]! *= sign;
    return sign;
  });
}

describe.each(cases)("$name as pyRiemann", (given) => {
  const epochs = epochsOf(given);
  const { nChannels, nTimes, y } = given;

  test.each(Object.keys(given.covariances))("covariances, %s", (estimator) => {
    const got = covariances(epochs, { estimator: estimator as CovarianceEstimator });
    expect(got).toMatchObject({ nMatrices: given.nEpochs, nChannels });
    expect(relativeError(got.data, given.covariances[estimator]!)).toBeLessThanOrEqual(1e-12);
    const step = Covariances.fromJSON(
      JSON.parse(JSON.stringify(new Covariances({ estimator: estimator as CovarianceEstimator }))),
    );
    expect(step.fit(epochs).fitTransform(epochs).data).toEqual(got.data);
  });

  test("covariances shrunk by a fixed share", () => {
    expect(relativeError(covariances(epochs, { estimator: 0.3 }).data, given.shrunk)).toBeLessThanOrEqual(1e-12);
  });

  test.each(given.xdawn)("xDAWN $options", (want) => {
    const { nfilter, estimator, classes, baseline_cov } = want.options;
    const xdawn = new Xdawn(
      present({
        nFilter: nfilter!,
        estimator: estimator!,
        classes,
        baselineCovariance: baseline_cov && Float64Array.from(baseline_cov),
      }),
    ).fit(epochs, y);
    const filters = xdawn.filters.slice();
    const signs = alignSigns(filters, want.filters, nChannels);
    expect(relativeError(filters, want.filters)).toBeLessThanOrEqual(1e-8);
    const turned = (rows: Float64Array, width: number) =>
      rows.map((value, i) => value * signs[Math.floor(i / width) % signs.length]!);
    expect(relativeError(turned(xdawn.patterns, nChannels), want.patterns)).toBeLessThanOrEqual(1e-8);
    expect(relativeError(turned(xdawn.evokeds, nTimes), want.evokeds)).toBeLessThanOrEqual(1e-8);
    const seen = xdawn.transform(takeEpochs(epochs, [0, 1]));
    expect(seen).toMatchObject({ nEpochs: 2, nChannels: xdawn.nFilters, nTimes });
    expect(relativeError(turned(seen.data, nTimes), want.transformed)).toBeLessThanOrEqual(1e-8);
    const again = Xdawn.fromJSON(JSON.parse(JSON.stringify(xdawn)));
    expect(again.transform(epochs).data).toEqual(xdawn.transform(epochs).data);
    expect(again.patterns).toEqual(xdawn.patterns);
  });

  test("a filter's largest entry is positive, whichever way the data point", () => {
    const one = new Xdawn({ nFilter: 2 }).fit(epochs, y);
    const turned = new Xdawn({ nFilter: 2 }).fit({ ...epochs, data: epochs.data.map((value) => -value) }, y);
    expect(relativeError(turned.filters, one.filters)).toBeLessThanOrEqual(1e-12);
    for (let row = 0; row < one.nFilters; row++) {
      const filter = [...one.filters.subarray(row * nChannels, (row + 1) * nChannels)];
      expect(Math.max(...filter)).toBe(Math.max(...filter.map(Math.abs)));
    }
  });

  test.each(given.erp)("ERP covariances $options", (want) => {
    const { estimator, classes, svd } = want.options;
    const erp = new ERPCovariances(present({ estimator: estimator!, classes, svd })).fit(epochs, y);
    const three = takeEpochs(epochs, [0, 1, 2]);
    const got = erp.transform(three);
    // singular vectors have no sign
    const seen = (values: ArrayLike<number>) => Array.from(values, svd === undefined ? Number : Math.abs);
    expect(relativeError(seen(got.data), seen(want.matrices))).toBeLessThanOrEqual(1e-10);
    const again = ERPCovariances.fromJSON(JSON.parse(JSON.stringify(erp)));
    expect(again.transform(three)).toEqual(got);
  });

  test.each(given.xdawnCovariances)("xDAWN covariances $options", (want) => {
    const { nfilter, estimator, xdawn_estimator, applyfilters } = want.options;
    const step = new XdawnCovariances(
      present({
        nFilter: nfilter!,
        estimator: estimator!,
        xdawnEstimator: xdawn_estimator!,
        applyFilters: applyfilters!,
      }),
    ).fit(epochs, y);
    const three = takeEpochs(epochs, [0, 1, 2]);
    const got = step.transform(three);
    expect(step.xdawn.nFilters).toBe(want.nFilters);
    expect(relativeError(got.data.map(Math.abs), want.matrices.map(Math.abs))).toBeLessThanOrEqual(1e-8);
    const again = XdawnCovariances.fromJSON(JSON.parse(JSON.stringify(step)));
    expect(again.transform(three)).toEqual(got);
  });

  test.each(given.csp ?? [])("CSP $options", (want) => {
    const matrices = covariances(epochs);
    const { nfilter, metric } = want.options;
    const csp = new CSP(present({ nFilter: nfilter!, metric: metric! })).fit(matrices, y);
    const filters = csp.filters.slice();
    alignSigns(filters, want.filters, nChannels);
    expect(relativeError(filters, want.filters)).toBeLessThanOrEqual(1e-7);
    const patterns = csp.patterns.slice();
    alignSigns(patterns, want.patterns, nChannels);
    expect(relativeError(patterns, want.patterns)).toBeLessThanOrEqual(1e-7);
    expect(relativeError(csp.transform(matrices).data, want.transformed)).toBeLessThanOrEqual(1e-7);
    expect(
      relativeError(csp.filterMatrices(matrices).data.map(Math.abs), want.matrices.map(Math.abs)),
    ).toBeLessThanOrEqual(1e-7);
    const again = CSP.fromJSON(JSON.parse(JSON.stringify(csp)));
    expect(again.transform(matrices)).toEqual(csp.transform(matrices));
  });
});
