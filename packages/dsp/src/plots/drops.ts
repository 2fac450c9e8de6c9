import { checkList } from "../check-list";
import { checkOptions } from "../check-object";
import type { DropLog } from "../reject";
import { drawAxes, frameOf } from "./frame";
import { element, figure, label, px, shorten, type FigureOptions } from "./svg";

export interface DropsOptions extends FigureOptions {
  /** The order of the rows; a reason that is not among them comes after. Default: by count. */
  readonly channelNames?: readonly string[] | undefined;
}

const MOST_ROWS = 40;

const WORDS: ReadonlyMap<string, string> = new Map([
  ["NO_DATA", "too early"],
  ["TOO_SHORT", "too late"],
  ["IGNORED", "other code"],
  ["DROP DUPLICATE", "same sample"],
]);

/** How a reason of a drop log is called in figures and tables. */
export const wordOf = (reason: string): string => WORDS.get(reason) ?? reason;

/** Which epochs were dropped and why: a column an event, a row a channel or another reason, with its count. Of more than 40
 * reasons the most frequent have a row.
 * @returns an SVG document. */
export function plotDrops(dropLog: DropLog, options: DropsOptions = {}): string {
  checkList("dropLog", dropLog, "lists of reasons, one an event");
  for (const reasons of dropLog) checkList("dropLog's entry", reasons, "reasons");
  checkOptions(options);
  const nEvents = dropLog.length;
  const nDropped = dropLog.filter((reasons) => reasons.length > 0).length;
  const { width = 440, style = true, title = `Dropped epochs: ${nDropped} of ${nEvents}` } = options;
  const rows = rowsOf(dropLog, options.channelNames ?? []);
  const shown = rows.slice(0, MOST_ROWS);
  const rowHeight = 16;
  const top = 34;
  const { height = top + Math.max(shown.length, 1) * rowHeight + 48 } = options;
  const frame = frameOf({
    x: 104,
    y: top,
    width: width - 104 - 52,
    height: height - top - 48,
    xDomain: { from: 0, to: Math.max(nEvents, 1) },
    yDomain: { from: 0, to: Math.max(shown.length, 1) },
  });
  const step = frame.height / Math.max(shown.length, 1);
  return figure({
    width,
    height,
    title,
    style,
    description:
      nDropped === 0
        ? `None of the ${nEvents} epochs was dropped.`
        : `${nDropped} of ${nEvents} epochs were dropped: ${rows
            .slice(0, 12)
            .map(({ reason, events }) => `${wordOf(reason)} ${events.length}`)
            .join(
              ", ",
            )}${rows.length > 12 ? `, and ${rows.length - 12} other reasons` : ""}. An epoch may have several reasons.`,
    body: () =>
      label(12, 19, shorten(title, 48), { class: "heading" }) +
      drawAxes(frame, { xLabel: "event", yLabel: "", yTicks: false }) +
      (shown.length === 0
        ? label(
            frame.x + frame.width / 2,
            frame.y + frame.height / 2 + 4,
            nEvents === 0 ? "no event" : "none dropped",
            {
              class: "tick",
              "text-anchor": "middle",
            },
          )
        : "") +
      shown
        .map(({ reason, events, isChannel }, i) => {
          const y = frame.y + i * step;
          const middle = y + step / 2 + 4;
          return (
            label(frame.x - 6, middle, shorten(wordOf(reason), 15), { "text-anchor": "end", class: "small" }) +
            element("path", {
              class: isChannel ? "target-fill" : "muted-fill",
              d: runsPath(events, frame.xOf, y + 1.5, step - 3),
            }) +
            label(width - 8, middle, `${events.length}`, { "text-anchor": "end", class: "small" })
          );
        })
        .join("") +
      (rows.length > shown.length
        ? label(12, height - 4, `${rows.length - shown.length} other reasons are not shown`, { class: "tick small" })
        : ""),
  });
}

interface Row {
  readonly reason: string;
  readonly events: number[];
  readonly isChannel: boolean;
}

function rowsOf(dropLog: DropLog, channelNames: readonly string[]): Row[] {
  const byReason = new Map<string, Row>();
  for (const [event, reasons] of dropLog.entries())
    for (const reason of new Set(reasons)) {
      let row = byReason.get(reason);
      // A channel may bear the name of a reason; it is one of the rows of channels then.
      if (!row)
        byReason.set(
          reason,
          (row = {
            reason,
            events: [],
            isChannel: channelNames.length > 0 ? channelNames.includes(reason) : !WORDS.has(reason),
          }),
        );
      row.events.push(event);
    }
  const place = new Map(channelNames.map((name, i) => [name, i]));
  const rows = [...byReason.values()];
  // sort is stable: equal counts stay in the order of the channels
  rows.sort((a, b) => (place.get(a.reason) ?? Infinity) - (place.get(b.reason) ?? Infinity) || 0);
  if (channelNames.length === 0 || rows.length > MOST_ROWS) rows.sort((a, b) => b.events.length - a.events.length);
  return rows;
}

/** Runs of neighbouring events as one rectangle each. */
function runsPath(events: readonly number[], xOf: (event: number) => number, y: number, height: number): string {
  let path = "";
  let end = -Infinity;
  for (let i = 0; i < events.length;) {
    let last = i;
    while (last + 1 < events.length && events[last + 1] === events[last]! + 1) last++;
    const from = xOf(events[i]!);
    const to = Math.max(xOf(events[last]! + 1), from + 0.6);
    // What would fall on the same tenth of a pixel is drawn already.
    if (to > end + 0.1)
      path += `M${px(Math.max(from, end))} ${px(y)}H${px(to)}v${px(height)}H${px(Math.max(from, end))}Z`;
    end = Math.max(end, to);
    i = last + 1;
  }
  return path;
}
