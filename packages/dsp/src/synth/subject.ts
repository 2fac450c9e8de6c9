import cohort from "./cohort.json";
import type { RandomStream } from "./random";
import { randomStream } from "./random";
import { CHANNELS, plus, positionOf, unit, type Position } from "./topography";

/** How many subjects have fixed parameters, whatever the seed: 1 to 10 to train on, 11 to 15 never to be seen. */
export const REFERENCE_SUBJECTS = 15;

/** A component that only this subject has. */
export interface OwnComponent {
  readonly amplitude_uv: number;
  readonly latency_s: number;
  readonly width_s: number;
  readonly centre: Position;
  readonly spread: number;
}

/** What makes a subject; names and units are those of the cohort file. */
export interface Subject {
  readonly subject: number;
  readonly p3_amplitude_uv: number;
  readonly p3_latency_s: number;
  readonly p3_width_s: number;
  readonly p3_centre: Position;
  readonly n2_amplitude_uv: number;
  readonly n2_latency_s: number;
  readonly n2_left_share: number;
  readonly own: readonly OwnComponent[];
  readonly visual_latency_shift_s: number;
  readonly visual_gain: number;
  readonly channel_gain: readonly number[];
  readonly background_gain: number;
  readonly alpha_uv: number;
  readonly alpha_hz: number;
  readonly blink_rate_factor: number;
  readonly hum_uv: readonly number[];
}

/** The parameters of a subject: from the reference cohort up to 15, drawn from the seed beyond. */
export function subjectParameters(subject: number, seed: number): Subject {
  const known = (cohort.subjects as unknown as readonly Subject[])[subject - 1];
  return known ?? drawSubject(subject, randomStream(SUBJECT_STREAM, seed, subject));
}

const SUBJECT_STREAM = 0x5b1ec7;

function drawSubject(subject: number, random: RandomStream): Subject {
  const g = (): number => random.normal();
  const clip = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
  const parietal = unit(plus(positionOf("Pz"), positionOf("Cz")));
  return {
    subject,
    p3_amplitude_uv: 7.5 * Math.exp(0.3 * g()),
    p3_latency_s: clip(0.38 + 0.05 * g(), 0.28, 0.52),
    p3_width_s: random.between(0.05, 0.09),
    p3_centre: unit(plus(parietal, [0.5 * g(), g(), 0.5 * g()], 0.35)),
    n2_amplitude_uv: (-3 + 2 * g()) * 1.25,
    n2_latency_s: 0.23 + 0.025 * g(),
    n2_left_share: clip(0.5 + 0.25 * g(), 0, 1),
    own: Array.from({ length: 3 }, () => ({
      amplitude_uv: random.between(5, 12) * (random.uniform() < 0.5 ? -1 : 1),
      latency_s: random.between(0.12, 0.58),
      width_s: random.between(0.03, 0.07),
      centre: unit([g(), g() - 0.2, 0.6 * g() + 0.5]),
      spread: random.between(0.5, 0.8),
    })),
    visual_latency_shift_s: 0.012 * g(),
    visual_gain: Math.exp(0.25 * g()),
    channel_gain: CHANNELS.map(() => Math.exp(0.15 * g())),
    background_gain: Math.exp(0.2 * g()),
    alpha_uv: random.between(2, 9),
    alpha_hz: random.between(8.5, 11.5),
    blink_rate_factor: random.between(0.5, 1.5),
    hum_uv: CHANNELS.map(() => random.between(3, 15)),
  };
}
