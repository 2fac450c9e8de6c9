import { checkObject } from "../check-object";
import { OptionError, ShapeError } from "../errors";
import type { Annotation } from "../recording";
import type { DropLog } from "../reject";
import type { Hertz } from "../units";
import { drawAxes, frameOf } from "./frame";
import { element, figure, label, px, shorten, type FigureOptions } from "./svg";

export interface TimelineOptions extends FigureOptions {
  readonly sampleRateHz: Hertz;
  readonly nSamples: number;
  /** What the codes stand for. */
  readonly stimCodes?: Readonly<Record<string, string>> | undefined;
  /** One entry an event: dropped ones are drawn short. */
  readonly dropLog?: DropLog | undefined;
  readonly annotations?: readonly Annotation[] | undefined;
}

const MOST_ROWS = 12;

/** When the events of each code came. Kept ones are drawn higher than dropped ones; annotations are bars below.
 * @returns an SVG document.
 * @throws {ShapeError} when the codes or the drop log are not one an event. */
export function plotEvents(
  events: { readonly nEvents: number; readonly samples: Int32Array; readonly codes: Int32Array },
  options: TimelineOptions,
): string {
  checkObject("events", events, "events, as findEvents gives them");
  checkObject("options", options, "{ sampleRateHz, nSamples }");
  const { nEvents, samples, codes } = events;
  for (const [name, list] of Object.entries({ samples, codes }))
    if (!ArrayBuffer.isView(list)) throw new OptionError(`events.${name}`, list, "an Int32Array");
  if (samples.length !== nEvents) throw new ShapeError("events.samples.length", samples.length, nEvents);
  if (codes.length !== nEvents) throw new ShapeError("events.codes.length", codes.length, nEvents);
  const { sampleRateHz, nSamples, dropLog, annotations = [], stimCodes = {} } = options;
  if (dropLog && dropLog.length !== nEvents) throw new ShapeError("dropLog.length", dropLog.length, nEvents);
  if (!(Number.isFinite(sampleRateHz) && sampleRateHz > 0))
    throw new OptionError("sampleRateHz", sampleRateHz, "a number of hertz above 0");
  if (!(Number.isSafeInteger(nSamples) && nSamples >= 1))
    throw new OptionError("nSamples", nSamples, "a whole number above 0");
  const { width = 440, style = true, title = "Events" } = options;

  const counts = new Map<number, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  const all = [...counts].sort(([a], [b]) => b - a);
  const shown = all.slice(0, MOST_ROWS);
  const rowHeight = 26;
  const top = 34;
  const nRows = Math.max(1, shown.length + (annotations.length > 0 ? 1 : 0));
  const { height = top + nRows * rowHeight + 48 } = options;
  const seconds = nSamples / sampleRateHz;
  const frame = frameOf({
    x: 104,
    y: top,
    width: width - 104 - 52,
    height: height - top - 48,
    xDomain: { from: 0, to: seconds },
    yDomain: { from: 0, to: nRows },
  });
  const step = frame.height / nRows;
  const nameOf = (code: number): string =>
    stimCodes[String(code)] ?? { 1: "NonTarget", 2: "Target" }[code] ?? `code ${code}`;
  const inMinutes = seconds > 600;
  return figure({
    width,
    height,
    title,
    style,
    description: `${nEvents} events in ${seconds.toFixed(1)} s: ${
      all
        .slice(0, MOST_ROWS)
        .map(([code, n]) => `${n} ${nameOf(code)}`)
        .join(", ") || "none"
    }.`,
    body: () => {
      const rows = shown.map(([code, count], i) => {
        const base = frame.y + (i + 1) * step - 3;
        const name = nameOf(code);
        const colour = /^target$/i.test(name) ? "target" : /^non.?target$/i.test(name) ? "nontarget" : "muted";
        const heights = (dropped: boolean): string => {
          let path = "";
          let last = -Infinity;
          for (let event = 0; event < nEvents; event++) {
            if (codes[event] !== code || (dropLog?.[event]?.length ?? 0) > 0 !== dropped) continue;
            const x = frame.xOf(samples[event]! / sampleRateHz);
            if (x < last + 0.35) continue; // within the same third of a pixel
            last = x;
            path += `M${px(x)} ${px(base)}v${px(-(dropped ? step * 0.3 : step - 8))}`;
          }
          return path;
        };
        const kept = heights(false);
        const dropped = heights(true);
        return (
          label(frame.x - 6, base - step / 2 + 8, shorten(name, 15), { class: "small", "text-anchor": "end" }) +
          (kept && element("path", { class: `thin ${colour}`, d: kept })) +
          (dropped && element("path", { class: "thin muted", d: dropped })) +
          label(width - 8, base - step / 2 + 8, `${count}`, { class: "small", "text-anchor": "end" })
        );
      });
      const y = frame.y + shown.length * step + 4;
      const bars = annotations
        .map(({ onsetSeconds, durationSeconds }) => {
          const from = frame.xOf(Math.max(0, onsetSeconds));
          const to = Math.max(from + 1, frame.xOf(Math.min(seconds, onsetSeconds + durationSeconds)));
          return Number.isFinite(from) && from <= frame.x + frame.width
            ? `M${px(from)} ${px(y)}H${px(to)}v${px(step - 8)}H${px(from)}Z`
            : "";
        })
        .slice(0, 5000)
        .join("");
      return (
        label(12, 19, shorten(title, 48), { class: "heading" }) +
        drawAxes(frame, {
          xLabel: inMinutes ? "time (min)" : "time (s)",
          yLabel: "",
          xFactor: inMinutes ? 1 / 60 : 1,
          yTicks: false,
        }) +
        (nEvents === 0
          ? label(frame.x + frame.width / 2, frame.y + 20, "no event", { class: "tick", "text-anchor": "middle" })
          : "") +
        rows.join("") +
        (annotations.length > 0
          ? label(frame.x - 6, y + step / 2, "annotations", { class: "small", "text-anchor": "end" }) +
            (bars && element("path", { class: "muted-fill", d: bars })) +
            label(width - 8, y + step / 2, `${annotations.length}`, { class: "small", "text-anchor": "end" })
          : "")
      );
    },
  });
}
