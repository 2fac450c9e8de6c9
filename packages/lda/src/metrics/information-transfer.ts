import { OptionError } from "../errors";

export interface InformationTransfer {
  readonly bitsPerSelection: number;
  readonly bitsPerMinute: number;
  /** The accuracy is below 1 / nItems. The formula is symmetric about chance, so its bits rise again there and mean
   * nothing. */
  readonly belowChance: boolean;
}

export interface InformationTransferOptions {
  readonly nItems: number;
  /** Share of right selections, in [0, 1]. */
  readonly accuracy: number;
  /** The whole time of a selection, pauses included. */
  readonly secondsPerSelection: number;
}

/** Wolpaw's bits a selection among `nItems`, all alike, errors spread evenly.
 * @throws {OptionError}
 * @see J. R. Wolpaw et al., Clinical Neurophysiology 113(6), 2002, doi:10.1016/S1388-2457(02)00057-3 */
export function wolpawBits(nItems: number, accuracy: number): number {
  if (!(Number.isSafeInteger(nItems) && nItems >= 2))
    throw new OptionError("nItems", nItems, "an integer of 2 or more");
  if (!(accuracy >= 0 && accuracy <= 1)) throw new OptionError("accuracy", accuracy, "a share from 0 to 1");
  const p = accuracy;
  if (p === 1) return Math.log2(nItems);
  if (p === 0) return Math.log2(nItems / (nItems - 1));
  return Math.log2(nItems) + p * Math.log2(p) + (1 - p) * Math.log2((1 - p) / (nItems - 1));
}

/** Information transfer rate by Wolpaw's formula. Throws as `wolpawBits`, and for a time that is not above 0. */
export function informationTransferRate(options: InformationTransferOptions): InformationTransfer {
  const { nItems, accuracy, secondsPerSelection } = options;
  const bitsPerSelection = wolpawBits(nItems, accuracy);
  if (!(secondsPerSelection > 0 && secondsPerSelection < Infinity))
    throw new OptionError("secondsPerSelection", secondsPerSelection, "seconds above 0");
  return {
    bitsPerSelection,
    bitsPerMinute: (60 * bitsPerSelection) / secondsPerSelection,
    belowChance: accuracy < 1 / nItems,
  };
}
