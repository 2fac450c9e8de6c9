import { OptionError } from "../errors";
import type { FindEventsOptions } from "../events";

export type StreamEventsOptions = Pick<FindEventsOptions, "consecutive" | "mask" | "maskType" | "uintCast">;

/** Tells the codes of a stim channel that begin an event, sample by sample, as `findEvents` does with output "onset". */
export interface OnsetFinder {
  /** The code of the event that begins at this sample, or 0. */
  next(value: number): number;
  reset(): void;
}

export function planOnsets(options: StreamEventsOptions): OnsetFinder {
  const { consecutive = "increasing", mask = null, maskType = "and", uintCast = false } = options;
  if (consecutive !== "increasing" && typeof consecutive !== "boolean")
    throw new OptionError("events.consecutive", consecutive, `"increasing", true or false`);
  if (mask !== null && !(Number.isInteger(mask) && Math.abs(mask) < 2 ** 31))
    throw new OptionError("events.mask", mask, "an integer of 32 bits, or null");
  if (maskType !== "and" && maskType !== "not_and")
    throw new OptionError("events.maskType", maskType, `"and" or "not_and"`);
  const bits = mask === null ? -1 : maskType === "and" ? mask : ~mask;
  let previous = -1; // the first value is no step
  return {
    next(value) {
      const whole = Math.trunc(value);
      const code = Math.abs(uintCast ? whole & 0xffff : whole);
      const before = (previous < 0 ? code : previous) & bits;
      const after = code & bits;
      previous = code;
      if (before === after || after === 0) return 0;
      const begins = consecutive === "increasing" ? after > before : consecutive || before === 0;
      return begins ? after : 0;
    },
    reset: () => void (previous = -1),
  };
}
