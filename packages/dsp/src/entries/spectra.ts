export { envelope } from "../spectra/envelope";
export {
  makeMorlets,
  morletEpochs,
  type MorletEpochsOptions,
  type MorletOptions,
  type MorletPower,
  morletPower,
  type MorletPowerOptions,
} from "../spectra/morlet";
export type { SegmentOptions } from "../spectra/segments";
export { type Spectrogram, spectrogram, type SpectrogramOptions } from "../spectra/spectrogram";
export { periodogram, type Spectrum, welch, type WelchOptions, welchRecording } from "../spectra/welch";
