import { checkOptions } from "../check-object";
import { ChannelError, OptionError, ShapeError } from "../errors";
import { findPosition, project2d, type Position } from "../montage";
import type { Microvolts, Seconds } from "../units";
import { drawColourBar } from "./colour-bar";
import { divergingPalette, paletteIndex } from "./colours";
import { contourPath } from "./contours";
import { pngDataUri } from "./png";
import { extentOf, formatNumber, limitOf, niceStep } from "./scales";
import { checkEvoked, timeOf, type EvokedLike } from "./shapes";
import { planSpline } from "./spline";
import { element, figure, label, px, shorten, type FigureOptions } from "./svg";

export interface TopomapOptions extends FigureOptions {
  /** One head for each time, at its nearest sample. Default: one, at the largest global deflection. */
  readonly timesSeconds?: readonly Seconds[] | undefined;
  /** One for each channel, from the centre of the head; undefined: not drawn. Default: by the channels' names, as
   * `findPosition` knows them. */
  readonly positions?: readonly (Position | undefined)[] | undefined;
  /** Where the colours end, on both sides of 0. Default: the largest magnitude on any electrode at these times. */
  readonly limitMicrovolts?: Microvolts | undefined;
  /** Name the electrodes. Default: up to 20 of them. */
  readonly names?: boolean | undefined;
}

/** Fields are computed on a grid as fine as this, and drawn smooth. */
const GRID = 72;
/** More electrodes than this are pooled by their place: a denser field could not be seen. */
const MOST_SITES = 256;
const MOST_MAPS = 24;

/** The potential over the head at some times, seen from above with the nose at the top: what the electrodes measured, and
 * between them a spherical spline (Perrin 1989), with contour lines and one scale of colours, symmetric about 0. The outline
 * is the ring through Fpz, T7, Oz and T8; electrodes below it lie outside.
 * @returns an SVG document.
 * @throws {ChannelError} when no channel has a known place. @throws {OptionError} when a time lies outside of the average. */
export function plotTopomap(evoked: EvokedLike, options: TopomapOptions = {}): string {
  checkEvoked(evoked);
  checkOptions(options);
  const samples = samplesOf(evoked, options.timesSeconds);
  const { width = 440, style = true } = options;
  const title =
    options.title ?? (samples.length === 1 ? "Potential over the head" : "Potential over the head at these times");
  const sites = sitesOf(evoked, samples, options.positions);
  const { names = sites.count <= 20 } = options;
  const given = options.limitMicrovolts;
  if (given !== undefined && !(given >= 1e-9 && given <= 1e12))
    throw new OptionError("limitMicrovolts", given, "a number of microvolts above 0");
  const limit = given ?? limitOf(extentOf(...sites.values));

  const reach = Math.max(1.08, ...sites.places.map(([x, y]) => Math.hypot(x, y) + 0.1));
  const perRow = Math.min(samples.length, Math.max(1, Math.floor((width - 66) / 108)));
  const cell = Math.min((width - 70) / perRow, 230);
  const nRows = Math.ceil(samples.length / perRow);
  const rowHeight = cell + 22;
  const top = 34;
  const height = options.height ?? top + nRows * rowHeight + 8;
  const spread = planSpline(sites.directions);
  const left = (width - 58 - perRow * cell) / 2;
  return figure({
    width,
    height,
    title,
    style,
    description: `Maps of the head seen from above, nose up, ${sites.count} electrodes, colours from ${formatNumber(-limit)} to ${formatNumber(limit)} µV. ${samples
      .map((sample, i) => describe(evoked, sample, sites.values[i]!, sites.names))
      .join(" ")}`,
    body: (id) => {
      const heads = samples.map((sample, i) => {
        const x = left + (i % perRow) * cell + cell / 2;
        const y = top + Math.floor(i / perRow) * rowHeight + 18 + cell / 2;
        const radius = (cell / 2 - 6) / reach;
        const field = fieldOf(spread(sites.values[i]!), reach);
        return (
          label(x, y - cell / 2 - 4, `${formatNumber(timeOf(evoked, sample) * 1000, 0)} ms`, {
            "text-anchor": "middle",
          }) +
          drawHead({ x, y, radius, reach, field, limit, clip: `${id}-disc${i}` }) +
          drawElectrodes(sites.places, sites.names, x, y, radius, names && radius > 60)
        );
      });
      return (
        label(12, 19, shorten(title, 48), { class: "heading" }) +
        heads.join("") +
        drawColourBar({
          x: width - 50,
          y: top + 18,
          height: Math.max(60, Math.min(nRows * rowHeight - 30, 200)),
          limit,
          unit: "µV",
        })
      );
    },
  });
}

function samplesOf(evoked: EvokedLike, times: readonly Seconds[] | undefined): number[] {
  const { nTimes, sampleRateHz, tMinSeconds } = evoked;
  if (times === undefined) return [largestSample(evoked)];
  if (times.length < 1 || times.length > MOST_MAPS)
    throw new OptionError("timesSeconds.length", times.length, `from 1 to ${MOST_MAPS} times`);
  return times.map((seconds) => {
    const sample = Math.round((seconds - tMinSeconds) * sampleRateHz);
    if (!(sample >= 0 && sample < nTimes))
      throw new OptionError(
        "timesSeconds",
        seconds,
        `times from ${timeOf(evoked, 0)} to ${timeOf(evoked, nTimes - 1)} s, where the average lies`,
      );
    return sample;
  });
}

function largestSample({ data, nChannels, nTimes }: EvokedLike): number {
  let best = 0;
  let most = -1;
  for (let t = 0; t < nTimes; t++) {
    let squares = 0;
    for (let c = 0; c < nChannels; c++) squares += (data[c * nTimes + t]! || 0) ** 2;
    if (squares > most) {
      most = squares;
      best = t;
    }
  }
  return best;
}

interface Sites {
  /** How many electrodes there were before pooling. */
  readonly count: number;
  readonly names: readonly string[];
  readonly directions: readonly Position[];
  readonly places: readonly (readonly [number, number])[];
  /** For each time, a value a site. */
  readonly values: readonly Float64Array[];
}

/** The channels that have a place and a number at every time. */
function sitesOf(evoked: EvokedLike, samples: readonly number[], positions: TopomapOptions["positions"]): Sites {
  const { data, nChannels, nTimes, channelNames } = evoked;
  if (positions && positions.length !== nChannels)
    throw new ShapeError("positions.length", positions.length, nChannels);
  const found: { channel: number; direction: Position }[] = [];
  for (let channel = 0; channel < nChannels; channel++) {
    const position = positions ? positions[channel] : findPosition(channelNames[channel]!);
    const length = position ? Math.hypot(...position) : 0;
    if (!position || !(length > 0) || samples.some((sample) => !Number.isFinite(data[channel * nTimes + sample]!)))
      continue;
    found.push({ channel, direction: [position[0] / length, position[1] / length, position[2] / length] });
  }
  if (found.length === 0)
    throw new ChannelError(
      channelNames.slice(0, 6).join(", "),
      "no place on the head is known: name electrodes as in the 10-20 system, or give positions",
    );
  const pools = found.length <= MOST_SITES ? found.map((site) => [site]) : pooled(found);
  const directions = pools.map((pool) => meanDirection(pool.map(({ direction }) => direction)));
  return {
    count: found.length,
    names: pools.map((pool) => channelNames[pool[0]!.channel]!),
    directions,
    places: project2d(directions),
    values: samples.map((sample) =>
      Float64Array.from(
        pools,
        (pool) => pool.reduce((sum, { channel }) => sum + data[channel * nTimes + sample]!, 0) / pool.length,
      ),
    ),
  };
}

/** Neighbours together, by a lattice over the three coordinates that gives at most `MOST_SITES` of them. */
function pooled<T extends { readonly direction: Position }>(sites: readonly T[]): T[][] {
  for (let cells = 12; ; cells--) {
    const pools = new Map<string, T[]>();
    for (const site of sites) {
      const key = site.direction.map((value) => Math.floor(((value + 1) / 2) * cells)).join();
      const pool = pools.get(key);
      if (pool) pool.push(site);
      else pools.set(key, [site]);
    }
    if (pools.size <= MOST_SITES) return [...pools.values()];
  }
}

function meanDirection(directions: readonly Position[]): Position {
  const [x, y, z] = [0, 1, 2].map((axis) => directions.reduce((sum, direction) => sum + direction[axis]!, 0)) as [
    number,
    number,
    number,
  ];
  const length = Math.hypot(x, y, z);
  return length > 1e-9 ? [x / length, y / length, z / length] : directions[0]!;
}

/** Values on a square grid that reaches `reach` from the vertex, the first row at the nose. */
function fieldOf(valueAt: (place: Position) => number, reach: number): Float64Array {
  return Float64Array.from({ length: GRID * GRID }, (_, i) => {
    const x = ((((i % GRID) + 0.5) / GRID) * 2 - 1) * reach;
    const y = (1 - ((Math.floor(i / GRID) + 0.5) / GRID) * 2) * reach;
    const across = Math.hypot(x, y);
    const inclination = Math.min(across * (Math.PI / 2), Math.PI);
    const scale = across === 0 ? 0 : Math.sin(inclination) / across;
    return valueAt([x * scale, y * scale, Math.cos(inclination)]);
  });
}

interface Head {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly reach: number;
  readonly field: Float64Array;
  readonly limit: number;
  readonly clip: string;
}

function drawHead({ x, y, radius, reach, field, limit, clip }: Head): string {
  const size = radius * reach;
  const place = (column: number, row: number): readonly [number, number] => [
    x - size + ((column + 0.5) / GRID) * 2 * size,
    y - size + ((row + 0.5) / GRID) * 2 * size,
  ];
  const step = niceStep(2 * limit, 8);
  let contours = "";
  const nLevels = Math.min(Math.floor(limit / step), 10);
  for (let level = -nLevels; level <= nLevels; level++)
    if (level !== 0) contours += contourPath(field, GRID, GRID, level * step, place);
  const zero = contourPath(field, GRID, GRID, 0, place);
  const r = radius;
  const nose = `M${px(x - 0.17 * r)} ${px(y - 0.985 * r)}L${px(x)} ${px(y - 1.16 * r)}L${px(x + 0.17 * r)} ${px(y - 0.985 * r)}`;
  const ear = (side: number): string =>
    `M${px(x + side * 0.985 * r)} ${px(y - 0.17 * r)}q${px(side * 0.13 * r)} ${px(-0.06 * r)} ${px(side * 0.11 * r)} ${px(0.14 * r)}t${px(side * -0.02 * r)} ${px(0.2 * r)}q${px(side * -0.02 * r)} ${px(0.1 * r)} ${px(side * -0.09 * r)} ${px(0)}`;
  const circle = `M${px(x - r)} ${px(y)}a${px(r)} ${px(r)} 0 1 0 ${px(2 * r)} 0a${px(r)} ${px(r)} 0 1 0 ${px(-2 * r)} 0`;
  const outline = `${circle}${nose}${ear(-1)}${ear(1)}`;
  return (
    element("clipPath", { id: clip }, element("circle", { cx: x, cy: y, r: size })) +
    element(
      "g",
      { "clip-path": `url(#${clip})` },
      element("image", {
        x: x - size,
        y: y - size,
        width: 2 * size,
        height: 2 * size,
        preserveAspectRatio: "none",
        href: pngDataUri(
          Uint8Array.from(field, (value) => paletteIndex(value, limit)),
          GRID,
          GRID,
          divergingPalette(),
        ),
      }) +
        // On the colours of the map, which do not change with the theme.
        (contours &&
          element("path", {
            d: contours,
            fill: "none",
            stroke: "#1b1f24",
            "stroke-opacity": ".45",
            "stroke-width": ".7",
          })) +
        (zero &&
          element("path", {
            d: zero,
            fill: "none",
            stroke: "#1b1f24",
            "stroke-opacity": ".6",
            "stroke-width": ".7",
            "stroke-dasharray": "3 2",
          })),
    ) +
    // Beyond the map the outline has the theme's colour; on the map, which is as pale in the dark, always a dark one.
    element("path", { class: "line ink", d: outline }) +
    element(
      "g",
      { "clip-path": `url(#${clip})` },
      element("path", { d: outline, fill: "none", stroke: "#1b1f24", "stroke-width": "1.6" }),
    )
  );
}

function drawElectrodes(
  places: readonly (readonly [number, number])[],
  names: readonly string[],
  x: number,
  y: number,
  radius: number,
  withNames: boolean,
): string {
  return places
    .map(([across, up], i) => {
      const at = [x + across * radius, y - up * radius] as const;
      const dot = element("circle", {
        cx: at[0],
        cy: at[1],
        r: places.length > 64 ? 0.9 : 2,
        fill: "#1b1f24",
        stroke: "#fff",
        "stroke-width": ".6",
      });
      if (!withNames) return dot;
      const text = { "text-anchor": "middle", style: "font-size:9px;fill:#1b1f24" };
      return dot + label(at[0], at[1] - 4, shorten(names[i]!, 6), text);
    })
    .join("");
}

function describe(evoked: EvokedLike, sample: number, values: Float64Array, names: readonly string[]): string {
  const extent = extentOf(values);
  if (!extent) return "";
  const nameOf = (value: number): string => names[values.indexOf(value)]!;
  return `At ${formatNumber(timeOf(evoked, sample) * 1000, 0)} ms from ${formatNumber(extent.from)} µV (${nameOf(extent.from)}) to ${formatNumber(extent.to)} µV (${nameOf(extent.to)}).`;
}
