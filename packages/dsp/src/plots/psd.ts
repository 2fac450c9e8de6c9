import { checkList } from "../check-list";
import { checkObject } from "../check-object";
import { OptionError, ShapeError, TooShortError } from "../errors";
import type { Hertz } from "../units";
import { bandPath, drawAxes, drawLegend, frameOf, legendRows, tracePath, type LegendEntry } from "./frame";
import { drawable, extentOf, formatNumber, niceDomain } from "./scales";
import type { SpectrumLike } from "./shapes";
import { element, figure, label, px, shorten, type FigureOptions } from "./svg";
import { N_SERIES_COLOURS } from "./theme";

export interface SpectrumOptions extends FigureOptions {
  readonly channelNames: readonly string[];
  /** Frequencies above are left out. Default: all. */
  readonly highHz?: Hertz | undefined;
  /** Decibels over 1 µV²/Hz, or µV²/Hz themselves. Default true. */
  readonly decibel?: boolean | undefined;
  /** A band to shade: what the filter lets pass. */
  readonly band?: { readonly lowHz?: Hertz | null | undefined; readonly highHz?: Hertz | null | undefined } | undefined;
}

/** Power spectral density of each channel. Of more than eight channels the median and the range are drawn.
 * @returns an SVG document.
 * @throws {ShapeError} when `power` is not channels × frequencies. */
export function plotSpectrum(spectrum: SpectrumLike, options: SpectrumOptions): string {
  checkObject("spectrum", spectrum, "a spectrum: { frequenciesHz, power }");
  checkObject("options", options, "{ channelNames }, a name a row of the power");
  const { frequenciesHz, power } = spectrum;
  for (const [name, values] of Object.entries({ frequenciesHz, power }))
    if (!ArrayBuffer.isView(values)) throw new OptionError(`spectrum.${name}`, values, "a Float64Array");
  checkList("channelNames", options.channelNames, "names, one a row of the power");
  const { width = 440, height = 280, title = "Power spectrum", style = true, decibel = true, channelNames } = options;
  const nChannels = channelNames.length;
  const nAll = frequenciesHz.length;
  if (nChannels === 0 || nAll === 0)
    throw new TooShortError(
      nAll === 0 ? "frequenciesHz.length" : "channelNames.length",
      0,
      1,
      "there is nothing to draw",
    );
  if (power.length !== nChannels * nAll) throw new ShapeError("power.length", power.length, nChannels * nAll);
  const { highHz = Infinity } = options;
  if (!(highHz > 0)) throw new OptionError("highHz", highHz, "a number of hertz above 0");
  let n = 0;
  while (n < nAll && frequenciesHz[n]! <= highHz) n++;
  n = Math.max(n, 1);
  // At 0 Hz there is what detrending left, not the signal.
  const skip = n > 2 && frequenciesHz[0] === 0 ? 1 : 0;
  const rows = channelNames.map((_, channel) =>
    power
      .subarray(channel * nAll + skip, channel * nAll + n)
      .map((x) => (decibel ? (x > 0 ? 10 * Math.log10(x) : Number.NaN) : x)),
  );
  const shown = frequenciesHz.subarray(skip, n);
  const few = nChannels <= N_SERIES_COLOURS;
  const legend: LegendEntry[] = few
    ? channelNames.map((name, i) => ({ label: shorten(name), class: `s${i + 1}` }))
    : [
        { label: `median of ${nChannels} channels`, class: "s1" },
        { label: "lowest and highest", class: "muted" },
      ];
  const top = 30 + 16 * legendRows(legend, width - 60);
  const frame = frameOf({
    x: 52,
    y: top,
    width: width - 66,
    height: height - top - 44,
    xDomain: drawable({ from: skip === 1 ? 0 : shown[0]!, to: shown.at(-1)! }),
    yDomain: niceDomain(drawable(extentOf(...rows)), 5),
  });
  const xOf = (index: number): number => frame.xOf(shown[index]!);
  const trace = (row: ArrayLike<number>, classes: string): string => {
    const d = tracePath(row, 0, row.length, xOf, frame.yOf);
    return d && element("path", { class: classes, d });
  };
  const { low, middle, high } = quantiles(rows, shown.length);
  const lines = few
    ? rows.map((row, i) => trace(row, `line s${i + 1}`)).join("")
    : element("path", { class: "band s1-fill", d: bandPath(low, high, xOf, frame.yOf) || "M0 0" }) +
      trace(low, "thin muted") +
      trace(high, "thin muted") +
      trace(middle, "line s1");
  return figure({
    width,
    height,
    title,
    style,
    description: `Power spectral density of ${nChannels} ${nChannels === 1 ? "channel" : "channels"} from ${formatNumber(frame.xDomain.from)} to ${formatNumber(frame.xDomain.to)} Hz, in ${decibel ? "decibels over 1 µV² per Hz" : "µV² per Hz"}.`,
    body: () =>
      label(12, 19, shorten(title, 48), { class: "heading" }) +
      drawLegend(legend, 52, 38, width - 60) +
      shadeBand(frame, options.band) +
      drawAxes(frame, { xLabel: "frequency (Hz)", yLabel: decibel ? "power (dB re 1 µV²/Hz)" : "power (µV²/Hz)" }) +
      lines,
  });
}

function quantiles(rows: readonly Float64Array[], n: number) {
  const low = new Float64Array(n);
  const middle = new Float64Array(n);
  const high = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const column = Float64Array.from(rows, (row) => row[i]!)
      .filter(Number.isFinite)
      .sort();
    low[i] = column[0] ?? Number.NaN;
    middle[i] = column[Math.floor(column.length / 2)] ?? Number.NaN;
    high[i] = column.at(-1) ?? Number.NaN;
  }
  return { low, middle, high };
}

function shadeBand(frame: ReturnType<typeof frameOf>, band: SpectrumOptions["band"]): string {
  if (!band) return "";
  const from = frame.xOf(Math.max(band.lowHz ?? -Infinity, frame.xDomain.from));
  const to = frame.xOf(Math.min(band.highHz ?? Infinity, frame.xDomain.to));
  if (!(to > from)) return "";
  return element("path", {
    class: "shade muted-fill",
    d: `M${px(from)} ${px(frame.y)}H${px(to)}V${px(frame.y + frame.height)}H${px(from)}Z`,
  });
}
