"""Golden vectors for the montage and the cleaning functions of @p300/dsp, by MNE, autoreject, and NumPy.

    python tools/golden/dsp_cleaning.py        writes packages/dsp/test/golden/montage.json, cleaning-*.json

Made with mne 1.13.2, autoreject 0.4.3, scipy 1.17.1, numpy 2.4.6. Where no peer can be installed beside these, the method is
written down here once more from its paper, array by array and without regard for speed; with asrpy 0.0.8 on the path, its
calibration and its process are compared too, and the differences printed.
"""
import json
import pathlib
import re
import warnings

import autoreject
import mne
import numpy as np
import scipy
from autoreject.autoreject import _ChannelAutoReject, _GlobalAutoReject, _run_local_reject_cv
from scipy.optimize import least_squares
from scipy.special import gamma, gammaincinv
from sklearn.model_selection import KFold, cross_val_score

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages" / "dsp" / "test" / "golden"
rng = np.random.default_rng(300)
mne.set_log_level("ERROR")
warnings.filterwarnings("ignore")


def write(name, tolerance, cases, by="mne"):
    producer = dict(mne=f"mne {mne.__version__}", autoreject=f"autoreject {autoreject.__version__}", numpy=f"NumPy {np.__version__} and SciPy {scipy.__version__}, from the paper")[by]
    head = {"producer": producer, "script": "tools/golden/dsp_cleaning.py", "tolerance": tolerance}
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (OUT / f"{name}.json").write_text(json.dumps(head)[:-1] + f', "cases": [\n{lines}\n]}}\n')


def flat(x, digits=None):
    return (x if digits is None else np.round(x, digits)).ravel().tolist()


def made_up(n_channels, n_samples, bursts=()):
    """Signals that test/cleaning/made-up.ts makes too, by the same operations on the same doubles."""
    state, out, slow = 12345, np.zeros((n_channels, n_samples)), [0.0] * (n_channels + 1)
    for t in range(n_samples):
        for c in range(n_channels + 1):
            state = (1664525 * state + 1013904223) % 2**32
            slow[c] = 0.9 * slow[c] + ((state >> 8) % 2001 - 1000) / 100
        for c in range(n_channels):
            out[c, t] = slow[c] + 0.6 * slow[c + 1] + 0.4 * slow[0]
    for channel, start, stop, gain in bursts:
        for t in range(start, stop):
            for c in range(n_channels):
                out[c, t] = out[c, t] + gain * ((t * 7) % 23 - 11) / (1 + abs(c - channel))
    return out


# ---------------------------------------------------------------- montage
def montage():
    cases = []
    for name in ("colin27_1005", "easycap-M1", "biosemi64"):
        places = mne.channels.make_standard_montage(name).get_positions()["ch_pos"]
        names = list(places)
        xyz = np.array([places[n] for n in names])
        upper = np.array([i for i, n in enumerate(names) if not re.search(r"(9|10)h?$|^[AMIN][12z]", n)])
        if name.startswith("colin27"):  # a real head: the sphere that comes nearest to the electrodes
            distance = lambda c: (lambda r: r - r.mean())(np.linalg.norm(xyz[upper] - c, axis=1))
            xyz = xyz - least_squares(distance, [0, 0, 0.04]).x
        unit = xyz / np.linalg.norm(xyz, axis=1, keepdims=True)
        cases.append(dict(name=name, channelNames=names, directions=[flat(u, 3) for u in unit]))
    write("montage", 0, cases)


# ---------------------------------------------------------------- spherical splines
def interpolate():
    cases = []
    names = "Fp1 Fp2 F7 F3 Fz F4 F8 T7 C3 Cz C4 T8 P3 Pz P4 O1 O2".split()
    places = mne.channels.make_standard_montage("colin27_1020").get_positions()["ch_pos"]
    xyz = np.round(np.array([places[n] for n in names]), 4)
    pos = {n: p for n, p in zip(names, xyz)}

    def add(name, bads, origin, n_epochs=None, channels=names):
        info = mne.create_info(list(channels), 100.0, "eeg")
        info.set_montage(mne.channels.make_dig_montage({n: pos[n] for n in channels}, coord_frame="head"))
        x = np.round(30 * rng.normal(size=(n_epochs or 1, len(channels), 6)), 2)
        inst = mne.io.RawArray(x[0], info) if n_epochs is None else mne.EpochsArray(x, info)
        case = dict(name=name, channelNames=list(channels), positions=[flat(pos[n]) for n in channels], origin=list(origin), nEpochs=n_epochs, nTimes=6, badChannels=bads, data=flat(x))
        inst.info["bads"] = bads
        case["want"] = flat(inst.copy().interpolate_bads(method=dict(eeg="spline"), origin=origin).get_data())
        inst.info["bads"] = []
        case["laplacian"] = flat(mne.preprocessing.compute_current_source_density(inst, sphere=(*origin, 0.09), lambda2=1e-4).get_data())
        cases.append(case)

    add("one channel of a recording", ["Cz"], (0.0, 0.0, 0.0))
    add("three channels, another origin", ["Fp1", "T8", "O2"], (0.0, -0.02, 0.04))
    add("epochs", ["F3", "Pz"], (0.001, -0.015, 0.03), n_epochs=3)
    add("more bad than good", names[3:14], (0.0, 0.0, 0.03))
    add("three channels, one of them bad", ["Cz"], (0.0, 0.0, 0.03), channels=["C3", "Cz", "C4"])
    write("cleaning-interpolate", 1e-9, cases)


# ---------------------------------------------------------------- eye channels
def regression():
    cases = []

    def add(name, n_epochs, n_times, codes=None, eog=("EOG1", "EOG2")):
        names = ["Fz", *eog, "Cz", "Pz"]
        kinds = ["eog" if n in eog else "eeg" for n in names]
        x = rng.normal(size=(n_epochs or 1, len(names), n_times)) * 5
        for k, n in enumerate(eog):
            blink = np.cumsum(rng.normal(size=(n_epochs or 1, n_times)), axis=-1) * 10
            x += blink[:, None, :] * np.where([m == n for m in names], 1, 0.3 / (1 + np.arange(len(names)) + k))[None, :, None] + 7
        x = np.round(x, 2)
        info = mne.create_info(names, 100.0, kinds)
        with info._unlock():
            info["custom_ref_applied"] = 1  # it asks for a reference otherwise
        case = dict(name=name, channelNames=names, eog=list(eog), nEpochs=n_epochs, nTimes=n_times, codes=codes, data=flat(x))
        if n_epochs is None:
            inst = fit_on = mne.io.RawArray(x[0], info)
        else:
            events = np.column_stack([np.arange(n_epochs), np.zeros(n_epochs, int), codes or [1] * n_epochs])
            inst = mne.EpochsArray(x, info, events=events)
            fit_on = inst.copy()
            for code in set(codes or []):  # each code's own evoked
                keep = inst.events[:, 2] == code
                fit_on._data[keep] -= inst._data[keep].mean(0)
        # MNE's evoked holds no EOG; Gratton takes the mean from all channels
        model = mne.preprocessing.EOGRegression(picks="eeg", picks_artifact="eog", proj=False).fit(fit_on)
        case["weights"] = flat(model.coef_)
        case["want"] = flat(model.apply(inst).get_data())
        cases.append(case)

    add("a recording, two eye channels", None, 60)
    add("a recording, one eye channel", None, 50, eog=("VEOG",))
    add("epochs without codes", 5, 20)
    add("epochs of two codes, less their means", 9, 20, codes=[1, 2, 1, 1, 2, 1, 1, 2, 2])
    write("cleaning-regression", 1e-9, cases)


# ---------------------------------------------------------------- bad channels (Bigdely-Shamlo 2015)
def bad_channels():
    iqr = lambda x: 0.7413 * (np.percentile(x, 75) - np.percentile(x, 25))
    mad = lambda x: 1.4826 * np.median(np.abs(x - np.median(x)))
    cases = []
    for name, n, fs, seconds in (("with noise above 50 Hz", 12, 160.0, 12), ("below 50 Hz only", 10, 100.0, 9)):
        x = made_up(n, int(fs * seconds))
        x[2] *= 30  # loud
        x[4] = 5.0  # flat
        x[5] = 20 * np.array([((t * t * 3 + 11 * t) % 97 - 48) / 48 for t in range(x.shape[1])])  # unlike the others
        x[7, 300:600] = 0  # drops out
        x[8] += np.array([40.0 * (-1) ** t for t in range(x.shape[1])])  # noise at Nyquist
        live = [c for c in range(n) if iqr(x[c]) > 0.1]
        smooth = mne.filter.filter_data(x, fs, None, 50.0) if 62.5 < fs / 2 else x
        z = lambda v, std: (v - np.median(v)) / std(v)
        deviation = z(np.array([iqr(x[c]) for c in live]), iqr)
        noise = z(np.array([mad(x[c] - smooth[c]) / mad(smooth[c]) for c in live]), mad) if smooth is not x else None
        w, low = int(fs), np.zeros(len(live))
        n_windows = x.shape[1] // w
        for k in range(n_windows):
            r = np.abs(np.nan_to_num(np.corrcoef(smooth[live, k * w : (k + 1) * w])))
            for i in range(len(live)):
                low[i] += np.percentile(np.delete(r[i], i), 98) < 0.4
        row = lambda v, c: None if v is None or c not in live else float(v[live.index(c)])
        cases.append(dict(name=name, nChannels=n, nSamples=x.shape[1], sampleRateHz=fs, channels=[
            dict(std=float(iqr(x[c])), deviation=row(deviation, c), noise=row(noise, c), low=row(low / n_windows, c)) for c in range(n)]))
    write("cleaning-bad-channels", 1e-9, cases, by="numpy")


# ---------------------------------------------------------------- ASR (Mullen 2015, Chang 2020, and clean_rawdata's description)
def weighting(fs):
    """Modified Yule-Walker fit of order 8 (Friedlander and Porat 1984) to a magnitude given at some frequencies."""
    order, n_grid, n_lags = 8, 513, 32
    f = np.array([0, 2, 3, 13, 16, 40, min(80.0, fs / 2 - 1), fs / 2]) * 2 / fs
    m = np.array([3, 0.75, 0.33, 0.33, 1, 1, 3, 3])
    grid, begin = np.zeros(n_grid), 0
    grid[0] = m[0]
    for i in range(len(f) - 1):
        end = int(f[i + 1] * n_grid) - 1
        share = np.linspace(0, 1, end - begin + 1) if end > begin else np.zeros(end - begin + 1)
        grid[begin : end + 1] = m[i] + share * (m[i + 1] - m[i])
        begin = end + 1
    full = np.concatenate([grid, grid[-2:0:-1]])
    lags = np.arange(n_lags)
    r = np.fft.ifft(full**2).real[:n_lags] * (0.54 + 0.46 * np.cos(np.pi * lags / (n_lags - 1)))
    a = np.concatenate([[1], np.linalg.lstsq(scipy.linalg.toeplitz(r[order:-1], r[order:0:-1]), -r[order + 1 :], rcond=None)[0]])
    roots = np.roots(a)
    if np.abs(roots).max() > 1:
        a = np.poly(np.where(np.abs(roots) > 1, 1 / np.conj(roots), roots)).real

    def top(h):
        impulse = scipy.signal.lfilter([1.0], a, np.eye(1, n_lags)[0])
        return np.linalg.lstsq(scipy.linalg.toeplitz(impulse, np.eye(1, order + 1)[0]), h, rcond=None)[0]

    r[0] /= 2
    power = 2 * (np.fft.fft(top(r), 1024) / np.fft.fft(a, 1024)).real
    window = np.concatenate([[0.5], np.ones(511), np.zeros(512)])
    response = np.fft.ifft(np.exp(np.fft.fft(window * np.fft.ifft(np.log(power.astype(complex))))))
    return top(response[:n_lags].real), a


def clean_distribution(amplitudes, clean=0.25, dropout=0.1):
    x, n = np.sort(amplitudes), len(amplitudes)
    q = np.array([0.022, 0.6])
    best = (np.inf,)
    for width in np.arange(q[1] - q[0], clean * (q[1] - q[0]), -0.01):
        m = int(np.round(n * width))
        bins = int(np.round(3 * np.log2(1 + m / 2)))
        for start in np.round(n * np.arange(q[0], q[0] + dropout + 1e-11, 0.01)).astype(int):
            part = x[start : start + m] - x[start]
            # the largest belongs to the last bin, wherever rounding carries it
            counts = np.bincount(np.minimum((part * bins / part[-1]).astype(int), bins - 1), minlength=bins)
            for shape in np.arange(1.7, 3.5, 0.15)[:12]:
                bounds = np.sign(q - 0.5) * gammaincinv(1 / shape, np.sign(q - 0.5) * (2 * q - 1)) ** (1 / shape)
                at = bounds[0] + (np.arange(bins) + 0.5) / bins * (bounds[1] - bounds[0])
                p = np.exp(-np.abs(at) ** shape)
                p /= p.sum()
                divergence = np.sum(p * (np.log(p) - np.log(counts + 0.01))) + np.log(m)
                if divergence < best[0]:
                    best = (divergence, part[-1], x[start], shape, bounds)
    _, span, low, shape, bounds = best
    scale = span / (bounds[1] - bounds[0])
    return low - bounds[0] * scale, scale * np.sqrt(gamma(3 / shape) / gamma(1 / shape))


def l1_median(x):
    """By a general minimiser, from the mean: no Weiszfeld here."""
    y = x.mean(0)
    for _ in range(3000):
        w = 1 / np.linalg.norm(x - y, axis=1)
        new = w @ x / w.sum()
        if np.linalg.norm(new - y) <= 1e-13 * np.linalg.norm(new):
            break
        y = new
    return new


def calibrate(x, fs, cutoff, ba, window=0.5, overlap=0.66, block=100):
    n, n_samples = x.shape
    x = scipy.signal.lfilter(*ba, x)
    blocks = []
    for start in range(0, n_samples, block):
        part = x[:, np.minimum(np.arange(start, start + block), n_samples - 1)]
        blocks.append(part @ part.T / block)
    mixing = scipy.linalg.sqrtm(l1_median(np.array(blocks).reshape(len(blocks), -1)).reshape(n, n)).real
    _, v = np.linalg.eigh(mixing)
    size = int(np.round(window * fs))
    starts = np.arange(0, n_samples - size, int(np.round(size * (1 - overlap))))
    y = v.T @ x
    limits = []
    for c in range(n):
        mean, std = clean_distribution(np.array([np.sqrt(np.mean(y[c, s : s + size] ** 2)) for s in starts]))
        limits.append(mean + cutoff * std)
    return mixing, np.diag(limits) @ v.T


def process(x, fs, mixing, thresholds, ba, window=0.5, step=32, share=0.66):
    n, n_samples = x.shape
    size, ahead = int(np.round(window * fs)), int(np.round(window * fs / 2))
    mirrored = 2 * x[:, -1:] - x[:, -2 : -2 - ahead : -1]
    padded = np.concatenate([x, mirrored], axis=1)
    weighted = scipy.signal.lfilter(*ba, padded)
    total = padded.shape[1]
    delayed = np.concatenate([np.zeros((n, ahead)), x], axis=1)
    out, last, before = np.zeros_like(delayed), 0, np.eye(n)
    for end in [1, *range(step, total, step), total]:
        part = weighted[:, max(0, end - size) : end]
        d, v = np.linalg.eigh(part @ part.T / size)
        keep = (d < np.sum((thresholds @ v) ** 2, axis=0)) | (np.arange(1, n + 1) < n - np.round(n * share))
        matrix = np.eye(n) if keep.all() else mixing @ np.linalg.pinv(keep[:, None] * (v.T @ mixing)) @ v.T
        blend = (1 - np.cos(np.pi * np.arange(1, end - last + 1) / (end - last))) / 2
        old = delayed[:, last:end]
        out[:, last:end] = blend * (matrix @ old) + (1 - blend) * (before @ old)
        last, before = end, matrix
    return out[:, ahead:]


def asr():
    cases = [dict(name=f"weighting at {fs} Hz", sampleRateHz=fs, tolerance=1e-8 if fs <= 512 else 1e-4, b=flat(weighting(fs)[0]), a=flat(weighting(fs)[1])) for fs in (100.0, 128.0, 250.0, 256.0, 512.0, 768.0, 1000.0, 2048.0)]
    write("cleaning-asr-weighting", 1e-8, cases, by="numpy")
    cases = []
    for k in range(4):
        x = np.abs(np.round(rng.normal(10, 2, 300 + 77 * k), 2))
        x[: 20 * k] = np.round(x[: 20 * k] * (3 + k), 2)
        mean, std = clean_distribution(x)
        cases.append(dict(name=f"{len(x)} amplitudes, {20 * k} of them of artefacts", amplitudes=flat(x), mean=float(mean), std=float(std)))
    write("cleaning-asr-distribution", 1e-9, cases, by="numpy")

    cases = []
    for name, n, fs, seconds, cutoff, bursts in (
        ("eight channels at 128 Hz", 8, 128.0, 40, 8.0, [(2, 1500, 1600, 40), (6, 3000, 3050, 90), (0, 5090, 5120, 60)]),
        ("five channels at 250 Hz", 5, 250.0, 30, 5.0, [(1, 0, 60, 70), (3, 4000, 4300, 40)]),
    ):
        clean = made_up(n, int(fs * seconds))
        x = made_up(n, int(fs * seconds), bursts)
        ba = weighting(fs)
        mixing, thresholds = calibrate(clean, fs, cutoff, ba)
        y = process(x, fs, mixing, thresholds, ba)
        print(f"{name}: {np.mean(np.any(np.abs(y - x) > 1e-9, axis=0)):.1%} of the samples mended")
        cases.append(dict(name=name, nChannels=n, nSamples=x.shape[1], sampleRateHz=fs, cutoff=cutoff, bursts=bursts, mixing=flat(mixing),
                          limits=flat(thresholds.T @ thresholds), every=29, want=flat(y[:, ::29])))
        compare_with_asrpy(x, clean, fs, cutoff, ba, mixing, thresholds, y)
    write("cleaning-asr", 1e-7, cases, by="numpy")


def compare_with_asrpy(x, clean, fs, cutoff, ba, mixing, thresholds, y):
    try:
        import asrpy.asr
    except ImportError:
        return
    b, a = asrpy.asr.yulewalk(8, np.array([0, 2, 3, 13, 16, 40, min(80.0, fs / 2 - 1), fs / 2]) * 2 / fs, np.array([3, 0.75, 0.33, 0.33, 1, 1, 3, 3]))
    # its tolerance is absolute, in the data's unit squared
    asrpy.asr.geometric_median = lambda u: asrpy.asr_utils.geometric_median(u, tol=1e-10, max_iter=5000)
    m, t = asrpy.asr.asr_calibrate(clean, fs, cutoff, ab=(a, b))
    ahead = int(np.round(fs / 4))
    # a mirrored tail, no transient before the begin, one piece; its last, partial step stays undone
    padded = np.concatenate([x, 2 * x[:, -1:] - x[:, -2 : -2 - ahead : -1]], axis=1)
    theirs = asrpy.asr.asr_process(padded, fs, m, t, lookahead=ahead / fs, ab=(a, b), Zi=np.zeros((len(x), 8)), mem_splits=1)[:, ahead:]
    upto = x.shape[1] - 64
    print("  asrpy:", *(f"{what} {np.abs(p - q).max() / np.abs(q).max():.1e}" for what, p, q in (
        ("filter", b, ba[0]), ("mixing", m, mixing), ("thresholds", t.T @ t, thresholds.T @ thresholds), ("signal", theirs[:, :upto], y[:, :upto]))))


# ---------------------------------------------------------------- thresholds
def thresholds():
    cases = []
    for name, n, c, t, folds in (("five folds", 23, 3, 12, 5), ("four folds", 18, 2, 10, 4), ("ten folds", 31, 2, 8, 10)):
        x = np.cumsum(rng.normal(size=(n, c, t)), axis=-1) + 4 * np.sin(np.arange(t) / 2)
        x[rng.integers(0, n, n // 4)] *= 6
        x = np.round(x, 2)
        ptp = np.ptp(x, axis=-1)
        candidates = np.unique(ptp.max(axis=1))
        cv = KFold(folds)
        losses = [-np.mean(cross_val_score(_GlobalAutoReject(c, t, thresh), x, cv=cv)) for thresh in candidates]
        channels = []
        for k in range(c):
            own = np.unique(ptp[:, k])
            channels.append(dict(candidates=flat(own), losses=[float(-np.mean(cross_val_score(_ChannelAutoReject(thresh), x[:, k], cv=cv))) for thresh in own]))
        cases.append(dict(name=name, nEpochs=n, nChannels=c, nTimes=t, nFolds=folds, data=flat(x), candidates=flat(candidates),
                          losses=[None if np.isinf(l) else float(l) for l in losses], channels=channels))
    write("cleaning-autoreject", 1e-9, cases, by="autoreject")


def local_autoreject():
    names = "Fz C3 Cz C4 Pz Oz Fp1 T8".split()
    places = mne.channels.make_standard_montage("colin27_1020").get_positions()["ch_pos"]
    unit = np.array([places[n] - [0, -0.015, 0.005] for n in names])
    unit = 0.09 * unit / np.linalg.norm(unit, axis=1, keepdims=True)  # on a sphere, whose centre is then found to be the origin
    info = mne.create_info(names, 100.0, "eeg")
    info.set_montage(mne.channels.make_dig_montage(dict(zip(names, unit)), coord_frame="head"))
    x = np.cumsum(rng.normal(size=(20, 1, 10)), axis=-1) + rng.normal(size=(20, 8, 10)) + 3 * np.sin(np.arange(10) / 2)
    for _ in range(30):
        x[rng.integers(0, 20), rng.integers(0, 8)] += 20 * rng.normal(size=10)
    x[4] *= 5
    x = np.round(x, 2)
    limits = np.round(np.percentile(np.ptp(x, axis=-1), 80, axis=0), 2)
    epochs = mne.EpochsArray(x, info)
    consensus, losses = np.linspace(0, 1, 11), {}
    for n in (1, 3):  # one at a time: from the second number on it goes by labels that the first has changed
        thresholds = lambda epochs, dots, picks, verbose: dict(zip(names, limits))
        _, loss = _run_local_reject_cv(epochs, thresholds, np.arange(8), [n], KFold(5), consensus, None, False)
        losses[n] = [None if np.isinf(l) else float(l) for l in loss[:, 0].mean(axis=-1)]
    write("cleaning-autoreject-local", 1e-6, [dict(name="eight channels", channelNames=names, positions=[flat(u) for u in unit], nEpochs=20, nTimes=10, nFolds=5,
          thresholds=flat(limits), nInterpolate=list(losses), consensus=flat(consensus), losses=list(losses.values()), data=flat(x))], by="autoreject")


for make in (montage, interpolate, regression, bad_channels, asr, thresholds, local_autoreject):
    make()
