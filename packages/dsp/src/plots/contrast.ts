import { checkObject, checkOptions } from "../check-object";
import { OptionError } from "../errors";
import type { Seconds } from "../units";
import { bandPath, drawAxes, drawLegend, frameOf, legendRows, tracePath, type Frame } from "./frame";
import { drawable, extentOf, formatNumber, niceDomain, type Domain } from "./scales";
import { channelIndex, checkEvoked, checkSameGrid, peakOf, timeOf, type EvokedLike } from "./shapes";
import { element, figure, label, px, shorten, type FigureOptions } from "./svg";

/** A stretch of time in which the two differ, as a cluster permutation test gives it. */
export interface ClusterSpan {
  readonly fromSeconds: Seconds;
  readonly toSeconds: Seconds;
  /** Clusters with a larger one than `alpha` are not drawn; one without is. */
  readonly pValue?: number | undefined;
}

export interface ContrastOptions extends FigureOptions {
  /** Name or index. Default: the first. */
  readonly channel?: string | number | undefined;
  /** Half the width of the bands in standard errors. Default 1.96, 95 % where the mean is normal. */
  readonly standardErrors?: number | undefined;
  /** Draw target less non-target too. Default true. */
  readonly difference?: boolean | undefined;
  readonly clusters?: readonly ClusterSpan[] | undefined;
  /** Default 0.05. */
  readonly alpha?: number | undefined;
  /** The same range for several figures, in microvolts. Default: what this channel needs. */
  readonly range?: Domain | undefined;
}

/** The average response to targets against that to non-targets at one channel, with confidence bands wherever both
 * averages come with standard errors, their difference, and shaded stretches in which they differ significantly. Either may
 * be null, when a recording holds one class only.
 * @returns an SVG document.
 * @throws {ShapeError} when the two do not lie on one grid. @throws {ChannelError} when the channel is not there. */
export function plotContrast(
  averages: { readonly target: EvokedLike | null; readonly nonTarget: EvokedLike | null },
  options: ContrastOptions = {},
): string {
  checkObject("averages", averages, "{ target, nonTarget }, one of which may be null");
  checkOptions(options);
  const { target = null, nonTarget = null } = averages;
  const first = target ?? nonTarget;
  if (first === null) throw new OptionError("target and nonTarget", "null", "an average for at least one of them");
  if (target) checkEvoked(target, "target");
  if (nonTarget) checkEvoked(nonTarget, "nonTarget");
  if (target && nonTarget) checkSameGrid(target, nonTarget, "nonTarget");
  const { width = 440, height = 280, style = true, standardErrors = 1.96, alpha = 0.05, clusters = [] } = options;
  if (!(Number.isFinite(standardErrors) && standardErrors >= 0))
    throw new OptionError("standardErrors", standardErrors, "a number from 0");
  const channel = channelIndex(first.channelNames, options.channel ?? 0);
  const name = first.channelNames[channel]!;
  const { title = name } = options;
  const { nTimes } = first;

  const series = [
    ...(nonTarget ? [rowOf(nonTarget, channel, standardErrors, "NonTarget", "nontarget")] : []),
    ...(target ? [rowOf(target, channel, standardErrors, "Target", "target")] : []),
  ];
  const { difference = true } = options;
  const less = target && nonTarget && difference ? differenceOf(target, nonTarget, channel) : null;
  const legend = [
    ...series.map(({ legend: text, class: name }) => ({ label: text, class: name })).reverse(),
    ...(less ? [{ label: "difference", class: "ink dash" }] : []),
  ];
  const top = 30 + 16 * legendRows(legend, width - 60);
  const all = [...series.flatMap(({ mean, low, high }) => [mean, low, high]), ...(less ? [less] : [])];
  const frame = frameOf({
    x: 52,
    y: top,
    width: width - 66,
    height: height - top - 44,
    xDomain: drawable({ from: timeOf(first, 0), to: timeOf(first, nTimes - 1) }),
    yDomain: niceDomain(drawable(options.range ?? extentOf(...all)), 5),
  });
  const xOf = (index: number): number => frame.xOf(timeOf(first, index));
  const significant = clusters.filter(({ pValue }) => pValue === undefined || pValue <= alpha);
  return figure({
    width,
    height,
    title,
    style,
    description: describe(name, series, less, first, significant),
    body: () =>
      label(12, 19, shorten(title, 48), { class: "heading" }) +
      drawLegend(legend, 52, 38, width - 60) +
      significant.map((span) => shade(frame, span)).join("") +
      drawAxes(frame, { xLabel: "time from event (ms)", yLabel: "potential (µV)", xFactor: 1000 }) +
      series.map((row) => drawBand(row, xOf, frame.yOf)).join("") +
      series.map((row) => drawLine(row.mean, `line ${row.class}`, xOf, frame.yOf)).join("") +
      (less ? drawLine(less, "line ink dash", xOf, frame.yOf) : ""),
  });
}

interface Row {
  readonly legend: string;
  readonly class: string;
  readonly nAve: number | undefined;
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

function rowOf(evoked: EvokedLike, channel: number, width: number, name: string, className: string): Row {
  const { nTimes, nAve, standardError } = evoked;
  const start = channel * nTimes;
  const mean = evoked.data.subarray(start, start + nTimes);
  // One epoch has no spread of its own: no band rather than one of no width.
  const error = nAve === 1 ? undefined : standardError?.subarray(start, start + nTimes);
  return {
    legend: nAve === undefined ? name : `${name} n=${Math.round(nAve)}`,
    class: className,
    nAve,
    mean,
    low: error ? mean.map((x, i) => x - width * error[i]!) : new Float64Array(0),
    high: error ? mean.map((x, i) => x + width * error[i]!) : new Float64Array(0),
  };
}

function differenceOf(target: EvokedLike, nonTarget: EvokedLike, channel: number): Float64Array {
  const start = channel * target.nTimes;
  return target.data.subarray(start, start + target.nTimes).map((x, i) => x - nonTarget.data[start + i]!);
}

function drawBand({ low, high, class: name }: Row, xOf: (i: number) => number, yOf: (v: number) => number): string {
  const d = bandPath(low, high, xOf, yOf);
  return d && element("path", { class: `band ${name}-fill`, d });
}

function drawLine(
  values: Float64Array,
  classes: string,
  xOf: (i: number) => number,
  yOf: (v: number) => number,
): string {
  const d = tracePath(values, 0, values.length, xOf, yOf);
  return d && element("path", { class: classes, d });
}

function shade(frame: Frame, { fromSeconds, toSeconds }: ClusterSpan): string {
  const from = Math.max(frame.x, frame.xOf(fromSeconds));
  const to = Math.min(frame.x + frame.width, frame.xOf(toSeconds));
  if (!(to >= from)) return "";
  return element("path", {
    class: "shade ink-fill",
    d: `M${px(from)} ${px(frame.y)}H${px(Math.max(to, from + 1))}V${px(frame.y + frame.height)}H${px(from)}Z`,
  });
}

function describe(
  name: string,
  series: readonly Row[],
  less: Float64Array | null,
  grid: EvokedLike,
  clusters: readonly ClusterSpan[],
): string {
  const parts = [`Average potential at ${name}: ${series.map(({ legend }) => legend).join("; ")}.`];
  if (less) {
    const peak = peakOf({ ...grid, data: less, nChannels: 1 }, 0, 0, Infinity);
    if (peak)
      parts.push(
        `After the event their difference is largest at ${formatNumber(peak.seconds * 1000, 0)} ms, ${formatNumber(peak.microvolts)} µV.`,
      );
  }
  for (const { fromSeconds, toSeconds, pValue } of clusters)
    parts.push(
      `They differ from ${formatNumber(fromSeconds * 1000, 0)} to ${formatNumber(toSeconds * 1000, 0)} ms${pValue === undefined ? "" : `, p = ${pValue.toPrecision(2)}`}.`,
    );
  return parts.join(" ");
}
