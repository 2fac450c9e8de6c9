import { wordOf } from "../plots/drops";
import { formatNumber } from "../plots/scales";
import { escapeText } from "../plots/svg";
import type { RecordingAnalysis } from "./analyse";
import type { ChannelQuality } from "./quality";

/** Which average a figure of all channels shows. */
export const kindOf = ({ difference, target }: RecordingAnalysis): string =>
  difference ? "target less non-target" : target ? "target" : "non-target";

const duration = (seconds: number): string =>
  seconds < 120
    ? `${formatNumber(seconds)} s`
    : `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`;

/** The figures that one looks for first. */
export function tiles(analysis: RecordingAnalysis): string {
  const { recording, events, dropLog, epochs, target, nonTarget, best } = analysis;
  const { nChannels, nSamples, sampleRateHz } = recording;
  const nDropped = dropLog.filter((reasons) => reasons.length > 0).length;
  const share = events.nEvents > 0 ? `${formatNumber((100 * nDropped) / events.nEvents, 0)} %` : "";
  const [clearest] = best;
  const rows: [string, string, string][] = [
    ["Channels", `${nChannels}`, shortList(recording.channelNames)],
    ["Rate", `${formatRate(sampleRateHz)} Hz`, ""],
    ["Length", duration(nSamples / sampleRateHz), `${nSamples} samples`],
    ["Events", `${events.nEvents}`, countsByName(analysis)],
    ["Epochs kept", `${epochs?.nEpochs ?? 0}`, `${target?.nAve ?? 0} target, ${nonTarget?.nAve ?? 0} non-target`],
    ["Dropped", `${nDropped}`, share],
  ];
  if (clearest)
    rows.push([
      "Clearest difference",
      `${formatNumber(clearest.amplitudeMicrovolts)} µV`,
      `${clearest.channelName}, ${formatNumber(clearest.latencySeconds * 1000, 0)} ms`,
    ]);
  return `<dl class="tiles">${rows
    .map(
      ([name, value, more]) =>
        `<div><dt>${name}</dt><dd>${escapeText(value)}${more ? `<small>${escapeText(more)}</small>` : ""}</dd></div>`,
    )
    .join("")}</dl>`;
}

const formatRate = (rate: number): string => String(Math.round(rate * 1000) / 1000);

const shortList = (names: readonly string[]): string =>
  names.length <= 6 ? names.join(", ") : `${names.slice(0, 5).join(", ")}, …`;

function countsByName({ events, recording, targetCodes, nonTargetCodes }: RecordingAnalysis): string {
  const counts = new Map<number, number>();
  for (const code of events.codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const nameOf = (code: number): string =>
    recording.stimCodes?.[String(code)] ??
    (targetCodes.includes(code) ? "Target" : nonTargetCodes.includes(code) ? "NonTarget" : `code ${code}`);
  const named = [...counts].sort(([a], [b]) => b - a).map(([code, n]) => `${n} ${nameOf(code)}`);
  return named.length <= 4 ? named.join(", ") : `${named.slice(0, 3).join(", ")}, and ${named.length - 3} other codes`;
}

/** How the numbers came about, each parameter. */
export function parameters({
  options,
  epochs,
  recording,
  events,
  dropLog,
  targetCodes,
  nonTargetCodes,
}: RecordingAnalysis): string {
  const { lowHz, highHz, tMinSeconds, tMaxSeconds, baseline, rejectPeakToPeakMicrovolts, resampleHz } = options;
  const filter =
    lowHz === null && highHz === null
      ? "none"
      : `${lowHz === null ? `below ${highHz} Hz` : highHz === null ? `above ${lowHz} Hz` : `${lowHz} to ${highHz} Hz`}, FIR with a Hamming window, zero phase`;
  const end = (seconds: number | null, own: string): string =>
    seconds === null ? own : `${formatNumber(seconds * 1000, 0)} ms`;
  const dropped = new Map<string, number>();
  for (const [reason] of dropLog)
    if (reason !== undefined) {
      const word = recording.channelNames.includes(reason) ? "amplitude" : wordOf(reason);
      dropped.set(word, (dropped.get(word) ?? 0) + 1);
    }
  const rows: [string, string][] = [
    ["Recording", recording.source ?? "–"],
    ["Filter", filter],
    ["Epochs", `${formatNumber(tMinSeconds * 1000, 0)} to ${formatNumber(tMaxSeconds * 1000, 0)} ms from the event`],
    [
      "Baseline",
      baseline === null
        ? "none"
        : `mean of ${end(baseline[0], "the beginning")} to ${end(baseline[1], "the end")} subtracted`,
    ],
    [
      "Rejection",
      rejectPeakToPeakMicrovolts === null
        ? "none"
        : `above ${rejectPeakToPeakMicrovolts} µV peak to peak in any channel`,
    ],
    [
      "Rate of the averages",
      `${formatRate(epochs?.sampleRateHz ?? recording.sampleRateHz)} Hz${resampleHz === null ? "" : ", resampled"}`,
    ],
    ["Codes", `target ${targetCodes.join(", ") || "–"}; non-target ${nonTargetCodes.join(", ") || "–"}`],
    ["Events found", `${events.nEvents}`],
    ["Epochs kept", `${epochs?.nEpochs ?? 0}`],
    ["Epochs dropped", [...dropped].map(([word, n]) => `${word} ${n}`).join(", ") || "none"],
    ["Spectrum", "Welch, Hann windows of 2 s, overlapping by half"],
  ];
  return `<dl class="plain">${rows.map(([name, value]) => `<dt>${name}</dt><dd>${escapeText(value)}</dd>`).join("")}</dl>`;
}

const MOST_ROWS = 300;

/** A row a channel; on a narrow screen each row becomes a card. */
export function channelTable({ channels, events }: RecordingAnalysis): string {
  const percent = (share: number | null): string =>
    share === null ? "–" : `${formatNumber(100 * share, share > 0 && share < 0.1 ? 1 : 0)} %`;
  const columns: [heading: string, of: (channel: ChannelQuality) => string][] = [
    ["deviation µV", ({ sdMicrovolts }) => formatNumber(sdMicrovolts)],
    ["span µV", ({ spanMicrovolts }) => formatNumber(spanMicrovolts, 0)],
    ["mains", ({ mains }) => (mains ? `${formatNumber(mains.decibel, 0)} dB` : "–")],
    ["flat", ({ flatShare }) => percent(flatShare)],
    [
      "dropped",
      ({ nDropped }) =>
        `${nDropped}${events.nEvents > 0 ? ` (${formatNumber((100 * nDropped) / events.nEvents, 0)} %)` : ""}`,
    ],
    ["remarks", ({ remarks }) => remarks.join("; ")],
  ];
  const shown =
    channels.length <= MOST_ROWS
      ? channels
      : [...channels]
          .sort((a, b) => b.remarks.length - a.remarks.length || b.nDropped - a.nDropped)
          .slice(0, MOST_ROWS);
  const body = shown.map(
    (channel) =>
      `<tr><th scope="row">${escapeText(channel.name)}</th>${columns
        .map(([heading, of]) => {
          const value = of(channel);
          return `<td data-label="${heading}"${value === "" ? ' class="empty"' : ""}>${escapeText(value)}</td>`;
        })
        .join("")}</tr>`,
  );
  return `<table><thead><tr><th scope="col">channel</th>${columns.map(([heading]) => `<th scope="col">${heading}</th>`).join("")}</tr></thead><tbody>${body.join("")}</tbody></table>
<p>Deviation: standard deviation within the pass band. Span: from the 1st to the 99th percentile, unfiltered. Mains: how far 50 or 60 Hz stand out. Flat: share of the seconds below 0.5 µV. Dropped: epochs in which the channel was beyond the limit.${
    shown.length < channels.length
      ? ` Of ${channels.length} channels those with remarks come first, and ${MOST_ROWS} are shown.`
      : ""
  }</p>`;
}
