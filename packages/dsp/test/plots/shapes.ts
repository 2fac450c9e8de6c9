import type { EpochsLike, EvokedLike } from "../../src/plots";
import { wiggle } from "../arbitraries";

/** An average of `nChannels` restless rows from -0.1 to 0.6 s at 100 Hz. */
export function makeEvoked(changes: Partial<EvokedLike> = {}): EvokedLike {
  const channelNames = changes.channelNames ?? ["Fz", "Cz", "Pz", "Oz"];
  const nChannels = changes.nChannels ?? channelNames.length;
  const nTimes = changes.nTimes ?? 71;
  return {
    data: Float64Array.from({ length: nChannels * nTimes }, (_, i) => wiggle(i) / 8),
    standardError: new Float64Array(nChannels * nTimes).fill(0.5),
    sampleRateHz: 100,
    tMinSeconds: -0.1,
    nAve: 40,
    ...changes,
    nChannels,
    nTimes,
    channelNames,
  };
}

/** Epochs of the same kind, every fifth one a target. */
export function makeEpochs(nEpochs: number, changes: Partial<EpochsLike> = {}): EpochsLike {
  const channelNames = changes.channelNames ?? ["Fz", "Cz", "Pz", "Oz"];
  const nChannels = channelNames.length;
  const nTimes = changes.nTimes ?? 71;
  return {
    data: Float64Array.from({ length: nEpochs * nChannels * nTimes }, (_, i) => wiggle(i)),
    nEpochs,
    sampleRateHz: 100,
    tMinSeconds: -0.1,
    codes: Int32Array.from({ length: nEpochs }, (_, i) => (i % 5 === 0 ? 2 : 1)),
    ...changes,
    nChannels,
    nTimes,
    channelNames,
  };
}

/** What comes out of a well-formed document: each element's name and attributes; throws when it is not well-formed, which
 * a browser's parser would forgive. */
export function parseMarkup(text: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const elements: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const open: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const token = /<(\/?)([A-Za-z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text);
    if (!found) throw new Error(`not well-formed at ${at}: ${text.slice(at, at + 80)}`);
    const [, closing, name, attributes = "", alone, content] = found;
    if (content !== undefined) {
      if (/&(?!(amp|lt|gt|quot|#39);)/.test(content)) throw new Error(`a bare ampersand: ${content.slice(0, 80)}`);
      for (const element of open) element.text += content;
    } else if (closing) {
      const last = open.pop();
      if (last?.name !== name) throw new Error(`</${name}> closes <${last?.name}>`);
    } else {
      const element = {
        name: name!,
        attributes: Object.fromEntries(
          [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!]),
        ),
        text: "",
      };
      elements.push(element);
      if (!alone) open.push(element);
    }
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)!.name}> stays open`);
  return elements;
}

/** Every number of every path and attribute of place, which must all be finite. */
export function numbersOf(svg: string): number[] {
  return parseMarkup(svg).flatMap(({ attributes }) =>
    ["d", "x", "y", "x1", "y1", "cx", "cy", "r", "width", "height", "viewBox"].flatMap((key) =>
      (attributes[key] ?? "")
        .split(/[A-Za-z\s,]+/)
        .filter((part) => part !== "")
        .map(Number),
    ),
  );
}
