import { formatTick, niceTicks, type Domain } from "./scales";
import { element, label, px, shorten, textWidth } from "./svg";

/** Where data are drawn, and what the edges stand for. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly xDomain: Domain;
  readonly yDomain: Domain;
  xOf(value: number): number;
  yOf(value: number): number;
}

interface FramePlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly xDomain: Domain;
  readonly yDomain: Domain;
}

export function frameOf(place: FramePlace): Frame {
  const { x, y, width, height, xDomain, yDomain } = place;
  return {
    ...place,
    xOf: (value) => x + ((value - xDomain.from) / (xDomain.to - xDomain.from)) * width,
    yOf: (value) => y + height - ((value - yDomain.from) / (yDomain.to - yDomain.from)) * height,
  };
}

interface AxesOptions {
  readonly xLabel: string;
  readonly yLabel: string;
  /** What a tick's value is multiplied by before it is written: 1000 for seconds as milliseconds. Default 1. */
  readonly xFactor?: number;
  readonly yFactor?: number;
  /** False: no y ticks, for rows that name themselves. */
  readonly yTicks?: boolean;
}

/** Grid, ticks, labels and the lines at 0. */
export function drawAxes(frame: Frame, options: AxesOptions): string {
  const { x, y, width, height, xDomain, yDomain, xOf, yOf } = frame;
  const { xLabel, yLabel, xFactor = 1, yFactor = 1, yTicks = true } = options;
  const bottom = y + height;
  const xs = niceTicks(scaled(xDomain, xFactor), Math.max(2, Math.min(8, Math.round(width / 62))));
  const ys = niceTicks(scaled(yDomain, yFactor), Math.max(2, Math.min(8, Math.round(height / 38))));
  let grid = "";
  let ticks = "";
  let text = "";
  for (const value of xs.values) {
    const at = xOf(value / xFactor);
    grid += `M${px(at)} ${px(y)}V${px(bottom)}`;
    ticks += `M${px(at)} ${px(bottom)}v4`;
    text += label(at, bottom + 16, formatTick(value, xs.step), { class: "tick small", "text-anchor": "middle" });
  }
  if (yTicks)
    for (const value of ys.values) {
      const at = yOf(value / yFactor);
      grid += `M${px(x)} ${px(at)}H${px(x + width)}`;
      text += label(x - 6, at + 4, formatTick(value, ys.step), { class: "tick small", "text-anchor": "end" });
    }
  let zero = "";
  if (xDomain.from < 0 && xDomain.to > 0) zero += `M${px(xOf(0))} ${px(y)}V${px(bottom)}`;
  if (yTicks && yDomain.from < 0 && yDomain.to > 0) zero += `M${px(x)} ${px(yOf(0))}H${px(x + width)}`;
  return [
    grid && element("path", { class: "grid", d: grid }),
    zero && element("path", { class: "axis", d: zero, "stroke-opacity": "0.6" }),
    element("path", { class: "axis", d: `M${px(x)} ${px(bottom)}H${px(x + width)}${ticks}` }),
    text,
    label(x + width / 2, bottom + 33, xLabel, { "text-anchor": "middle" }),
    yLabel &&
      label(0, 0, yLabel, { "text-anchor": "middle", transform: `translate(13 ${px(y + height / 2)}) rotate(-90)` }),
  ].join("");
}

const scaled = ({ from, to }: Domain, factor: number): Domain => ({ from: from * factor, to: to * factor });

/** A line through values at equal distances; a gap wherever one is not finite. Where there are more values than pixels,
 * the lowest and the highest of each half pixel are kept. */
export function tracePath(
  values: ArrayLike<number>,
  start: number,
  n: number,
  xOf: (index: number) => number,
  yOf: (value: number) => number,
): string {
  const pixels = Math.abs(xOf(n - 1) - xOf(0));
  const every = n > 4 * pixels + 8 ? Math.ceil(n / (2 * pixels + 1)) : 1;
  let path = "";
  let open = false;
  const point = (index: number): void => {
    const value = values[start + index]!;
    path += `${open ? "L" : "M"}${px(xOf(index))} ${px(yOf(value))}`;
    open = true;
  };
  for (let from = 0; from < n; from += every) {
    let low = -1;
    let high = -1;
    for (let i = from; i < Math.min(n, from + every); i++) {
      const value = values[start + i]!;
      if (!Number.isFinite(value)) continue;
      if (low < 0 || value < values[start + low]!) low = i;
      if (high < 0 || value > values[start + high]!) high = i;
    }
    if (low < 0) open = false;
    else {
      point(Math.min(low, high));
      if (low !== high) point(Math.max(low, high));
    }
  }
  // A point by itself is no line: its round end makes it a dot.
  return path.replaceAll(/M([^ML]+)(?=M|$)/g, "M$1h0");
}

/** The area between two rows of values. */
export function bandPath(
  low: ArrayLike<number>,
  high: ArrayLike<number>,
  xOf: (index: number) => number,
  yOf: (value: number) => number,
): string {
  let path = "";
  for (let from = 0; from < low.length;) {
    let to = from;
    while (to < low.length && Number.isFinite(low[to]) && Number.isFinite(high[to])) to++;
    if (to - from > 1) {
      const points: string[] = [];
      for (let i = from; i < to; i++) points.push(`${px(xOf(i))} ${px(yOf(high[i]!))}`);
      for (let i = to - 1; i >= from; i--) points.push(`${px(xOf(i))} ${px(yOf(low[i]!))}`);
      path += `M${points.join("L")}Z`;
    }
    from = to + 1;
  }
  return path;
}

export interface LegendEntry {
  readonly label: string;
  /** Classes of the stroke. */
  readonly class: string;
}

/** Entries one beside the other, wrapped at the width. */
export function drawLegend(entries: readonly LegendEntry[], x: number, y: number, width: number): string {
  let body = "";
  let at = x;
  let row = y;
  for (const entry of entries) {
    const name = shorten(entry.label, 26);
    const size = 24 + textWidth(name) + 12;
    if (at > x && at + size > x + width) {
      at = x;
      row += 16;
    }
    body += element("path", { class: `line ${entry.class}`, d: `M${px(at)} ${px(row - 4)}h18` });
    body += label(at + 23, row, name, { class: "small" });
    at += size;
  }
  return body;
}

/** How many rows `drawLegend` takes. */
export function legendRows(entries: readonly LegendEntry[], width: number): number {
  let rows = entries.length > 0 ? 1 : 0;
  let at = 0;
  for (const entry of entries) {
    const size = 24 + textWidth(shorten(entry.label, 26)) + 12;
    if (at > 0 && at + size > width) {
      at = 0;
      rows++;
    }
    at += size;
  }
  return rows;
}
