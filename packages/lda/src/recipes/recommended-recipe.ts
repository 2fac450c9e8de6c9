import { OptionError } from "../errors";
import { openEstimator, sealEstimator, type EstimatorJson } from "../estimator-json";
import { groupByDomain, type Domain } from "../geometry/recentre";
import { groupByClass, takeLabels } from "../matrix";
import { rocAuc } from "../metrics/roc-auc";
import { StratifiedKFold } from "../selection/folds";
import { GroupKFold } from "../selection/group-folds";
import { takeEpochs, type Epochs } from "../spatial/epochs";
import { logistic } from "./mixture";
import { checkAlignment, type AlignmentName, type FittedRecipe, type RecipeName, type RecipeOptions } from "./recipe";

/** A recipe and its alignment, one of those that are compared. */
export interface Candidate {
  readonly name: RecipeName;
  readonly alignment: AlignmentName;
}

/** How a candidate, or a mean of some, did on held-out epochs of the training set. */
export interface Validated {
  readonly members: readonly Candidate[];
  /** The mean AUC over the parts held out: subjects when there are several, else folds. */
  readonly auc: number;
  /** Its standard error. */
  readonly standardError: number;
}

/** What one member adds: its score, less `mean`, over `deviation`. */
interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

interface Parts {
  readonly members: readonly FittedRecipe[];
  readonly scales: readonly Scale[];
  /** Log-odds = slope · score + intercept, from held-out scores. */
  readonly slope: number;
  readonly intercept: number;
  readonly validation: readonly Validated[];
}

export type FitOne = (
  candidate: Candidate,
  epochs: Epochs,
  y: ArrayLike<number>,
  domains: ArrayLike<Domain> | undefined,
) => FittedRecipe;

const FOLDS = 5;
/** Held-out subjects tell whether learning from a subject's unlabelled epochs helps when there are so many. */
const DOMAINS_MIN = 3;
/** ERP covariances are (classes + 1) · nChannels wide, and the time goes with the cube. */
const ERP_CHANNELS_MAX = 8;

/** The mean of the recipes that did best on held-out parts of the training epochs. */
export class RecommendedRecipe implements FittedRecipe {
  readonly name = "recommended";
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  static fit(
    fitOne: FitOne,
    epochs: Epochs,
    y: ArrayLike<number>,
    { alignment = "none", domains, seed = 42 }: RecipeOptions,
  ): RecommendedRecipe {
    checkAlignment(alignment, ["none"], "recommended");
    const { classes } = groupByClass(y);
    if (classes.length !== 2)
      throw new OptionError("y", `${classes.length} classes`, "two, for the recipe recommended");
    const nDomains = domains === undefined ? 1 : groupByDomain(domains, epochs.nEpochs).size;
    const across = nDomains >= DOMAINS_MIN;
    const candidates = candidatesFor(epochs, across);
    const heldOut = validate(fitOne, candidates, epochs, y, across ? domains : undefined, domains, seed);
    const validation = subsetsOf(candidates)
      .map((subset) => ({ members: subset.map((k) => candidates[k]!), subset, ...judge(heldOut, subset) }))
      .toSorted((a, b) => b.auc - a.auc);
    const chosen = choose(validation);
    const members = chosen.members.map((candidate) => fitOne(candidate, epochs, y, domains));
    const scales = chosen.subset.map((k) => scaleOf(heldOut.flatMap(({ scores }) => Array.from(scores[k]!))));
    const sums = heldOut.flatMap(({ scores }) =>
      Array.from(
        combined(
          chosen.subset.map((k) => scores[k]!),
          scales,
        ),
      ),
    );
    const positive = heldOut.flatMap(({ labels }) => Array.from(labels, (label) => label === classes[1]));
    return new RecommendedRecipe({ members, scales, ...platt(sums, positive), validation });
  }

  get classes(): readonly number[] {
    return this.#parts.members[0]!.classes;
  }

  get nChannels(): number {
    return this.#parts.members[0]!.nChannels;
  }

  get nTimes(): number {
    return this.#parts.members[0]!.nTimes;
  }

  get nAdapted(): number {
    return this.#parts.members.reduce((most, { nAdapted }) => Math.max(most, nAdapted), 0);
  }

  /** All that were compared, best first. */
  get validation(): readonly Validated[] {
    return this.#parts.validation.map(({ members, auc, standardError }) => ({ members, auc, standardError }));
  }

  /** The recipes whose mean this is. */
  get members(): readonly FittedRecipe[] {
    return this.#parts.members;
  }

  decisionFunction(epochs: Epochs): Float64Array {
    const { members, scales, slope, intercept } = this.#parts;
    const scores = combined(
      members.map((member) => member.decisionFunction(epochs)),
      scales,
    );
    return scores.map((score) => slope * score + intercept);
  }

  predictProba(epochs: Epochs): Float64Array {
    const scores = this.decisionFunction(epochs);
    return Float64Array.from({ length: 2 * scores.length }, (_, at) =>
      logistic(at % 2 === 1 ? scores[(at - 1) / 2]! : -scores[at / 2]!),
    );
  }

  predict(epochs: Epochs): Int32Array {
    const { classes } = this;
    return Int32Array.from(this.decisionFunction(epochs), (score) => classes[score > 0 ? 1 : 0]!);
  }

  adapt(epochs: Epochs): RecommendedRecipe {
    return new RecommendedRecipe({
      ...this.#parts,
      members: this.#parts.members.map((member) => member.adapt(epochs)),
    });
  }

  toJSON(): EstimatorJson {
    const { members, scales, slope, intercept, validation } = this.#parts;
    return sealEstimator("RecommendedRecipe", {
      members: members.map((member) => member.toJSON()),
      means: scales.map(({ mean }) => mean),
      deviations: scales.map(({ deviation }) => deviation),
      slope,
      intercept,
      validated: validation.map(({ members: of }) => of.map(({ name, alignment }) => `${name} ${alignment}`)),
      aucs: validation.map(({ auc }) => auc),
      standard_errors: validation.map(({ standardError }) => standardError),
    });
  }

  static fromJSON(json: unknown, memberOf: (json: unknown) => FittedRecipe): RecommendedRecipe {
    const fields = openEstimator(json, "RecommendedRecipe");
    const members = fields.list("members").map(memberOf);
    if (members.length === 0) fields.refuse("members", "a list of one or more");
    const [means, deviations] = [fields.numbers("means", members.length), fields.numbers("deviations", members.length)];
    const validated = fields.list("validated") as readonly string[][];
    const aucs = fields.numbers("aucs", validated.length);
    const errors = fields.numbers("standard_errors", validated.length);
    return new RecommendedRecipe({
      members,
      scales: members.map((_, k) => ({ mean: means[k]!, deviation: deviations[k]! })),
      slope: fields.number("slope"),
      intercept: fields.number("intercept"),
      validation: validated.map((of, k) => ({
        members: of.map((text) => {
          const [name, alignment] = text.split(" ") as [RecipeName, AlignmentName];
          return { name, alignment };
        }),
        auc: aucs[k]!,
        standardError: errors[k]!,
      })),
    });
  }
}

function candidatesFor({ nChannels }: Epochs, across: boolean): Candidate[] {
  const erp = nChannels <= ERP_CHANNELS_MAX;
  // Re-centring on the training epochs' own mean changes no score; it is there for whoever adapts to a new session.
  const alignment = "recentring";
  return [
    { name: "lda", alignment: "none" },
    { name: "xdawn-lda", alignment: "none" },
    { name: "xdawncov-ts-lr", alignment },
    ...(erp ? [{ name: "erpcov-ts-lr", alignment } as const] : []),
    ...(across ? [{ name: "adaptive-lda", alignment: "none" } as const] : []),
  ];
}

/** Every choice of one or more. */
function subsetsOf(candidates: readonly Candidate[]): number[][] {
  return Array.from({ length: 2 ** candidates.length - 1 }, (_, bits) =>
    candidates.flatMap((_, k) => ((bits + 1) & (1 << k) ? [k] : [])),
  );
}

interface HeldOut {
  readonly labels: Int32Array;
  /** One list a candidate. */
  readonly scores: readonly Float64Array[];
}

/** Scores of epochs that the scorer was not fitted on. Held-out subjects give their unlabelled epochs to adapt to, as they
 * will in use; their labels judge alone. */
function validate(
  fitOne: FitOne,
  candidates: readonly Candidate[],
  epochs: Epochs,
  y: ArrayLike<number>,
  groups: ArrayLike<Domain> | undefined,
  domains: ArrayLike<Domain> | undefined,
  seed: number,
): HeldOut[] {
  const labels = Int32Array.from(y);
  const names = groups && Array.from({ length: epochs.nEpochs }, (_, i) => String(groups[i]));
  const nGroups = new Set(names).size;
  const rarest = groupByClass(y).rows.reduce((least, rows) => Math.min(least, rows.length), Infinity);
  if (rarest < 2) throw new OptionError("y", `${rarest} epoch of one class`, "two or more of each to hold some out");
  const splits = names
    ? new GroupKFold({ nSplits: Math.min(FOLDS, nGroups) }).split({ groups: names })
    : new StratifiedKFold({ nSplits: Math.min(FOLDS, rarest), shuffle: true, seed }).split({ y: labels });
  const domainsAt = (rows: Int32Array): Domain[] | undefined => domains && Array.from(rows, (i) => domains[i]!);
  return splits.flatMap(({ train, test }) => {
    const trained = takeEpochs(epochs, train);
    const fitted = candidates.map((of) => fitOne(of, trained, takeLabels(labels, train), domainsAt(train)));
    const parts = groups
      ? [...groupByDomain(domainsAt(test)!, test.length).values()].map((of) => of.map((i) => test[i]!))
      : [test];
    return parts.map((part) => {
      const held = takeEpochs(epochs, part);
      return {
        labels: takeLabels(labels, part),
        scores: fitted.map((recipe) => (groups ? recipe.adapt(held) : recipe).decisionFunction(held)),
      };
    });
  });
}

interface Judged {
  readonly auc: number;
  readonly standardError: number;
  /** One a part held out. */
  readonly aucs: readonly number[];
}

function judge(heldOut: readonly HeldOut[], subset: readonly number[]): Judged {
  const scales = subset.map((k) => scaleOf(heldOut.flatMap(({ scores }) => Array.from(scores[k]!))));
  const aucs = heldOut.flatMap(({ labels, scores }) =>
    new Set(labels).size < 2
      ? []
      : [
          rocAuc(
            labels,
            combined(
              subset.map((k) => scores[k]!),
              scales,
            ),
          ),
        ],
  );
  return { auc: meanOf(aucs), standardError: standardErrorOf(aucs), aucs };
}

/** The mean of most recipes among those that are worse than the best by no more than the standard error of that
 * difference, part by part: less than that is chance, and a mean of more recipes depends less on it. */
function choose<T extends Validated & Judged>(validation: readonly T[]): T {
  const best = validation[0]!;
  return validation
    .filter(({ aucs }) => {
      const behind = aucs.map((auc, part) => best.aucs[part]! - auc);
      return meanOf(behind) <= standardErrorOf(behind);
    })
    .reduce((most, other) => (other.members.length > most.members.length ? other : most));
}

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

function standardErrorOf(values: readonly number[]): number {
  const mean = meanOf(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return Math.sqrt(variance / values.length);
}

function scaleOf(scores: readonly number[]): Scale {
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
  const variance = scores.reduce((sum, value) => sum + (value - mean) ** 2, 0) / scores.length;
  return { mean, deviation: Math.sqrt(variance) || 1 };
}

function combined(scores: readonly Float64Array[], scales: readonly Scale[]): Float64Array {
  return Float64Array.from(scores[0]!, (_, i) =>
    scores.reduce((sum, of, k) => sum + (of[i]! - scales[k]!.mean) / scales[k]!.deviation / scores.length, 0),
  );
}

/** Platt's sigmoid by Newton's steps, with his targets short of 0 and 1.
 * @see H.-T. Lin et al., Machine Learning 68(3), 2007, doi:10.1007/s10994-007-5018-6 */
function platt(scores: readonly number[], positive: readonly boolean[]): { slope: number; intercept: number } {
  const nPositive = positive.filter(Boolean).length;
  const high = (nPositive + 1) / (nPositive + 2);
  const low = 1 / (scores.length - nPositive + 2);
  let slope = 1;
  let intercept = Math.log((nPositive + 1) / (scores.length - nPositive + 1));
  for (let round = 0; round < 100; round++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-10, 0, 1e-10];
    scores.forEach((score, i) => {
      const p = logistic(slope * score + intercept);
      const error = p - (positive[i] ? high : low);
      const weight = p * (1 - p);
      g0 += error * score;
      g1 += error;
      h00 += weight * score * score;
      h01 += weight * score;
      h11 += weight;
    });
    const determinant = h00 * h11 - h01 * h01;
    const step = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant] as const;
    const size = Math.max(1, Math.abs(step[0]), Math.abs(step[1]));
    slope -= step[0] / size;
    intercept -= step[1] / size;
    if (Math.abs(step[0]) + Math.abs(step[1]) < 1e-10) break;
  }
  // scores are higher for the second class by construction; a slope at or below 0 says that they say nothing
  return { slope: Math.max(slope, 1e-6), intercept };
}
