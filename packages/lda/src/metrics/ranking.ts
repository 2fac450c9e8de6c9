import { EmptyError, MetricUndefinedError, OptionError, ShapeError } from "../errors";

export interface RankingOptions {
  /** Only the first k ranks count. Default all. */
  readonly k?: number | undefined;
  /** The query of each item; the result is the mean over queries. Default: one query. */
  readonly queries?: ArrayLike<number | string> | undefined;
}

/** Normalised discounted cumulative gain: `Σ relevance / log2(rank + 1)`, of what the best order would have; 0 for a
 * query without a relevant item. Equal scores keep their order (scikit-learn's `ndcg_score` averages over them).
 * @param relevance - one an item, 0 or more.
 * @param scores - one an item, higher comes first.
 * @throws {ShapeError | EmptyError}; {MetricUndefinedError} for a NaN score or a negative relevance; {OptionError}.
 * @see K. Järvelin, J. Kekäläinen, ACM Trans. Information Systems 20(4), 2002, doi:10.1145/582415.582418 */
export function ndcg(relevance: ArrayLike<number>, scores: ArrayLike<number>, options: RankingOptions = {}): number {
  return meanOverQueries("nDCG", relevance, scores, options, (ranked, k) => {
    const ideal = discounted(
      ranked.toSorted((a, b) => b - a),
      k,
    );
    return ideal === 0 ? 0 : discounted(ranked, k) / ideal;
  });
}

/** Mean reciprocal rank of the first relevant item among the first k; 0 where there is none. Throws as `ndcg`. */
export function mrr(relevance: ArrayLike<number>, scores: ArrayLike<number>, options: RankingOptions = {}): number {
  return meanOverQueries("MRR", relevance, scores, options, (ranked, k) => {
    const first = ranked.findIndex((value) => value > 0);
    return first < 0 || first >= k ? 0 : 1 / (first + 1);
  });
}

/** Mean average precision: the precision at each relevant rank up to k, over min(k, relevant items). Throws as `ndcg`. */
export function map(relevance: ArrayLike<number>, scores: ArrayLike<number>, options: RankingOptions = {}): number {
  return meanOverQueries("MAP", relevance, scores, options, (ranked, k) => {
    const nRelevant = ranked.filter((value) => value > 0).length;
    let found = 0;
    let sum = 0;
    for (let rank = 0; rank < Math.min(k, ranked.length); rank++) if (ranked[rank]! > 0) sum += ++found / (rank + 1);
    return nRelevant === 0 ? 0 : sum / Math.min(k, nRelevant);
  });
}

/** Share of the queries with a relevant item among the first k. Throws as `ndcg`. */
export function hits(relevance: ArrayLike<number>, scores: ArrayLike<number>, options: RankingOptions = {}): number {
  return meanOverQueries("hits", relevance, scores, options, (ranked, k) =>
    ranked.slice(0, k).some((value) => value > 0) ? 1 : 0,
  );
}

function discounted(ranked: readonly number[], k: number): number {
  let sum = 0;
  for (let rank = 0; rank < Math.min(k, ranked.length); rank++) sum += ranked[rank]! / Math.log2(rank + 2);
  return sum;
}

function meanOverQueries(
  metric: string,
  relevance: ArrayLike<number>,
  scores: ArrayLike<number>,
  { k = Infinity, queries }: RankingOptions,
  of: (ranked: number[], k: number) => number,
): number {
  const n = relevance.length;
  if (scores.length !== n) throw new ShapeError(`${metric}: ${n} items and ${scores.length} scores`, scores.length, n);
  if (queries !== undefined && queries.length !== n)
    throw new ShapeError(`${metric}: ${n} items and ${queries.length} queries`, queries.length, n);
  if (n === 0) throw new EmptyError(`${metric}: no items`);
  if (!(k >= 1 && (Number.isInteger(k) || k === Infinity))) throw new OptionError("k", k, "an integer of 1 or more");
  const items = new Map<number | string, number[]>();
  for (let i = 0; i < n; i++) {
    if (Number.isNaN(scores[i])) throw new MetricUndefinedError(metric, `the score of item ${i} is NaN`);
    if (!(relevance[i]! >= 0 && relevance[i]! < Infinity))
      throw new MetricUndefinedError(metric, `the relevance of item ${i} is ${relevance[i]}`);
    const query = queries?.[i] ?? 0;
    const list = items.get(query);
    if (list) list.push(i);
    else items.set(query, [i]);
  }
  let sum = 0;
  for (const list of items.values()) {
    list.sort((a, b) => (scores[a] === scores[b] ? a - b : scores[b]! - scores[a]!));
    sum += of(
      list.map((i) => relevance[i]!),
      k,
    );
  }
  return sum / items.size;
}
