import { ChannelError, OptionError } from "../../errors";
import { checkRecording, type Recording } from "../../recording";
import { checkSignals } from "../signals";
import type { AsrCalibration } from "./calibrate";
import { type ApplyAsrOptions, type AsrChunk, streamAsr } from "./stream";

/** Mends bursts of artefacts: where a window's signal is larger in some direction than clean EEG ever is, that direction is
 * made anew from the others by the clean covariance. What is within bounds stays as it is, bit for bit. Nothing is
 * shifted in time: the look-ahead is made up for, and behind the end the signal is mirrored about its last sample.
 * The process of the ASR reference (`asr_process`); agrees with asrpy 0.0.8 (`test/golden/cleaning-asr.json`).
 * @returns a recording of the same shape, in microvolts.
 * @throws {ChannelError} {OptionError} when the calibration is of other channels, or of another rate.
 * @see T. R. Mullen et al., IEEE Trans. Biomed. Eng. 62(11), 2015, doi:10.1109/TBME.2015.2481482 */
export function applyAsr(recording: Recording, calibration: AsrCalibration, options: ApplyAsrOptions = {}): Recording {
  checkSignals(recording);
  checkRecording(recording);
  const { data, nChannels, nSamples, sampleRateHz, channelNames } = recording;
  if (sampleRateHz !== calibration.sampleRateHz)
    throw new OptionError(
      "sampleRateHz",
      sampleRateHz,
      `the calibration's ${calibration.sampleRateHz}, or calibrate anew`,
    );
  const stranger = channelNames.findIndex((name, index) => name !== calibration.channelNames[index]);
  if (stranger >= 0 || nChannels !== calibration.channelNames.length)
    throw new ChannelError(
      channelNames[Math.max(stranger, 0)] ?? "none",
      `the calibration is of other channels: ${calibration.channelNames.join(", ")}`,
    );
  const asr = streamAsr(calibration, options);
  const out = new Float64Array(data.length);
  const size = 8192;
  let done = 0;
  const write = ({ data: cleaned, nSamples: n }: AsrChunk): void => {
    for (let channel = 0; channel < nChannels; channel++)
      out.set(cleaned.subarray(channel * n, (channel + 1) * n), channel * nSamples + done);
    done += n;
  };
  for (let from = 0; from < nSamples; from += size) {
    const n = Math.min(size, nSamples - from);
    const chunk = new Float64Array(nChannels * n);
    for (let channel = 0; channel < nChannels; channel++)
      chunk.set(data.subarray(channel * nSamples + from, channel * nSamples + from + n), channel * n);
    write(asr.push(chunk));
  }
  write(asr.flush());
  return { ...recording, data: out };
}
