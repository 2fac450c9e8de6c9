"""Golden vectors for @p300/lda/metrics, by scikit-learn and SciPy, and by the papers' plain formulas in NumPy.

    python tools/golden/lda_metrics.py        writes packages/lda/test/golden/metrics-*.json
"""
import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import metrics
from sklearn.calibration import calibration_curve

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages/lda/test/golden"
PRODUCER = f"scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}, NumPy {np.__version__}, by tools/golden/lda_metrics.py"


def write(name, cases):
    lines = ",\n  ".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (OUT / f"metrics-{name}.json").write_text(f'{{"producer": {json.dumps(PRODUCER)}, "cases": [\n  {lines}\n]}}\n')


def finite(values):
    return [("inf" if v == np.inf else float(v)) for v in values]


def scored(seed, n, decimals):
    rng = np.random.RandomState(seed)
    y = (rng.random_sample(n) < 0.3).astype(int)
    y[:4] = 0, 1, 0, 1
    a = np.round(np.clip(0.25 * y + 0.75 * rng.random_sample(n), 0, 1), decimals)
    b = np.round(np.clip(0.15 * y + 0.5 * a + 0.35 * rng.random_sample(n), 0, 1), decimals)
    return y, a, b


def curves():
    for name, seed, n, decimals in [("no ties", 1, 40, 6), ("many ties", 2, 60, 1), ("four rows", 3, 4, 3), ("all tied", 4, 12, 0)]:
        y, a, _ = scored(seed, n, decimals)
        if name == "all tied":
            a[:] = 0.5
        case = dict(name=name, y=y.tolist(), p=a.tolist())
        for key, drop in (("roc", True), ("rocFull", False)):
            fpr, tpr, thresholds = metrics.roc_curve(y, a, drop_intermediate=drop)
            case[key] = dict(fpr=fpr.tolist(), tpr=tpr.tolist(), thresholds=finite(thresholds))
        precision, recall, thresholds = metrics.precision_recall_curve(y, a)
        case["pr"] = dict(precision=precision.tolist(), recall=recall.tolist(), thresholds=thresholds.tolist())
        for strategy in ("uniform", "quantile"):
            observed, predicted = calibration_curve(y, a, n_bins=5, strategy=strategy)
            case[strategy] = dict(observed=observed.tolist(), predicted=predicted.tolist())
        yield case


def placements(y, s):
    """DeLong's structural components by their definition, every pair at once"""
    up, down = s[y == 1], s[y == 0]
    psi = (up[:, None] > down[None, :]) + 0.5 * (up[:, None] == down[None, :])
    return psi.mean(), psi.mean(axis=1), psi.mean(axis=0)


def paired():
    for name, seed, n, decimals in [("no ties", 11, 50, 6), ("many ties", 12, 90, 1), ("few rows", 13, 9, 3), ("many rows", 14, 400, 2)]:
        y, a, b = scored(seed, n, decimals)
        (auc_a, v10a, v01a), (auc_b, v10b, v01b) = placements(y, a), placements(y, b)
        m, k = int(y.sum()), int(n - y.sum())
        s = np.cov(v10a, v10b) / m + np.cov(v01a, v01b) / k
        z95 = stats.norm.isf(0.025)
        var = s[0, 0] + s[1, 1] - 2 * s[0, 1]
        z = (auc_a - auc_b) / np.sqrt(var)
        pa, pb = (a > 0.5).astype(int), (b > 0.4).astype(int)
        only_a, only_b = int(np.sum((pa == y) & (pb != y))), int(np.sum((pb == y) & (pa != y)))
        d = only_a + only_b
        yield dict(
            name=name, y=y.tolist(), a=a.tolist(), b=b.tolist(), auc=auc_a, variance=s[0, 0],
            interval=[max(0, auc_a - z95 * np.sqrt(s[0, 0])), min(1, auc_a + z95 * np.sqrt(s[0, 0]))],
            difference=auc_a - auc_b, z=z, p=2 * stats.norm.sf(abs(z)),
            predictedA=pa.tolist(), predictedB=pb.tolist(), onlyA=only_a, onlyB=only_b,
            exact=float(stats.binomtest(min(only_a, only_b), d, 0.5).pvalue),
            corrected=float(stats.chi2.sf((abs(only_a - only_b) - 1) ** 2 / d, 1)),
            plain=float(stats.chi2.sf((only_a - only_b) ** 2 / d, 1)))


def psi(base, current, bins=10):
    """section 14 of the definitions: linear quantiles, distinct edges, shares held at 1e-4"""
    edges = np.unique(np.quantile(base, np.arange(1, bins) / bins))
    share = lambda x: np.maximum(np.bincount(np.searchsorted(edges, x, side="right"), minlength=len(edges) + 1) / len(x), 1e-4)
    was, now = share(base), share(current)
    return float(np.sum((now - was) * np.log(now / was)))


def drift():
    rng = np.random.RandomState(21)
    for name, base, current in [
        ("the same", rng.randn(60), None), ("shifted", rng.randn(80), rng.randn(70) + 1), ("few values", rng.randint(0, 3, 50), rng.randint(0, 4, 40)),
        ("constant", np.ones(20), rng.randn(9)), ("one value each", np.zeros(1), np.ones(1)), ("wide", rng.randn(50) * 1e6, rng.randn(33)), ("apart", rng.randn(12), rng.randn(15) + 9)]:
        base = np.round(base, 3)
        current = base if current is None else np.round(current, 3)
        ks = stats.ks_2samp(base, current, method="exact")
        yield dict(name=name, base=base.tolist(), current=current.tolist(), psi=psi(base, current), psi4=psi(base, current, 4), ks=float(ks.statistic), p=float(ks.pvalue))


def ranking():
    rng = np.random.RandomState(31)
    for name, n, high, k in [("binary", 12, 2, 5), ("graded", 20, 4, 10), ("all", 8, 3, None), ("k beyond", 4, 2, 50)]:
        queries = []
        for _ in range(3):
            relevance, scores = rng.randint(0, high, n), np.round(rng.permutation(n) + rng.random_sample(n) * 0.5, 3)
            cut = n if k is None else min(k, n)
            order = np.argsort(-scores)
            hit = relevance[order] > 0
            first = np.flatnonzero(hit[:cut])
            ap = sum(hit[: r + 1].sum() / (r + 1) for r in range(cut) if hit[r])
            gain = float(metrics.ndcg_score([relevance], [scores], k=k)) if relevance.any() else 0.0
            queries.append(dict(relevance=relevance.tolist(), scores=scores.tolist(), ndcg=gain, mrr=float(1 / (first[0] + 1)) if len(first) else 0.0,
                                map=float(ap / min(cut if k is None else k, hit.sum())) if hit.any() else 0.0, hits=int(len(first) > 0)))
        yield dict(name=name, k=k, queries=queries)


def f_scores():
    rng = np.random.RandomState(41)
    for name, codes, n in [("two", [1, 2], 40), ("three", [0, 3, 9], 50), ("never called", [0, 1], 10)]:
        y, predicted = rng.choice(codes, n), rng.choice(codes, n)
        if name == "never called":
            predicted[:] = 0
        case = dict(name=name, y=y.tolist(), predicted=predicted.tolist())
        for average in ["macro", "micro", "weighted"] + (["binary"] if len(codes) == 2 else []):
            extra = dict(pos_label=codes[-1]) if average == "binary" else {}
            case[average] = [float(f(y, predicted, average=average, zero_division=0, **extra)) for f in (metrics.f1_score, metrics.precision_score, metrics.recall_score)]
        yield case


def tails():
    for z in [0, 1e-9, 0.1, 0.4, 0.66, 1, 1.96, 2.5, 4, 5.6, 5.7, 8, 12, 20, 30, 37, -0.3, -2, -7]:
        yield dict(z=z, tail=float(stats.norm.sf(z)), two=float(2 * stats.norm.sf(abs(z))))


if __name__ == "__main__":
    for name, cases in dict(curves=curves, paired=paired, drift=drift, ranking=ranking, f=f_scores, tails=tails).items():
        write(name, cases())
