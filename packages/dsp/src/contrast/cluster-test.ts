import { checkList } from "../check-list";
import { NotFiniteError, OptionError, ShapeError, TooShortError } from "../errors";
import { checkEpochs, type Epochs } from "../epochs";
import { type Adjacency, planClusters, type PointCluster } from "./clusters";
import { fUpper, studentUpper } from "./quantiles";
import { randomState, type RandomState } from "./random-state";
import { oneSampleT, planGroups, planSignFlips } from "./statistics";

/** Observations of a map, as epochs are; a Parquet row, a spectrum or anything else of one shape will do. */
export interface Observations {
  /** nEpochs × nChannels × nTimes, row-major. */
  readonly data: Float64Array;
  readonly nEpochs: number;
  readonly nChannels: number;
  readonly nTimes: number;
}

export interface ClusterTestOptions {
  /** Points must be beyond it. Default: what chance exceeds with probability 0.05 (t with tail 0: 0.025 on each side). */
  readonly threshold?: number | undefined;
  /** How many orders to compare with, the true one among them; "all" takes every change of signs. Default 1024. */
  readonly nPermutations?: number | "all" | undefined;
  /** Which side to look at: above (1), below (-1), both (0, default). F is never below. */
  readonly tail?: -1 | 0 | 1 | undefined;
  /** Between groups: "F" (default), or for two groups "t" of the first less the second. One group is always tested by t. */
  readonly statistic?: "F" | "t" | undefined;
  /** Which channels are beside each other, as from `adjacencyByDistance`; "lattice": each and the next. Default: none, so
   * that clusters extend in time only. */
  readonly adjacency?: Adjacency | "lattice" | undefined;
  /** How many samples apart two points of a channel may be to hang together. Default 1. */
  readonly maxStep?: number | undefined;
  /** Of `numpy.random.RandomState(seed)`. Default 0. */
  readonly seed?: number | undefined;
}

/** A cluster with the share of orders in which the heaviest weighs as much. */
export interface TestedCluster extends PointCluster {
  readonly pValue: number;
}

export interface ClusterTest {
  /** The statistic at each point, nChannels × nTimes, row-major. */
  readonly statistic: Float64Array;
  readonly clusters: readonly TestedCluster[];
  readonly threshold: number;
  /** Mass of the heaviest cluster in each order, the true one first; empty when the true one has no cluster. */
  readonly nullMasses: Float64Array;
}

/** Cluster permutation test of one group of observations against 0 (turning signs; t), or between two or more groups
 * (shuffling observations; F or t).
 *
 * Equal to MNE 1.13's `permutation_cluster_1samp_test`, `permutation_cluster_test` and `spatio_temporal_cluster_test` with
 * `seed=`: statistic and masses to 1e-9, clusters and p-values exactly (`test/golden/cluster-test.json`). With statistic
 * "t" between two groups the heaviest cluster of either sign counts; MNE would take the highest sum, which is another test.
 * @throws {TooShortError} when a group has fewer than two observations. @throws {ShapeError} {OptionError}
 * {NotFiniteError} when groups differ in shape, or an option or a value cannot be.
 * @see E. Maris, R. Oostenveld, J. Neurosci. Methods 164(1), 2007, doi:10.1016/j.jneumeth.2007.03.024 */
export function clusterPermutationTest(groups: readonly Observations[], options: ClusterTestOptions = {}): ClusterTest {
  checkList("groups", groups, "groups");
  const first = groups[0];
  if (!first) throw new TooShortError("the number of groups", 0, 1, "give one group, or those to compare");
  for (const [i, group] of groups.entries()) checkGroup(group, first, i);
  const { nChannels, nTimes } = first;
  const nPoints = nChannels * nTimes;
  const { tail = 0, nPermutations = 1024, statistic = "F", maxStep = 1, seed = 0 } = options;
  if (![-1, 0, 1].includes(tail)) throw new OptionError("tail", tail, "-1, 0 or 1");
  if (statistic !== "F" && statistic !== "t") throw new OptionError("statistic", statistic, `"F" or "t"`);
  if (statistic === "t" && groups.length > 2)
    throw new OptionError("statistic", "t", `"F" for ${groups.length} groups`);
  if (nPermutations === "all" ? groups.length > 1 : !(Number.isInteger(nPermutations) && nPermutations >= 1))
    throw new OptionError("nPermutations", nPermutations, groups.length > 1 ? "an integer" : `an integer, or "all"`);
  if (!(Number.isInteger(maxStep) && maxStep >= 1)) throw new OptionError("maxStep", maxStep, "an integer, 1 or above");

  const sizes = groups.map((group) => group.nEpochs);
  const n = sizes.reduce((a, b) => a + b, 0);
  const isF = groups.length > 1 && statistic === "F";
  const threshold = options.threshold ?? defaultThreshold(sizes, tail, isF);
  if (!(Number.isFinite(threshold) && (tail < 0 ? threshold <= 0 : threshold >= 0)))
    throw new OptionError("threshold", threshold, tail < 0 ? "a number below 0" : "a number above 0");
  const adjacency = options.adjacency === "lattice" ? lattice(nChannels) : (options.adjacency ?? none(nChannels));
  const finder = planClusters(nChannels, nTimes, adjacency, maxStep);

  const random = randomState(seed);
  const x = new Float64Array(n * nPoints);
  for (let i = 0, at = 0; i < groups.length; at += groups[i]!.data.length, i++) x.set(groups[i]!.data, at);
  const map = new Float64Array(nPoints);
  let observed: Float64Array;
  let permuted: Iterable<Float64Array>;
  if (groups.length === 1) {
    observed = oneSampleT(x, n, nPoints);
    permuted = flipped(map, planSignFlips(x, n, nPoints), signOrders(n, nPermutations, tail, random));
  } else {
    const write = planGroups(x, sizes, nPoints, statistic);
    observed = new Float64Array(nPoints);
    write(
      observed,
      Int32Array.from({ length: n }, (_, i) => i),
    );
    permuted = shuffled(map, write, n, (nPermutations as number) - 1, random);
  }

  const found = finder.find(observed, threshold, tail);
  if (found.length === 0) return { statistic: observed, clusters: [], threshold, nullMasses: new Float64Array(0) };
  const heaviest = found.reduce((most, { mass }) => (Math.abs(mass) > Math.abs(most) ? mass : most), 0);
  const nullMasses = [tail === 0 ? Math.abs(heaviest) : heaviest];
  for (const one of permuted) nullMasses.push(finder.heaviest(one, threshold, tail));
  const reaches = (mass: number) =>
    tail === 0
      ? (other: number) => Math.abs(other) >= Math.abs(mass)
      : (other: number) => (tail === 1 ? other >= mass : other <= mass);
  const clusters = found.map((cluster) => ({
    ...cluster,
    pValue: nullMasses.filter(reaches(cluster.mass)).length / nullMasses.length,
  }));
  return { statistic: observed, clusters, threshold, nullMasses: Float64Array.from(nullMasses) };
}

function checkGroup(group: Observations, first: Observations, i: number): void {
  const { data, nEpochs, nChannels, nTimes } = group ?? {};
  const which = `of group ${i + 1}`;
  if (!(nEpochs >= 2)) throw new TooShortError(`nEpochs ${which}`, nEpochs, 2, "nothing varies within one observation");
  if (nChannels !== first.nChannels) throw new ShapeError(`nChannels ${which}`, nChannels, first.nChannels);
  if (nTimes !== first.nTimes) throw new ShapeError(`nTimes ${which}`, nTimes, first.nTimes);
  if (data?.length !== nEpochs * nChannels * nTimes || data.length === 0)
    throw new ShapeError(`data.length ${which}`, data?.length ?? Number.NaN, Math.max(nEpochs * nChannels * nTimes, 1));
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    const channel = Math.floor(at / nTimes) % nChannels;
    throw new NotFiniteError(`${channel} ${which}`, at % nTimes, data[at]!);
  }
}

function defaultThreshold(sizes: readonly number[], tail: -1 | 0 | 1, isF: boolean): number {
  const n = sizes.reduce((a, b) => a + b, 0);
  if (isF) return fUpper(0.05, sizes.length - 1, n - sizes.length);
  const upper = studentUpper(tail === 0 ? 0.025 : 0.05, n - sizes.length);
  return tail < 0 ? -upper : upper;
}

const none = (nChannels: number): Adjacency => Array.from({ length: nChannels }, () => []);
const lattice = (nChannels: number): Adjacency =>
  Array.from({ length: nChannels }, (_, i) => (i + 1 < nChannels ? [i + 1] : []));

type Write<Order> = (out: Float64Array, order: Order) => void;

function* flipped(
  map: Float64Array,
  write: Write<Float64Array>,
  orders: Iterable<Float64Array>,
): Iterable<Float64Array> {
  for (const signs of orders) {
    write(map, signs);
    yield map;
  }
}

function* shuffled(map: Float64Array, write: Write<Int32Array>, n: number, times: number, random: RandomState) {
  for (let i = 0; i < times; i++) {
    write(map, random.permutation(n));
    yield map;
  }
}

/** As many as NumPy can number; beyond, MNE too draws signs one by one. */
const NUMBERED_OBSERVATIONS_MAX = 20;

/** The changes of signs that MNE takes, in its order: all but the true one when there are few, else different ones. */
function* signOrders(
  n: number,
  nPermutations: number | "all",
  tail: -1 | 0 | 1,
  random: RandomState,
): Iterable<Float64Array> {
  const free = tail === 0 ? n - 1 : n; // turning all signs changes nothing when both sides are looked at
  const nAll = 2 ** free - 1;
  const wanted = nPermutations === "all" ? nAll : nPermutations;
  const signs = new Float64Array(n);
  if (nPermutations === "all" && n > NUMBERED_OBSERVATIONS_MAX)
    throw new OptionError("nPermutations", "all", `an integer: ${n} observations have 2^${free} changes of signs`);
  if (nAll < wanted || n <= NUMBERED_OBSERVATIONS_MAX) {
    // the numbers of the orders: their binary digits, the highest first, are the signs
    const numbers =
      nAll < wanted ? Int32Array.from({ length: nAll }, (_, i) => i) : random.permutation(nAll).subarray(0, wanted - 1);
    for (const number of numbers) {
      for (let i = 0; i < n; i++) signs[i] = ((number + 1) >>> (n - 1 - i)) & 1 ? 1 : -1;
      yield signs;
    }
    return;
  }
  const seen = new Set<string>();
  while (seen.size < wanted - 1) {
    for (let i = 0; i < n; i++) signs[i] = i < free && random.uniform() < 0.5 ? 1 : -1;
    const key = signs.subarray(0, free).join("");
    if (seen.has(key)) continue;
    seen.add(key);
    if (tail === 0 && random.uniform() < 0.5) for (let i = 0; i < n; i++) signs[i] = -signs[i]!;
    yield signs;
  }
}

export interface ContrastOptions extends ClusterTestOptions {
  /** Codes of the one condition. Default [2], Target. */
  readonly codes?: readonly number[] | undefined;
  /** Codes of the other. Default [1], NonTarget. */
  readonly against?: readonly number[] | undefined;
}

/** Tests where the epochs of one condition differ from those of another: `clusterPermutationTest` between the two, by
 * default with t on both sides, so that a cluster's mass is above 0 where the first condition is higher. */
export function contrastEpochs(epochs: Epochs, options: ContrastOptions = {}): ClusterTest {
  checkEpochs(epochs);
  const { codes = [2], against = [1], ...rest } = options;
  const size = epochs.nChannels * epochs.nTimes;
  const groupOf = (wanted: readonly number[]): Observations => {
    const places = [...epochs.codes.keys()].filter((i) => wanted.includes(epochs.codes[i]!));
    const data = new Float64Array(places.length * size);
    for (const [to, i] of places.entries()) data.set(epochs.data.subarray(i * size, (i + 1) * size), to * size);
    return { data, nEpochs: places.length, nChannels: epochs.nChannels, nTimes: epochs.nTimes };
  };
  return clusterPermutationTest([groupOf(codes), groupOf(against)], { statistic: "t", ...rest });
}
