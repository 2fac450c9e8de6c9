import { StreamError } from "../errors";
import type { EpochPlan } from "../epochs";
import { BLOCK } from "./filter-stage";

/** What is known of an event that has been found. */
export interface FoundEvent {
  /** Which of the stream's events it is. */
  readonly index: number;
  /** Its sample, counted from the stream's first. */
  readonly sample: number;
  readonly code: number;
}

export interface EpochStageOptions {
  readonly plan: EpochPlan;
  readonly nChannels: number;
  /** How many samples an event may come after its own. */
  readonly nLate: number;
  /** Takes what is cut out, nChannels × nTimes, and may change it. */
  readonly onCut: (cut: Float64Array, event: FoundEvent) => void;
  readonly onDrop: (event: FoundEvent, reason: string) => void;
}

/** Keeps the latest samples, and cuts an epoch around each event as soon as its last sample is there. */
export interface EpochStage {
  readonly bufferBytes: number;
  /** Number of the next sample. */
  readonly nSamples: number;
  /** Announces an event, of any time that the buffer still holds, or to come. */
  add(event: FoundEvent): void;
  /** Takes n samples of nChannels rows, `BLOCK` apart. */
  push(rows: Float64Array, n: number): void;
  /** The signal is over: drops what waits for its end, and begins anew; the numbers of samples and events go on. Events
   * of samples to come stay, unless none will. */
  restart(isLast: boolean): void;
}

/** Markers may be announced ahead of their samples, but not without end. */
const PENDING_MAX = 4096;

export function planEpochStage(options: EpochStageOptions): EpochStage {
  const { plan, nChannels, nLate, onCut, onDrop } = options;
  const { firstSample, nTimes } = plan;
  const capacity = Math.max(nTimes, nLate - firstSample) + BLOCK;
  const ring = new Float64Array(nChannels * capacity);
  const cut = new Float64Array(nChannels * nTimes);
  const pending: FoundEvent[] = []; // by their samples
  let nSamples = 0;
  let begin = 0; // where the present signal began
  let done: number[] = []; // samples of the events that were complete, as far back as the ring reaches

  const cutOut = (event: FoundEvent): void => {
    const start = event.sample + firstSample;
    const from = start % capacity;
    const n = Math.min(nTimes, capacity - from); // up to where the ring closes
    for (let channel = 0; channel < nChannels; channel++) {
      const row = channel * capacity;
      cut.set(ring.subarray(row + from, row + from + n), channel * nTimes);
      if (n < nTimes) cut.set(ring.subarray(row, row + nTimes - n), channel * nTimes + n);
    }
    onCut(cut, event);
  };
  const cutComplete = (): void => {
    while (pending.length > 0 && pending[0]!.sample + firstSample + nTimes <= nSamples) {
      const event = pending.shift()!;
      done.push(event.sample);
      cutOut(event);
    }
  };

  return {
    bufferBytes: ring.byteLength + cut.byteLength,
    get nSamples() {
      return nSamples;
    },
    add(event) {
      const start = event.sample + firstSample;
      let at = pending.length;
      while (at > 0 && pending[at - 1]!.sample > event.sample) at--;
      if (pending[at - 1]?.sample === event.sample || done.includes(event.sample)) onDrop(event, "DROP DUPLICATE");
      else if (start < begin) onDrop(event, "NO_DATA");
      else if (start < nSamples - capacity) onDrop(event, "TOO_LATE");
      else if (pending.length >= PENDING_MAX)
        throw new StreamError(`${PENDING_MAX} events wait for their samples: announce them later`);
      else {
        pending.splice(at, 0, event);
        cutComplete();
      }
    },
    push(rows, n) {
      const from = nSamples % capacity;
      const whole = Math.min(n, capacity - from);
      for (let channel = 0; channel < nChannels; channel++) {
        const row = channel * BLOCK;
        ring.set(rows.subarray(row, row + whole), channel * capacity + from);
        if (whole < n) ring.set(rows.subarray(row + whole, row + n), channel * capacity);
      }
      nSamples += n;
      if (done.length > 0 && done[0]! + firstSample < nSamples - capacity)
        done = done.filter((sample) => sample + firstSample >= nSamples - capacity);
      cutComplete();
    },
    restart(isLast) {
      begin = nSamples;
      done = [];
      for (const event of pending.splice(0)) {
        if (isLast || event.sample < nSamples) onDrop(event, "TOO_SHORT");
        else if (event.sample + firstSample < begin) onDrop(event, "NO_DATA");
        else pending.push(event);
      }
    },
  };
}
