/** Rows that are worked on together: sixteen sums in registers for eight loads. */
export const PANEL = 4;

/** Lays a matrix of nRows × n out in panels of four rows, the four numbers of a column side by side; rows that are missing
 * in the last panel are zero. */
export function packRows(matrix: Float64Array, nRows: number, n: number): Float64Array {
  const packed = new Float64Array(Math.ceil(nRows / PANEL) * PANEL * n);
  for (let row = 0; row < nRows; row++) {
    const start = (row - (row % PANEL)) * n + (row % PANEL);
    for (let i = 0; i < n; i++) packed[start + PANEL * i] = matrix[row * n + i]!;
  }
  return packed;
}

/** `out[k · 4 + lane] = Σ_i b[k][i] · a[lane][i]`, with `a` one panel of n columns and `b` packed rows of n columns.
 * Packing makes every load of the inner loop the next one in memory, several times faster than row after row. */
export function multiplyPanelInto(out: Float64Array, a: Float64Array, b: Float64Array, n: number): void {
  for (let start = 0, to = 0; start < b.length; start += PANEL * n, to += PANEL * PANEL)
    tileInto(out, to, a, b, start, n);
}

function tileInto(out: Float64Array, to: number, a: Float64Array, b: Float64Array, start: number, n: number): void {
  let s00 = 0,
    s01 = 0,
    s02 = 0,
    s03 = 0;
  let s10 = 0,
    s11 = 0,
    s12 = 0,
    s13 = 0;
  let s20 = 0,
    s21 = 0,
    s22 = 0,
    s23 = 0;
  let s30 = 0,
    s31 = 0,
    s32 = 0,
    s33 = 0;
  for (let p = 0, q = start; p < PANEL * n; p += PANEL, q += PANEL) {
    const a0 = a[p]!,
      a1 = a[p + 1]!,
      a2 = a[p + 2]!,
      a3 = a[p + 3]!;
    const b0 = b[q]!,
      b1 = b[q + 1]!,
      b2 = b[q + 2]!,
      b3 = b[q + 3]!;
    s00 += b0 * a0;
    s01 += b0 * a1;
    s02 += b0 * a2;
    s03 += b0 * a3;
    s10 += b1 * a0;
    s11 += b1 * a1;
    s12 += b1 * a2;
    s13 += b1 * a3;
    s20 += b2 * a0;
    s21 += b2 * a1;
    s22 += b2 * a2;
    s23 += b2 * a3;
    s30 += b3 * a0;
    s31 += b3 * a1;
    s32 += b3 * a2;
    s33 += b3 * a3;
  }
  out[to] = s00;
  out[to + 1] = s01;
  out[to + 2] = s02;
  out[to + 3] = s03;
  out[to + 4] = s10;
  out[to + 5] = s11;
  out[to + 6] = s12;
  out[to + 7] = s13;
  out[to + 8] = s20;
  out[to + 9] = s21;
  out[to + 10] = s22;
  out[to + 11] = s23;
  out[to + 12] = s30;
  out[to + 13] = s31;
  out[to + 14] = s32;
  out[to + 15] = s33;
}
