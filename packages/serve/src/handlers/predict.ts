import { NotFiniteError, NotLoadedError } from "../errors";
import type { LoadedModel } from "../predictor";
import type { Answer, Call } from "../routes";
import { featureRowsOf } from "../feature-bytes";
import { parseJson, parsePredict, parsePredictBatch, type Signature } from "../schemas";
import type { Serving } from "../serving";
import type { SlotName } from "../slot";

/** One row in, one prediction out, with the version that made it. */
export function predictWith(name: SlotName): (call: Call, serving: Serving) => Answer {
  return (call, serving) => {
    const model = modelFor(call, serving, name); // read once: version and answer belong together
    const { predictor, positiveColumn, spoken } = model;
    const probabilities = predictor.predictProba(parsePredict(jsonOf(call), predictor), 1);
    const column = likeliest(probabilities, 0, predictor.classes.length);
    return {
      status: 200,
      body: {
        model_version_loaded: spoken,
        predicted_label_code: predictor.classes[column],
        predicted_class_name: predictor.classNames[column],
        probability_target: probabilities[positiveColumn],
      },
      headers: versionHeader(model),
    };
  };
}

/** Rows in, a label code for each out: all by one version. */
export function predictBatch(name: SlotName): (call: Call, serving: Serving) => Answer {
  return (call, serving) => {
    const model = modelFor(call, serving, name);
    const { predictor, spoken } = model;
    const { data, nRows } = rowsOf(call, predictor);
    const probabilities = predictor.predictProba(data, nRows);
    const nClasses = predictor.classes.length;
    const predictions: number[] = [];
    for (let row = 0; row < nRows; row++) predictions.push(predictor.classes[likeliest(probabilities, row, nClasses)]!);
    return { status: 200, body: { predictions, model_version_loaded: spoken }, headers: versionHeader(model) };
  };
}

/** @throws {BodyError} when the body is not JSON. */
const jsonOf = ({ bytes, body }: Call): unknown => (bytes === undefined ? body : parseJson(bytes.toString("utf8")));

function rowsOf(call: Call, signature: Signature): { data: Float64Array; nRows: number } {
  const plain = call.bytes === undefined ? undefined : featureRowsOf(call.bytes, signature.nFeatures);
  return plain ?? parsePredictBatch(jsonOf(call), signature);
}

function modelFor(call: Call, serving: Serving, name: SlotName): LoadedModel {
  const slot = serving.slots[name];
  const model = slot.current;
  if (model === undefined) throw new NotLoadedError(name, slot.uri, slot.whyEmpty);
  call.modelVersion = model.label;
  return model;
}

const versionHeader = ({ label }: LoadedModel) => ({ "x-model-version": label });

/** The column of the row's largest probability; the first one of equals, as scikit-learn's argmax. */
function likeliest(probabilities: Float64Array, row: number, nClasses: number): number {
  const from = row * nClasses;
  let best = 0;
  for (let column = 0; column < nClasses; column++) {
    const p = probabilities[from + column]!;
    if (!Number.isFinite(p)) throw new NotFiniteError(row);
    if (p > probabilities[from + best]!) best = column;
  }
  return best;
}
