import type { ReadAttribute, ReadGraph, ReadNode, ReadTensor } from "./onnx-read";

/** Scores that are linear in the features: `(x - centre) · coef + offset`. */
export interface LinearGraph {
  readonly centre: Float64Array;
  /** nScores × nFeatures. */
  readonly coef: Float64Array;
  /** nScores. */
  readonly offset: Float64Array;
  /** How probabilities come of the scores; none when the graph stops at them. */
  readonly link: "logistic" | "softmax" | "none";
  /** Class codes, where the graph tells them. */
  readonly classes: readonly number[] | undefined;
}

/** Each value (x - centre) · scale, feature by feature. */
interface Scaled {
  readonly kind: "scaled";
  readonly centre: Float64Array;
  readonly scale: Float64Array;
}

interface Scores {
  readonly kind: "scores";
  readonly centre: Float64Array;
  readonly coef: Float64Array;
  readonly offset: Float64Array;
}

type Value = Scaled | Scores | { readonly kind: "constant"; readonly tensor: ReadTensor };

/** Follows a graph's operators from its features to its probabilities, as long as all is linear.
 * @throws {Error} saying which operator is not. */
export function linearGraph(graph: ReadGraph): LinearGraph {
  const [input, second] = graph.inputs;
  if (input === undefined || second !== undefined) throw new Error(`it has ${graph.inputs.length} inputs, not one`);
  const values = new Map<string, Value>();
  for (const [name, tensor] of graph.constants) values.set(name, { kind: "constant", tensor });
  values.set(input.name, scaledInput(input.width ?? widthOf(graph)));
  let found: LinearGraph | undefined;
  let classes: readonly number[] | undefined;
  let refused: string | undefined;
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => values.get(name));
    classes ??= classesOf(node);
    if (node.op === "Constant") {
      const tensor = node.attributes.get("value")?.tensor;
      if (tensor) values.set(node.outputs[0]!, { kind: "constant", tensor });
      continue;
    }
    const scores = inputs.find((value) => value?.kind === "scores");
    if (node.op === "LinearClassifier") found ??= linearClassifier(node, inputs[0]);
    else if (scores && (node.op === "Sigmoid" || node.op === "Softmax"))
      found ??= { ...scores, link: node.op === "Sigmoid" ? "logistic" : "softmax", classes: undefined };
    else {
      const value = apply(node, inputs);
      if (value) values.set(node.outputs[0]!, value);
      // What comes after the scores, such as labels, need not be followed.
      else if (inputs.some((one) => one?.kind === "scaled")) refused ??= `${node.op} of its features is not linear`;
    }
  }
  const last = [...values.values()].findLast((value): value is Scores => value.kind === "scores");
  found ??= last && { ...last, link: "none", classes: undefined };
  if (found === undefined) throw new Error(refused ?? "no operator makes scores of its features");
  return { ...found, classes: found.classes ?? classes };
}

function scaledInput(width: number | undefined): Scaled {
  if (width === undefined) throw new Error("nothing tells how many features it takes");
  return { kind: "scaled", centre: new Float64Array(width), scale: new Float64Array(width).fill(1) };
}

/** Where the input leaves it open, the first coefficients tell the number of features. */
function widthOf({ nodes, constants }: ReadGraph): number | undefined {
  for (const { op, inputs, attributes } of nodes) {
    if (op === "Scaler") return attributes.get("offset")?.floats.length || undefined;
    if (op === "LinearClassifier") {
      const nScores = attributes.get("intercepts")?.floats.length ?? 1;
      return (attributes.get("coefficients")?.floats.length ?? 0) / nScores || undefined;
    }
    const matrix = constants.get(inputs[1] ?? "");
    if (op === "MatMul") return matrix?.shape[0];
    if (op === "Gemm") return matrix?.shape[attributes.get("transB")?.int ? 1 : 0];
  }
  return undefined;
}

function apply(node: ReadNode, inputs: readonly (Value | undefined)[]): Value | undefined {
  const [a, b, c] = inputs;
  switch (node.op) {
    case "Cast":
    case "Identity":
    case "Dropout":
      return a;
    case "Reshape":
    case "Flatten":
      return a?.kind === "scaled" ? a : undefined;
    case "Scaler":
      return a?.kind === "scaled" ? scaler(a, node.attributes) : undefined;
    case "Add":
    case "Sub":
    case "Mul":
    case "Div":
      if (a && b?.kind === "constant" && a.kind !== "constant") return arithmetic(node.op, a, b.tensor);
      if (b && a?.kind === "constant" && b.kind !== "constant" && node.op !== "Div" && node.op !== "Sub")
        return arithmetic(node.op, b, a.tensor);
      return undefined;
    case "MatMul":
      return a?.kind === "scaled" && b?.kind === "constant" ? product(a, b.tensor, false) : undefined;
    case "Gemm": {
      const attribute = (name: string): number | undefined => node.attributes.get(name)?.float;
      const plain = (attribute("alpha") ?? 1) === 1 && (attribute("beta") ?? 1) === 1;
      if (!plain || node.attributes.get("transA")?.int || a?.kind !== "scaled" || b?.kind !== "constant")
        return undefined;
      const scores = product(a, b.tensor, node.attributes.get("transB")?.int === 1);
      return c?.kind === "constant" ? arithmetic("Add", scores, c.tensor) : c === undefined ? scores : undefined;
    }
    default:
      return undefined;
  }
}

function scaler(x: Scaled, attributes: ReadonlyMap<string, ReadAttribute>): Scaled | undefined {
  const offset = attributes.get("offset")?.floats ?? [];
  const scale = attributes.get("scale")?.floats ?? [];
  const vector = (values: readonly number[]): ReadTensor => ({
    shape: [values.length],
    values: Float64Array.from(values),
  });
  const centred = arithmetic("Sub", x, vector(offset));
  const scaled = centred && arithmetic("Mul", centred, vector(scale));
  return scaled?.kind === "scaled" ? scaled : undefined;
}

function arithmetic(op: string, x: Scaled | Scores, { values }: ReadTensor): Scaled | Scores | undefined {
  const width = x.kind === "scaled" ? x.scale.length : x.offset.length;
  if (values.length !== 1 && values.length !== width) return undefined;
  const at = (i: number): number => values[values.length === 1 ? 0 : i]!;
  const sign = op === "Sub" ? -1 : 1;
  const factor = (i: number): number => (op === "Div" ? 1 / at(i) : at(i));
  if (x.kind === "scaled") {
    if (op === "Add" || op === "Sub")
      return { ...x, centre: x.centre.map((value, i) => value - (sign * at(i)) / x.scale[i]!) };
    return { ...x, scale: x.scale.map((value, i) => (op === "Div" ? value / at(i) : value * at(i))) };
  }
  if (op === "Add" || op === "Sub") return { ...x, offset: x.offset.map((value, i) => value + sign * at(i)) };
  const nFeatures = x.centre.length;
  return {
    ...x,
    offset: x.offset.map((value, i) => value * factor(i)),
    coef: x.coef.map((value, i) => value * factor(Math.floor(i / nFeatures))),
  };
}

function product({ centre, scale }: Scaled, { shape, values }: ReadTensor, transposed: boolean): Scores {
  const nFeatures = scale.length;
  const nScores = values.length / nFeatures;
  const inner = shape[transposed ? 1 : 0];
  if (inner !== nFeatures || !Number.isInteger(nScores))
    throw new Error(`coefficients of ${shape.join(" × ")} do not fit ${nFeatures} features`);
  const coef = Float64Array.from(values, (_, i) => {
    const [score, feature] = [Math.floor(i / nFeatures), i % nFeatures];
    return scale[feature]! * (transposed ? values[i]! : values[feature * nScores + score]!);
  });
  return { kind: "scores", centre, coef, offset: new Float64Array(nScores) };
}

/** ai.onnx.ml's classifier, which is what skl2onnx writes: a row of coefficients a class, also for two. */
function linearClassifier({ attributes }: ReadNode, x: Value | undefined): LinearGraph {
  if (x?.kind !== "scaled") throw new Error("LinearClassifier does not take the features");
  const nFeatures = x.scale.length;
  const values = Float64Array.from(attributes.get("coefficients")?.floats ?? []);
  const nRows = values.length / nFeatures;
  const { centre, coef } = product(x, { shape: [nRows, nFeatures], values }, true);
  const offset = Float64Array.from(attributes.get("intercepts")?.floats ?? coef.subarray(0, nRows).map(() => 0));
  if (offset.length !== nRows)
    throw new Error(`LinearClassifier has ${nRows} rows of coefficients, ${offset.length} intercepts`);
  const transform = attributes.get("post_transform")?.string || "NONE";
  const classes = attributes.get("classlabels_ints")?.ints;
  if (nRows === 2 && transform !== "LOGISTIC") {
    const difference = (of: Float64Array, n: number) => of.subarray(n).map((value, i) => value - of[i]!);
    return {
      centre,
      coef: difference(coef, nFeatures),
      offset: difference(offset, 1),
      link: transform === "NONE" ? "none" : "logistic",
      classes,
    };
  }
  if (nRows === 2) return { centre, coef: coef.slice(nFeatures), offset: offset.slice(1), link: "logistic", classes };
  if (nRows > 2 && transform === "LOGISTIC") throw new Error("one logistic function a class is not softmax");
  const link = transform === "SOFTMAX" ? "softmax" : transform === "LOGISTIC" ? "logistic" : "none";
  return { centre, coef, offset, link, classes };
}

function classesOf({ op, attributes }: ReadNode): readonly number[] | undefined {
  if (op === "ZipMap") return attributes.get("classlabels_int64s")?.ints;
  return undefined;
}
