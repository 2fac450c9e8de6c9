/** Blue over near white to red, equally far from the middle in lightness at both ends, told apart by the colour-blind.
 * After ColorBrewer's RdBu. */
const STOPS: readonly (readonly [number, number, number])[] = [
  [5, 48, 97],
  [33, 102, 172],
  [67, 147, 195],
  [146, 197, 222],
  [209, 229, 240],
  [247, 247, 247],
  [253, 219, 199],
  [244, 165, 130],
  [214, 96, 77],
  [178, 24, 43],
  [103, 0, 31],
];

/** How many steps there are; the middle one, 127, is 0. */
const N_STEPS = 255;
/** The last entry of the palette is grey, for what is no number. */
const NOT_A_NUMBER = 255;

/** 256 colours, three bytes each. */
export function divergingPalette(): Uint8Array {
  const palette = new Uint8Array(256 * 3);
  for (let i = 0; i < N_STEPS; i++) {
    const at = (i / (N_STEPS - 1)) * (STOPS.length - 1);
    const lower = Math.min(Math.floor(at), STOPS.length - 2);
    for (let c = 0; c < 3; c++)
      palette[i * 3 + c] = Math.round(STOPS[lower]![c]! + (at - lower) * (STOPS[lower + 1]![c]! - STOPS[lower]![c]!));
  }
  palette.fill(136, NOT_A_NUMBER * 3);
  return palette;
}

/** Entry of the palette for a value between -limit and limit. */
export function paletteIndex(value: number, limit: number): number {
  if (!Number.isFinite(value)) return NOT_A_NUMBER;
  const middle = (N_STEPS - 1) / 2;
  return Math.max(0, Math.min(N_STEPS - 1, Math.round(middle + (value / limit) * middle)));
}
