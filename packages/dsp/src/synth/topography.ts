import cohort from "./cohort.json";

/** A point, or a direction, on the head: x right, y front, z up. */
export type Position = readonly [x: number, y: number, z: number];

/** The 16 electrodes, in the order of the recording. */
export const CHANNELS: readonly string[] = cohort.channels;
const POSITIONS = cohort.positions as unknown as readonly Position[];

export function positionOf(channel: string): Position {
  return POSITIONS[CHANNELS.indexOf(channel)]!;
}

export function unit([x, y, z]: Position): Position {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

/** a + scale · b */
export function plus(a: Position, b: Position, scale = 1): Position {
  return [a[0] + scale * b[0], a[1] + scale * b[1], a[2] + scale * b[2]];
}

function distance(a: Position, b: Position): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** Chord between electrodes i and j. */
export function chord(i: number, j: number): number {
  return distance(POSITIONS[i]!, POSITIONS[j]!);
}

/** How strongly a source at `centre` reaches each electrode: `exp(-d² / (2 spread²))`, 1 at the centre itself. */
export function topography(centre: Position, spread: number): Float64Array {
  return Float64Array.from(POSITIONS, (position) => Math.exp(-(distance(position, centre) ** 2) / (2 * spread ** 2)));
}

/** Scaled so that the electrode that sees most sees 1. */
export function normalised(weights: Float64Array): Float64Array {
  const max = Math.max(...weights);
  return weights.map((weight) => weight / max);
}

/** Sum of topographies, each times its share. */
export function mixed(...parts: readonly (readonly [share: number, weights: Float64Array])[]): Float64Array {
  return Float64Array.from(CHANNELS, (_, i) => parts.reduce((sum, [share, weights]) => sum + share * weights[i]!, 0));
}
