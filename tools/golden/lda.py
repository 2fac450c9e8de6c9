"""Golden vectors for packages/lda, from scikit-learn and NumPy.

  python tools/golden/lda.py        # writes packages/lda/test/golden/*.json

Needs scikit-learn 1.9.1, SciPy 1.17.1 and NumPy 2.4; run with OMP_NUM_THREADS=1 to get the same bytes again.
"""
import hashlib, json, pathlib, warnings
import numpy as np, scipy, sklearn
from sklearn import metrics
from sklearn.covariance import ledoit_wolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages/lda/test/golden"
PRODUCER = f"scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}, NumPy {np.__version__}, by tools/golden/lda.py"


def write(name, cases):
    OUT.mkdir(parents=True, exist_ok=True)
    lines = ",\n  ".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (OUT / f"{name}.json").write_text(f'{{"producer": {json.dumps(PRODUCER)}, "cases": [\n  {lines}\n]}}\n')


def flat(a):
    return np.asarray(a, dtype=float).ravel().tolist()


def rows(seed, n, p, labels, shift=0.7, offset=0.0, scales=None):
    """correlated rows, a shift a class, six decimals so that the text is the number"""
    rng = np.random.RandomState(seed)
    x = rng.randn(n, p) @ (np.eye(p) + 0.3 * rng.randn(p, p))
    x += shift * np.asarray(labels)[:, None] * rng.randn(p)
    return np.round(x * (1 if scales is None else scales) + offset, 6)


def labels_of(n, *codes):
    return np.array([codes[0] if i % 3 else codes[1 + (i // 3) % (len(codes) - 1)] for i in range(n)])


def lda_cases():
    two, three = labels_of(40, 1, 2), labels_of(60, -1, 4, 7)
    x2, x3 = rows(1, 40, 6, two), rows(2, 60, 5, three)
    constant = x2.copy()
    constant[:, 2] = 0.1  # constant throughout
    inside = x2.copy()
    inside[two == 2, 4] = 3.25  # constant in one class only
    wide = rows(3, 24, 40, labels_of(24, 1, 2))
    twice = np.column_stack([x2, np.zeros(40), np.full(40, 5.0)])
    uneven = rows(4, 40, 6, two, scales=np.array([1, 1e-6, 1e3, 1, 50, 0.01]))
    uneven[:, 1] = np.round(rows(5, 40, 1, two)[:, 0] * 1e-6, 12)
    for name, x, y, options in [
        ("two classes, auto", x2, two, dict(shrinkage="auto")),
        ("two classes, none", x2, two, dict(shrinkage=None)),
        ("two classes, 0.3", x2, two, dict(shrinkage=0.3)),
        ("two classes, 1", x2, two, dict(shrinkage=1.0)),
        ("two classes, 0", x2, two, dict(shrinkage=0.0)),
        ("two classes, auto, priors", x2, two, dict(shrinkage="auto", priors=[0.9, 0.1])),
        ("two classes, none, priors that sum to 4", x2, two, dict(shrinkage=None, priors=[3.0, 1.0])),
        ("three classes, auto", x3, three, dict(shrinkage="auto")),
        ("three classes, none", x3, three, dict(shrinkage=None)),
        ("three classes, 0.5, priors", x3, three, dict(shrinkage=0.5, priors=[0.2, 0.3, 0.5])),
        ("a constant feature, auto", constant, two, dict(shrinkage="auto")),
        ("a constant feature, none: singular", constant, two, dict(shrinkage=None)),
        ("a feature constant in one class, auto", inside, two, dict(shrinkage="auto")),
        ("fewer rows than features, auto", wide, labels_of(24, 1, 2), dict(shrinkage="auto")),
        ("fewer rows than features, 0.1", wide, labels_of(24, 1, 2), dict(shrinkage=0.1)),
        ("two constant features, three zero variances, none", twice, two, dict(shrinkage=None)),
        ("scales from 1e-6 to 1e3, auto", uneven, two, dict(shrinkage="auto")),
        ("one feature, auto", x2[:, :1], two, dict(shrinkage="auto")),
        ("offset 1e6, auto", rows(6, 40, 6, two, offset=1e6), two, dict(shrinkage="auto")),
        ("offset 1e6, three classes, 0.2", rows(7, 60, 5, three, offset=1e6), three, dict(shrinkage=0.2)),
    ]:
        fits = []
        for scaled in (False, True):
            z = StandardScaler().fit_transform(x) if scaled else x
            m = LinearDiscriminantAnalysis(solver="lsqr", **options).fit(z, y)
            fits.append(dict(standardize=scaled, coef=flat(m.coef_), intercept=flat(m.intercept_), decision=flat(m.decision_function(z)),
                             proba=flat(m.predict_proba(z)[:, 1:]), predict=m.predict(z).tolist()))
        yield dict(name=name, n_features=x.shape[1], x=flat(x), y=y.tolist(), shrinkage="none" if options["shrinkage"] is None else options["shrinkage"],
                   priors=options.get("priors"), far_from_zero=bool(np.abs(x).max() > 1e5), fits=fits)


def covariance_cases():
    for name, x in [
        ("40 x 6", rows(11, 40, 6, np.zeros(40))),
        ("12 x 30", rows(12, 12, 30, np.zeros(12))),
        ("one feature", rows(13, 20, 1, np.zeros(20))),
        ("one row", rows(14, 1, 4, np.zeros(1))),
        ("constant rows", np.ones((5, 3))),
        ("offset 1e6", rows(15, 30, 4, np.zeros(30), offset=1e6)),
    ]:
        c, s = ledoit_wolf(x)
        yield dict(name=name, n_features=x.shape[1], x=flat(x), covariance=flat(c), shrinkage=float(s))


def scaler_cases():
    some = rows(21, 25, 4, np.zeros(25))
    some[:, 1] = 0.1
    holes = rows(22, 12, 3, np.zeros(12))
    holes[3, 1] = holes[5, 2] = np.nan
    for name, x in [
        ("one constant feature", some),
        ("0.1 twenty times", np.full((20, 2), 0.1)),
        ("one row", rows(23, 1, 3, np.zeros(1))),
        ("offset 1e6", rows(24, 30, 3, np.zeros(30), offset=1e6)),
        ("offset 1e9, deviations of 1e-6", 1e9 + 1e-6 * rows(25, 10, 2, np.zeros(10))),
        ("two missing values", holes),
    ]:
        s = StandardScaler().fit(x)
        yield dict(name=name, n_features=x.shape[1], x=[None if np.isnan(v) else v for v in flat(x)], mean=flat(s.mean_), scale=flat(s.scale_),
                   transformed=[None if np.isnan(v) else v for v in flat(s.transform(x))])


def digest(a):
    return hashlib.sha256(np.asarray(a, dtype="<i4").tobytes()).hexdigest()


def random_cases():
    for seed in (0, 1, 42, 2**31, 2**32 - 1):
        r = np.random.RandomState(seed)
        words = [int(r.randint(0, 2**32, dtype=np.uint64) & 0xFFFFFFFF) for _ in range(3)]
        doubles = r.random_sample(3).tolist()
        p = r.permutation(1500)
        yield dict(name=f"seed {seed}", seed=seed, words=words, doubles=doubles, permutation_digest=digest(p), permutation_first=p[:10].tolist(),
                   choice=r.choice(np.array([3, 5, 8, 13]), size=2, replace=False).tolist(), bounded=[int(r.randint(0, k)) for k in (1, 2, 3, 7, 64, 1000)])


def split_cases():
    for n, codes, size, seed in [
        (578, (1, 2), dict(test_size=0.2), 42), (1143, (1, 2), dict(test_size=0.2), 42), (2092, (1, 2), dict(test_size=0.2), 42),
        (5113, (1, 2), dict(test_size=0.2), 42), (5113, (1, 2), dict(train_size=0.8), 7), (100, (1, 2), dict(test_size=0.07), 0),
        (100, (1, 2), dict(test_size=0.55), 1), (100, (1, 2), dict(train_size=0.29), 2), (60, (-1, 4, 7), dict(test_size=0.3), 3),
        (61, (5, 3, 9, 1), dict(test_size=0.25, train_size=0.5), 4), (12, (1, 2, 3), dict(test_size=3), 5), (90, (0, 1), {}, 2**32 - 1),
        (50, (1, 2), dict(test_size=10, train_size=20), 11),
    ]:
        y = labels_of(n, *codes)
        for stratify in (True, False):
            tr, te = train_test_split(np.arange(n), random_state=seed, stratify=y if stratify else None, **size)
            yield dict(name=f"{n} rows of {len(codes)} classes, {size}, seed {seed}{', stratified' if stratify else ''}", n=n, codes=codes, test_size=size.get("test_size"),
                       train_size=size.get("train_size"), seed=seed, stratify=stratify, n_train=len(tr), n_test=len(te), train_digest=digest(tr),
                       test_digest=digest(te), train_first=tr[:20].tolist(), test_first=te[:20].tolist())


def metrics_cases():
    for name, n, seed, ties, codes in [("no ties", 60, 31, False, (1, 2)), ("many ties", 80, 32, True, (0, 1)), ("two rows", 2, 33, False, (1, 2)), ("one sided", 40, 34, True, (1, 2))]:
        rng = np.random.RandomState(seed)
        y = np.where(rng.random_sample(n) < 0.3, codes[1], codes[0])
        y[:2] = codes[0], codes[1]
        p = np.clip(0.25 * (y == codes[1]) + 0.75 * rng.random_sample(n), 0, 1)
        p = np.round(p, 1) if ties else np.round(p, 6)
        predicted = np.full(n, codes[0]) if name == "one sided" else np.where(p > 0.5, codes[1], codes[0])
        b = (y == codes[1]).astype(int)
        yield dict(name=name, y=y.tolist(), p=p.tolist(), predicted=predicted.tolist(), auc=float(metrics.roc_auc_score(b, p)),
                   accuracy=float(metrics.accuracy_score(y, predicted)), kappa=float(metrics.cohen_kappa_score(y, predicted)),
                   confusion=metrics.confusion_matrix(y, predicted, labels=codes).ravel().tolist(), log_loss=float(metrics.log_loss(b, p)),
                   brier=float(metrics.brier_score_loss(b, p)), balanced_accuracy=float(metrics.balanced_accuracy_score(y, predicted)),
                   matthews=float(metrics.matthews_corrcoef(y, predicted)), average_precision=float(metrics.average_precision_score(b, p)))
    rng = np.random.RandomState(35)
    y, predicted = rng.choice([2, 5, 9], 70), rng.choice([2, 5, 9], 70)
    yield dict(name="three classes", y=y.tolist(), predicted=predicted.tolist(), accuracy=float(metrics.accuracy_score(y, predicted)),
               kappa=float(metrics.cohen_kappa_score(y, predicted)), confusion=metrics.confusion_matrix(y, predicted).ravel().tolist(),
               balanced_accuracy=float(metrics.balanced_accuracy_score(y, predicted)), matthews=float(metrics.matthews_corrcoef(y, predicted)))


if __name__ == "__main__":
    warnings.filterwarnings("ignore")  # priors renormalised, one row only: both are cases on purpose
    for name, cases in dict(lda=lda_cases, covariance=covariance_cases, scaler=scaler_cases, random=random_cases, split=split_cases, metrics=metrics_cases).items():
        write(name, cases())
