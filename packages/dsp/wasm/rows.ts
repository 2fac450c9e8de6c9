// Filters and spectra over rows, on the elements of fft.ts: four rows at a time, or on plain rows of doubles.

const ELEMENT: usize = 32;

function add(a: v128, b: v128): v128 {
  return f64x2.add(a, b);
}
function sub(a: v128, b: v128): v128 {
  return f64x2.sub(a, b);
}
function mul(a: v128, b: v128): v128 {
  return f64x2.mul(a, b);
}

/** Two second-order sections, one after the other, over n elements in place, each `step`
 * bytes from the last. Ten coefficients, b0 b1 b2 a1 a2 of each
 * section; four states of an element each, two a section. Multiplies and adds in SciPy's order. */
export function sosTwo(x: usize, n: u32, step: i32, coefficients: usize, state: usize): void {
  const c = coefficients;
  let p0 = v128.load(state),
    p0b = v128.load(state, 16);
  let p1 = v128.load(state, 32),
    p1b = v128.load(state, 48);
  let q0 = v128.load(state, 64),
    q0b = v128.load(state, 80);
  let q1 = v128.load(state, 96),
    q1b = v128.load(state, 112);
  for (; n > 0; n--, x += step) {
    const u = v128.load(x);
    const ub = v128.load(x, 16);
    const v = add(mul(v128.load64_splat(c), u), p0);
    const vb = add(mul(v128.load64_splat(c), ub), p0b);
    p0 = add(sub(mul(v128.load64_splat(c, 8), u), mul(v128.load64_splat(c, 24), v)), p1);
    p0b = add(sub(mul(v128.load64_splat(c, 8), ub), mul(v128.load64_splat(c, 24), vb)), p1b);
    p1 = sub(mul(v128.load64_splat(c, 16), u), mul(v128.load64_splat(c, 32), v));
    p1b = sub(mul(v128.load64_splat(c, 16), ub), mul(v128.load64_splat(c, 32), vb));
    const y = add(mul(v128.load64_splat(c, 40), v), q0);
    const yb = add(mul(v128.load64_splat(c, 40), vb), q0b);
    q0 = add(sub(mul(v128.load64_splat(c, 48), v), mul(v128.load64_splat(c, 64), y)), q1);
    q0b = add(sub(mul(v128.load64_splat(c, 48), vb), mul(v128.load64_splat(c, 64), yb)), q1b);
    q1 = sub(mul(v128.load64_splat(c, 56), v), mul(v128.load64_splat(c, 72), y));
    q1b = sub(mul(v128.load64_splat(c, 56), vb), mul(v128.load64_splat(c, 72), yb));
    v128.store(x, y);
    v128.store(x, yb, 16);
  }
  v128.store(state, p0);
  v128.store(state, p0b, 16);
  v128.store(state, p1, 32);
  v128.store(state, p1b, 48);
  v128.store(state, q0, 64);
  v128.store(state, q0b, 80);
  v128.store(state, q1, 96);
  v128.store(state, q1b, 112);
}

/** One second-order section. */
export function sosOne(x: usize, n: u32, step: i32, coefficients: usize, state: usize): void {
  const b0 = v128.load64_splat(coefficients);
  const b1 = v128.load64_splat(coefficients, 8);
  const b2 = v128.load64_splat(coefficients, 16);
  const a1 = v128.load64_splat(coefficients, 24);
  const a2 = v128.load64_splat(coefficients, 32);
  let p0 = v128.load(state),
    p0b = v128.load(state, 16);
  let p1 = v128.load(state, 32),
    p1b = v128.load(state, 48);
  for (; n > 0; n--, x += step) {
    const u = v128.load(x);
    const ub = v128.load(x, 16);
    const v = add(mul(b0, u), p0);
    const vb = add(mul(b0, ub), p0b);
    p0 = add(sub(mul(b1, u), mul(a1, v)), p1);
    p0b = add(sub(mul(b1, ub), mul(a1, vb)), p1b);
    p1 = sub(mul(b2, u), mul(a2, v));
    p1b = sub(mul(b2, ub), mul(a2, vb));
    v128.store(x, v);
    v128.store(x, vb, 16);
  }
  v128.store(state, p0);
  v128.store(state, p0b, 16);
  v128.store(state, p1, 32);
  v128.store(state, p1b, 48);
}

/** Subtracts from each of the four rows its mean, when `centre` is set, and multiplies by the window. */
export function taper(x: usize, n: u32, window: usize, centre: u32): void {
  let re = f64x2.splat(0);
  let im = f64x2.splat(0);
  const end = x + (n as usize) * ELEMENT;
  if (centre) {
    for (let p = x; p < end; p += ELEMENT) {
      re = add(re, v128.load(p));
      im = add(im, v128.load(p, 16));
    }
    const count = f64x2.splat(n as f64);
    re = f64x2.div(re, count);
    im = f64x2.div(im, count);
  }
  for (let p = x; p < end; p += ELEMENT, window += 8) {
    const w = v128.load64_splat(window);
    v128.store(p, mul(sub(v128.load(p), re), w));
    v128.store(p, mul(sub(v128.load(p, 16), im), w), 16);
  }
}

/** Adds the power of each element, one number a signal, to `sums`. */
export function addPower(sums: usize, x: usize, n: u32): void {
  for (; n > 0; n--, sums += 16, x += ELEMENT) {
    const re = v128.load(x);
    const im = v128.load(x, 16);
    v128.store(sums, add(v128.load(sums), add(mul(re, re), mul(im, im))));
  }
}

/** The half spectra of four real rows from the transforms of the two signals that they make: bins 0 to nBins - 1 of row
 * r, real and imaginary parts in turn, from `out + r·stride` on. The table gives in bytes where bin k and bin n - k lie. */
export function separate(out: usize, stride: usize, x: usize, table: usize, nBins: u32): void {
  const half = f64x2.splat(0.5);
  const b = out + stride;
  const c = b + stride;
  const d = c + stride;
  let at: usize = 0;
  for (; nBins > 0; nBins--, at += 16, table += 8) {
    const p = x + (load<u32>(table) as usize);
    const q = x + (load<u32>(table, 4) as usize);
    const pR = v128.load(p);
    const pI = v128.load(p, 16);
    const qR = v128.load(q);
    const qI = v128.load(q, 16);
    const aR = mul(add(pR, qR), half);
    const aI = mul(sub(pI, qI), half);
    const bR = mul(add(pI, qI), half);
    const bI = mul(sub(qR, pR), half);
    v128.store(out + at, v128.shuffle<i64>(aR, aI, 0, 2));
    v128.store(c + at, v128.shuffle<i64>(aR, aI, 1, 3));
    v128.store(b + at, v128.shuffle<i64>(bR, bI, 0, 2));
    v128.store(d + at, v128.shuffle<i64>(bR, bI, 1, 3));
  }
}

/** out[i] = Σ_k taps[phase][k] · x[start + k], n elements of a polyphase filter: from one to the next the phase advances
 * by `advance` modulo `phases`, and the start by `skip` and by one more when the phase wraps. A phase has `length` taps. */
export function polyphase(
  out: usize,
  n: u32,
  x: usize,
  taps: usize,
  length: u32,
  phases: u32,
  phase: u32,
  advance: u32,
  skip: u32,
): void {
  const bytes = (length as usize) * 8;
  for (; n > 0; n--, out += ELEMENT) {
    let h = taps + (phase as usize) * bytes;
    const end = h + bytes;
    let re = f64x2.splat(0);
    let im = f64x2.splat(0);
    for (let p = x; h < end; h += 8, p += ELEMENT) {
      const tap = v128.load64_splat(h);
      re = add(re, mul(tap, v128.load(p)));
      im = add(im, mul(tap, v128.load(p, 16)));
    }
    v128.store(out, re);
    v128.store(out, im, 16);
    phase += advance;
    x += (skip as usize) * ELEMENT;
    if (phase >= phases) {
      phase -= phases;
      x += ELEMENT;
    }
  }
}
