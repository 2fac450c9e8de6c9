import { preprocess, type Features, type Recording } from "@p300/dsp";

/** Below either, amplitude rejection has left too little to train on, and the subject is taken without it. */
const KEPT_SHARE_MIN = 0.3;
const KEPT_EACH_CLASS_MIN = 10;

export interface SubjectResult {
  readonly features: Features;
  readonly labels: Int32Array;
  readonly epochsFound: number;
  readonly epochsKept: number;
  /** null when rejection left too few epochs and was not applied. */
  readonly rejectPeakToPeakMicrovolts: number | null;
}

/** Preprocesses a subject's runs, each filtered alone, their epochs put together in the order given. */
export function preprocessSubject(
  runs: readonly Recording[],
  rejectPeakToPeakMicrovolts: number | null = 100,
): SubjectResult {
  const rejected = attempt(runs, rejectPeakToPeakMicrovolts);
  if (rejectPeakToPeakMicrovolts === null || isEnough(rejected)) return rejected;
  return attempt(runs, null);
}

function isEnough({ labels, epochsFound, epochsKept }: SubjectResult): boolean {
  const targets = labels.reduce((sum, label) => sum + (label === 2 ? 1 : 0), 0);
  return (
    epochsKept >= KEPT_SHARE_MIN * epochsFound && Math.min(targets, labels.length - targets) >= KEPT_EACH_CLASS_MIN
  );
}

function attempt(runs: readonly Recording[], rejectPeakToPeakMicrovolts: number | null): SubjectResult {
  const parts = runs.map((run) => preprocess(run, { rejectPeakToPeakMicrovolts, allowEmpty: true }));
  const nFeatures = parts[0]?.features.nFeatures ?? 0;
  const nRows = parts.reduce((sum, { features }) => sum + features.nRows, 0);
  const data = new Float64Array(nRows * nFeatures);
  const labels = new Int32Array(nRows);
  let row = 0;
  for (const part of parts) {
    data.set(part.features.data, row * nFeatures);
    labels.set(part.labels, row);
    row += part.features.nRows;
  }
  const epochsFound = parts.reduce((sum, part) => sum + part.epochsFound, 0);
  return { features: { data, nRows, nFeatures }, labels, epochsFound, epochsKept: nRows, rejectPeakToPeakMicrovolts };
}
