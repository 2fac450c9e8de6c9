"""Golden vectors for the spatial filters and the geometry of packages/lda, from pyRiemann.

  python tools/golden/lda_geometry.py        # writes packages/lda/test/golden/{spatial,geometry}.json

Needs pyRiemann 0.12, scikit-learn 1.9.1, SciPy 1.17.1 and NumPy 2.4; run with OMP_NUM_THREADS=1 to get the same bytes
again. Filters have no sign: a test compares them up to it.
"""
import json, pathlib, warnings
import numpy as np, pyriemann
from pyriemann.classification import MDM
from pyriemann.estimation import Covariances, ERPCovariances, XdawnCovariances
from pyriemann.geometry.base import expm, invsqrtm, logm, powm, sqrtm
from pyriemann.geometry.distance import distance
from pyriemann.geometry.geodesic import geodesic
from pyriemann.geometry.mean import gmean, mean_riemann
from pyriemann.geometry.tangentspace import tangent_space, untangent_space
from pyriemann.spatialfilters import CSP, Xdawn
from pyriemann.tangentspace import TangentSpace
from pyriemann.transfer import TLCenter, TLRotate, TLScale, encode_domains
from sklearn.covariance import shrunk_covariance

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages/lda/test/golden"
PRODUCER = f"pyRiemann {pyriemann.__version__}, NumPy {np.__version__}, by tools/golden/lda_geometry.py"
warnings.filterwarnings("ignore")
rng = np.random.RandomState(15)


def flat(a):
    return np.asarray(a, dtype=float).ravel().tolist()


def write(name, cases):
    lines = ",\n  ".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (OUT / f"{name}.json").write_text(f'{{"producer": {json.dumps(PRODUCER)}, "cases": [\n  {lines}\n]}}\n')


def epochs(n, channels, times, codes):
    """mixed noise, a bump in the last class, four decimals so that the text is the number"""
    y = np.array([codes[(i * 7) % 11 % len(codes)] for i in range(n)])
    mix = np.eye(channels) + 0.4 * rng.randn(channels, channels)
    x = mix @ (0.5 * np.cumsum(rng.randn(n, channels, times), axis=2) + rng.randn(n, channels, times))
    bump = np.exp(-((np.arange(times) - times * 0.6) ** 2) / (2 * (times / 10) ** 2))
    for k, code in enumerate(codes):
        x[y == code] += (1 + 2 * k) * mix[:, k % channels][None, :, None] * bump
    return np.round(x, 4), y


def shape(x, y):
    return dict(x=flat(x), nEpochs=x.shape[0], nChannels=x.shape[1], nTimes=x.shape[2], y=y.tolist())


def spatial():
    two, y2 = epochs(11, 4, 18, [1, 2])
    three, y3 = epochs(11, 3, 16, [1, 2, 5])
    cases = []
    for name, x, y in (("two classes", two, y2), ("three classes", three, y3)):
        case = dict(name=name, **shape(x, y), covariances={}, xdawn=[], erp=[], xdawnCovariances=[])
        for estimator in ("scm", "cov", "corr", "lwf", "oas"):
            case["covariances"][estimator] = flat(Covariances(estimator).transform(x))
        case["shrunk"] = flat([shrunk_covariance(c, 0.3) for c in Covariances("scm").transform(x)])
        classes = np.unique(y).tolist()
        for options in (dict(nfilter=2), dict(nfilter=9, estimator="lwf"), dict(nfilter=1, estimator="oas", classes=classes[-1:]), dict(nfilter=2, baseline_cov=np.round(np.cov(x[0]), 3))):
            f = Xdawn(**options).fit(x, y)
            given = {k: (flat(v) if k == "baseline_cov" else v) for k, v in options.items()}
            case["xdawn"].append(dict(options=given, filters=flat(f.filters_), patterns=flat(f.patterns_), evokeds=flat(f.evokeds_), transformed=flat(f.transform(x[:2]))))
        for options in (dict(), dict(estimator="lwf"), dict(classes=classes[-1:], estimator="oas"), dict(svd=2, estimator="lwf")):
            f = ERPCovariances(**options).fit(x, y)
            case["erp"].append(dict(options=options, matrices=flat(f.transform(x[:3]))))
        for options in (dict(nfilter=1), dict(nfilter=2, estimator="lwf"), dict(nfilter=1, estimator="oas", xdawn_estimator="lwf", applyfilters=False)):
            f = XdawnCovariances(**options).fit(x, y)
            case["xdawnCovariances"].append(dict(options=options, matrices=flat(f.transform(x[:3])), nFilters=len(f.Xd_.filters_)))
        if len(classes) == 2:
            covs = Covariances("scm").transform(x)
            case["csp"] = []
            for options in (dict(nfilter=4), dict(nfilter=2, metric="riemann"), dict(nfilter=3, metric="logeuclid")):
                f = CSP(**options).fit(covs, y)
                case["csp"].append(dict(options=options, filters=flat(f.filters_), patterns=flat(f.patterns_), transformed=flat(f.transform(covs)), matrices=flat(CSP(**options, log=False).fit(covs, y).transform(covs))))
        cases.append(case)
    write("spatial", cases)


METRICS = ("riemann", "logeuclid", "euclid", "logdet", "wasserstein", "harmonic")


def spd(count, n, condition):
    """random directions, eigenvalues spread over the condition"""
    out = []
    for _ in range(count):
        q, _ = np.linalg.qr(rng.randn(n, n))
        d = np.exp(rng.uniform(-0.5, 0.5, n) * np.log(condition))
        out.append((q * d) @ q.T)
    out = np.array(out)
    digits = 6 if condition < 1e6 else 12
    out = np.round((out + out.transpose(0, 2, 1)) / 2, digits)
    return out


def converged(x, weights=None):
    m = mean_riemann(x, sample_weight=weights)
    w = np.full(len(x), 1 / len(x)) if weights is None else np.asarray(weights) / np.sum(weights)
    for _ in range(600):
        r, i = sqrtm(m), invsqrtm(m)
        m = r @ expm(0.2 * np.einsum("k,kij->ij", w, logm(i @ x @ i))) @ r
    return m


def geometry():
    cases = []
    for name, n, count, condition in (("order 1", 1, 3, 9), ("order 2", 2, 5, 10), ("order 5", 5, 9, 100), ("order 8, condition 1e3", 8, 6, 1e3), ("order 4, condition 1e8", 4, 5, 1e8)):
        x = spd(count, n, condition)
        weights = np.round(rng.uniform(0.5, 2, count), 2)
        y = np.array([1 if i % 2 == 0 else 4 for i in range(count)])
        case = dict(name=name, n=n, count=count, condition=condition, x=flat(x), weights=weights.tolist(), y=y.tolist(),
                    sqrtm=flat(sqrtm(x[0])), invsqrtm=flat(invsqrtm(x[0])), logm=flat(logm(x[0])), expm=flat(expm(logm(x[1]))), powm=flat(powm(x[0], 0.3)),
                    distance={m: [float(distance(a, x[0], metric=m)) for a in x] for m in METRICS},
                    mean={m: flat(gmean(x, metric=m)) for m in METRICS}, weightedMean={m: flat(gmean(x, metric=m, sample_weight=weights)) for m in METRICS},
                    converged=flat(converged(x)), convergedWeighted=flat(converged(x, weights)),
                    geodesic={m: flat(geodesic(x[0], x[1], 0.3, metric=m)) for m in ("riemann", "logeuclid", "euclid")}, tangent={}, untangent={}, mdm={})
        for m in ("riemann", "logeuclid", "euclid"):
            t = tangent_space(x, x[0] if m == "euclid" else np.round(gmean(x, metric="euclid"), 6), metric=m)
            case["reference"] = flat(np.round(gmean(x, metric="euclid"), 6))
            t = tangent_space(x, np.round(gmean(x, metric="euclid"), 6), metric=m)
            case["tangent"][m] = flat(t)
            v = np.round(0.1 * rng.randn(2, n * (n + 1) // 2), 3) * (0.01 if m == "euclid" else 1) * (1e-3 if condition > 1e6 and m != "riemann" else 1)
            case["untangent"][m] = dict(vectors=flat(v), matrices=flat(untangent_space(v, np.round(gmean(x, metric="euclid"), 6), metric=m)))
        case["tangentSpace"] = flat(TangentSpace().fit_transform(x))
        for m in ("riemann", "logeuclid", "euclid"):
            f = MDM(metric=m).fit(x, y)
            case["mdm"][m] = dict(means=flat(f.covmeans_), distances=flat(f.transform(x)), proba=flat(f.predict_proba(x)), labels=f.predict(x).tolist())
        f = MDM(metric=dict(mean="logeuclid", distance="riemann")).fit(x, y, sample_weight=weights)
        case["mdm"]["mixed"] = dict(means=flat(f.covmeans_), distances=flat(f.transform(x)), proba=flat(f.predict_proba(x)), labels=f.predict(x).tolist())
        cases.append(case)
    write("geometry", cases)


def transfer():
    """two domains, the second turned and stretched"""
    n, each = 3, 12
    q, _ = np.linalg.qr(rng.randn(n, n))
    y = np.array([1 + i % 2 for i in range(each)])
    source = np.array([(lambda a: a @ np.diag([1, 2, 4]) @ a.T)(np.eye(n) + 0.25 * rng.randn(n, n) + (0.8 * np.outer([1, 0, 0], [0, 1, 0]) if k == 2 else 0)) for k in y])
    target = np.array([q @ powm(c, 0.7) @ q.T * 2 for c in source]) + 0.02 * np.eye(n)
    x = np.round(np.concatenate([source, target]), 6)
    x = (x + x.transpose(0, 2, 1)) / 2
    domains = np.array(["source"] * each + ["target"] * each)
    labels = np.concatenate([y, y])
    _, encoded = encode_domains(x, labels, domains)
    centre = TLCenter("target").fit_transform(x, encoded)
    scale = TLScale("target", centered_data=True)
    scaled = scale.fit_transform(centre.copy(), encoded)
    rotate = TLRotate("target").fit(scaled, encoded)
    write("transfer", [dict(name="two domains", n=n, x=flat(x), y=labels.tolist(), domains=domains.tolist(), centred=flat(centre), euclid=flat(TLCenter("target", metric="euclid").fit_transform(x, encoded)),
                            scaled=flat(scaled), dispersions={str(k): float(v) for k, v in scale.scales_.items()}, uncentred=flat(TLScale("target").fit_transform(x.copy(), encoded)),
                            rotated=flat(rotate.fit_transform(scaled.copy(), encoded)), rotation=flat(rotate.rotations_["source"]))])


spatial()
geometry()
transfer()
