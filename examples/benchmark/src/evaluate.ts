import { StratifiedKFold } from "@p300/lda";
import { rocAuc } from "@p300/lda/metrics";
import { fitRecipe, joinEpochs, takeEpochs } from "@p300/lda/recipes";
import type { EvaluationName, RecipeChoice } from "./options";
import type { Session } from "./sessions";

/** Trains on `train`, tests on each of `tests` by itself. */
export interface Task {
  readonly train: readonly Session[];
  readonly tests: readonly Session[];
  /** Whether a recipe may have the unlabelled epochs of a test session to adapt to. */
  readonly adapts: boolean;
}

export interface Score {
  readonly session: string;
  readonly auc: number;
}

export interface Result {
  readonly evaluation: EvaluationName;
  readonly recipe: string;
  readonly scores: readonly Score[];
  readonly mean: number;
  /** Between sessions, divided by n - 1. */
  readonly deviation: number;
  /** Of all test epochs together. */
  readonly pooled: number;
  /** Why the recipe could not be used here, when it could not. */
  readonly refused?: string;
}

const FOLDS = 5;

/** What there is to do for an evaluation; nothing where the recordings do not allow it. */
export function tasksOf(
  evaluation: EvaluationName,
  sessions: readonly Session[],
  unseen: number | null,
): readonly Task[] {
  if (evaluation === "within-session") return sessions.flatMap(foldsWithin);
  const subjects = [...new Set(sessions.map(({ subject }) => subject))];
  const of = (wanted: readonly string[]): Session[] => sessions.filter(({ subject }) => wanted.includes(subject));
  if (evaluation === "cross-session")
    return subjects.flatMap((subject) => {
      const own = of([subject]);
      return own.length < 2
        ? []
        : own.map((test) => ({ train: own.filter((other) => other !== test), tests: [test], adapts: true }));
    });
  if (subjects.length < 2) return [];
  if (unseen !== null) {
    const cut = Math.max(1, subjects.length - unseen);
    return [{ train: of(subjects.slice(0, cut)), tests: of(subjects.slice(cut)), adapts: true }];
  }
  const nFolds = Math.min(FOLDS, subjects.length);
  return Array.from({ length: nFolds }, (_, fold) => {
    const test = subjects.filter((_, i) => i % nFolds === fold);
    return { train: of(subjects.filter((subject) => !test.includes(subject))), tests: of(test), adapts: true };
  });
}

function foldsWithin(session: Session): Task[] {
  const part = (rows: Int32Array): Session => ({
    ...session,
    epochs: takeEpochs(session.epochs, rows),
    labels: rows.map((row) => session.labels[row]!),
  });
  return new StratifiedKFold({ nSplits: FOLDS, shuffle: true, seed: 42 })
    .split({ y: session.labels })
    .map(({ train, test }) => ({ train: [part(train)], tests: [part(test)], adapts: false }));
}

/** One recipe put through all tasks of an evaluation; scores of one session's folds are averaged. */
export function evaluate(
  evaluation: EvaluationName,
  { label, name, alignment }: RecipeChoice,
  tasks: readonly Task[],
  onTask: (done: number) => void = () => {},
): Result {
  const bySession = new Map<string, number[]>();
  const labels: number[] = [];
  const scores: number[] = [];
  for (const [done, { train, tests, adapts }] of tasks.entries()) {
    onTask(done);
    const several = train.length > 1;
    const recipe = fitRecipe(
      name,
      joinEpochs(train.map(({ epochs }) => epochs)),
      Int32Array.from(train.flatMap((session) => Array.from(session.labels))),
      {
        alignment,
        ...(several ? { domains: train.flatMap(({ name, labels }) => Array.from(labels, () => name)) } : {}),
      },
    );
    for (const { name, epochs, labels: truth } of tests) {
      const decided = (adapts ? recipe.adapt(epochs) : recipe).decisionFunction(epochs);
      bySession.set(name, [...(bySession.get(name) ?? []), rocAuc(truth, decided)]);
      labels.push(...truth);
      scores.push(...decided);
    }
  }
  const perSession = [...bySession].map(([session, aucs]) => ({ session, auc: meanOf(aucs) }));
  const aucs = perSession.map(({ auc }) => auc);
  return {
    evaluation,
    recipe: label,
    scores: perSession,
    mean: meanOf(aucs),
    deviation: Math.sqrt(aucs.reduce((sum, auc) => sum + (auc - meanOf(aucs)) ** 2, 0) / Math.max(1, aucs.length - 1)),
    pooled: rocAuc(labels, scores),
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
