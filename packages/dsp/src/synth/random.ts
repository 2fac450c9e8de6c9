/** A stream of random numbers: sfc32 for the bits, a 256-layer ziggurat for normals. The same seed gives the same
 * numbers on every machine.
 * @see C. Doty-Humphrey, PractRand 0.95 (sfc32); G. Marsaglia, W. W. Tsang, J. Statistical Software 5(8), 2000,
 * doi:10.18637/jss.v005.i08 (ziggurat) */
export interface RandomStream {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Standard normal. */
  normal(): number;
  /** Fills a buffer with standard normals. */
  normalsInto(out: Float64Array): void;
}

const LAYERS = 256;
/** Right end of the base layer, and the area of each layer, for 256 layers. */
const R = 3.6541528853610088;
const AREA = 0.00492867323399;
/** Of 32 bits, 8 choose the layer and 24 are a signed number below this. Sign and size come from one shift, since a
 * branch on a random bit is guessed wrong every other time. */
const SCALE = 2 ** 23;

const { edges, heights, thresholds } = makeLayers();

function makeLayers() {
  const density = (x: number): number => Math.exp(-0.5 * x * x);
  const edges = new Float64Array(LAYERS + 1);
  edges[0] = AREA / density(R); // the base layer stretched so that its rectangle has the area of all others
  edges[1] = R;
  for (let i = 2; i < LAYERS; i++) edges[i] = Math.sqrt(-2 * Math.log(AREA / edges[i - 1]! + density(edges[i - 1]!)));
  edges[LAYERS] = 0;
  const heights = edges.map(density);
  // a size below this lies in the part of its layer that is wholly under the curve
  const thresholds = Int32Array.from({ length: LAYERS }, (_, i) => Math.ceil((edges[i + 1]! / edges[i]!) * SCALE));
  return { edges: edges.map((x, i) => (i < LAYERS ? x / SCALE : x)), heights, thresholds };
}

/** Makes the stream named by some integers; streams of other names are independent of it. */
export function randomStream(...name: readonly number[]): RandomStream {
  let a = 0x9e3779b9 | 0;
  let b = 0x243f6a88 | 0;
  let c = 0xb7e15162 | 0;
  let counter = 1;

  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return t;
  };
  for (const part of [...name, name.length]) {
    a ^= part | 0;
    b ^= Math.floor(part / 2 ** 32) | 0;
    for (let i = 0; i < 16; i++) next();
  }

  const uniform = (): number => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992;

  /** Finishes a normal whose quick test failed; undefined: draw again. */
  const outside = (layer: number, x: number): number | undefined => {
    if (layer === 0) {
      let tail: number;
      let y: number;
      do {
        tail = -Math.log(1 - uniform()) / R;
        y = -Math.log(1 - uniform());
      } while (2 * y <= tail * tail);
      return x < 0 ? -(R + tail) : R + tail;
    }
    const y = heights[layer]! + uniform() * (heights[layer + 1]! - heights[layer]!);
    return y < Math.exp(-0.5 * x * x) ? x : undefined;
  };

  const normalsInto = (out: Float64Array): void => {
    // the state in locals: this loop makes some twenty million numbers a recording
    let s = a;
    let t = b;
    let u = c;
    let n = counter;
    for (let i = 0; i < out.length;) {
      const bits = (((s + t) | 0) + n) | 0;
      n = (n + 1) | 0;
      s = t ^ (t >>> 9);
      t = (u + (u << 3)) | 0;
      u = (((u << 21) | (u >>> 11)) + bits) | 0;
      const layer = bits & 0xff;
      const signed = bits >> 8;
      const x = signed * edges[layer]!;
      if ((signed < 0 ? -signed : signed) < thresholds[layer]!) {
        out[i++] = x;
        continue;
      }
      a = s;
      b = t;
      c = u;
      counter = n;
      const value = outside(layer, x);
      s = a;
      t = b;
      u = c;
      n = counter;
      if (value !== undefined) out[i++] = value;
    }
    a = s;
    b = t;
    c = u;
    counter = n;
  };

  const one = new Float64Array(1);
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    normal: () => {
      normalsInto(one);
      return one[0]!;
    },
    normalsInto,
  };
}
