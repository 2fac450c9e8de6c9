/** A place on the unit sphere around the head: x to the right ear, y to the nose, z up. */
export type Position = readonly [x: number, y: number, z: number];

const DEGREE = Math.PI / 180;

/** Rows of the 10-10 and 10-5 systems, in percent of the way from nasion to inion. A row has other names at the sides of the
 * head (T7 lies in the row of C3), and each name only fits some of its columns. */
const ROWS: Readonly<Record<string, number>> = {
  N: 0, NFP: 5, FP: 10, AFP: 15, AF: 20, AFF: 25, F: 30, FFC: 35, FC: 40, FCC: 45, C: 50, CCP: 55, CP: 60, CPP: 65, P: 70,
  PPO: 75, PO: 80, POO: 85, O: 90, OI: 95, I: 100,
}; // prettier-ignore
const SIDES: Readonly<Record<string, number>> = { FFT: 35, FT: 40, FTT: 45, T: 50, TTP: 55, TP: 60, TPP: 65 };

/** One step of ten percent, from the vertex down: the ring through Fpz, T7, Oz and T8 is then the equator. */
const STEP_DEGREES = 22.5;

export const onSphere = (inclinationDegrees: number, azimuthDegrees: number, side: number): Position => [
  side * Math.sin(inclinationDegrees * DEGREE) * Math.sin(azimuthDegrees * DEGREE),
  Math.sin(inclinationDegrees * DEGREE) * Math.cos(azimuthDegrees * DEGREE),
  Math.cos(inclinationDegrees * DEGREE),
];

/** A point of the arc over the head that joins (-a, y, 0), the midline's (0, my, mz) and (a, y, 0), `share` of the way down
 * from the midline. All three lie on the sphere, so the circle through them does. */
function onArc([a, y]: Position, [, my, mz]: Position, share: number, side: number): Position {
  const height = Math.hypot(my - y, mz);
  const radius = (a * a + height * height) / (2 * height);
  const angle = share * Math.atan2(a, radius - height);
  const along = (radius * (Math.cos(angle) - 1)) / height;
  return [side * radius * Math.sin(angle), my + along * (my - y), mz + along * mz];
}

/** The place of an electrode from its name in capitals, without prefix or suffix; undefined when it is no such name. */
export function placeOf(name: string): Position | undefined {
  const parts = /^([A-Z]+?)(Z|([1-9]|10)(H?))$/.exec(name);
  if (parts === null) return undefined;
  const [, letters = "", , column, half] = parts;
  const steps = column === undefined ? 0 : Math.ceil(Number(column) / 2) - (half === "H" ? 0.5 : 0);
  const side = column === undefined ? 0 : Number(column) % 2 === 0 ? 1 : -1;
  const percent = steps > 3 ? (SIDES[letters] ?? (/C/.test(letters) ? undefined : ROWS[letters])) : ROWS[letters];
  if (percent === undefined) return undefined;
  const inclination = (Math.abs(percent - 50) / 10) * STEP_DEGREES;
  const azimuth = percent * 1.8;
  const middle = onSphere(inclination, percent <= 50 ? 0 : 180, 0);
  if (steps === 0) return middle;
  // Before Fp and behind O there is but the ring itself: each step is ten percent of it.
  if (percent <= 10 || percent >= 90) {
    if (steps <= 1) return onSphere(inclination, percent < 50 ? steps * 18 : 180 - steps * 18, side);
    return (letters === "O" || letters === "FP") && steps > 4 && steps <= 5
      ? onSphere(90 + (steps - 4) * STEP_DEGREES, azimuth, side)
      : undefined;
  }
  if (steps > 4) return onSphere(90 + (steps - 4) * STEP_DEGREES, azimuth, side);
  return onArc(onSphere(90, azimuth, 1), middle, steps / 4, side);
}
