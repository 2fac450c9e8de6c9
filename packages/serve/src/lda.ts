import { decodeModel, loadModel, type Model } from "@p300/lda";
import { ModelAbsentError } from "./errors";
import { errorText, type Predictor } from "./predictor";
import type { ModelSource } from "./source";

/** A fitted model of @p300/lda as what a slot serves. */
export function predictorOf(model: Model): Predictor {
  const { nFeatures, featureNames, classes, classNames, positive } = model;
  return {
    nFeatures,
    featureNames,
    classes,
    classNames,
    positive,
    predictProba: (data, nRows) => model.predictProba({ data, nRows, nFeatures }),
  };
}

/**
 * The files of a model folder, by name, to a predictor.
 * @throws what `decodeModel` of @p300/lda throws: a missing file, a checksum that does not agree, an unknown format.
 */
export function predictorFromFiles(files: Readonly<Record<string, Uint8Array>>): Predictor {
  return predictorOf(decodeModel(files));
}

/** A model folder as a source: one version, that in its model.json, else "0". It is read once. */
export function folderSource(dir: string): ModelSource {
  let model: Promise<Model> | undefined;
  const read = () => {
    const reading = loadModel(dir);
    model = reading;
    return reading;
  };
  return {
    uri: dir,
    moves: false,
    async resolve() {
      const found = await read().catch((error: unknown) => {
        model = undefined;
        throw new ModelAbsentError(`no model in ${dir}: ${errorText(error)}`, { cause: error });
      });
      return { version: String(found.version ?? "0"), source: dir, details: null, key: dir };
    },
    async load() {
      return { predictor: predictorOf(await (model ?? read())) };
    },
  };
}
