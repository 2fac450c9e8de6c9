import { checkList } from "./check-list";
import { ChannelError, OptionError, ShapeError, TooShortError } from "./errors";
import { checkEvoked, type Evoked } from "./evoked";
import { roundHalfEven } from "./round";
import { pickChannels } from "./select";

/** Adds evoked responses up, each times its weight, as MNE 1.13's `combine_evoked` does (`test/golden/evoked.json`):
 * "equal" is 1 / n each, "nave" by the epochs that each is worth, `[1, -1]` a difference. The standard errors combine as
 * those of independent averages do.
 * @throws {TooShortError} when there is none. @throws {OptionError} {ShapeError} {ChannelError} when weights, channels,
 * rates or times do not match. */
export function combineEvoked(parts: readonly Evoked[], weights: "equal" | "nave" | readonly number[]): Evoked {
  checkList("parts", parts, "evoked responses");
  const first = parts[0];
  if (!first) throw new TooShortError("the number of evoked responses", 0, 1, "give at least one");
  for (const part of parts) checkSame(part, first);
  const given = weightsOf(parts, weights);
  const size = first.data.length;
  const data = new Float64Array(size);
  const variance = new Float64Array(size);
  let inverse = 0;
  for (const [i, part] of parts.entries()) {
    const weight = given[i]!;
    for (let k = 0; k < size; k++) {
      data[k]! += weight * part.data[k]!;
      variance[k]! += (weight * (part.standardError?.[k] ?? 0)) ** 2;
    }
    inverse += weight ** 2 / part.nAve;
  }
  const known = parts.every((part) => part.standardError);
  const comment = parts.map((part, i) => term(given[i]!, part.comment, i === 0)).join(" ");
  return {
    ...first,
    data,
    standardError: known ? variance.map(Math.sqrt) : undefined,
    nAve: 1 / inverse,
    comment: comment.replaceAll(" - - ", " + "),
  };
}

function weightsOf(parts: readonly Evoked[], weights: "equal" | "nave" | readonly number[]): readonly number[] {
  if (weights === "equal") return parts.map(() => 1 / parts.length);
  if (weights === "nave") {
    const sum = parts.reduce((n, part) => n + part.nAve, 0);
    return parts.map((part) => part.nAve / sum);
  }
  if (!Array.isArray(weights) || weights.length !== parts.length || !weights.every((weight) => Number.isFinite(weight)))
    throw new OptionError("weights", weights, `"equal", "nave", or a number for each of the ${parts.length}`);
  return weights;
}

function term(weight: number, comment: string, isFirst: boolean): string {
  const size = Math.abs(weight);
  const factor = Math.abs(size - 1) <= 1e-8 + 1e-5 ? "" : `${(roundHalfEven(1000 * size) / 1000).toFixed(3)} × `;
  const name = comment.includes(" + ") ? `(${comment})` : comment || "unknown";
  const sign = weight >= 0 ? "" : "-";
  return isFirst ? `${sign}${factor}${name}` : `${sign || "+"} ${factor}${name}`;
}

export interface GrandAverageOptions {
  /** What to do when not all have the same channels: keep those that all have ("intersect", default), or refuse ("same"). */
  readonly channels?: "intersect" | "same" | undefined;
}

/** Averages the evoked responses of several subjects, each with the same weight, as MNE's `grand_average` does
 * (`test/golden/evoked.json`). Its standard error is that between subjects, its `nAve` their number.
 * @throws as `combineEvoked`; {ChannelError} when they have no channel in common. */
export function grandAverage(parts: readonly Evoked[], { channels = "intersect" }: GrandAverageOptions = {}): Evoked {
  checkList("parts", parts, "evoked responses");
  for (const part of parts) checkEvoked(part);
  const widest = parts.reduce((most, part) => (part.nChannels > most.nChannels ? part : most), parts[0]!);
  let picked = parts;
  if (channels === "intersect" && parts.length > 0) {
    const common = widest.channelNames.filter((name) => parts.every((part) => part.channelNames.includes(name)));
    if (common.length === 0) throw new ChannelError(widest.channelNames[0] ?? "", "is not in all: none of them is");
    picked = parts.map((part) => pickChannels(part, common));
  }
  const mean = combineEvoked(picked, "equal");
  const n = parts.length;
  const standardError = mean.data.map((average, k) => {
    const sum = picked.reduce((total, part) => total + (part.data[k]! - average) ** 2, 0);
    return Math.sqrt(sum / n) / Math.sqrt(n);
  });
  return { ...mean, standardError, nAve: n, comment: `Grand average (n = ${n})` };
}

function checkSame(part: Evoked, first: Evoked): void {
  checkEvoked(part);
  if (part.nChannels !== first.nChannels)
    throw new ShapeError("nChannels of an evoked response", part.nChannels, first.nChannels);
  const other = part.channelNames.findIndex((name, i) => name !== first.channelNames[i]);
  if (other >= 0)
    throw new ChannelError(part.channelNames[other]!, `stands where the first has ${first.channelNames[other]}`);
  if (part.nTimes !== first.nTimes) throw new ShapeError("nTimes of an evoked response", part.nTimes, first.nTimes);
  if (part.sampleRateHz !== first.sampleRateHz)
    throw new OptionError(
      "sampleRateHz of an evoked response",
      part.sampleRateHz,
      `${first.sampleRateHz}, as the first`,
    );
  if (!(Math.abs(part.tMinSeconds - first.tMinSeconds) <= 1e-8))
    throw new OptionError("tMinSeconds of an evoked response", part.tMinSeconds, `${first.tMinSeconds}, as the first`);
  if (!(part.nAve > 0)) throw new OptionError("nAve of an evoked response", part.nAve, "a number above 0");
}
