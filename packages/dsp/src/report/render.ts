import { checkObject, checkOptions } from "../check-object";
import { plotButterfly } from "../plots/butterfly";
import { plotContrast } from "../plots/contrast";
import { plotDrops } from "../plots/drops";
import { plotEpochsImage } from "../plots/image";
import { plotSpectrum } from "../plots/psd";
import { extentOf, formatNumber } from "../plots/scales";
import { escapeText } from "../plots/svg";
import { STYLE } from "../plots/theme";
import { plotEvents } from "../plots/timeline";
import { plotTopomap } from "../plots/topomap";
import { findPosition } from "../montage";
import type { Recording } from "../recording";
import type { Seconds } from "../units";
import { analyseRecording, type AnalyseOptions, type RecordingAnalysis } from "./analyse";
import { PAGE_STYLE } from "./style";
import { channelTable, kindOf, parameters, tiles } from "./text";

export interface ReportOptions extends AnalyseOptions {
  /** Heading. Default: the name of the file that the recording came from. */
  readonly title?: string | undefined;
  /** What made the page, for its last line, as "p300-dsp 1.2.3". */
  readonly generator?: string | undefined;
}

/** A page about a recording: what was recorded, how it was processed, what was dropped and why, the responses to targets and
 * non-targets, their maps, every epoch, the spectra, the state of each channel, and in words what looks wrong. One HTML
 * document that asks for nothing from anywhere, light and dark, for screens from 320 pixels on, and for paper; the same
 * string for the same input.
 * @param input - a recording, or what `analyseRecording` made of it; then `options` only name the page.
 * @throws as `analyseRecording`. */
export function renderReport(input: Recording | RecordingAnalysis, options: ReportOptions = {}): string {
  checkObject("input", input, "a recording, or what analyseRecording made of one");
  checkOptions(options);
  const analysis = "recording" in input ? input : analyseRecording(input, options);
  const { recording, warnings } = analysis;
  const title = options.title ?? baseName(recording.source ?? "Recording");
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeText(title)} – ERP report</title>`,
    `<style>${PAGE_STYLE}${STYLE}</style>\n</head>\n<body>\n<main>`,
    `<h1>${escapeText(title)}</h1>\n<p class="lead">Event-related potentials: target against non-target</p>`,
    tiles(analysis),
    warnings.length > 0
      ? `<section class="warnings" aria-labelledby="warnings"><h2 id="warnings">What looks wrong</h2><ul>${warnings.map((text) => `<li>${escapeText(text)}</li>`).join("")}</ul></section>`
      : "",
    responses(analysis),
    maps(analysis),
    section("Spectrum, events and dropped epochs", "", states(analysis)),
    `<h2>Channels</h2>\n<div class="card">${channelTable(analysis)}</div>`,
    `<h2>Processing</h2>\n<div class="card">${parameters(analysis)}</div>`,
    `<footer>Potentials are in microvolts. ${escapeText(options.generator ? `Made by ${options.generator}.` : "")}</footer>`,
    "</main>\n</body>\n</html>\n",
  ]
    .filter((part) => part !== "")
    .join("\n");
}

const baseName = (path: string): string =>
  path
    .replace(/[\\/]+$/, "")
    .split(/[\\/]/)
    .at(-1) || path;

interface Figure {
  readonly svg: string;
  readonly caption?: string;
}

function section(heading: string, text: string, figures: readonly Figure[]): string {
  if (figures.length === 0) return "";
  const cards = figures.map(
    ({ svg, caption }) => `<figure>${svg}${caption ? `<figcaption>${escapeText(caption)}</figcaption>` : ""}</figure>`,
  );
  return `<h2>${escapeText(heading)}</h2>\n${text ? `<p>${escapeText(text)}</p>\n` : ""}<div class="figures">${cards.join("\n")}</div>`;
}

const SHOWN_CHANNELS = 4;
/** Narrow enough for letters that can be read on a phone; the page has the style sheet. */
const CARD = { width: 400, style: false } as const;

function responses(analysis: RecordingAnalysis): string {
  const { target, nonTarget, best, epochs, difference } = analysis;
  const first = target ?? nonTarget;
  if (!first || !epochs) return "";
  const names = best.length > 0 ? best.map(({ channelName }) => channelName) : first.channelNames;
  const shown = names.slice(0, SHOWN_CHANNELS);
  const rows = [target, nonTarget, difference].filter((one) => one !== null);
  const range =
    extentOf(
      ...rows.flatMap((one) =>
        shown.map((name) => {
          const start = one.channelNames.indexOf(name) * one.nTimes;
          return one.data.subarray(start, start + one.nTimes);
        }),
      ),
    ) ?? undefined;
  const padded = range && {
    from: range.from - 0.15 * (range.to - range.from),
    to: range.to + 0.15 * (range.to - range.from),
  };
  const figures: Figure[] = shown.map((channel) => ({
    svg: plotContrast({ target, nonTarget }, { channel, range: padded, ...CARD, height: 300 }),
  }));
  const [clearest] = best;
  const text = clearest
    ? `Averages with 95 % confidence bands (1.96 standard errors) at the ${shown.length === 1 ? "channel" : `${shown.length} channels`} where target and non-target differ most clearly from 200 ms on: at ${clearest.channelName} the difference is ${formatNumber(clearest.amplitudeMicrovolts)} µV at ${formatNumber(clearest.latencySeconds * 1000, 0)} ms, ${formatNumber(clearest.standardErrors)} standard errors. The channels and the time were chosen for being the largest, which flatters them.`
    : "One class only was kept, so there is nothing to compare.";
  return section("Target against non-target", text, figures);
}

function maps(analysis: RecordingAnalysis): string {
  const { target, difference, nonTarget, epochs, best, targetCodes, nonTargetCodes } = analysis;
  const shown = difference ?? target ?? nonTarget;
  if (!shown || !epochs) return "";
  const kind = kindOf(analysis);
  const times = mapTimes(analysis);
  const figures: Figure[] = [
    { svg: plotButterfly(shown, { title: `All channels: ${kind}`, marksSeconds: times, ...CARD, height: 300 }) },
  ];
  const nPlaces = shown.channelNames.filter((name) => findPosition(name) !== undefined).length;
  if (nPlaces >= 3) {
    const left = shown.nChannels - nPlaces;
    figures.push({
      svg: plotTopomap(shown, { title: `Over the head: ${kind}`, timesSeconds: times, ...CARD }),
      caption: `${nPlaces} electrodes by their 10-20 names${left > 0 ? `, ${left} without a known place left out` : ""}; between and beyond them the map is computed, not measured, the more so the fewer they are.`,
    });
  }
  for (const channel of best.length > 0 ? best.slice(0, 2).map(({ channelName }) => channelName) : [0]) {
    const smooth = Math.max(1, Math.round(epochs.nEpochs / 60));
    figures.push({
      svg: plotEpochsImage(epochs, {
        channel,
        groups: [
          { label: "Target", codes: targetCodes },
          { label: "NonTarget", codes: nonTargetCodes },
        ],
        smoothEpochs: smooth,
        ...CARD,
      }),
      caption: `In the order of the recording${smooth > 1 ? `, each row a running mean of ${smooth} epochs` : ""}.`,
    });
  }
  return section("All channels, and every epoch", "", figures);
}

/** The clearest latency and up to two other peaks of the field, at least 80 ms apart. */
function mapTimes({ difference, target, nonTarget, best }: RecordingAnalysis): Seconds[] {
  const shown = difference ?? target ?? nonTarget;
  if (!shown) return [];
  const { data, nChannels, nTimes, tMinSeconds, sampleRateHz } = shown;
  const power = Float64Array.from({ length: nTimes }, (_, t) => {
    let sum = 0;
    for (let c = 0; c < nChannels; c++) sum += data[c * nTimes + t]! ** 2;
    return sum;
  });
  const times = best[0] ? [best[0].latencySeconds] : [];
  const peaks = [...power.keys()]
    .filter(
      (t) =>
        tMinSeconds + t / sampleRateHz >= 0.05 && power[t]! >= (power[t - 1] ?? 0) && power[t]! >= (power[t + 1] ?? 0),
    )
    .sort((a, b) => power[b]! - power[a]!);
  for (const t of peaks) {
    const seconds = tMinSeconds + t / sampleRateHz;
    if (times.length < 3 && times.every((other) => Math.abs(other - seconds) >= 0.08)) times.push(seconds);
  }
  if (times.length === 0) times.push(tMinSeconds + (nTimes - 1) / sampleRateHz);
  return times.sort((a, b) => a - b);
}

function states({ recording, spectrum, spectrumChannelNames, options, events, dropLog }: RecordingAnalysis): Figure[] {
  const { sampleRateHz, nSamples, stimCodes, annotations, channelNames } = recording;
  const figures: Figure[] = [];
  if (spectrum)
    figures.push({
      svg: plotSpectrum(spectrum, {
        channelNames: spectrumChannelNames,
        highHz: Math.min(sampleRateHz / 2, 80),
        band: { lowHz: options.lowHz, highHz: options.highHz },
        ...CARD,
      }),
      caption: "Of the unfiltered recording; the band that the filter lets pass is shaded.",
    });
  if (nSamples > 0)
    figures.push({
      svg: plotEvents(events, { sampleRateHz, nSamples, stimCodes, dropLog, annotations, ...CARD }),
      caption: "Events whose epoch was dropped are grey and short.",
    });
  figures.push({ svg: plotDrops(dropLog, { channelNames, ...CARD }) });
  return figures;
}
