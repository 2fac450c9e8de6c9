import { readFileSync } from "node:fs";

/** Reads a file of peers' answers; `producer` names who gave them. */
export function readGolden<Case>(name: string): { producer: string; tolerance: number; cases: Case[] } {
  return JSON.parse(readFileSync(new URL(`./golden/${name}.json`, import.meta.url), "utf8"));
}

/** `max|got - want|` over the whole array; infinite when the lengths differ or a number is none. */
export function worstError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(got[i]! - want[i]!);
    worst = Number.isNaN(error) ? Infinity : Math.max(worst, error);
  }
  return worst;
}

/** `max|got - want| / max|want|`. */
export function relativeError(got: ArrayLike<number>, want: ArrayLike<number>): number {
  let scale = Number.MIN_VALUE;
  for (let i = 0; i < want.length; i++) scale = Math.max(scale, Math.abs(want[i]!));
  return worstError(got, want) / scale;
}
