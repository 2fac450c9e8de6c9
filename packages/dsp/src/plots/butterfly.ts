import { checkOptions } from "../check-object";
import { globalFieldPower } from "../evoked";
import type { Seconds } from "../units";
import { drawAxes, drawLegend, frameOf, legendRows, tracePath, type LegendEntry } from "./frame";
import { drawable, extentOf, formatNumber, niceDomain } from "./scales";
import { checkEvoked, peakOf, timeOf, type EvokedLike } from "./shapes";
import { element, figure, label, px, shorten, type FigureOptions } from "./svg";
import { N_SERIES_COLOURS } from "./theme";

export interface ButterflyOptions extends FigureOptions {
  /** Times to mark with a dotted line, such as those of topographic maps. */
  readonly marksSeconds?: readonly Seconds[] | undefined;
}

/** Above this many channels their range is drawn instead of a line each. */
const MANY_CHANNELS = 128;

/** All channels of an average over each other, with the global field power: the standard deviation across channels. Up to
 * eight channels have a colour each; of more, the one with the largest deflection stands out; of more than 128 the range is
 * drawn, with the middle half.
 * @returns an SVG document.
 * @throws {ShapeError} {TooShortError} when the average does not fit its shape, or is empty. */
export function plotButterfly(evoked: EvokedLike, options: ButterflyOptions = {}): string {
  checkEvoked(evoked);
  checkOptions(options);
  const { data, nChannels, nTimes, channelNames } = evoked;
  const { width = 440, height = 300, title = "All channels", style = true, marksSeconds = [] } = options;
  const gfp = nChannels > 1 ? globalFieldPower({ ...evoked, nAve: evoked.nAve ?? 1, comment: "" }) : null;
  const strongest = strongestChannel(evoked);
  const legend = legendOf(evoked, strongest?.channel ?? null, gfp !== null);
  const rows = legendRows(legend, width - 60);
  const top = 30 + 16 * rows;
  const frame = frameOf({
    x: 52,
    y: top,
    width: width - 66,
    height: height - top - 44,
    xDomain: drawable({ from: timeOf(evoked, 0), to: timeOf(evoked, nTimes - 1) }),
    yDomain: niceDomain(drawable(extentOf(data, gfp ?? [])), 6),
  });
  const xOf = (index: number): number => frame.xOf(timeOf(evoked, index));
  const trace = (values: Float64Array, start: number, classes: string): string => {
    const d = tracePath(values, start, nTimes, xOf, frame.yOf);
    return d && element("path", { class: classes, d });
  };

  const lines: string[] = [];
  if (nChannels > MANY_CHANNELS) lines.push(rangeOf(evoked, xOf, frame.yOf));
  else
    for (let channel = 0; channel < nChannels; channel++)
      lines.push(trace(data, channel * nTimes, few(nChannels) ? `line s${channel + 1}` : "thin muted"));
  if (!few(nChannels) && strongest) lines.push(trace(data, strongest.channel * nTimes, "line s2"));
  if (gfp) lines.push(trace(gfp, 0, "strong ink dash"));
  const marks = marksSeconds
    .filter((seconds) => seconds >= frame.xDomain.from && seconds <= frame.xDomain.to)
    .map((seconds) => `M${px(frame.xOf(seconds))} ${px(frame.y)}V${px(frame.y + frame.height)}`);

  const peak = strongest
    ? ` The largest deflection is ${formatNumber(strongest.microvolts)} µV at ${formatNumber(strongest.seconds * 1000, 0)} ms on ${channelNames[strongest.channel]}.`
    : " No value is a number.";
  return figure({
    width,
    height,
    title,
    style,
    description: `Average potential of ${nChannels} ${nChannels === 1 ? "channel" : "channels"}${averages(evoked)} against time from the event.${peak}`,
    body: () =>
      label(12, 19, title, { class: "heading" }) +
      drawLegend(legend, 52, 38, width - 60) +
      drawAxes(frame, { xLabel: "time from event (ms)", yLabel: "potential (µV)", xFactor: 1000 }) +
      (marks.length > 0 ? element("path", { class: "muted dots", d: marks.join("") }) : "") +
      lines.join(""),
  });
}

const few = (nChannels: number): boolean => nChannels <= N_SERIES_COLOURS;

const averages = ({ nAve }: EvokedLike): string =>
  nAve === undefined ? "" : ` over ${nAve} ${nAve === 1 ? "epoch" : "epochs"}`;

function strongestChannel(evoked: EvokedLike) {
  let best: (NonNullable<ReturnType<typeof peakOf>> & { readonly channel: number }) | null = null;
  for (let channel = 0; channel < evoked.nChannels; channel++) {
    const peak = peakOf(evoked, channel, -Infinity, Infinity);
    if (peak && (best === null || Math.abs(peak.microvolts) > Math.abs(best.microvolts))) best = { ...peak, channel };
  }
  return best;
}

function legendOf({ nChannels, channelNames }: EvokedLike, strongest: number | null, hasGfp: boolean): LegendEntry[] {
  const entries: LegendEntry[] = few(nChannels)
    ? channelNames.map((name, i) => ({ label: shorten(name), class: `s${i + 1}` }))
    : [
        ...(strongest === null ? [] : [{ label: shorten(channelNames[strongest]!), class: "s2" }]),
        {
          label: nChannels > MANY_CHANNELS ? `range of ${nChannels} channels` : `${nChannels} channels`,
          class: "muted",
        },
      ];
  return hasGfp ? [...entries, { label: "global field power", class: "ink dash" }] : entries;
}

function rangeOf(
  { data, nChannels, nTimes }: EvokedLike,
  xOf: (index: number) => number,
  yOf: (value: number) => number,
): string {
  const rows = [0, 0.25, 0.75, 1].map(() => new Float64Array(nTimes));
  for (let t = 0; t < nTimes; t++) {
    const column = Float64Array.from({ length: nChannels }, (_, c) => data[c * nTimes + t]!)
      .filter(Number.isFinite)
      .sort();
    for (const [i, share] of [0, 0.25, 0.75, 1].entries())
      rows[i]![t] = column[Math.min(column.length - 1, Math.floor(share * column.length))] ?? Number.NaN;
  }
  return [rows[0]!, rows[1]!, rows[2]!, rows[3]!]
    .map((row, i) =>
      element("path", {
        class: i === 0 || i === 3 ? "thin muted" : "line muted",
        d: tracePath(row, 0, nTimes, xOf, yOf) || "M0 0",
      }),
    )
    .join("");
}
