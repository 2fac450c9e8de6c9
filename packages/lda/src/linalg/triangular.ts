/** A becomes L⁻¹·A·L⁻ᵀ, both triangles, A symmetric; `l` lower triangular in the lower triangle of an n × n matrix. */
export function congruenceInto(a: Float64Array, l: Float64Array, n: number): void {
  forwardSolveInto(a, l, n);
  transposeInto(a, n);
  forwardSolveInto(a, l, n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) a[i * n + j] = a[j * n + i] = (a[i * n + j]! + a[j * n + i]!) / 2;
}

/** A becomes L⁻¹·A, row by row of A. */
function forwardSolveInto(a: Float64Array, l: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const to = i * n;
    for (let k = 0; k < i; k++) {
      const factor = l[i * n + k]!;
      if (factor === 0) continue;
      const from = k * n;
      for (let j = 0; j < n; j++) a[to + j]! -= factor * a[from + j]!;
    }
    const pivot = l[i * n + i]!;
    for (let j = 0; j < n; j++) a[to + j]! /= pivot;
  }
}

/** Each row b of `rows` becomes L⁻ᵀ·b. */
export function backSolveRowsInto(rows: Float64Array, l: Float64Array, nRows: number, n: number): void {
  for (let r = 0; r < nRows; r++) {
    const b = rows.subarray(r * n, (r + 1) * n);
    for (let i = n - 1; i >= 0; i--) {
      const x = b[i]! / l[i * n + i]!;
      b[i] = x;
      for (let k = 0, at = i * n; k < i; k++) b[k]! -= l[at + k]! * x;
    }
  }
}

function transposeInto(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++) {
      const kept = a[i * n + j]!;
      a[i * n + j] = a[j * n + i]!;
      a[j * n + i] = kept;
    }
}
