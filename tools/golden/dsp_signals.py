"""Golden vectors for the filters, spectra, resamplers and references of @p300/dsp, by SciPy and MNE.

    python tools/golden/dsp_signals.py        writes packages/dsp/test/golden/*.json

Made with mne 1.13.2, scipy 1.17.1, numpy 2.4.6. Rerunning with the same versions gives the same files.
Inputs are rounded to a few decimals, so that they are the same numbers in JSON and in memory.
"""
import json
import pathlib
import warnings

import mne
import numpy as np
import scipy
from scipy import signal

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages" / "dsp" / "test" / "golden"
PRODUCER = f"mne {mne.__version__}, scipy {scipy.__version__}, numpy {np.__version__}"
rng = np.random.default_rng(512)
mne.set_log_level("ERROR")
warnings.filterwarnings("ignore")


def write(name, tolerance, **parts):
    head = {"producer": PRODUCER, "script": "tools/golden/dsp_signals.py", "tolerance": tolerance}
    text = json.dumps(head)[:-1]
    for part, cases in parts.items():
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
        text += f', "{part}": [\n{lines}\n]'
    (OUT / f"{name}.json").write_text(text + "}\n")


def noise(*shape):
    """Rows that wander, so that their ends differ from each other and from zero."""
    return np.round(np.cumsum(rng.normal(size=shape), axis=-1) + 20 * rng.normal(size=(*shape[:-1], 1)), 2)


def exact(x):
    return np.asarray(x, float).ravel().tolist()


def flat(x):
    return [float(f"{v:.14g}") for v in np.asarray(x, float).ravel()]


# ---------------------------------------------------------------- FIR
def fir():
    designs = []
    names = {"lowPass": "lowpass", "highPass": "highpass", "bandPass": "bandpass", "bandStop": "bandstop"}
    for fs, n, cutoff, kind, window in [
        (100, 21, [10], "lowPass", "hamming"),
        (100, 22, [10], "lowPass", "hann"),
        (128, 33, [8], "highPass", "hamming"),
        (250, 51, [8, 30], "bandPass", "blackman"),
        (250, 52, [8, 30], "bandPass", ["kaiser", 8.6]),
        (250, 51, [45, 55], "bandStop", ["kaiser", 5.0]),
        (512, 41, [8, 12, 20, 30], "bandPass", "boxcar"),
        (512, 41, [8, 12, 20], "bandStop", ["tukey", 0.3]),
        (512, 41, [8, 12, 20], "bandPass", "hamming"),
        (99.7, 7, [12.3], "lowPass", ["kaiser", 0.0]),
        (2, 1, [0.5], "lowPass", "hamming"),
    ]:
        w = tuple(window) if isinstance(window, list) else window
        for scale in (True, False):
            taps = signal.firwin(n, cutoff, window=w, pass_zero=names[kind], scale=scale, fs=fs)
            designs.append(dict(name=f"{kind} {cutoff} Hz at {fs} Hz, {n} taps, {window}{'' if scale else ', unscaled'}", sampleRateHz=fs, nTaps=n, cutoffHz=cutoff, window=window, **{"pass": kind}, scale=scale, want=taps.tolist()))

    windows = []
    for w in (["kaiser", 0.0], ["kaiser", 5.0], ["kaiser", 14.0], ["kaiser", 60.0], ["tukey", 0.0], ["tukey", 0.25], ["tukey", 0.5], ["tukey", 1.0], "boxcar"):
        for n in (1, 2, 9, 16):
            for periodic in (False, True):
                windows.append(dict(name=f"{w} {n} {'periodic' if periodic else 'symmetric'}", window=w, n=n, periodic=periodic, want=signal.get_window(tuple(w) if isinstance(w, list) else w, n, fftbins=periodic).tolist()))

    mne_designs = []

    def half(name, taps, **more):
        assert np.allclose(taps, taps[::-1], rtol=0, atol=1e-15)
        mne_designs.append(dict(name=name, **more, n=len(taps), half=taps[: len(taps) // 2 + 1].tolist()))

    def design(name, fs, low, high, phase="zero", **more):
        keys = dict(nTaps="filter_length", window="fir_window")
        args = {keys[k]: v for k, v in more.items()}
        half(name, mne.filter.create_filter(None, fs, low, high, phase=phase, fir_design="firwin", **args), design="band", options=dict(sampleRateHz=fs, lowHz=low, highHz=high, phase=phase, **more))

    design("a length in seconds", 100.0, 4, 20, nTaps="2s")
    design("a length in milliseconds", 128.0, 4, 20, nTaps="1701ms")
    design("a length in seconds, filtered twice", 100.0, 4, 20, phase="zero-double", nTaps="2s")
    design("a length in taps, filtered twice", 100.0, 4, 20, phase="zero-double", nTaps=200)

    def notch(name, fs, freqs, widths=None, trans=1.0, **more):
        keys = dict(nTaps="filter_length", window="fir_window")
        args = {keys[k]: v for k, v in more.items()}
        f = np.atleast_1d(np.array(freqs, float))
        w = f / 200 if widths is None else np.ones_like(f) * widths
        taps = mne.filter.create_filter(None, fs, f + w / 2 + trans / 2, f - w / 2 - trans / 2, l_trans_bandwidth=trans / 2, h_trans_bandwidth=trans / 2, fir_design="firwin", **args)
        options = dict(sampleRateHz=fs, notchHz=freqs, transitionHz=trans, **more)
        if widths is not None:
            options["widthHz"] = widths
        half(name, taps, design="notch", options=options)

    notch("a notch", 128.0, 50)
    notch("two notches", 160.0, [50, 25])
    notch("three notches with own widths", 160.0, [20, 40, 60], widths=[1.0, 2.0, 0.5], trans=4.0)
    notch("a notch, hann, by duration", 100.0, 30, trans=3.0, window="hann", nTaps="4s")

    rows = []
    x = noise(3, 240)
    for name, fs, low, high in [("band-pass", 64.0, 4, 12), ("low-pass", 64.0, None, 10)]:
        y = mne.filter.filter_data(x, fs, low, high, phase="zero-double", copy=True)
        rows.append(dict(name=f"{name}, forwards and backwards", kind="band", options=dict(sampleRateHz=fs, lowHz=low, highHz=high), nSamples=240, data=flat(x), want=flat(y)))
    for freqs, trans in ((20.0, 4.0), ([10.0, 20.0], 6.0)):
        y = mne.filter.notch_filter(x, 64.0, freqs, trans_bandwidth=trans)
        rows.append(dict(name=f"notch {freqs}", kind="notch", options=dict(sampleRateHz=64.0, notchHz=freqs, transitionHz=trans), nSamples=240, data=flat(x), want=flat(y)))
    write("fir-more", 1e-12, firwin=designs, windows=windows, designs=mne_designs)
    write("filter-more", 1e-11, cases=rows)


# ---------------------------------------------------------------- IIR
DESIGNS = [
    (1, 100, None, 10, False), (2, 100, None, 30, False), (5, 100, None, 10, False), (8, 512, None, 100, False),
    (1, 100, 10, None, False), (3, 100, 0.5, None, False), (4, 512, 1, None, False), (7, 250, 60, None, False),
    (1, 100, 8, 12, False), (2, 250, 0.5, 30, False), (3, 512, 1, 20, False), (4, 512, 1, 20, False), (5, 160, 8, 30, False), (8, 250, 0.5, 30, False),
    (1, 100, 8, 12, True), (2, 250, 48, 52, True), (3, 512, 1, 20, True), (4, 512, 49, 51, True), (5, 160, 8, 30, True),
    (20, 512, None, 40, False), (2, 512, 0.05, 200, False), (4, 128, 20, 40, False), (2, 99.7, 3.3, 17.1, False),
]


def edges(low, high, stop):
    if low is None:
        return high, "lowpass"
    if high is None:
        return low, "highpass"
    return [low, high], "bandstop" if stop else "bandpass"


def iir_design():
    cases = []
    hz = [0.0, 0.1, 1.0, 3.7, 10.0, 17.0, 29.0, 41.0, 49.5]
    for order, fs, low, high, stop in DESIGNS:
        wn, kind = edges(low, high, stop)
        for design, ripple in (("butterworth", None), ("chebyshev1", 0.05), ("chebyshev1", 1.0)):
            if design == "chebyshev1" and order > 8:
                continue
            sos = signal.butter(order, wn, kind, fs=fs, output="sos") if ripple is None else signal.cheby1(order, ripple, wn, kind, fs=fs, output="sos")
            at = [f for f in hz if f < fs / 2]
            _, h = signal.freqz_sos(sos, at, fs=fs)
            cases.append(dict(name=f"{design} {ripple or ''} order {order}, {kind} {wn} Hz at {fs} Hz", design=design, order=order, rippleDb=ripple, sampleRateHz=fs, lowHz=low, highHz=high, bandStop=stop, sos=exact(sos), frequenciesHz=at, re=flat(h.real), im=flat(h.imag)))
    notches = [dict(notchHz=f, quality=q, sampleRateHz=fs, want=flat(np.concatenate(signal.iirnotch(f, q, fs)))) for f, q, fs in [(50, 30, 512), (60, 5, 250), (50, 100, 128), (0.5, 1, 100)]]
    taps = np.round(rng.normal(size=11), 3)
    w, h = signal.freqz(taps, worN=16, fs=100)
    write("iir-design", 1e-12, cases=cases, notches=notches, fir=[dict(taps=flat(taps), sampleRateHz=100, n=16, frequenciesHz=flat(w), re=flat(h.real), im=flat(h.imag))])


def iir_filter():
    sos_cases = []
    for order, fs, low, high, n in [(1, 100, None, 10, 60), (2, 100, 4, None, 90), (3, 100, None, 20, 80), (2, 128, 2, 20, 150), (4, 512, 1, 20, 160), (5, 160, 8, 30, 120), (8, 250, 4, 30, 140)]:
        wn, kind = edges(low, high, False)
        sos = signal.butter(order, wn, kind, fs=fs, output="sos")
        x = noise(2, n)[: 1 if n > 100 else 2]
        both = {p: flat(signal.sosfiltfilt(sos, x, padtype=t)) for p, t in (("odd", "odd"), ("even", "even"), ("constant", "constant"), ("none", None)) if p == "odd" or n < 85}
        sos_cases.append(dict(name=f"order {order}, {kind} {wn} Hz at {fs} Hz", sos=exact(sos), nSamples=n, data=flat(x), forward=flat(signal.sosfilt(sos, x)), state=flat(signal.sosfilt_zi(sos)), both=both, padLength=7, bothPadded=flat(signal.sosfiltfilt(sos, x, padlen=7))))
    ba_cases = []
    for name, b, a, n in [
        ("a Butterworth low-pass", *signal.butter(3, 0.2), 60),
        ("a notch", *signal.iirnotch(50, 30, 256), 70),
        ("taps alone", np.array([0.25, 0.5, 0.25]), np.array([1.0]), 40),
        ("a longer denominator, a[0] = 2", np.array([1.0, 0.5]), np.array([2.0, -0.5, 0.25, 0.1]), 50),
        ("a longer numerator", np.array([1.0, 0.5, 0.2, 0.1]), np.array([1.0, -0.5]), 50),
        ("a factor", np.array([3.0]), np.array([2.0]), 20),
    ]:
        x = noise(2, n)
        order = max(len(a), len(b)) - 1  # SciPy has no state of order 0, nor filtfilt
        both = {p: flat(signal.filtfilt(b, a, x, padtype=t)) for p, t in (("odd", "odd"), ("even", "even"), ("none", None)) if order}
        ba_cases.append(dict(name=name, b=exact(b), a=exact(a), nSamples=n, data=flat(x), forward=flat(signal.lfilter(b, a, x)), state=flat(signal.lfilter_zi(b, a)) if order else [], both=both))
    recordings = []
    for name, fs, low, high, stop, order, phase, ripple, n in [
        ("1-20 Hz", 128.0, 1, 20, False, 4, "zero", None, 250),
        ("1-20 Hz, causal", 128.0, 1, 20, False, 4, "forward", None, 150),
        ("a low-pass, shorter than it rings", 128.0, None, 2, False, 4, "zero", None, 60),
        ("a high-pass that rings for more than a thousand samples", 128.0, 0.1, None, False, 2, "zero", None, 250),
        ("a band-stop", 128.0, 20, 30, True, 3, "zero", None, 150),
        ("Chebyshev", 128.0, 4, 20, False, 4, "zero", 0.5, 200),
    ]:
        x = noise(1, n)
        params = dict(order=order, ftype="butter" if ripple is None else "cheby1", output="sos", rp=ripple)
        if ripple is None:
            params.pop("rp")
        l, h = (high, low) if stop else (low, high)
        y = mne.filter.filter_data(x.copy(), fs, l, h, method="iir", iir_params=params, phase=phase)
        recordings.append(dict(name=name, sampleRateHz=fs, options=dict(lowHz=low, highHz=high, bandStop=stop, order=order, phase=phase, **({} if ripple is None else dict(design="chebyshev1", rippleDb=ripple))), nSamples=n, data=flat(x), want=flat(y)))
    write("iir-filter", 1e-9, sections=sos_cases, polynomials=ba_cases, recordings=recordings)


# ---------------------------------------------------------------- resampling
def resample():
    fourier = []
    for n, m in [(40, 25), (40, 80), (41, 20), (41, 100), (30, 30), (64, 32), (1, 5), (7, 1), (33, 34)]:
        x = noise(2, n)
        fourier.append(dict(name=f"{n} to {m} samples", nSamples=n, nOut=m, data=flat(x), want=flat(signal.resample(x, m, axis=1))))
    poly = []
    pads = {"zero": "constant", **{p: p for p in ("mean", "median", "minimum", "maximum", "line", "edge", "reflect")}}
    for n, up, down, pad in [(100, 1, 4, "zero"), (101, 3, 2, "zero"), (90, 25, 128, "zero"), (60, 128, 25, "zero"), (75, 2, 2, "zero"), (50, 6, 4, "mean"), (50, 2, 3, "median"), (51, 2, 3, "median"),
                             (50, 2, 3, "minimum"), (50, 2, 3, "maximum"), (50, 2, 3, "line"), (50, 2, 3, "edge"), (50, 2, 3, "reflect"), (8, 2, 5, "reflect"), (1, 2, 3, "zero"), (5, 1, 7, "zero")]:
        x = noise(2, n)
        poly.append(dict(name=f"{n} samples, {up} : {down}, {pad}", nSamples=n, up=up, down=down, pad=pad, data=flat(x), want=flat(signal.resample_poly(x, up, down, axis=1, padtype=pads[pad]))))
    x = noise(2, 60)
    poly.append(dict(name="a hann window", nSamples=60, up=2, down=3, pad="zero", window="hann", data=flat(x), want=flat(signal.resample_poly(x, 2, 3, axis=1, window="hann"))))
    dec = []
    for n, q, ftype, order, zero in [(120, 4, "iir", None, True), (120, 4, "iir", None, False), (121, 3, "fir", None, True), (121, 3, "fir", None, False), (100, 5, "iir", 4, True), (100, 5, "fir", 31, True), (100, 5, "fir", 30, False), (90, 1, "iir", None, True), (90, 13, "iir", 2, True)]:
        x = noise(2, n)
        dec.append(dict(name=f"{n} samples by {q}, {ftype} {order or ''} {'zero phase' if zero else 'causal'}", nSamples=n, factor=q, filter=ftype, order=order, zeroPhase=zero, data=flat(x), want=flat(signal.decimate(x, q, n=order, ftype=ftype, axis=1, zero_phase=zero))))
    recordings = []
    for n, fs, to, method in [(300, 512.0, 100.0, "fft"), (301, 128.0, 100.0, "fft"), (200, 100.0, 250.0, "fft"), (257, 250.0, 33.3, "fft"), (300, 500.0, 100.0, "polyphase"), (301, 128.0, 100.0, "polyphase"), (120, 100.0, 250.0, "polyphase")]:
        x = noise(2, n)
        stim = np.zeros(n)
        at = np.arange(15, n - 5, max(int(7 * fs / to), 9))
        stim[at] = rng.integers(1, 4, len(at))
        for i in at[::3]:
            stim[i : i + 3] = stim[i]
        raw = mne.io.RawArray(np.vstack([x, stim]), mne.create_info(["A", "B", "STI"], fs, ["eeg", "eeg", "stim"]))
        before = mne.find_events(raw, "STI", shortest_event=1)
        out = raw.resample(to, method=method)
        after = mne.find_events(out, "STI", shortest_event=1)
        assert len(before) == len(after), (n, fs, to, before, after)
        y = out.get_data()
        recordings.append(dict(name=f"{n} samples from {fs} to {to} Hz, {method}", sampleRateHz=fs, rateHz=to, method=method, nSamples=n, data=flat(x), stim=[int(s) for s in stim], want=flat(y[:2]), wantStim=[int(s) for s in y[2]], wantEvents=after[:, [0, 2]].tolist()))
    write("resample-more", 1e-11, fourier=fourier, polyphase=poly, decimate=dec, recordings=recordings)


# ---------------------------------------------------------------- detrending and references
def detrend():
    cases = []
    for n, kind, bp in [(50, "constant", []), (50, "linear", []), (51, "linear", [10, 30]), (2, "linear", []), (1, "constant", []), (40, "linear", [0, 20, 40, 20])]:
        x = noise(2, n)
        cases.append(dict(name=f"{n} samples, {kind} {bp}", nSamples=n, kind=kind, breakpoints=bp, data=flat(x), want=flat(signal.detrend(x, axis=1, type=kind, bp=bp or 0))))
    write("detrend", 1e-11, cases=cases)


def references():
    names = ["Fp1", "Fp2", "F3", "F4", "C3", "C4", "P3", "P4", "O1", "O2", "F7", "F8", "T7", "T8", "P7", "P8", "Fz", "Cz", "Pz", "Oz"]
    place = rng.normal(size=(len(names), 3))
    montage = mne.channels.make_standard_montage("standard_1020").get_positions()["ch_pos"]
    place = np.array([montage[n] - np.array([0, 0, 0.04]) for n in names])
    place = np.round(place / np.linalg.norm(place, axis=1, keepdims=True), 6)
    radius = 0.09
    info = mne.create_info(names, 100.0, "eeg")
    unit = place / np.linalg.norm(place, axis=1, keepdims=True)
    info.set_montage(mne.channels.make_dig_montage(dict(zip(names, unit * radius)), nasion=[0, radius, 0], lpa=[-radius, 0, 0], rpa=[radius, 0, 0], coord_frame="head"))
    info["bads"] = ["T8"]
    x = noise(len(names), 30)
    raw = mne.io.RawArray(x, info)
    cases = []
    for name, to in (("average", "average"), ("one channel", ["Cz"]), ("two channels", ["P7", "P8"])):
        y = mne.set_eeg_reference(raw.copy(), to, projection=False)[0].get_data()
        cases.append(dict(name=name, to=to, want=flat(y)))

    # three shells as MNE's sphere model has them, and dipoles at a few depths in all directions
    radii, sigmas = [0.87, 0.92, 1.0], [0.33, 0.004125, 0.33]
    sphere = mne.make_sphere_model(r0=(0.0, 0.0, 0.0), head_radius=radius, info=info, relative_radii=radii, sigmas=sigmas)
    spots = rng.normal(size=(12, 3))
    spots = np.round(spots / np.linalg.norm(spots, axis=1, keepdims=True) * np.repeat([0.2, 0.45, 0.6, 0.75], 3)[:, None], 4)
    space = mne.setup_volume_source_space(pos=dict(rr=spots * radius, nn=np.tile([0.0, 0.0, 1.0], (12, 1))), sphere=sphere)
    forward = mne.make_forward_solution(info, mne.transforms.Transform("head", "mri"), space, sphere, meg=False, eeg=True, mindist=0)
    rows = forward["sol"]["row_names"]
    field = forward["sol"]["data"]
    assert field.shape[1] == 36 and [r for r in rows] == [n for n in names if n not in info["bads"]] or rows == names, (rows, field.shape)
    info_all = info.copy()
    info_all["bads"] = []
    forward_all = mne.make_forward_solution(info_all, mne.transforms.Transform("head", "mri"), space, sphere, meg=False, eeg=True, mindist=0)
    assert forward_all["sol"]["row_names"] == names
    field = forward_all["sol"]["data"]
    scale = np.abs(field).max()
    rounded = np.round(field / scale, 6)
    forward_all["sol"]["data"] = rounded.copy()
    y = mne.set_eeg_reference(raw.copy(), "REST", forward=forward_all)[0].get_data()
    cases.append(dict(name="REST", to="rest", want=flat(y)))
    write("reference", 1e-9, cases=cases, setting=[dict(channelNames=names, badChannels=["T8"], nSamples=30, data=flat(x), positions=place.tolist(), leadField=flat(rounded), nSources=36,
          radii=[r * radius for r in radii], conductivities=sigmas, dipoles=(spots * radius).tolist(), sphere=[float(f"{v:.9g}") for v in field.ravel()])])


# ---------------------------------------------------------------- spectra
def spectra():
    cases = []
    keys = dict(window="window", nPerSegment="nperseg", nOverlap="noverlap", nFft="nfft", detrend="detrend", scaling="scaling", average="average", mode="mode")

    def args(options):
        out = {keys[k]: v for k, v in options.items()}
        if isinstance(out.get("window"), list):
            out["window"] = tuple(out["window"])
        if out.get("detrend") == "none":
            out["detrend"] = False
        return out

    def add(kind, n, fs, rows=2, **options):
        x = noise(rows, n)
        case = dict(name=f"{kind} of {n} samples at {fs} Hz {options or ''}", kind=kind, nSamples=n, sampleRateHz=fs, options=options, data=flat(x))
        if kind == "welch":
            f, p = signal.welch(x, fs, **args(options))
        elif kind == "periodogram":
            f, p = signal.periodogram(x, fs, **args(options))
        else:
            f, t, p = signal.spectrogram(x, fs, **args(options))
            p = np.moveaxis(p, 1, 2)
            case["times"] = flat(t)
            if options.get("mode") == "complex":
                case["imaginary"] = flat(p.imag)
                p = p.real
        cases.append(dict(**case, frequenciesHz=flat(f), want=flat(p)))

    add("welch", 300, 100.0)
    add("welch", 200, 100.0, nPerSegment=64)
    add("welch", 205, 99.7, nPerSegment=51, nOverlap=10, scaling="spectrum")
    add("welch", 200, 100.0, nPerSegment=32, average="median")
    add("welch", 90, 100.0, nPerSegment=20, average="median", nOverlap=0)
    add("welch", 120, 100.0, nPerSegment=32, nFft=50, detrend="linear")
    add("welch", 120, 100.0, nPerSegment=33, nFft=64, detrend="none", window=["kaiser", 4.0])
    add("welch", 120, 100.0, nPerSegment=40, window="blackman")
    add("welch", 120, 100.0, nPerSegment=40, window="hamming", rows=2)
    add("welch", 120, 100.0, nPerSegment=40, window="boxcar", rows=1)
    add("periodogram", 64, 100.0)
    add("periodogram", 65, 128.0, window="hann", scaling="spectrum", detrend="linear")
    add("periodogram", 50, 128.0, nFft=64)
    add("spectrogram", 300, 100.0, rows=1)
    add("spectrogram", 100, 100.0, nPerSegment=32)
    add("spectrogram", 100, 100.0, nPerSegment=25, nOverlap=12, mode="magnitude", rows=1, window="hann")
    add("spectrogram", 100, 100.0, nPerSegment=32, nOverlap=16, mode="complex", nFft=40, scaling="spectrum", detrend="linear")
    add("spectrogram", 100, 100.0, nPerSegment=32, mode="complex", rows=2, detrend="none")

    envelopes = []
    for n in (1, 2, 31, 64):
        x = noise(2, n)
        envelopes.append(dict(name=f"envelope of {n} samples", nSamples=n, data=flat(x), want=flat(np.abs(signal.hilbert(x, axis=1)))))

    morlets = []
    for fs, freqs, cycles, zero in [(100.0, [10.0, 20.0, 37.5], 4.0, True), (128.0, [8.0, 16.0], [3.0, 6.0], True), (100.0, [12.0], 5.0, False)]:
        ws = mne.time_frequency.morlet(fs, freqs, n_cycles=cycles, zero_mean=zero)
        x = noise(6, 100).reshape(2, 3, 100)
        kw = dict(sfreq=fs, freqs=freqs, n_cycles=cycles, zero_mean=zero)
        morlets.append(dict(name=f"wavelets of {freqs} Hz, {cycles} cycles", options=dict(sampleRateHz=fs, frequenciesHz=freqs, nCycles=cycles, zeroMean=zero), nTimes=100, data=flat(x),
                            wavelets=[flat(np.column_stack([w.real, w.imag])) for w in ws],
                            power=flat(mne.time_frequency.tfr_array_morlet(x, output="power", decim=3, **kw)), average=flat(mne.time_frequency.tfr_array_morlet(x, output="avg_power", **kw))))
    write("spectra", 1e-11, cases=cases, envelopes=envelopes, morlets=morlets)


for make in (fir, iir_design, iir_filter, resample, detrend, references, spectra):
    make()
