import type { Canvas } from "./background";
import type { Flash } from "./flashes";
import type { RandomStream } from "./random";
import type { Subject } from "./subject";
import { mixed, normalised, positionOf, topography } from "./topography";

/** A bump in time, times a pattern over the electrodes. */
interface Component {
  readonly amplitude: number;
  readonly latency: number;
  readonly width: number;
  readonly weights: Float64Array;
}

/** Adds what every flash evokes in the visual cortex, and what a target evokes besides. */
export function addResponses(canvas: Canvas, subject: Subject, flashes: readonly Flash[], random: RandomStream): void {
  const visual = visualComponents(subject);
  const p300 = p300Component(subject);
  const others = [n2Component(subject), ...ownComponents(subject)];
  for (const { sample, isTarget } of flashes) {
    for (const component of visual) addBump(canvas, sample, component, 1 + 0.2 * random.normal(), 0);
    if (!isTarget) continue;
    const gain = Math.max(0, 1 + 0.3 * random.normal());
    const jitter = 0.025 * random.normal();
    addBump(canvas, sample, p300, gain, jitter);
    for (const component of others) addBump(canvas, sample, component, gain, jitter / 2);
  }
}

function visualComponents({ visual_gain: gain, visual_latency_shift_s: shift }: Subject): Component[] {
  const weights = topography(positionOf("Oz"), 0.6);
  return [
    { amplitude: 2 * gain, latency: 0.1 + shift, width: 0.018, weights },
    { amplitude: -3 * gain, latency: 0.165 + shift, width: 0.025, weights },
  ];
}

function p300Component(subject: Subject): Component {
  return {
    amplitude: subject.p3_amplitude_uv,
    latency: subject.p3_latency_s,
    width: subject.p3_width_s,
    weights: topography(subject.p3_centre, 0.75),
  };
}

function n2Component({ n2_amplitude_uv, n2_latency_s, n2_left_share: left }: Subject): Component {
  const weights = mixed(
    [left, topography(positionOf("P7"), 0.6)],
    [1 - left, topography(positionOf("P8"), 0.6)],
    [0.5, topography(positionOf("Oz"), 0.6)],
  );
  return { amplitude: n2_amplitude_uv, latency: n2_latency_s, width: 0.028, weights: normalised(weights) };
}

function ownComponents({ own }: Subject): Component[] {
  return own.map(({ amplitude_uv, latency_s, width_s, centre, spread }) => ({
    amplitude: amplitude_uv,
    latency: latency_s,
    width: width_s,
    weights: topography(centre, spread),
  }));
}

function addBump(
  { data, nSamples, sampleRateHz }: Canvas,
  flash: number,
  component: Component,
  gain: number,
  jitter: number,
): void {
  const { amplitude, width, weights } = component;
  const centre = component.latency + jitter;
  const from = Math.max(0, Math.ceil(flash + (centre - 4 * width) * sampleRateHz));
  const to = Math.min(nSamples - 1, Math.floor(flash + (centre + 4 * width) * sampleRateHz));
  for (let i = from; i <= to; i++) {
    const t = (i - flash) / sampleRateHz - centre;
    const value = gain * amplitude * Math.exp(-(t * t) / (2 * width * width));
    for (let channel = 0; channel < weights.length; channel++)
      data[channel * nSamples + i]! += weights[channel]! * value;
  }
}
