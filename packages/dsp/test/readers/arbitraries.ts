import fc from "fast-check";
import type { Annotation, Recording } from "../../src";

/** Small recordings of every kind of rate and length, with events and annotations, in microvolts of float32 precision. */
export function anyRecording(options: { maxCode?: number } = {}): fc.Arbitrary<Recording> {
  const { maxCode = 255 } = options;
  return fc
    .record({
      nChannels: fc.integer({ min: 1, max: 4 }),
      nSamples: fc.integer({ min: 2, max: 90 }),
      sampleRateHz: fc.constantFrom(16, 20, 32.5, 10, 1000 / 3, 64, 7, 250, 512),
    })
    .chain(({ nChannels, nSamples, sampleRateHz }) =>
      fc.record({
        nChannels: fc.constant(nChannels),
        nSamples: fc.constant(nSamples),
        sampleRateHz: fc.constant(sampleRateHz),
        channelNames: fc.constant(["Fz", "Cz", "P3", "Oz"].slice(0, nChannels)),
        data: fc
          .array(fc.integer({ min: -400_000, max: 400_000 }), {
            minLength: nChannels * nSamples,
            maxLength: nChannels * nSamples,
          })
          .map((values) => Float64Array.from(values, (value) => value / 64)),
        stim: fc
          .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: maxCode })), {
            minLength: nSamples,
            maxLength: nSamples,
          })
          .map((codes) => Int32Array.from(codes)),
        annotations: fc
          .array(anyAnnotation(nSamples / sampleRateHz), { maxLength: 5 })
          .map((list) => (list.length === 0 ? undefined : list.sort((a, b) => a.onsetSeconds - b.onsetSeconds))),
      }),
    );
}

const anyAnnotation = (seconds: number): fc.Arbitrary<Annotation> =>
  fc.record({
    onsetSeconds: fc.integer({ min: 0, max: 10_000 }).map((n) => Math.round((n / 10_000) * seconds * 1e6) / 1e6),
    durationSeconds: fc.constantFrom(0, 0.25, 1.5),
    text: fc.constantFrom("eyes closed", "α rhythm", "note, with comma", "7 of 9"),
  });
