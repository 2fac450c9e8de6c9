import { planFft } from "../fft";
import type { SpectrumLike } from "../plots/shapes";
import type { Recording } from "../recording";

/** Welch's power spectral density of each channel: Hann windows of two seconds that overlap by half, each freed of its mean. */
export function spectrumOf({ data, nChannels, nSamples, sampleRateHz }: Recording): SpectrumLike {
  const size = Math.max(1, Math.min(nSamples, Math.round(2 * sampleRateHz)));
  const step = Math.max(1, Math.floor(size / 2));
  const window = Float64Array.from({ length: size }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / size));
  const scale = 1 / (sampleRateHz * window.reduce((sum, w) => sum + w * w, 0));
  const nFrequencies = Math.floor(size / 2) + 1;
  const power = new Float64Array(nChannels * nFrequencies);
  const fft = planFft(size);
  const input = new Float64Array(2 * size);
  const output = new Float64Array(2 * size);
  for (let channel = 0; channel < nChannels; channel++) {
    let nSegments = 0;
    for (let from = 0; from + size <= nSamples; from += step, nSegments++) {
      const segment = data.subarray(channel * nSamples + from, channel * nSamples + from + size);
      const mean = segment.reduce((sum, x) => sum + x, 0) / size;
      for (let i = 0; i < size; i++) input[2 * i] = (segment[i]! - mean) * window[i]!;
      fft.forward(input, output);
      for (let k = 0; k < nFrequencies; k++) {
        const twice = k > 0 && 2 * k < size ? 2 : 1;
        power[channel * nFrequencies + k]! += twice * scale * (output[2 * k]! ** 2 + output[2 * k + 1]! ** 2);
      }
    }
    for (let k = 0; k < nFrequencies; k++) power[channel * nFrequencies + k]! /= nSegments;
  }
  return { frequenciesHz: Float64Array.from({ length: nFrequencies }, (_, k) => (k * sampleRateHz) / size), power };
}
