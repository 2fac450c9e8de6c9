import { EmptyError, NonFiniteError, ShapeError } from "../errors";
import { groupByClass, checkLabels, type Matrix } from "../matrix";

/** Epochs by shape alone; what @p300/dsp cuts is one, with more fields. */
export interface Epochs {
  /** nEpochs × nChannels × nTimes, row-major, in any one unit. */
  readonly data: Float64Array;
  readonly nEpochs: number;
  readonly nChannels: number;
  readonly nTimes: number;
}

/** Checks that the buffer holds what the counts say, that there is something in it, and that all of it is finite.
 * @throws {ShapeError | EmptyError | NonFiniteError}, the last with epoch and position (channel · nTimes + time). */
export function checkEpochs(epochs: Epochs): void {
  const { data, nEpochs, nChannels, nTimes } = epochs ?? {};
  if (!(data instanceof Float64Array)) throw new ShapeError("epochs.data is not a Float64Array", 0, 0);
  for (const [name, count] of Object.entries({ nEpochs, nChannels, nTimes }))
    if (!Number.isSafeInteger(count) || count < 0)
      throw new ShapeError(`${name} ${String(count)} must be a whole number, 0 or more`, Number(count), 1);
  const size = nEpochs * nChannels * nTimes;
  if (data.length !== size)
    throw new ShapeError(
      `data has ${data.length} values, ${nEpochs} epochs × ${nChannels} channels × ${nTimes} times are ${size}`,
      data.length,
      size,
    );
  if (size === 0) throw new EmptyError("no epochs, channels or times: at least one of each is needed");
  const perEpoch = nChannels * nTimes;
  for (let i = 0; i < size; i++) {
    const value = data[i]!;
    if (value - value !== 0) throw new NonFiniteError(Math.floor(i / perEpoch), i % perEpoch, value, "epochs");
  }
}

/** @throws {ShapeError} when the epochs differ in channels or times from what was fitted. */
export function checkEpochShape(epochs: Epochs, nChannels: number, nTimes: number | null, fitted: string): void {
  if (epochs.nChannels !== nChannels)
    throw new ShapeError(
      `epochs have ${epochs.nChannels} channels, ${fitted} was fitted on ${nChannels}`,
      epochs.nChannels,
      nChannels,
    );
  if (nTimes !== null && epochs.nTimes !== nTimes)
    throw new ShapeError(
      `epochs have ${epochs.nTimes} times, ${fitted} was fitted on ${nTimes}`,
      epochs.nTimes,
      nTimes,
    );
}

/** The epochs at `indices`, in that order, as new ones. */
export function takeEpochs(epochs: Epochs, indices: ArrayLike<number>): Epochs {
  const { nChannels, nTimes } = epochs;
  const size = nChannels * nTimes;
  const data = new Float64Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const epoch = indices[i]!;
    if (!(Number.isInteger(epoch) && epoch >= 0 && epoch < epochs.nEpochs))
      throw new ShapeError(`epoch ${epoch} asked of ${epochs.nEpochs}`, epoch, epochs.nEpochs);
    data.set(epochs.data.subarray(epoch * size, (epoch + 1) * size), i * size);
  }
  return { data, nEpochs: indices.length, nChannels, nTimes };
}

/** All epochs of several recordings, one after another. @throws {EmptyError | ShapeError} */
export function joinEpochs(parts: readonly Epochs[]): Epochs {
  const first = parts[0];
  if (first === undefined) throw new EmptyError("no epochs to join");
  const { nChannels, nTimes } = first;
  for (const part of parts) checkEpochShape(part, nChannels, nTimes, "the first part");
  const nEpochs = parts.reduce((sum, part) => sum + part.nEpochs, 0);
  const data = new Float64Array(nEpochs * nChannels * nTimes);
  let to = 0;
  for (const part of parts) {
    data.set(part.data, to);
    to += part.data.length;
  }
  return { data, nEpochs, nChannels, nTimes };
}

/** An epoch a row, channel-major: all times of channel 1 first. Shares the epochs' buffer. */
export function flattenEpochs({ data, nEpochs, nChannels, nTimes }: Epochs): Matrix {
  return { data, nRows: nEpochs, nFeatures: nChannels * nTimes };
}

/** The mean epoch of each class, ascending class order, nClasses × nChannels × nTimes.
 * @throws {ShapeError | LabelError} */
export function classAverages(
  epochs: Epochs,
  y: ArrayLike<number>,
): { classes: number[]; rows: Int32Array[]; averages: Float64Array[] } {
  checkLabels(y, epochs.nEpochs);
  const { classes, rows } = groupByClass(y);
  return { classes, rows, averages: rows.map((members) => averageOf(epochs, members)) };
}

/** The mean of the epochs listed, nChannels × nTimes. */
export function averageOf({ data, nChannels, nTimes }: Epochs, members: ArrayLike<number>): Float64Array {
  const size = nChannels * nTimes;
  const sum = new Float64Array(size);
  for (let i = 0; i < members.length; i++) {
    const from = members[i]! * size;
    for (let j = 0; j < size; j++) sum[j]! += data[from + j]!;
  }
  for (let j = 0; j < size; j++) sum[j]! /= members.length;
  return sum;
}
