import path from "node:path";
import { FeaturesFileError, OptionError } from "./errors";
import { joinFeatures, readFeatures, readLabels } from "./features-file";
import { openFeatures, type FeatureBlock, type FeatureStream } from "./features-stream";
import type { LinearScores } from "./linear";
import { takeLabels, takeRows, type Matrix } from "./matrix";
import { fitStream, type LabelledBlock } from "./merge/fit-stream";
import type { SolvedDiscriminant } from "./merge/lda-statistics";
import { createModel, type FittedScaler, type Model } from "./model";
import { range } from "./random";
import { StandardScaler } from "./scaler";
import { trainTestSplit } from "./split";
import { evaluationOf, positiveProbabilities, trainModel, type Trained, type TrainOptions } from "./train";

export interface TrainFoldersOptions extends Omit<TrainOptions, "features" | "labels" | "featureNames"> {
  /** Rows that take more than this, as doubles, are read a block at a time wherever the model allows. Default 256 MB. */
  readonly inMemoryBytesMax?: number | undefined;
}

/** Trains as `trainModel` does on the rows of several folders, joined in the order given. Many rows are not held: LDA with
 * solver "lsqr" reads them a block at a time, two or three times, so that memory depends on the features only. (Its
 * coefficients then differ from those of `trainModel` by rounding: sums are taken in another order.)
 * @throws {FeaturesFileError} naming the folder or file that is missing, damaged or unlike the first; and as `trainModel`. */
export async function trainFolders(dirs: readonly string[], options: TrainFoldersOptions = {}): Promise<Trained> {
  const { inMemoryBytesMax = 256e6, ...rest } = options;
  const { model = "lda", solver = "lsqr" } = rest;
  const streams = await openAll(dirs);
  try {
    const nRows = streams.reduce((sum, stream) => sum + stream.nRows, 0);
    const isLarge = 8 * nRows * streams[0]!.nFeatures > inMemoryBytesMax;
    if (isLarge && model === "lda" && solver === "lsqr") return await trainStreams(dirs, streams, rest);
  } finally {
    for (const stream of streams) await stream.close();
  }
  const parts = [];
  for (const dir of dirs) parts.push(await readFeatures(dir)); // one after another: each is as large as a recording
  return trainModel({ ...rest, ...joinFeatures(parts, dirs) });
}

async function openAll(dirs: readonly string[]): Promise<FeatureStream[]> {
  if (dirs.length === 0) throw new FeaturesFileError("features", "no folder was given");
  const streams: FeatureStream[] = [];
  try {
    for (const dir of dirs) {
      const stream = await openFeatures(dir);
      streams.push(stream);
      const names = streams[0]!.featureNames;
      const other = stream.featureNames.findIndex((name, j) => name !== names[j]);
      if (stream.nFeatures !== names.length || other >= 0)
        throw new FeaturesFileError(
          dir,
          stream.nFeatures === names.length
            ? `column ${other} is "${stream.featureNames[other]}", in ${dirs[0]} it is "${names[other]}"`
            : `has ${stream.nFeatures} features a row, ${dirs[0]} has ${names.length}: preprocess both alike`,
        );
    }
    return streams;
  } catch (error) {
    for (const stream of streams) await stream.close();
    throw error;
  }
}

async function trainStreams(
  dirs: readonly string[],
  streams: readonly FeatureStream[],
  options: Omit<TrainFoldersOptions, "inMemoryBytesMax">,
): Promise<Trained> {
  const { testSize = 0.2, seed = 42, standardize = false, shrinkage = "auto", priors, training } = options;
  const { classNames, positive } = options;
  for (const name of ["alphas", "C"] as const)
    if (options[name] !== undefined) throw new OptionError(name, options[name], 'nothing: it is no option of "lda"');
  const labels = await allLabels(dirs, streams);
  const nRows = labels.length;
  const all = testSize === 0;
  const split = all
    ? { train: range(nRows), test: new Int32Array(0) }
    : trainTestSplit(nRows, { testSize, seed, stratify: labels });
  const scaler = new StandardScaler();
  let readings = 0;
  async function* trainingRows(): AsyncGenerator<LabelledBlock> {
    readings += 1;
    for await (const { x, rows } of chosenRows(streams, split.train)) {
      if (standardize && readings === 1) scaler.partialFit(x);
      yield { x, y: takeLabels(labels, rows) };
    }
  }
  const solved = await fitStream(trainingRows, { shrinkage, priors });
  const parts = {
    ...(standardize ? { scaler, classifier: behindScaler(solved, scaler) } : { classifier: solved }),
    classNames,
    positive,
    featureNames: streams[0]!.featureNames,
  };
  const draft = createModel(parts);
  const metrics = all ? null : await evaluateStreams(draft, streams, split.test, labels);
  const y = takeLabels(labels, split.train);
  const summary = {
    n_train: split.train.length,
    n_test: split.test.length,
    n_train_per_class: draft.classes.map((label) => y.reduce((n, other) => n + Number(other === label), 0)),
    test_size: testSize,
    ...(all ? {} : { seed }),
    standardize,
    solver: "lsqr",
    shrinkage: shrinkage ?? "none",
    shrinkage_per_class: [...solved.shrinkages],
    ...(metrics === null ? {} : { metrics }),
    ...training,
  };
  return { model: createModel({ ...parts, training: summary }), metrics, split };
}

async function allLabels(dirs: readonly string[], streams: readonly FeatureStream[]): Promise<Int32Array> {
  const labels = new Int32Array(streams.reduce((sum, { nRows }) => sum + nRows, 0));
  let at = 0;
  for (const [i, dir] of dirs.entries()) {
    const file = path.join(dir, "labels.parquet");
    const own = await readLabels(file);
    if (own.length !== streams[i]!.nRows)
      throw new FeaturesFileError(
        file,
        `has ${own.length} rows, features.parquet beside it has ${streams[i]!.nRows}: preprocess the recording again`,
      );
    labels.set(own, at);
    at += own.length;
  }
  return labels;
}

/** Blocks of the rows chosen, in the order of the files, with each row's number among all. */
async function* chosenRows(
  streams: readonly FeatureStream[],
  chosen: Int32Array,
): AsyncGenerator<{ x: Matrix; rows: Int32Array }> {
  const wanted = new Set(chosen);
  let start = 0;
  for (const stream of streams) {
    for await (const { features, firstRow } of stream.blocks() as AsyncIterable<FeatureBlock>) {
      const inside = range(features.nRows).filter((i) => wanted.has(start + firstRow + i));
      if (inside.length === 0) continue;
      const rows = inside.map((i) => start + firstRow + i);
      yield { x: inside.length === features.nRows ? features : takeRows(features, inside), rows };
    }
    start += stream.nRows;
  }
}

async function evaluateStreams(
  model: Model,
  streams: readonly FeatureStream[],
  test: Int32Array,
  labels: Int32Array,
): Promise<Trained["metrics"]> {
  const truth = new Int32Array(test.length);
  const predicted = new Int32Array(test.length);
  const probabilities = new Float64Array(test.length);
  let at = 0;
  for await (const { x, rows } of chosenRows(streams, test)) {
    truth.set(takeLabels(labels, rows), at);
    predicted.set(model.predict(x), at);
    probabilities.set(positiveProbabilities(model, x), at);
    at += rows.length;
  }
  return evaluationOf(model, truth, predicted, probabilities);
}

/** The same classifier for rows that the scaler has scaled: a scaler changes none of LDA's decisions, so it is fitted on
 * the rows as they are. */
function behindScaler(solved: SolvedDiscriminant, { mean, scale }: FittedScaler): SolvedDiscriminant {
  const { linear } = solved;
  const { nFeatures } = linear;
  const scaled: LinearScores = {
    ...linear,
    centre: linear.centre.map((c, j) => (c - mean[j]!) / scale[j]!),
    coef: linear.coef.map((value, i) => value * scale[i % nFeatures]!),
  };
  return { ...solved, linear: scaled };
}
