"""Golden vectors for the estimators of packages/lda, from scikit-learn and NumPy.

  python tools/golden/lda_estimators.py        # writes packages/lda/test/golden/*.json

Needs scikit-learn 1.9.1, SciPy 1.17.1 and NumPy 2.4; run with OMP_NUM_THREADS=1 to get the same bytes again.
"""
import hashlib, json, pathlib, warnings
from unittest import mock
import numpy as np, scipy, sklearn
from scipy import stats
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA, FastICA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, RidgeClassifier, RidgeClassifierCV
from sklearn.metrics import average_precision_score, cohen_kappa_score, make_scorer
from sklearn.model_selection import (GridSearchCV, GroupKFold, KFold, LeaveOneGroupOut, ShuffleSplit, StratifiedGroupKFold, StratifiedKFold, StratifiedShuffleSplit,
                                     cross_val_predict, cross_validate, learning_curve)
from sklearn.preprocessing import StandardScaler

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages/lda/test/golden"
PRODUCER = f"scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}, NumPy {np.__version__}, by tools/golden/lda_estimators.py"


def write(name, cases):
    lines = ",\n  ".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (OUT / f"{name}.json").write_text(f'{{"producer": {json.dumps(PRODUCER)}, "cases": [\n  {lines}\n]}}\n')


def flat(a):
    return np.asarray(a, dtype=float).ravel().tolist()


def rows(seed, n, p, labels, shift=0.7, offset=0.0, scales=None):
    """correlated rows, a shift a class, four decimals so that the text is the number"""
    rng = np.random.RandomState(seed)
    x = rng.randn(n, p) @ (np.eye(p) + 0.3 * rng.randn(p, p))
    x += shift * np.asarray(labels)[:, None] * rng.randn(p)
    return np.round(x * (1 if scales is None else scales) + offset, 4)


def labels_of(n, *codes):
    return np.array([codes[0] if i % 3 else codes[1 + (i // 3) % (len(codes) - 1)] for i in range(n)])


def weights_of(seed, n):
    return np.round(np.random.RandomState(seed).random_sample(n) * 2 + 0.1, 2)


two, three = labels_of(40, 1, 2), labels_of(60, -1, 4, 7)
x2, x3 = rows(101, 40, 6, two), rows(102, 60, 5, three)
wide, wide_y = rows(103, 24, 40, labels_of(24, 1, 2)), labels_of(24, 1, 2)
wide3, wide3_y = rows(104, 21, 30, labels_of(21, 0, 1, 2)), labels_of(21, 0, 1, 2)
constant = np.column_stack([x2, np.full(40, 0.1)])
doubled = np.column_stack([x2, x2[:, 1]])
far = rows(105, 40, 4, two, offset=1000.0)


def lda_cases():
    for name, x, y, options in [
        ("svd, two classes", x2, two, dict(solver="svd")),
        ("svd, three classes", x3, three, dict(solver="svd")),
        ("svd, three classes, priors", x3, three, dict(solver="svd", priors=[0.2, 0.3, 0.5])),
        ("svd, three classes, one component", x3, three, dict(solver="svd", n_components=1)),
        ("svd, a feature twice", doubled, two, dict(solver="svd")),
        ("svd, fewer rows than features", wide, wide_y, dict(solver="svd")),
        ("svd, tol 0.3", x2, two, dict(solver="svd", tol=0.3)),
        ("svd, far from zero", far, two, dict(solver="svd")),
        ("eigen, two classes, none", x2, two, dict(solver="eigen")),
        ("eigen, two classes, auto", x2, two, dict(solver="eigen", shrinkage="auto")),
        ("eigen, three classes, none", x3, three, dict(solver="eigen")),
        ("eigen, three classes, auto", x3, three, dict(solver="eigen", shrinkage="auto")),
        ("eigen, three classes, 0.4, priors", x3, three, dict(solver="eigen", shrinkage=0.4, priors=[0.2, 0.3, 0.5])),
        ("eigen, fewer rows than features, auto", wide3, wide3_y, dict(solver="eigen", shrinkage="auto")),
        ("eigen, a constant feature, auto", constant, two, dict(solver="eigen", shrinkage="auto")),
    ]:
        m = LinearDiscriminantAnalysis(**options).fit(x, y)
        yield dict(name=name, n_features=x.shape[1], x=flat(x), y=y.tolist(), solver=options["solver"],
                   shrinkage="none" if options.get("shrinkage") is None else options["shrinkage"], priors=options.get("priors"),
                   n_components=options.get("n_components"), tol=options.get("tol"), coef=flat(m.coef_), intercept=flat(m.intercept_),
                   decision=flat(m.decision_function(x)), proba=flat(m.predict_proba(x)), predict=m.predict(x).tolist(),
                   transformed=flat(m.transform(x)), ratio=flat(m.explained_variance_ratio_), score=m.score(x, y))


def ridge_cases():
    for name, x, y, options, weighted in [
        ("two classes", x2, two, {}, False),
        ("two classes, alpha 30, no intercept", x2, two, dict(alpha=30, fit_intercept=False), False),
        ("three classes", x3, three, dict(alpha=0.5), False),
        ("fewer rows than features", wide, wide_y, dict(alpha=2.0), False),
        ("fewer rows than features, three classes", wide3, wide3_y, dict(alpha=2.0), False),
        ("weighted rows", x2, two, {}, True),
        ("balanced", x2, two, dict(class_weight="balanced"), False),
        ("three classes, balanced, weighted rows", x3, three, dict(class_weight="balanced"), True),
        ("weights by class", x3, three, dict(class_weight={-1: 0.5, 4: 2, 7: 1}), False),
        ("far from zero", far, two, {}, False),
    ]:
        w = weights_of(7, len(y)) if weighted else None
        m = RidgeClassifier(solver="svd", **options).fit(x, y, sample_weight=w)
        alphas = [1e-3, 1e-2, 0.1, 1, 10, 100, 1000]
        cv_options = {k: v for k, v in options.items() if k != "alpha"}
        # of its ways to the same errors the one by singular values keeps most digits; the classifier cannot be asked for it
        with mock.patch("sklearn.linear_model._ridge._check_gcv_mode", lambda x, mode: "svd"):
            cv = RidgeClassifierCV(alphas=alphas, store_cv_results=True, **cv_options).fit(x, y, sample_weight=w)
        scores = -cv.cv_results_.reshape(-1, len(alphas)).mean(axis=0)
        yield dict(name=name, n_features=x.shape[1], x=flat(x), y=y.tolist(), alpha=options.get("alpha"), fit_intercept=options.get("fit_intercept", True),
                   class_weight=options.get("class_weight"), sample_weight=None if w is None else w.tolist(), coef=flat(m.coef_), intercept=flat(m.intercept_),
                   decision=flat(m.decision_function(x)), predict=m.predict(x).tolist(), score=m.score(x, y, sample_weight=w),
                   alphas=alphas, cv_scores=flat(scores), cv_alpha=float(cv.alpha_), cv_best=float(cv.best_score_), cv_coef=flat(cv.coef_),
                   cv_intercept=flat(cv.intercept_))


def logreg_cases():
    for name, x, y, options, weighted in [
        ("two classes", x2, two, {}, False),
        ("two classes, C 100", x2, two, dict(C=100.0), False),
        ("two classes, C 0.01, no intercept", x2, two, dict(C=0.01, fit_intercept=False), False),
        ("three classes", x3, three, {}, False),
        ("three classes, no intercept", x3, three, dict(fit_intercept=False, C=3.0), False),
        ("fewer rows than features", wide, wide_y, {}, False),
        ("fewer rows than features, three classes", wide3, wide3_y, dict(C=0.3), False),
        ("weighted rows", x2, two, {}, True),
        ("balanced", x2, two, dict(class_weight="balanced"), False),
        ("three classes, balanced, weighted rows", x3, three, dict(class_weight="balanced"), True),
        ("weights by class", x3, three, dict(class_weight={-1: 0.5, 4: 2, 7: 1}), False),
        ("a constant feature", constant, two, {}, False),
        ("uneven scales", np.round(x2 * np.array([1, 1e-2, 100, 10, 1, 0.1]), 5), two, {}, False),
    ]:
        w = weights_of(8, len(y)) if weighted else None
        m = LogisticRegression(tol=1e-13, max_iter=100000, solver="lbfgs", **options).fit(x, y, sample_weight=w)
        if len(set(y)) == 2:  # to the optimum itself
            m = LogisticRegression(tol=1e-14, max_iter=1000, solver="newton-cholesky", **options).fit(x, y, sample_weight=w)
        else:
            m = LogisticRegression(tol=1e-14, max_iter=10000, solver="newton-cg", **options).fit(x, y, sample_weight=w)
        yield dict(name=name, n_features=x.shape[1], x=flat(x), y=y.tolist(), C=options.get("C"), fit_intercept=options.get("fit_intercept", True),
                   class_weight=options.get("class_weight"), sample_weight=None if w is None else w.tolist(), coef=flat(m.coef_), intercept=flat(m.intercept_),
                   decision=flat(m.decision_function(x)), proba=flat(m.predict_proba(x)), predict=m.predict(x).tolist(), score=m.score(x, y))


def scaler_cases():
    x = rows(111, 30, 3, np.zeros(30), offset=5.0)
    x[:, 2] = 0.1
    holes = x.copy()
    holes[4, 0] = holes[7, 1] = np.nan
    w = weights_of(112, 30)
    for name, data, options, parts, weights in [
        ("in three parts", x, {}, [0, 10, 11, 30], None), ("in two parts with missing values", holes, {}, [0, 6, 30], None),
        ("without mean", x, dict(with_mean=False), [0, 30], None), ("without deviation", x, dict(with_std=False), [0, 15, 30], None),
        ("weighted", x, {}, [0, 30], w), ("weighted in two parts", x, {}, [0, 12, 30], w), ("one value a part", np.full((4, 2), 0.1), {}, [0, 1, 2, 3, 4], None),
    ]:
        s = StandardScaler(**options)
        for a, b in zip(parts, parts[1:]):
            s.partial_fit(data[a:b], sample_weight=None if weights is None else weights[a:b])
        nulls = lambda v: [None if np.isnan(u) else u for u in flat(v)]
        yield dict(name=name, n_features=data.shape[1], x=nulls(data), parts=parts, with_mean=options.get("with_mean", True), with_std=options.get("with_std", True),
                   sample_weight=None if weights is None else weights.tolist(), mean=flat(s.mean_), variance=None if s.var_ is None else flat(s.var_),
                   scale=flat(np.ones(data.shape[1]) if s.scale_ is None else s.scale_), transformed=nulls(s.transform(data)))


def digest(a):
    return hashlib.sha256(np.asarray(a, dtype="<i4").tobytes()).hexdigest()


def fold_cases():
    spell = lambda k: {"n_splits": "nSplits", "random_state": "seed", "test_size": "testSize", "train_size": "trainSize"}.get(k, k)
    for n, codes, seed in [(61, (1, 2), 0), (120, (-1, 4, 7), 42), (1143, (1, 2), 42), (97, (3, 0, 9, 1), 2**32 - 1)]:
        y = labels_of(n, *codes)
        groups = np.array([(i * i + 3 * i) % 11 if i % 5 else 7 for i in range(n)])
        for splitter, options in [
            (KFold, dict(n_splits=4)), (KFold, dict(n_splits=7, shuffle=True, random_state=seed)),
            (StratifiedKFold, dict(n_splits=5)), (StratifiedKFold, dict(n_splits=5, shuffle=True, random_state=seed)),
            (StratifiedKFold, dict(n_splits=3, shuffle=True, random_state=seed)),
            (GroupKFold, dict(n_splits=3)), (GroupKFold, dict(n_splits=5)), (GroupKFold, dict(n_splits=4, shuffle=True, random_state=seed)),
            (LeaveOneGroupOut, {}), (StratifiedGroupKFold, dict(n_splits=3)), (StratifiedGroupKFold, dict(n_splits=4, shuffle=True, random_state=seed)),
            (ShuffleSplit, dict(n_splits=3, random_state=seed)), (ShuffleSplit, dict(n_splits=2, test_size=0.3, train_size=0.4, random_state=seed)),
            (StratifiedShuffleSplit, dict(n_splits=3, random_state=seed)), (StratifiedShuffleSplit, dict(n_splits=2, test_size=20, random_state=seed)),
        ]:
            folds = [dict(n_train=len(a), n_test=len(b), train=digest(a), test=digest(b), first=b[:5].tolist()) for a, b in splitter(**options).split(np.zeros(n), y, groups)]
            yield dict(name=f"{splitter.__name__} of {n} rows, {options}", splitter=splitter.__name__, options={spell(k): v for k, v in options.items()}, n=n, codes=codes, folds=folds)


def selection_cases():
    lda = lambda: LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    scoring = dict(accuracy="accuracy", balancedAccuracy="balanced_accuracy", kappa=make_scorer(cohen_kappa_score), matthews="matthews_corrcoef",
                   rocAuc="roc_auc", averagePrecision=make_scorer(average_precision_score, response_method="decision_function", pos_label=2), negLogLoss="neg_log_loss", negBrierScore="neg_brier_score")
    x, y = rows(121, 90, 4, labels_of(90, 1, 2), shift=0.5), labels_of(90, 1, 2)
    cv = StratifiedKFold(4, shuffle=True, random_state=3)
    r = cross_validate(lda(), x, y, cv=cv, scoring=scoring, return_train_score=True)
    grid = GridSearchCV(RidgeClassifier(), dict(fit_intercept=[True, False], alpha=[0.1, 1.0, 100.0, 1e4]), scoring="roc_auc", cv=cv).fit(x, y)
    sizes, train, test = learning_curve(lda(), x, y, train_sizes=[0.2, 0.5, 1.0], cv=cv, scoring="roc_auc", shuffle=True, random_state=9)
    predicted = {m: flat(cross_val_predict(lda(), x, y, cv=cv, method=m)) for m in ("predict", "predict_proba", "decision_function")}
    three_p = flat(cross_val_predict(lda(), x3, three, cv=5, method="predict_proba"))
    yield dict(name="two classes", n_features=4, x=flat(x), y=y.tolist(), test={k: flat(r[f"test_{k}"]) for k in scoring}, train={k: flat(r[f"train_{k}"]) for k in scoring},
               predicted=predicted, x3=flat(x3), y3=three.tolist(), proba3=three_p,
               grid=dict(params=[{"alpha": p["alpha"], "fitIntercept": p["fit_intercept"]} for p in grid.cv_results_["params"]], mean=flat(grid.cv_results_["mean_test_score"]),
                         std=flat(grid.cv_results_["std_test_score"]), rank=grid.cv_results_["rank_test_score"].tolist(), best=int(grid.best_index_), coef=flat(grid.best_estimator_.coef_)),
               curve=dict(sizes=sizes.tolist(), train=train.tolist(), test=test.tolist()))


def pca_cases():
    low = np.round(rows(131, 30, 3, np.zeros(30)) @ np.random.RandomState(1).randn(3, 6), 4)
    for name, x, options in [
        ("all", x2, {}), ("three", x2, dict(n_components=3)), ("whitened", x2, dict(n_components=4, whiten=True)), ("half of the variance", x2, dict(n_components=0.5)),
        ("nine tenths, whitened", x3, dict(n_components=0.9, whiten=True)), ("fewer rows than features", wide[:8, :12], dict(n_components=5)), ("far from zero", far, dict(n_components=2)),
    ]:
        m = PCA(svd_solver="full", **options).fit(x)
        t = m.transform(x)
        yield dict(name=name, n_features=x.shape[1], x=flat(x), n_components=options.get("n_components"), whiten=options.get("whiten", False), mean=flat(m.mean_), components=flat(m.components_),
                   variance=flat(m.explained_variance_), ratio=flat(m.explained_variance_ratio_), singular=flat(m.singular_values_), noise=float(m.noise_variance_),
                   transformed=flat(t), inverse=flat(m.inverse_transform(t)))


def ica_cases():
    rng = np.random.RandomState(141)
    t = np.arange(220)
    sources = np.column_stack([np.sin(t / 7), np.sign(np.sin(t / 11 + 1)), rng.laplace(size=220)])
    x = np.round(sources @ rng.randn(3, 4) + 0.05 * rng.randn(220, 4), 3)
    start = np.round(rng.randn(3, 3), 3)
    for name, options in [("parallel, logcosh", {}), ("parallel, exp", dict(fun="exp")), ("parallel, cube", dict(fun="cube")), ("alpha 1.5", dict(fun_args=dict(alpha=1.5))),
                          ("deflation, logcosh", dict(algorithm="deflation")), ("arbitrary variance", dict(whiten="arbitrary-variance")), ("from a seed", dict(random_state=5))]:
        given = {} if "random_state" in options else dict(w_init=start)
        m = FastICA(n_components=3, whiten_solver="svd", tol=1e-10, max_iter=1000, **{"whiten": "unit-variance", **options, **given}).fit(x)
        yield dict(name=name, n_features=4, x=flat(x), w_init=None if not given else flat(start), seed=options.get("random_state"), fun=options.get("fun", "logcosh"),
                   alpha=options.get("fun_args", {}).get("alpha", 1), algorithm=options.get("algorithm", "parallel"), whiten=options.get("whiten", "unit-variance"),
                   components=flat(m.components_), mixing=flat(m.mixing_), mean=flat(m.mean_), sources=flat(m.transform(x)[:40]))


def calibration_cases():
    lda = lambda: LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    x, y = rows(151, 80, 4, labels_of(80, 1, 2), shift=0.4), labels_of(80, 1, 2)
    w = weights_of(152, 80)
    cv = StratifiedKFold(4, shuffle=True, random_state=1)
    for name, data, labels, base, options, weighted in [
        ("sigmoid", x, y, lda, {}, False), ("isotonic", x, y, lda, dict(method="isotonic"), False), ("sigmoid, shuffled folds", x, y, lda, dict(cv=cv), False),
        ("sigmoid of one classifier", x, y, lda, dict(ensemble=False), False), ("isotonic of one classifier", x, y, lda, dict(method="isotonic", ensemble=False), False),
        ("three classes, sigmoid", x3, three, lda, {}, False), ("three classes, isotonic", x3, three, lda, dict(method="isotonic"), False),
        ("weighted ridge, sigmoid", x, y, lambda: RidgeClassifier(), {}, True), ("weighted ridge, isotonic", x, y, lambda: RidgeClassifier(), dict(method="isotonic"), True),
    ]:
        m = CalibratedClassifierCV(base(), **{"method": "sigmoid", "ensemble": True, **options}).fit(data, labels, sample_weight=w if weighted else None)
        yield dict(name=name, n_features=data.shape[1], x=flat(data), y=labels.tolist(), ridge=weighted, method=options.get("method", "sigmoid"), shuffled="cv" in options, prefit=False,
                   ensemble=options.get("ensemble", True), sample_weight=w.tolist() if weighted else None, proba=flat(m.predict_proba(data)), predict=m.predict(data).tolist())
    for method in ("sigmoid", "isotonic"):
        m = CalibratedClassifierCV(FrozenEstimator(lda().fit(x[:40], y[:40])), method=method).fit(x[40:], y[40:])
        yield dict(name=f"prefit, {method}", n_features=4, x=flat(x), y=y.tolist(), ridge=False, method=method, shuffled=False, prefit=True, ensemble=True, sample_weight=None,
                   proba=flat(m.predict_proba(x)), predict=m.predict(x).tolist())


def plain_lda(x, y, sigma):
    """the two-class or many-class scores of given means and covariance"""
    codes = np.unique(y)
    means = np.array([x[y == c].mean(axis=0) for c in codes])
    priors = np.array([(y == c).mean() for c in codes])
    w = np.linalg.solve(sigma, means.T)
    b = -0.5 * (means.T * w).sum(axis=0) + np.log(priors)
    scores = x @ w + b
    return (scores[:, 1] - scores[:, 0] if len(codes) == 2 else scores), (w[:, 1] - w[:, 0] if len(codes) == 2 else w.T)


def toeplitz_cases():
    """Sosulski and Tangermann's estimator, written again from its definition"""
    for name, seed, n, channels, times, codes, order, taper, fixed in [
        ("two classes", 161, 40, 3, 5, (1, 2), "channel", True, None), ("fewer rows than features", 162, 18, 4, 6, (1, 2), "channel", True, None),
        ("features by time", 163, 40, 3, 4, (1, 2), "time", True, None), ("three classes", 164, 60, 2, 4, (0, 3, 5), "channel", True, None),
        ("no taper", 165, 60, 2, 4, (1, 2), "channel", False, None), ("a fixed share", 166, 40, 3, 4, (1, 2), "channel", True, 0.3), ("one channel", 167, 40, 1, 6, (1, 2), "channel", True, None),
    ]:
        y = labels_of(n, *codes)
        x = rows(seed, n, channels * times, y, shift=0.3)
        within = np.concatenate([x[y == c] - x[y == c].mean(axis=0) for c in np.unique(y)])
        scale = within.std(axis=0)
        z = within / scale
        s = z.T @ z
        p, nu = s.shape[0], np.trace(s) / s.shape[0]
        v = ((z**2).T @ (z**2) - s**2 / n) / (n - 1)
        gamma = min(max(n * v.sum() / ((s - nu * np.eye(p)) ** 2).sum(), 0), 1) if fixed is None else fixed
        c = (gamma * nu * np.eye(p) + (1 - gamma) * s) / (n - 1) * np.outer(scale, scale)
        blocks = c.reshape(channels, times, channels, times) if order == "channel" else c.reshape(times, channels, times, channels).transpose(1, 0, 3, 2)
        out = np.empty_like(blocks)
        for lag in range(-times + 1, times):
            pairs = [(i, i + lag) for i in range(times) if 0 <= i + lag < times]
            mean = np.mean([blocks[:, i, :, j] for i, j in pairs], axis=0) * ((times - abs(lag)) / times if taper else 1)
            for i, j in pairs:
                out[:, i, :, j] = mean
        sigma = (out if order == "channel" else out.transpose(1, 0, 3, 2)).reshape(p, p)
        decision, coef = plain_lda(x, y, sigma)
        yield dict(name=name, n_features=p, n_channels=channels, order=order, tapering="linear" if taper else "none", shrinkage="auto" if fixed is None else fixed,
                   x=flat(x), y=y.tolist(), share=float(gamma), coef=flat(coef), decision=flat(decision))


def stepwise_cases():
    """forward by the smallest p-value, backward by the largest, each regression fitted anew by least squares"""
    def tails(x, y, features):
        a = np.column_stack([np.ones(len(y)), x[:, features]])
        b, *_ = np.linalg.lstsq(a, y, rcond=None)
        df = len(y) - a.shape[1]
        se = np.sqrt(((y - a @ b) ** 2).sum() / df * np.diag(np.linalg.inv(a.T @ a)))
        return 2 * stats.t.sf(np.abs(b / se), df)[1:]

    for name, seed, n, p, shift, options in [
        ("a few of many", 171, 60, 12, 0.4, {}), ("at most three", 172, 60, 12, 0.6, dict(max_features=3)), ("strict", 173, 80, 20, 1.5, dict(p_enter=0.01, p_remove=0.02)),
        ("loose, with removals", 174, 50, 20, 0.5, dict(p_enter=0.3, p_remove=0.31)), ("more features than rows", 175, 30, 40, 0.5, dict(max_features=8)),
    ]:
        codes = labels_of(n, 1, 2)
        x, y = rows(seed, n, p, codes, shift=shift), np.where(codes == 2, 1.0, -1.0)
        enter, remove, most = options.get("p_enter", 0.1), options.get("p_remove", 0.15), options.get("max_features", 60)
        picked, removed = [], 0
        while len(picked) < most:
            left = [j for j in range(p) if j not in picked]
            t = [tails(x, y, picked + [j])[-1] for j in left]
            if min(t) >= enter:
                break
            picked.append(left[int(np.argmin(t))])
            while picked and tails(x, y, picked).max() > remove:
                del picked[int(np.argmax(tails(x, y, picked)))]
                removed += 1
        part = x[:, picked]
        sigma = sum((codes == c).mean() * np.cov(part[codes == c].T, bias=True).reshape(len(picked), -1) for c in (1, 2))
        decision, coef = plain_lda(part, codes, sigma)
        yield dict(name=name, n_features=p, x=flat(x), y=codes.tolist(), options={{"p_enter": "pEnter", "p_remove": "pRemove", "max_features": "maxFeatures"}[k]: v for k, v in options.items()},
                   selected=picked, removed=removed, coef=flat(coef), decision=flat(decision))


def tail_cases():
    for square, df in [(0.0, 5), (1e-12, 3), (0.5, 1), (2.7, 58), (3.84, 5000), (40.0, 17), (1e4, 30), (7.0, 2.0)]:
        yield dict(name=f"{square} of {df}", square=square, df=df, tail=float(2 * stats.t.sf(np.sqrt(square), df)))


if __name__ == "__main__":
    warnings.filterwarnings("ignore")  # features that a rank leaves out, and the like: cases on purpose
    for name, cases in {"lda-solvers": lda_cases, "ridge": ridge_cases, "logreg": logreg_cases, "scaler-parts": scaler_cases, "folds": fold_cases, "selection": selection_cases, "pca": pca_cases, "ica": ica_cases,
                        "calibration": calibration_cases, "toeplitz-lda": toeplitz_cases, "stepwise-lda": stepwise_cases, "student-tail": tail_cases}.items():
        write(name, cases())
