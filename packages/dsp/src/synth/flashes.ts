import { roundHalfEven } from "../round";
import type { RandomStream } from "./random";

/** One flash of the speller. */
export interface Flash {
  readonly sample: number;
  readonly isTarget: boolean;
}

const REPETITIONS = 48;
const FLASHES = 12;

/** 48 repetitions of 12 flashes, 0.2 to 0.3 s apart, so that responses overlap. Two of the twelve are targets, never
 * next to each other. */
export function drawFlashes(random: RandomStream, sampleRateHz: number): Flash[] {
  const flashes: Flash[] = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const targets = drawTargets(random);
    let seconds = 5 + repetition * (290 / REPETITIONS) + random.between(0, 0.2);
    for (let i = 0; i < FLASHES; i++) {
      flashes.push({ sample: roundHalfEven(seconds * sampleRateHz), isTarget: targets.includes(i) });
      seconds += random.between(0.2, 0.3);
    }
  }
  return flashes;
}

function drawTargets(random: RandomStream): readonly [number, number] {
  for (;;) {
    const first = Math.floor(random.uniform() * FLASHES);
    const second = Math.floor(random.uniform() * FLASHES);
    if (Math.abs(first - second) > 1) return [first, second];
  }
}
