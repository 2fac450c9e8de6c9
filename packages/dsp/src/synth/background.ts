import type { Flash } from "./flashes";
import type { RandomStream } from "./random";
import type { Subject } from "./subject";
import { CHANNELS, chord, normalised, plus, positionOf, topography, unit } from "./topography";

/** The shape of a recording that is being made: one row a channel, microvolts; everything is added to it. */
export interface Canvas {
  readonly data: Float64Array;
  readonly nSamples: number;
  readonly sampleRateHz: number;
}

/** Adds all that goes on in the head, the eyes and the room without any flash. */
export function addBackground(canvas: Canvas, subject: Subject, flashes: readonly Flash[], random: RandomStream): void {
  addPinkNoise(canvas, subject, random);
  addAlpha(canvas, subject, random);
  addBlinks(canvas, subject, flashes, random);
  addHumDriftAndSensorNoise(canvas, subject, random);
}

const rowOf = ({ data, nSamples }: Canvas, channel: number): Float64Array =>
  data.subarray(channel * nSamples, (channel + 1) * nSamples);

const OCTAVES = 8;
/** Samples mixed at a time, so that all channels of them stay in the processor's cache. */
const MIXING_BLOCK = 2048;

/** 1/f noise as a sum of eight Ornstein-Uhlenbeck processes, corners 0.5 to 64 Hz, alike in neighbouring electrodes.
 * All eight share one mixing of the channels, so it is applied once, to their sum. */
function addPinkNoise(canvas: Canvas, subject: Subject, random: RandomStream): void {
  const { nSamples, sampleRateHz } = canvas;
  const noise = new Float64Array(nSamples);
  const sources = CHANNELS.map(() => {
    const sum = new Float64Array(nSamples);
    for (let octave = 0; octave < OCTAVES; octave++) {
      random.normalsInto(noise);
      addOrnsteinUhlenbeck(sum, noise, 0.5 * 2 ** octave, sampleRateHz, 1);
    }
    return sum;
  });
  const mixing = cholesky(
    CHANNELS.map((_, i) => CHANNELS.map((_, j) => Math.exp(-chord(i, j) / 0.7) + (i === j ? 1e-6 : 0))),
  );
  const deviation = (5 / Math.sqrt(OCTAVES)) * subject.background_gain;
  for (let from = 0; from < nSamples; from += MIXING_BLOCK) {
    const to = Math.min(from + MIXING_BLOCK, nSamples);
    for (const channel of CHANNELS.keys()) {
      const row = rowOf(canvas, channel).subarray(from, to);
      const gain = deviation * subject.channel_gain[channel]!;
      for (let source = 0; source <= channel; source++)
        addScaled(row, sources[source]!.subarray(from, to), gain * mixing[channel]![source]!);
    }
  }
}

/** Adds scale · x, x[n] = a · x[n-1] + sqrt(1 - a²) · noise[n], which has standard deviation 1 from its first sample on. */
function addOrnsteinUhlenbeck(
  out: Float64Array,
  noise: Float64Array,
  cornerHz: number,
  sampleRateHz: number,
  scale: number,
): void {
  const a = Math.exp((-2 * Math.PI * cornerHz) / sampleRateHz);
  const b = Math.sqrt(1 - a * a) * scale;
  let x = noise[0]! * scale;
  out[0]! += x;
  for (let i = 1; i < out.length; i++) {
    x = a * x + b * noise[i]!;
    out[i]! += x;
  }
}

function addScaled(row: Float64Array, values: Float64Array, scale: number): void {
  for (let i = 0; i < row.length; i++) row[i]! += scale * values[i]!;
}

/** L of L·Lᵀ = matrix. */
function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const lower = matrix.map((row) => row.map(() => 0));
  for (let i = 0; i < matrix.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(sum) : sum / lower[j]![j]!;
    }
  }
  return lower;
}

/** Two independent occipital rhythms, left and right, at the subject's alpha frequency. */
function addAlpha(canvas: Canvas, subject: Subject, random: RandomStream): void {
  const { nSamples, sampleRateHz } = canvas;
  const pole = Math.exp((-Math.PI * 1.2) / sampleRateHz);
  const a1 = 2 * pole * Math.cos((2 * Math.PI * subject.alpha_hz) / sampleRateHz);
  const a2 = -pole * pole;
  const rhythm = new Float64Array(nSamples);
  for (const side of ["O1", "O2"]) {
    random.normalsInto(rhythm);
    let sum = 0;
    let squares = 0;
    for (let i = 0, z1 = 0, z2 = 0; i < nSamples; i++) {
      const z = a1 * z1 + a2 * z2 + rhythm[i]!;
      z2 = z1;
      z1 = z;
      rhythm[i] = z;
      sum += z;
      squares += z * z;
    }
    const deviation = Math.sqrt(squares / nSamples - (sum / nSamples) ** 2);
    const scale = subject.alpha_uv / Math.SQRT2 / deviation;
    const weights = topography(unit(plus(positionOf(side), positionOf("Pz"), 0.3)), 0.6);
    for (const [channel, weight] of weights.entries())
      addScaled(rowOf(canvas, channel), rhythm, scale * weight * subject.channel_gain[channel]!);
  }
}

/** Blinks: 30 a minute, but only 6 near a flash, since people hold them back until the pauses. */
function addBlinks(canvas: Canvas, subject: Subject, flashes: readonly Flash[], random: RandomStream): void {
  const { nSamples, sampleRateHz } = canvas;
  const nearFlash = new Uint8Array(nSamples);
  for (const { sample } of flashes)
    nearFlash.fill(1, Math.max(0, Math.ceil(sample - 0.2 * sampleRateHz)), Math.floor(sample + 0.7 * sampleRateHz) + 1);
  const forehead = unit(plus(positionOf("Fp1"), positionOf("Fp2")));
  // exp(-(d / 0.55)²) is a topography of spread 0.55 / √2
  const weights = normalised(topography(forehead, 0.55 / Math.SQRT2));
  for (let start = 0; start < nSamples; start++) {
    const perMinute = (nearFlash[start] ? 6 : 30) * subject.blink_rate_factor;
    if (random.uniform() >= perMinute / 60 / sampleRateHz) continue;
    const length = Math.round(random.between(0.25, 0.4) * sampleRateHz);
    const amplitude = random.between(90, 220);
    const shape = Float64Array.from(
      { length: Math.min(length, nSamples - start) },
      (_, i) => amplitude * Math.sin(Math.PI * (i / length) ** 0.7) ** 2,
    );
    for (const [channel, weight] of weights.entries())
      addScaled(rowOf(canvas, channel).subarray(start, start + shape.length), shape, weight);
  }
}

/** What the electrodes and the room add, each channel by itself: mains hum, drift and offset of dry contacts, noise. */
function addHumDriftAndSensorNoise(canvas: Canvas, subject: Subject, random: RandomStream): void {
  const { nSamples, sampleRateHz } = canvas;
  const noise = new Float64Array(nSamples);
  const step = (2 * Math.PI * 50) / sampleRateHz;
  const sine = Float64Array.from({ length: nSamples }, (_, i) => Math.sin(step * i));
  const cosine = Float64Array.from({ length: nSamples }, (_, i) => Math.cos(step * i));
  for (const channel of CHANNELS.keys()) {
    const row = rowOf(canvas, channel);
    const phase = random.between(0, 0.6);
    const offset = random.between(-200, 200);
    addScaled(row, sine, subject.hum_uv[channel]! * Math.cos(phase));
    addScaled(row, cosine, subject.hum_uv[channel]! * Math.sin(phase));
    for (let i = 0; i < nSamples; i++) row[i]! += offset;
    random.normalsInto(noise);
    addOrnsteinUhlenbeck(row, noise, 0.03, sampleRateHz, 30);
    random.normalsInto(noise);
    addScaled(row, noise, 1);
  }
}
