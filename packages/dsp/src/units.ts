/** Flavoured numbers: a bare number fits each of them, one of another unit does not. */

/** An electric potential in microvolts, the unit of every recording, epoch and feature of this package. */
export type Microvolts = number & { readonly unit?: "µV" };
/** A duration or a time in seconds; epoch times count from the event. */
export type Seconds = number & { readonly unit?: "s" };
/** A frequency or a sampling rate in hertz. */
export type Hertz = number & { readonly unit?: "Hz" };
