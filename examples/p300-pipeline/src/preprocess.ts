import { concatenateFeatures, NoEpochsError, preprocess, TARGET, type Features, type Recording } from "@p300/dsp";

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
  const targets = labels.reduce((sum, label) => sum + (label === TARGET ? 1 : 0), 0);
  return (
    epochsKept >= KEPT_SHARE_MIN * epochsFound && Math.min(targets, labels.length - targets) >= KEPT_EACH_CLASS_MIN
  );
}

function attempt(runs: readonly Recording[], rejectPeakToPeakMicrovolts: number | null): SubjectResult {
  const parts: { features: Features; labels: Int32Array }[] = [];
  let epochsFound = 0;
  for (const run of runs) {
    try {
      const part = preprocess(run, { rejectPeakToPeakMicrovolts });
      parts.push(part);
      epochsFound += part.epochsFound;
    } catch (error) {
      // A run of which nothing survives is not the end of its subject, unless nothing was rejected from it.
      if (!(error instanceof NoEpochsError) || rejectPeakToPeakMicrovolts === null) throw error;
      epochsFound += error.nEvents;
    }
  }
  const { features, labels } = concatenateFeatures(parts);
  return { features, labels, epochsFound, epochsKept: features.nRows, rejectPeakToPeakMicrovolts };
}
