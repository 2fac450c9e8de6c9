import { checkOptions } from "../check-object";
import { OptionError } from "../errors";
import type { Microvolts } from "../units";
import { divergingPalette, paletteIndex } from "./colours";
import { drawColourBar } from "./colour-bar";
import { drawAxes, frameOf } from "./frame";
import { pngDataUri } from "./png";
import { drawable, formatNumber, limitOf, quantileOf } from "./scales";
import { channelIndex, checkEpochsLike, timeOf, type EpochsLike } from "./shapes";
import { element, figure, label, px, shorten, type FigureOptions } from "./svg";

export interface EpochsImageOptions extends FigureOptions {
  /** Name or index. Default: the first. */
  readonly channel?: string | number | undefined;
  /** Rows from top to bottom, as indices of epochs; an epoch left out is not drawn. Default: as they come. To sort by a
   * latency, give the epochs in its order. */
  readonly order?: readonly number[] | undefined;
  /** Draw the epochs of these codes as one block each, from top to bottom, and name them. Default: one block of all. */
  readonly groups?: readonly { readonly label: string; readonly codes: readonly number[] }[] | undefined;
  /** Rows of which a running mean is drawn. Default 1: each epoch as it is. */
  readonly smoothEpochs?: number | undefined;
  /** Where the colours end, on both sides of 0. Default: the 98th percentile of the magnitudes drawn. */
  readonly limitMicrovolts?: Microvolts | undefined;
}

/** More rows or columns than this are averaged: the picture is about as many pixels high and wide. */
const MOST_ROWS = 512;
const MOST_COLUMNS = 420;

/** Every epoch of a channel as one row of colours, blue below and red above 0. The rows are one embedded image.
 * @returns an SVG document.
 * @throws {ShapeError} when the epochs do not fit their shape. @throws {ChannelError} when the channel is not there.
 * @throws {OptionError} when `order` names an epoch that is not there. */
export function plotEpochsImage(epochs: EpochsLike, options: EpochsImageOptions = {}): string {
  checkEpochsLike(epochs);
  checkOptions(options);
  const { nTimes, channelNames } = epochs;
  const { width = 440, height = 320, style = true, smoothEpochs = 1 } = options;
  if (!(Number.isSafeInteger(smoothEpochs) && smoothEpochs >= 1))
    throw new OptionError("smoothEpochs", smoothEpochs, "a whole number above 0");
  const channel = channelIndex(channelNames, options.channel ?? 0);
  const { title = `Every epoch at ${channelNames[channel]}` } = options;
  const blocks = blocksOf(epochs, options).filter(({ rows }) => rows.length > 0);
  const nRows = blocks.reduce((n, { rows }) => n + rows.length, 0);
  const pixels = blocks.map(({ rows }) => pixelsOf(epochs, channel, rows, smoothEpochs, nRows));
  const all = concatenate(pixels.map(({ values }) => values));
  const given = options.limitMicrovolts;
  if (given !== undefined && !(given >= 1e-9 && given <= 1e12))
    throw new OptionError("limitMicrovolts", given, "a number of microvolts above 0");
  const limit = given ?? limitOf({ from: 0, to: quantileOf(all, 0.98, Math.abs) });
  const nPixelRows = pixels.reduce((n, { nRows }) => n + nRows, 0);

  const top = 34;
  const frame = frameOf({
    x: 70,
    y: top,
    width: width - 138,
    height: height - top - 44,
    xDomain: drawable({
      from: timeOf(epochs, 0) - 0.5 / epochs.sampleRateHz,
      to: timeOf(epochs, nTimes - 1) + 0.5 / epochs.sampleRateHz,
    }),
    yDomain: { from: 0, to: Math.max(nRows, 1) },
  });
  const uri =
    nPixelRows === 0
      ? null
      : pngDataUri(
          Uint8Array.from(all, (value) => paletteIndex(value, limit)),
          all.length / nPixelRows,
          nPixelRows,
          divergingPalette(),
        );
  return figure({
    width,
    height,
    title,
    style,
    description:
      nRows === 0
        ? "There is no epoch to draw."
        : `${nRows} epochs at ${channelNames[channel]}, one below the other, coloured from ${formatNumber(-limit)} to ${formatNumber(limit)} µV${blocks.length > 1 ? `; from the top ${blocks.map(({ label: name, rows }) => `${rows.length} ${name}`).join(", ")}` : ""}.`,
    body: () => {
      const { from, to } = frame.xDomain;
      let marks = from < 0 && to > 0 ? `M${px(frame.xOf(0))} ${px(frame.y)}v${px(frame.height)}` : "";
      let names = "";
      let row = 0;
      for (const block of blocks) {
        const top = frame.y + (row / nRows) * frame.height;
        row += block.rows.length;
        const bottom = frame.y + (row / nRows) * frame.height;
        if (row < nRows) marks += `M${px(frame.x)} ${px(bottom)}h${px(frame.width)}`;
        // A thin block's name keeps clear of the title above.
        const middle = Math.max((top + bottom) / 2, frame.y + 4);
        const end = { class: "small", "text-anchor": "end" };
        names += label(frame.x - 6, middle, block.label === "" ? "epochs" : shorten(block.label, 10), end);
        names += label(frame.x - 6, middle + 13, `n = ${block.rows.length}`, end);
      }
      return (
        label(12, 19, shorten(title, 48), { class: "heading" }) +
        drawAxes(frame, { xLabel: "time from event (ms)", yLabel: "", xFactor: 1000, yTicks: false }) +
        (uri === null
          ? label(frame.x + frame.width / 2, frame.y + frame.height / 2, "no epoch", {
              class: "tick",
              "text-anchor": "middle",
            })
          : element("image", {
              x: frame.x,
              y: frame.y,
              width: frame.width,
              height: frame.height,
              preserveAspectRatio: "none",
              href: uri,
            })) +
        (uri === null || marks === "" ? "" : element("path", { d: marks, stroke: "#1b1f24", "stroke-width": "1" })) +
        names +
        drawColourBar({ x: frame.x + frame.width + 14, y: frame.y, height: frame.height, limit, unit: "µV" })
      );
    },
  });
}

interface Block {
  readonly label: string;
  readonly rows: readonly number[];
}

function blocksOf({ nEpochs, codes }: EpochsLike, { order, groups }: EpochsImageOptions): Block[] {
  const rows = order ?? Array.from({ length: nEpochs }, (_, i) => i);
  const wrong = rows.find((row) => !(Number.isInteger(row) && row >= 0 && row < nEpochs));
  if (wrong !== undefined) throw new OptionError("order", wrong, `indices from 0 to ${nEpochs - 1}`);
  if (!groups) return [{ label: "", rows }];
  return groups.map(({ label: name, codes: wanted }) => ({
    label: name,
    rows: rows.filter((row) => wanted.includes(codes[row]!)),
  }));
}

/** The rows of one block as pixels: smoothed along the epochs, and averaged where there are more than can be seen. */
function pixelsOf(
  { data, nChannels, nTimes }: EpochsLike,
  channel: number,
  rows: readonly number[],
  smooth: number,
  nAll: number,
): { readonly values: Float64Array; readonly nRows: number } {
  const nRows = nAll <= MOST_ROWS ? rows.length : Math.max(1, Math.round((rows.length * MOST_ROWS) / nAll));
  const nColumns = Math.min(nTimes, MOST_COLUMNS);
  const values = new Float64Array(nRows * nColumns);
  const before = Math.floor((smooth - 1) / 2);
  for (let row = 0; row < nRows; row++) {
    const first = Math.floor((row * rows.length) / nRows);
    const last = Math.max(first, Math.floor(((row + 1) * rows.length) / nRows) - 1);
    const from = Math.max(0, first - before);
    const to = Math.min(rows.length - 1, last + (smooth - 1 - before));
    for (let column = 0; column < nColumns; column++) {
      const t0 = Math.floor((column * nTimes) / nColumns);
      const t1 = Math.max(t0 + 1, Math.floor(((column + 1) * nTimes) / nColumns));
      let sum = 0;
      for (let i = from; i <= to; i++) {
        const start = (rows[i]! * nChannels + channel) * nTimes;
        for (let t = t0; t < t1; t++) sum += data[start + t]!;
      }
      values[row * nColumns + column] = sum / ((to - from + 1) * (t1 - t0));
    }
  }
  return { values, nRows };
}

function concatenate(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
