import type { AnalyseOptions } from "@p300/dsp/plots";

/** What the page asks of the worker: one recording, with whatever lay beside it. */
export interface Job {
  readonly id: number;
  readonly name: string;
  readonly file: File;
  /** Files that the recording may name: .eeg and .vmrk of a .vhdr, the .fdt of a .set. */
  readonly companions: readonly File[];
  /** A metadata.json beside it. */
  readonly metadata: File | null;
  /** When the recording does not tell its rate and the user did. */
  readonly sampleRateHz: number | null;
  readonly options: AnalyseOptions;
}

/** What the worker answers, in this order: any number of "progress", then one of the others. */
export type Answer =
  | { readonly id: number; readonly kind: "progress"; readonly stage: string }
  | { readonly id: number; readonly kind: "done"; readonly html: string; readonly summary: string }
  | { readonly id: number; readonly kind: "rate-wanted"; readonly message: string }
  | { readonly id: number; readonly kind: "failed"; readonly message: string };
