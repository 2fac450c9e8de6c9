import { OptionError, ShapeError } from "./errors";
import type { Position } from "./montage";
import { checkCount, checkNumbers } from "./rows";

/** Potentials at electrodes by sources of strength 1. */
export interface LeadField {
  /** nChannels × nSources, row-major, in any unit. */
  readonly data: Float64Array;
  readonly nSources: number;
}

export interface SphericalHeadOptions {
  /** Radii of brain, skull and scalp, the last of them 1. Default 0.87, 0.92, 1. */
  readonly radii?: readonly number[];
  /** Conductivities of the shells, in any unit. Default 1, 0.0125, 1. */
  readonly conductivities?: readonly number[];
}

export interface RestOptions extends SphericalHeadOptions {
  /** How many radial dipoles stand for the brain. Default 3000. */
  readonly nDipoles?: number;
  /** On which radius. Default 0.869. */
  readonly dipoleRadius?: number;
}

/** The lead field of concentric spheres for dipoles of given places and directions, by its Legendre series.
 * @param positions - electrodes; only their directions count, they lie on the outermost sphere.
 * @param dipoles - places within the innermost sphere, and moments.
 * @returns nChannels × nDipoles, volts for moments in A·m, when radii are in metres and conductivities in S/m.
 * @see J. C. de Munck, B. W. van Dijk, H. Spekreijse, IEEE Trans. Biomed. Eng. 35(12), 1988, doi:10.1109/10.8691 */
export function sphericalLeadField(
  positions: readonly Position[],
  dipoles: readonly { readonly at: Position; readonly moment: Position }[],
  { radii = [0.87, 0.92, 1], conductivities = [1, 0.0125, 1] }: SphericalHeadOptions = {},
): LeadField {
  if (!Array.isArray(dipoles)) throw new OptionError("dipoles", String(dipoles), "a list of places and moments");
  for (const [i, place] of [...checkPlaces("positions", positions), ...dipoles.map(({ at }) => at)].entries())
    checkNumbers(i < positions.length ? `positions[${i}]` : `dipoles[${i - positions.length}].at`, place, 3);
  for (const [i, { moment }] of dipoles.entries()) checkNumbers(`dipoles[${i}].moment`, moment, 3);
  checkNumbers("radii", radii, 1);
  checkNumbers("conductivities", conductivities, 1);
  if (radii.length !== conductivities.length)
    throw new ShapeError("conductivities.length", conductivities.length, radii.length);
  for (const [i, radius] of radii.entries())
    if (!(radius > (radii[i - 1] ?? 0)))
      throw new OptionError("radii", radii.join(", "), "radii that rise from above 0");
  if (!conductivities.every((sigma) => sigma > 0))
    throw new OptionError("conductivities", conductivities.join(", "), "conductivities above 0");
  const outer = radii.at(-1)!;
  const gains = harmonicGains(
    radii.map((radius) => radius / outer),
    conductivities,
  );
  const data = new Float64Array(positions.length * dipoles.length);
  for (const [s, { at, moment }] of dipoles.entries()) {
    const b = Math.hypot(...at) / outer;
    if (!(b < radii[0]! / outer))
      throw new OptionError("dipoles", b * outer, `places within ${radii[0]} of the centre`);
    const unit: Position = b > 0 ? scaled(at, 1 / (b * outer)) : [0, 0, 1];
    const radial = dot(moment, unit);
    // terms fall as b^n: go on until they are nothing
    const nTerms = Math.min(gains.length - 1, Math.ceil(Math.log(1e-17) / Math.log(Math.max(b, 1e-6))) + 2);
    for (const [channel, position] of positions.entries()) {
      const electrode = scaled(position, 1 / Math.hypot(...position));
      const cosine = Math.min(Math.max(dot(electrode, unit), -1), 1);
      // the tangential moment along the way to the electrode, times the sine of the angle between
      const tangential = dot(moment, electrode) - radial * cosine;
      let [before, now, slopeBefore, slope] = [1, cosine, 0, 1]; // Legendre polynomials and their derivatives
      let power = 1;
      let sum = 0;
      for (let n = 1; n <= nTerms; n++) {
        sum += gains[n]! * power * (n * radial * now + tangential * slope);
        power *= b;
        [before, now] = [now, ((2 * n + 1) * cosine * now - n * before) / (n + 1)];
        [slopeBefore, slope] = [slope, slopeBefore + (2 * n + 1) * before];
      }
      data[channel * dipoles.length + s] = sum / (4 * Math.PI * conductivities[0]! * outer * outer);
    }
  }
  return { data, nSources: dipoles.length };
}

function checkPlaces(option: string, places: readonly Position[]): readonly Position[] {
  if (!Array.isArray(places)) throw new OptionError(option, String(places), "a list of places");
  return places as readonly Position[];
}

const dot = (a: Position, b: Position): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const scaled = (a: Position, by: number): Position => [a[0] * by, a[1] * by, a[2] * by];

/** How much of harmonic n of a source reaches the surface, radius 1: the solution 1·r^n + B·r^-(n+1) without current
 * through the surface, followed inwards through each boundary. */
function harmonicGains(radii: readonly number[], conductivities: readonly number[]): Float64Array {
  const gains = new Float64Array(2001);
  for (let n = 1; n < gains.length; n++) {
    let a = 1;
    let b = n / (n + 1);
    for (let shell = radii.length - 2; shell >= 0; shell--) {
      const r = radii[shell]!;
      const [inwards, outwards] = [a * r ** n, b * r ** -(n + 1)];
      const potential = inwards + outwards;
      const flux = (conductivities[shell + 1]! / conductivities[shell]!) * (n * inwards - (n + 1) * outwards);
      a = ((n + 1) * potential + flux) / (2 * n + 1) / r ** n;
      b = ((n * potential - flux) / (2 * n + 1)) * r ** (n + 1);
    }
    gains[n] = (2 * n + 1) / (n + 1) / b;
  }
  return gains;
}

/** The lead field of a three-shell head for a layer of radial dipoles, spread evenly, that stands for whatever is inside.
 * @see D. Yao, Physiol. Meas. 22(4), 2001, doi:10.1088/0967-3334/22/4/305 */
export function restLeadField(positions: readonly Position[], options: RestOptions = {}): LeadField {
  const { nDipoles = 3000, dipoleRadius = 0.869, ...head } = options;
  checkCount("nDipoles", nDipoles, 1, 1_000_000);
  const golden = Math.PI * (3 - Math.sqrt(5));
  const dipoles = Array.from({ length: nDipoles }, (_, i) => {
    const z = 1 - (2 * i + 1) / nDipoles;
    const flat = Math.sqrt(1 - z * z);
    const moment: Position = [flat * Math.cos(golden * i), flat * Math.sin(golden * i), z];
    return { at: scaled(moment, dipoleRadius), moment };
  });
  return sphericalLeadField(positions, dipoles, head);
}

/** What to add to average-referenced channels to refer them to infinity: `Σ weights[c] · x[c]`. It is the mean over channels
 * of `G · pinv(G - mean of G)`, singular values below 1e-6 of the largest left out as MNE 1.13 does
 * (`test/golden/reference.json`).
 * @returns one weight a channel.
 * @throws {ShapeError} when the lead field does not fit the channels. */
export function restWeights({ data, nSources }: LeadField, nChannels: number): Float64Array {
  checkCount("nSources", nSources, 1);
  checkCount("nChannels", nChannels, 1);
  if (data.length !== nChannels * nSources)
    throw new ShapeError("leadField.data.length", data.length, nChannels * nSources);
  checkNumbers("leadField.data", data, 1);
  const mean = new Float64Array(nSources);
  for (let i = 0; i < data.length; i++) mean[i % nSources]! += data[i]! / nChannels;
  // one column a channel, and the mean field; triangular by reflections, which keep all angles
  const columns = Array.from({ length: nChannels }, (_, c) => mean.map((m, s) => data[c * nSources + s]! - m));
  columns.push(mean);
  const nKept = Math.min(nChannels, nSources);
  triangulateInto(columns, nKept);
  const meanField = columns.pop()!;
  const short = columns.map((column) => column.slice(0, nKept));
  const turns = orthogonalizeInto(short);
  const sizes = short.map(norm);
  const limit = 1e-6 * Math.max(...sizes);
  const weights = new Float64Array(nChannels);
  for (const [k, column] of short.entries()) {
    if (!(sizes[k]! > limit)) continue;
    let along = 0;
    for (let i = 0; i < nKept; i++) along += meanField[i]! * column[i]!;
    for (let c = 0; c < nChannels; c++) weights[c]! += (along / sizes[k]! ** 2) * turns[k]![c]!;
  }
  return weights;
}

function norm(v: Float64Array): number {
  let square = 0;
  for (const value of v) square += value * value;
  return Math.sqrt(square);
}

/** Householder reflections that leave zeros below the diagonal of the first `n` columns, applied to all. */
function triangulateInto(columns: readonly Float64Array[], n: number): void {
  for (let k = 0; k < n; k++) {
    const v = columns[k]!.slice(k);
    const size = norm(v);
    if (size === 0) continue;
    v[0]! += v[0]! < 0 ? -size : size;
    let square = 0;
    for (const value of v) square += value * value;
    for (let c = k; c < columns.length; c++) {
      const column = columns[c]!;
      let along = 0;
      for (let i = 0; i < v.length; i++) along += v[i]! * column[k + i]!;
      along *= 2 / square;
      for (let i = 0; i < v.length; i++) column[k + i]! -= along * v[i]!;
    }
  }
}

/** Turns pairs of columns until all are orthogonal (one-sided Jacobi).
 * @returns the turns: column k is now the sum of `turns[k][c]` times the old column c. */
function orthogonalizeInto(columns: readonly Float64Array[]): Float64Array[] {
  const turns = columns.map((_, k) => Float64Array.from(columns, (__, c) => (c === k ? 1 : 0)));
  for (let sweep = 0, turned = true; turned && sweep < 60; sweep++) {
    turned = false;
    for (let p = 0; p < columns.length; p++)
      for (let q = p + 1; q < columns.length; q++) {
        const [x, y] = [columns[p]!, columns[q]!];
        let [xx, yy, xy] = [0, 0, 0];
        for (let i = 0; i < x.length; i++) {
          xx += x[i]! * x[i]!;
          yy += y[i]! * y[i]!;
          xy += x[i]! * y[i]!;
        }
        if (Math.abs(xy) <= 1e-15 * Math.sqrt(xx * yy)) continue;
        turned = true;
        const zeta = (yy - xx) / (2 * xy);
        const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
        const cosine = 1 / Math.hypot(1, tangent);
        turnInto(x, y, cosine, cosine * tangent);
        turnInto(turns[p]!, turns[q]!, cosine, cosine * tangent);
      }
  }
  return turns;
}

function turnInto(x: Float64Array, y: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < x.length; i++) {
    const a = x[i]!;
    x[i] = cosine * a - sine * y[i]!;
    y[i] = sine * a + cosine * y[i]!;
  }
}
