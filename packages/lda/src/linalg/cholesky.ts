/** Factor A = LLᵀ in place: the lower triangle of `a` (n × n, row-major) becomes L, the upper one is left as it was.
 * Works on 4 × 4 tiles, left-looking, both operands read along rows.
 * @returns the smallest pivot L_jj², or -1 when a pivot is not positive (or NaN): then `a` is half-written. */
export function choleskyInto(a: Float64Array, n: number): number {
  const tile = new Float64Array(16);
  let smallest = Infinity;
  for (let j = 0; j < n; j += 4) {
    const width = Math.min(4, n - j);
    for (let i = j; i < n; i += 4) {
      const height = Math.min(4, n - i);
      dotTile(tile, a, n, i, height, j, width);
      for (let r = 0; r < height; r++)
        for (let c = 0; c < width; c++) {
          if (i === j && c > r) break;
          const at = (i + r) * n + j;
          let value = a[at + c]! - tile[r * 4 + c]!;
          for (let k = 0; k < c; k++) value -= a[at + k]! * a[(j + c) * n + j + k]!;
          if (i === j && r === c) {
            if (!(value > 0)) return -1;
            if (value < smallest) smallest = value;
            a[at + c] = Math.sqrt(value);
          } else a[at + c] = value / a[(j + c) * n + j + c]!;
        }
    }
  }
  return smallest;
}

/** tile = L[i.., 0..j) · L[j.., 0..j)ᵀ; rows beyond the matrix repeat its last one, their results are not used. */
function dotTile(
  tile: Float64Array,
  a: Float64Array,
  n: number,
  i: number,
  height: number,
  j: number,
  width: number,
): void {
  let p0 = i * n,
    p1 = (i + Math.min(1, height - 1)) * n,
    p2 = (i + Math.min(2, height - 1)) * n,
    p3 = (i + Math.min(3, height - 1)) * n;
  let q0 = j * n,
    q1 = (j + Math.min(1, width - 1)) * n,
    q2 = (j + Math.min(2, width - 1)) * n,
    q3 = (j + Math.min(3, width - 1)) * n;
  let c00 = 0,
    c01 = 0,
    c02 = 0,
    c03 = 0,
    c10 = 0,
    c11 = 0,
    c12 = 0,
    c13 = 0;
  let c20 = 0,
    c21 = 0,
    c22 = 0,
    c23 = 0,
    c30 = 0,
    c31 = 0,
    c32 = 0,
    c33 = 0;
  for (let k = 0; k < j; k++) {
    const b0 = a[q0++]!,
      b1 = a[q1++]!,
      b2 = a[q2++]!,
      b3 = a[q3++]!;
    const a0 = a[p0++]!;
    c00 += a0 * b0;
    c01 += a0 * b1;
    c02 += a0 * b2;
    c03 += a0 * b3;
    const a1 = a[p1++]!;
    c10 += a1 * b0;
    c11 += a1 * b1;
    c12 += a1 * b2;
    c13 += a1 * b3;
    const a2 = a[p2++]!;
    c20 += a2 * b0;
    c21 += a2 * b1;
    c22 += a2 * b2;
    c23 += a2 * b3;
    const a3 = a[p3++]!;
    c30 += a3 * b0;
    c31 += a3 * b1;
    c32 += a3 * b2;
    c33 += a3 * b3;
  }
  tile[0] = c00;
  tile[1] = c01;
  tile[2] = c02;
  tile[3] = c03;
  tile[4] = c10;
  tile[5] = c11;
  tile[6] = c12;
  tile[7] = c13;
  tile[8] = c20;
  tile[9] = c21;
  tile[10] = c22;
  tile[11] = c23;
  tile[12] = c30;
  tile[13] = c31;
  tile[14] = c32;
  tile[15] = c33;
}

/** Solves LLᵀx = b in place, `l` as `choleskyInto` leaves it. */
export function choleskySolveInto(b: Float64Array, l: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0, at = i * n; k < i; k++) sum -= l[at + k]! * b[k]!;
    b[i] = sum / l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    const x = b[i]! / l[i * n + i]!;
    b[i] = x;
    for (let k = 0, at = i * n; k < i; k++) b[k]! -= l[at + k]! * x;
  }
}
