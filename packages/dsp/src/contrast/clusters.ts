import { checkList } from "../check-list";
import { OptionError, ShapeError } from "../errors";

/** For each channel the channels beside it, by their places. */
export type Adjacency = readonly (readonly number[])[];

/** Points of a map of nChannels × nTimes that hang together. */
export interface PointCluster {
  /** Places `channel · nTimes + time` of its points, in the order of time and then channel. */
  readonly points: Int32Array;
  /** Sum of the statistic over them. */
  readonly mass: number;
}

/** Finds clusters of points beyond a threshold on maps of one shape; reuses its memory from map to map. */
export interface ClusterFinder {
  /** All clusters, those above first, each sort in the order of its first point. */
  find(map: Float64Array, threshold: number, tail: -1 | 0 | 1): PointCluster[];
  /** The mass, with its sign, of the cluster that weighs most; 0 when there is none. */
  heaviest(map: Float64Array, threshold: number, tail: -1 | 0 | 1): number;
}

/** Neighbours are points of one channel at most `maxStep` samples apart, and points of adjacent channels at one time. */
export function planClusters(nChannels: number, nTimes: number, adjacency: Adjacency, maxStep = 1): ClusterFinder {
  const beside = symmetric(adjacency, nChannels);
  const n = nChannels * nTimes;
  const label = new Int32Array(n); // 0: not looked at, or not beyond
  const stack = new Int32Array(n);

  /** Marks the cluster that `seed` belongs to, and gives its size; its points lie in `stack`. */
  const fill = (seed: number, beyond: (at: number) => boolean, mark: number): number => {
    let top = 1;
    stack[0] = seed;
    label[seed] = mark;
    for (let done = 0; done < top; done++) {
      const at = stack[done]!;
      const time = at % nTimes;
      const channel = (at - time) / nTimes;
      const visit = (next: number): void => {
        if (label[next] === 0 && beyond(next)) {
          label[next] = mark;
          stack[top++] = next;
        }
      };
      for (let step = 1; step <= maxStep; step++) {
        if (time >= step) visit(at - step);
        if (time + step < nTimes) visit(at + step);
      }
      for (const other of beside[channel]!) visit(other * nTimes + time);
    }
    return top;
  };
  const sides = (map: Float64Array, threshold: number, tail: -1 | 0 | 1): ((at: number) => boolean)[] => {
    const above = (at: number): boolean => map[at]! > threshold;
    const below = (at: number): boolean => map[at]! < (tail === 0 ? -threshold : threshold);
    return tail === 0 ? [above, below] : tail === 1 ? [above] : [below];
  };
  const sumOf = (map: Float64Array, size: number): number => {
    let mass = 0;
    for (let i = 0; i < size; i++) mass += map[stack[i]!]!;
    return mass;
  };

  return {
    find(map, threshold, tail) {
      const clusters: PointCluster[] = [];
      const order = (a: number, b: number): number => (a % nTimes) - (b % nTimes) || a - b;
      for (const beyond of sides(map, threshold, tail)) {
        label.fill(0);
        for (let time = 0; time < nTimes; time++)
          for (let at = time; at < n; at += nTimes) {
            if (label[at] !== 0 || !beyond(at)) continue;
            const size = fill(at, beyond, clusters.length + 1);
            const points = stack.slice(0, size).sort(order);
            clusters.push({ points, mass: points.reduce((sum, point) => sum + map[point]!, 0) });
          }
      }
      return clusters;
    },
    heaviest(map, threshold, tail) {
      let most = 0;
      for (const beyond of sides(map, threshold, tail)) {
        label.fill(0);
        for (let at = 0; at < n; at++) {
          if (label[at] !== 0 || !beyond(at)) continue;
          const mass = sumOf(map, fill(at, beyond, 1));
          if (Math.abs(mass) > Math.abs(most)) most = mass;
        }
      }
      return most;
    },
  };
}

function symmetric(adjacency: Adjacency, nChannels: number): number[][] {
  checkList("adjacency", adjacency, "the channels beside each");
  if (adjacency.length !== nChannels) throw new ShapeError("adjacency.length", adjacency.length, nChannels);
  const beside = Array.from({ length: nChannels }, () => new Set<number>());
  for (const [channel, others] of adjacency.entries()) {
    checkList(`adjacency[${channel}]`, others, "places of channels");
    for (const other of others) {
      if (!(Number.isInteger(other) && other >= 0 && other < nChannels))
        throw new OptionError(`adjacency[${channel}]`, other, `places of channels, 0 to ${nChannels - 1}`);
      if (other === channel) continue;
      beside[channel]!.add(other);
      beside[other]!.add(channel);
    }
  }
  return beside.map((others) => [...others]);
}

/** Which channels lie within a distance of each other.
 * @param positions - a point in space for each channel, in any one unit.
 * @param maxDistance - in that unit. */
export function adjacencyByDistance(
  positions: readonly (readonly [x: number, y: number, z: number])[],
  maxDistance: number,
): number[][] {
  if (!(maxDistance >= 0)) throw new OptionError("maxDistance", maxDistance, "a number, 0 or above");
  checkList("positions", positions, "points");
  for (const [i, position] of positions.entries())
    if (!(Array.isArray(position) && position.length === 3 && position.every((x) => Number.isFinite(x))))
      throw new OptionError(`positions[${i}]`, position, "three finite numbers");
  return positions.map((a, i) =>
    positions.flatMap((b, j) =>
      i !== j && Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) <= maxDistance ? [j] : [],
    ),
  );
}
