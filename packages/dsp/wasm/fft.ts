// Fourier transforms of any length without large primes, two complex signals (so four real ones) at a time.
//
// Element k of a block is 32 bytes: the real parts of signal 0 and 1, then their imaginary parts. No operation ever
// mixes the lanes, so every load, butterfly and twiddle serves both signals. `forward` is decimation in frequency, in
// place, natural order to digit-reversed; `inverse` is its mirror image, decimation in time and unscaled. Both halve
// down to what the first-level cache holds before they go on level by level.
//
// A plan, made by src/kernels/fft-plan.ts, begins with one record of 16 bytes a level: radix, n, n / radix, and where in
// the plan the level's twiddles begin: for each j below n / radix, exp(-2πi·j·r / n) of r = 1 to radix - 1. A record of
// radix 0 ends it.

const ELEMENT: usize = 32;
const RECORD: usize = 16;
/** Blocks of this many elements are 32 kB. */
const CACHED: u32 = 1024;

function ld(p: usize): v128 {
  return v128.load(p);
}
function ldIm(p: usize): v128 {
  return v128.load(p, 16);
}
function st(p: usize, re: v128, im: v128): void {
  v128.store(p, re);
  v128.store(p, im, 16);
}
function add(a: v128, b: v128): v128 {
  return f64x2.add(a, b);
}
function sub(a: v128, b: v128): v128 {
  return f64x2.sub(a, b);
}
function mul(a: v128, b: v128): v128 {
  return f64x2.mul(a, b);
}

/** Stores (re + i·im) times the twiddle at w. */
function stTimes(p: usize, re: v128, im: v128, w: usize): void {
  const wr = v128.load64_splat(w);
  const wi = v128.load64_splat(w, 8);
  st(p, sub(mul(re, wr), mul(im, wi)), add(mul(re, wi), mul(im, wr)));
}

/** Real, then imaginary part of the element at p times the conjugate of the twiddle at w. */
function reTimes(p: usize, w: usize): v128 {
  return add(mul(ld(p), v128.load64_splat(w)), mul(ldIm(p), v128.load64_splat(w, 8)));
}
function imTimes(p: usize, w: usize): v128 {
  return sub(mul(ldIm(p), v128.load64_splat(w)), mul(ld(p), v128.load64_splat(w, 8)));
}

/** Forward transform of the block at `x`, from the level at `level` of `plan` on. */
export function forward(x: usize, level: usize, plan: usize): void {
  const n = load<u32>(level, 4);
  if (n <= CACHED) {
    for (; load<u32>(level) != 0; level += RECORD) forwardLevel(x, n / load<u32>(level, 4), level, plan);
    return;
  }
  forwardLevel(x, 1, level, plan);
  const radix = load<u32>(level);
  const step = (load<u32>(level, 8) as usize) * ELEMENT;
  for (let i: u32 = 0; i < radix; i++, x += step) forward(x, level + RECORD, plan);
}

/** Inverse transform, unscaled, from digit-reversed to natural order. */
export function inverse(x: usize, level: usize, plan: usize): void {
  const n = load<u32>(level, 4);
  if (n <= CACHED) {
    let last = level;
    while (load<u32>(last) != 0) last += RECORD;
    while (last > level) {
      last -= RECORD;
      inverseLevel(x, n / load<u32>(last, 4), last, plan);
    }
    return;
  }
  const radix = load<u32>(level);
  const step = (load<u32>(level, 8) as usize) * ELEMENT;
  for (let i: u32 = 0; i < radix; i++) inverse(x + (i as usize) * step, level + RECORD, plan);
  inverseLevel(x, 1, level, plan);
}

/** Circular convolution with a response that is real and in digit-reversed order, scale included: forward, product and
 * inverse of each cached block while it is cached. */
export function convolveReal(x: usize, level: usize, plan: usize, response: usize): void {
  const n = load<u32>(level, 4);
  if (n <= CACHED) {
    forward(x, level, plan);
    const end = x + (n as usize) * ELEMENT;
    for (let p = x; p < end; p += ELEMENT, response += 8) {
      const h = v128.load64_splat(response);
      st(p, mul(ld(p), h), mul(ldIm(p), h));
    }
    inverse(x, level, plan);
    return;
  }
  forwardLevel(x, 1, level, plan);
  const radix = load<u32>(level);
  const m = load<u32>(level, 8) as usize;
  for (let i: usize = 0; i < (radix as usize); i++)
    convolveReal(x + i * m * ELEMENT, level + RECORD, plan, response + i * m * 8);
  inverseLevel(x, 1, level, plan);
}

/** The same with a complex response, real and imaginary parts in turn. */
export function convolveComplex(x: usize, level: usize, plan: usize, response: usize): void {
  const n = load<u32>(level, 4);
  if (n <= CACHED) {
    forward(x, level, plan);
    const end = x + (n as usize) * ELEMENT;
    for (let p = x; p < end; p += ELEMENT, response += 16) stTimes(p, ld(p), ldIm(p), response);
    inverse(x, level, plan);
    return;
  }
  forwardLevel(x, 1, level, plan);
  const radix = load<u32>(level);
  const m = load<u32>(level, 8) as usize;
  for (let i: usize = 0; i < (radix as usize); i++)
    convolveComplex(x + i * m * ELEMENT, level + RECORD, plan, response + i * m * 16);
  inverseLevel(x, 1, level, plan);
}

function forwardLevel(x: usize, blocks: u32, level: usize, plan: usize): void {
  const radix = load<u32>(level);
  const m = (load<u32>(level, 8) as usize) * ELEMENT;
  const twiddles = plan + (load<u32>(level, 12) as usize);
  if (radix == 4) {
    if (m == ELEMENT) forward4Last(x, blocks);
    else forward4(x, blocks, m, twiddles);
  } else if (radix == 2) forward2(x, blocks, m, twiddles);
  else if (radix == 3) forward3(x, blocks, m, twiddles);
  else if (radix == 5) forward5(x, blocks, m, twiddles);
  else forwardPrime(x, blocks, radix, m, twiddles);
}

function inverseLevel(x: usize, blocks: u32, level: usize, plan: usize): void {
  const radix = load<u32>(level);
  const m = (load<u32>(level, 8) as usize) * ELEMENT;
  const twiddles = plan + (load<u32>(level, 12) as usize);
  if (radix == 4) {
    if (m == ELEMENT) inverse4Last(x, blocks);
    else inverse4(x, blocks, m, twiddles);
  } else if (radix == 2) inverse2(x, blocks, m, twiddles);
  else if (radix == 3) inverse3(x, blocks, m, twiddles);
  else if (radix == 5) inverse5(x, blocks, m, twiddles);
  else inversePrime(x, blocks, radix, m, twiddles);
}

function forward4(x: usize, blocks: u32, m: usize, twiddles: usize): void {
  for (; blocks > 0; blocks--, x += 3 * m) {
    let w = twiddles;
    const end = x + m;
    for (; x < end; x += ELEMENT, w += 48) {
      const p1 = x + m;
      const p2 = p1 + m;
      const p3 = p2 + m;
      const acR = add(ld(x), ld(p2));
      const acI = add(ldIm(x), ldIm(p2));
      const aMcR = sub(ld(x), ld(p2));
      const aMcI = sub(ldIm(x), ldIm(p2));
      const bdR = add(ld(p1), ld(p3));
      const bdI = add(ldIm(p1), ldIm(p3));
      const bMdR = sub(ld(p1), ld(p3));
      const bMdI = sub(ldIm(p1), ldIm(p3));
      st(x, add(acR, bdR), add(acI, bdI));
      stTimes(p1, add(aMcR, bMdI), sub(aMcI, bMdR), w);
      stTimes(p2, sub(acR, bdR), sub(acI, bdI), w + 16);
      stTimes(p3, sub(aMcR, bMdI), add(aMcI, bMdR), w + 32);
    }
  }
}

/** The last level has no twiddles. */
function forward4Last(x: usize, blocks: u32): void {
  for (; blocks > 0; blocks--, x += 128) {
    const acR = add(ld(x), ld(x + 64));
    const acI = add(ldIm(x), ldIm(x + 64));
    const aMcR = sub(ld(x), ld(x + 64));
    const aMcI = sub(ldIm(x), ldIm(x + 64));
    const bdR = add(ld(x + 32), ld(x + 96));
    const bdI = add(ldIm(x + 32), ldIm(x + 96));
    const bMdR = sub(ld(x + 32), ld(x + 96));
    const bMdI = sub(ldIm(x + 32), ldIm(x + 96));
    st(x, add(acR, bdR), add(acI, bdI));
    st(x + 32, add(aMcR, bMdI), sub(aMcI, bMdR));
    st(x + 64, sub(acR, bdR), sub(acI, bdI));
    st(x + 96, sub(aMcR, bMdI), add(aMcI, bMdR));
  }
}

function inverse4(x: usize, blocks: u32, m: usize, twiddles: usize): void {
  for (; blocks > 0; blocks--, x += 3 * m) {
    let w = twiddles;
    const end = x + m;
    for (; x < end; x += ELEMENT, w += 48) {
      const p1 = x + m;
      const p2 = p1 + m;
      const p3 = p2 + m;
      const cR = reTimes(p2, w + 16);
      const cI = imTimes(p2, w + 16);
      const acR = add(ld(x), cR);
      const acI = add(ldIm(x), cI);
      const aMcR = sub(ld(x), cR);
      const aMcI = sub(ldIm(x), cI);
      const bR = reTimes(p1, w);
      const bI = imTimes(p1, w);
      const dR = reTimes(p3, w + 32);
      const dI = imTimes(p3, w + 32);
      const bdR = add(bR, dR);
      const bdI = add(bI, dI);
      const bMdR = sub(bR, dR);
      const bMdI = sub(bI, dI);
      st(x, add(acR, bdR), add(acI, bdI));
      st(p1, sub(aMcR, bMdI), add(aMcI, bMdR));
      st(p2, sub(acR, bdR), sub(acI, bdI));
      st(p3, add(aMcR, bMdI), sub(aMcI, bMdR));
    }
  }
}

function inverse4Last(x: usize, blocks: u32): void {
  for (; blocks > 0; blocks--, x += 128) {
    const acR = add(ld(x), ld(x + 64));
    const acI = add(ldIm(x), ldIm(x + 64));
    const aMcR = sub(ld(x), ld(x + 64));
    const aMcI = sub(ldIm(x), ldIm(x + 64));
    const bdR = add(ld(x + 32), ld(x + 96));
    const bdI = add(ldIm(x + 32), ldIm(x + 96));
    const bMdR = sub(ld(x + 32), ld(x + 96));
    const bMdI = sub(ldIm(x + 32), ldIm(x + 96));
    st(x, add(acR, bdR), add(acI, bdI));
    st(x + 32, sub(aMcR, bMdI), add(aMcI, bMdR));
    st(x + 64, sub(acR, bdR), sub(acI, bdI));
    st(x + 96, add(aMcR, bMdI), sub(aMcI, bMdR));
  }
}

function forward2(x: usize, blocks: u32, m: usize, twiddles: usize): void {
  for (; blocks > 0; blocks--, x += m) {
    let w = twiddles;
    const end = x + m;
    for (; x < end; x += ELEMENT, w += 16) {
      const p1 = x + m;
      const aR = ld(x);
      const aI = ldIm(x);
      const bR = ld(p1);
      const bI = ldIm(p1);
      st(x, add(aR, bR), add(aI, bI));
      stTimes(p1, sub(aR, bR), sub(aI, bI), w);
    }
  }
}

function inverse2(x: usize, blocks: u32, m: usize, twiddles: usize): void {
  for (; blocks > 0; blocks--, x += m) {
    let w = twiddles;
    const end = x + m;
    for (; x < end; x += ELEMENT, w += 16) {
      const p1 = x + m;
      const aR = ld(x);
      const aI = ldIm(x);
      const bR = reTimes(p1, w);
      const bI = imTimes(p1, w);
      st(x, add(aR, bR), add(aI, bI));
      st(p1, sub(aR, bR), sub(aI, bI));
    }
  }
}

const SIN_60 = 0.8660254037844386;

function forward3(x: usize, blocks: u32, m: usize, twiddles: usize): void {
  const half = f64x2.splat(0.5);
  const sine = f64x2.splat(SIN_60);
  for (; blocks > 0; blocks--, x += 2 * m) {
    let w = twiddles;
    const end = x + m;
    for (; x < end; x += ELEMENT, w += 32) {
      const p1 = x + m;
      const p2 = p1 + m;
      const sR = add(ld(p1), ld(p2));
      const sI = add(ldIm(p1), ldIm(p2));
      const dR = mul(sub(ld(p1), ld(p2)), sine);
      const dI = mul(sub(ldIm(p1), ldIm(p2)), sine);
      const uR = sub(ld(x), mul(sR, half));
      const uI = sub(ldIm(x), mul(sI, half));
      st(x, add(ld(x), sR), add(ldIm(x), sI));
      stTimes(p1, add(uR, dI), sub(uI, dR), w);
      stTimes(p2, sub(uR, dI), add(uI, dR), w + 16);
    }
  }
}

function inverse3(x: usize, blocks: u32, m: usize, twiddles: usize): void {
  const half = f64x2.splat(0.5);
  const sine = f64x2.splat(SIN_60);
  for (; blocks > 0; blocks--, x += 2 * m) {
    let w = twiddles;
    const end = x + m;
    for (; x < end; x += ELEMENT, w += 32) {
      const p1 = x + m;
      const p2 = p1 + m;
      const bR = reTimes(p1, w);
      const bI = imTimes(p1, w);
      const cR = reTimes(p2, w + 16);
      const cI = imTimes(p2, w + 16);
      const sR = add(bR, cR);
      const sI = add(bI, cI);
      const dR = mul(sub(bR, cR), sine);
      const dI = mul(sub(bI, cI), sine);
      const uR = sub(ld(x), mul(sR, half));
      const uI = sub(ldIm(x), mul(sI, half));
      st(x, add(ld(x), sR), add(ldIm(x), sI));
      st(p1, sub(uR, dI), add(uI, dR));
      st(p2, add(uR, dI), sub(uI, dR));
    }
  }
}

const COS_72 = 0.30901699437494745;
const COS_144 = -0.8090169943749475;
const SIN_72 = 0.9510565162951535;
const SIN_144 = 0.5877852522924731;

function forward5(x: usize, blocks: u32, m: usize, twiddles: usize): void {
  for (; blocks > 0; blocks--, x += 4 * m) {
    let w = twiddles;
    const end = x + m;
    for (; x < end; x += ELEMENT, w += 64)
      butterfly5(
        x,
        m,
        w,
        ld(x + m),
        ldIm(x + m),
        ld(x + 2 * m),
        ldIm(x + 2 * m),
        ld(x + 3 * m),
        ldIm(x + 3 * m),
        ld(x + 4 * m),
        ldIm(x + 4 * m),
        false,
      );
  }
}

function inverse5(x: usize, blocks: u32, m: usize, twiddles: usize): void {
  for (; blocks > 0; blocks--, x += 4 * m) {
    let w = twiddles;
    const end = x + m;
    for (; x < end; x += ELEMENT, w += 64)
      // exchanging the samples 1 and 4, 2 and 3 turns the direction of the transform around
      butterfly5(
        x,
        m,
        w,
        reTimes(x + 4 * m, w + 48),
        imTimes(x + 4 * m, w + 48),
        reTimes(x + 3 * m, w + 32),
        imTimes(x + 3 * m, w + 32),
        reTimes(x + 2 * m, w + 16),
        imTimes(x + 2 * m, w + 16),
        reTimes(x + m, w),
        imTimes(x + m, w),
        true,
      );
  }
}

function put(p: usize, re: v128, im: v128, w: usize, plain: boolean): void {
  if (plain) st(p, re, im);
  else stTimes(p, re, im, w);
}

function butterfly5(
  x: usize,
  m: usize,
  w: usize,
  bR: v128,
  bI: v128,
  cR: v128,
  cI: v128,
  dR: v128,
  dI: v128,
  eR: v128,
  eI: v128,
  plain: boolean,
): void {
  const c1 = f64x2.splat(COS_72);
  const c2 = f64x2.splat(COS_144);
  const s1 = f64x2.splat(SIN_72);
  const s2 = f64x2.splat(SIN_144);
  const t1R = add(bR, eR),
    t1I = add(bI, eI);
  const t2R = add(cR, dR),
    t2I = add(cI, dI);
  const t3R = sub(bR, eR),
    t3I = sub(bI, eI);
  const t4R = sub(cR, dR),
    t4I = sub(cI, dI);
  const aR = ld(x),
    aI = ldIm(x);
  st(x, add(aR, add(t1R, t2R)), add(aI, add(t1I, t2I)));
  const m1R = add(aR, add(mul(t1R, c1), mul(t2R, c2)));
  const m1I = add(aI, add(mul(t1I, c1), mul(t2I, c2)));
  const n1R = add(mul(t3R, s1), mul(t4R, s2));
  const n1I = add(mul(t3I, s1), mul(t4I, s2));
  put(x + m, add(m1R, n1I), sub(m1I, n1R), w, plain);
  put(x + 4 * m, sub(m1R, n1I), add(m1I, n1R), w + 48, plain);
  const m2R = add(aR, add(mul(t1R, c2), mul(t2R, c1)));
  const m2I = add(aI, add(mul(t1I, c2), mul(t2I, c1)));
  const n2R = sub(mul(t3R, s2), mul(t4R, s1));
  const n2I = sub(mul(t3I, s2), mul(t4I, s1));
  put(x + 2 * m, add(m2R, n2I), sub(m2I, n2R), w + 16, plain);
  put(x + 3 * m, sub(m2R, n2I), add(m2I, n2R), w + 32, plain);
}

// Any other small prime by its definition, samples j and p - j together. Scratch for sums and differences follows the
// roots of unity, which follow the twiddles of the level.

function forwardPrime(x: usize, blocks: u32, radix: u32, m: usize, twiddles: usize): void {
  const p = radix as usize;
  const perElement = (p - 1) * 16;
  const roots = twiddles + (m / ELEMENT) * perElement;
  const scratch = roots + 16 * p;
  for (; blocks > 0; blocks--, x += (p - 1) * m) {
    let w = twiddles;
    const end = x + m;
    for (; x < end; x += ELEMENT, w += perElement) {
      let at = scratch;
      for (let j: usize = 1; j < p - j; j++, at += 64) {
        const a = x + j * m;
        const b = x + (p - j) * m;
        fold(at, ld(a), ldIm(a), ld(b), ldIm(b));
      }
      primeButterfly(x, p, m, w, roots, scratch, false);
    }
  }
}

function inversePrime(x: usize, blocks: u32, radix: u32, m: usize, twiddles: usize): void {
  const p = radix as usize;
  const perElement = (p - 1) * 16;
  const roots = twiddles + (m / ELEMENT) * perElement;
  const scratch = roots + 16 * p;
  for (; blocks > 0; blocks--, x += (p - 1) * m) {
    let w = twiddles;
    const end = x + m;
    for (; x < end; x += ELEMENT, w += perElement) {
      let at = scratch;
      for (let j: usize = 1; j < p - j; j++, at += 64) {
        const a = x + j * m;
        const b = x + (p - j) * m;
        const wa = w + (j - 1) * 16;
        const wb = w + (p - j - 1) * 16;
        // exchanged: it turns the direction of the transform around
        fold(at, reTimes(b, wb), imTimes(b, wb), reTimes(a, wa), imTimes(a, wa));
      }
      primeButterfly(x, p, m, w, roots, scratch, true);
    }
  }
}

function fold(at: usize, aR: v128, aI: v128, bR: v128, bI: v128): void {
  st(at, add(aR, bR), add(aI, bI));
  v128.store(at, sub(aR, bR), 32);
  v128.store(at, sub(aI, bI), 48);
}

function primeButterfly(x: usize, p: usize, m: usize, w: usize, roots: usize, scratch: usize, plain: boolean): void {
  const aR = ld(x);
  const aI = ldIm(x);
  let totalR = aR;
  let totalI = aI;
  for (let k: usize = 1; k < p - k; k++) {
    let cR = aR;
    let cI = aI;
    let sR = f64x2.splat(0);
    let sI = f64x2.splat(0);
    let at = scratch;
    let turn: usize = 0;
    for (let j: usize = 1; j < p - j; j++, at += 64) {
      turn += k;
      if (turn >= p) turn -= p;
      const cosine = v128.load64_splat(roots + 16 * turn);
      const sine = v128.load64_splat(roots + 16 * turn, 8);
      cR = add(cR, mul(ld(at), cosine));
      cI = add(cI, mul(ldIm(at), cosine));
      sR = add(sR, mul(v128.load(at, 32), sine));
      sI = add(sI, mul(v128.load(at, 48), sine));
      if (k == 1) {
        totalR = add(totalR, ld(at));
        totalI = add(totalI, ldIm(at));
      }
    }
    // the roots are exp(-2πi·t / p), so their imaginary parts carry the sign
    put(x + k * m, sub(cR, sI), add(cI, sR), w + (k - 1) * 16, plain);
    put(x + (p - k) * m, add(cR, sI), sub(cI, sR), w + (p - k - 1) * 16, plain);
  }
  st(x, totalR, totalI);
}

/** Four real rows of n samples, of which the first at `rows` and each next `stride` bytes on, into the real and
 * imaginary parts of the two signals at x: rows 0 and 1 are signal 0, rows 2 and 3 signal 1. */
export function pack(x: usize, rows: usize, stride: usize, n: u32): void {
  const b = rows + stride;
  const c = b + stride;
  const d = c + stride;
  let at: usize = 0;
  const end = ((n & ~1) as usize) * 8;
  for (; at < end; at += 16, x += 64) {
    const a0 = v128.load(rows + at);
    const b0 = v128.load(b + at);
    const c0 = v128.load(c + at);
    const d0 = v128.load(d + at);
    v128.store(x, v128.shuffle<i64>(a0, c0, 0, 2));
    v128.store(x, v128.shuffle<i64>(b0, d0, 0, 2), 16);
    v128.store(x, v128.shuffle<i64>(a0, c0, 1, 3), 32);
    v128.store(x, v128.shuffle<i64>(b0, d0, 1, 3), 48);
  }
  if (n & 1) {
    store<f64>(x, load<f64>(rows + at));
    store<f64>(x, load<f64>(c + at), 8);
    store<f64>(x, load<f64>(b + at), 16);
    store<f64>(x, load<f64>(d + at), 24);
  }
}

/** The other way. */
export function unpack(rows: usize, stride: usize, x: usize, n: u32): void {
  const b = rows + stride;
  const c = b + stride;
  const d = c + stride;
  let at: usize = 0;
  const end = ((n & ~1) as usize) * 8;
  for (; at < end; at += 16, x += 64) {
    const re0 = v128.load(x);
    const im0 = v128.load(x, 16);
    const re1 = v128.load(x, 32);
    const im1 = v128.load(x, 48);
    v128.store(rows + at, v128.shuffle<i64>(re0, re1, 0, 2));
    v128.store(c + at, v128.shuffle<i64>(re0, re1, 1, 3));
    v128.store(b + at, v128.shuffle<i64>(im0, im1, 0, 2));
    v128.store(d + at, v128.shuffle<i64>(im0, im1, 1, 3));
  }
  if (n & 1) {
    store<f64>(rows + at, load<f64>(x));
    store<f64>(c + at, load<f64>(x, 8));
    store<f64>(b + at, load<f64>(x, 16));
    store<f64>(d + at, load<f64>(x, 24));
  }
}

/** Element i of `out` becomes weight[i] · (x[table[2i]] + x[table[2i + 1]]); the table holds offsets in bytes. */
export function gather(out: usize, x: usize, table: usize, weights: usize, n: u32): void {
  for (; n > 0; n--, out += ELEMENT, table += 8, weights += 8) {
    const p = x + (load<u32>(table) as usize);
    const q = x + (load<u32>(table, 4) as usize);
    const h = v128.load64_splat(weights);
    st(out, mul(add(ld(p), ld(q)), h), mul(add(ldIm(p), ldIm(q)), h));
  }
}

/** One complex signal of 2·half numbers pairs at `input` into two of half the length, whose transforms are its even and
 * its odd bins. `twiddles` are exp(-2πi·j / (2·half)). */
export function splitForward(x: usize, input: usize, half: u32, twiddles: usize): void {
  const middle = (half as usize) * 16;
  const end = input + middle;
  for (; input < end; input += 16, twiddles += 16, x += ELEMENT) {
    const a = v128.load(input);
    const b = v128.load(input + middle);
    const s = add(a, b);
    const d = sub(a, b);
    const w = v128.load(twiddles);
    const turned = timesComplex(d, w);
    st(x, v128.shuffle<i64>(s, turned, 0, 2), v128.shuffle<i64>(s, turned, 1, 3));
  }
}

function timesComplex(d: v128, w: v128): v128 {
  // (dr·wr - di·wi, dr·wi + di·wr)
  const dr = v128.shuffle<i64>(d, d, 0, 0);
  const di = v128.shuffle<i64>(d, d, 1, 1);
  const crossed = mul(di, v128.shuffle<i64>(w, w, 1, 0));
  const negated = v128.xor(crossed, i64x2(i64.MIN_VALUE, 0));
  return add(mul(dr, w), negated);
}

/** The bins of both signals at x, whose places `table` gives in bytes, in turn and in order. */
export function mergeForward(output: usize, x: usize, half: u32, table: usize): void {
  for (; half > 0; half--, output += 32, table += 4) {
    const p = x + (load<u32>(table) as usize);
    const re = ld(p);
    const im = ldIm(p);
    v128.store(output, v128.shuffle<i64>(re, im, 0, 2));
    v128.store(output, v128.shuffle<i64>(re, im, 1, 3), 16);
  }
}

export function splitInverse(x: usize, input: usize, half: u32, table: usize): void {
  for (; half > 0; half--, input += 32, table += 4) {
    const p = x + (load<u32>(table) as usize);
    const even = v128.load(input);
    const odd = v128.load(input, 16);
    st(p, v128.shuffle<i64>(even, odd, 0, 2), v128.shuffle<i64>(even, odd, 1, 3));
  }
}

export function mergeInverse(output: usize, x: usize, half: u32, twiddles: usize, scale: f64): void {
  const middle = (half as usize) * 16;
  const end = output + middle;
  const scales = f64x2.splat(scale);
  for (; output < end; output += 16, twiddles += 16, x += ELEMENT) {
    const re = mul(ld(x), scales);
    const im = mul(ldIm(x), scales);
    const u = v128.shuffle<i64>(re, im, 0, 2);
    const v = v128.shuffle<i64>(re, im, 1, 3);
    const turned = timesComplex(v, v128.xor(v128.load(twiddles), i64x2(0, i64.MIN_VALUE)));
    v128.store(output, add(u, turned));
    v128.store(output + middle, sub(u, turned));
  }
}
