"""Golden vectors for @p300/dsp, by MNE and SciPy.

    python tools/golden/dsp.py        writes packages/dsp/test/golden/*.json

Made with mne 1.13.2, scipy 1.17.1, numpy 2.4.6. Rerunning with the same versions gives the same files.
Inputs are rounded to a few decimals, so that they are the same numbers in JSON and in memory.
"""
import json
import pathlib
import warnings

import mne
import numpy as np
import scipy

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages" / "dsp" / "test" / "golden"
PRODUCER = f"mne {mne.__version__}, scipy {scipy.__version__}, numpy {np.__version__}"
rng = np.random.default_rng(300)
mne.set_log_level("ERROR")
warnings.filterwarnings("ignore")


def write(name, tolerance, cases):
    OUT.mkdir(parents=True, exist_ok=True)
    head = {"producer": PRODUCER, "script": "tools/golden/dsp.py", "tolerance": tolerance}
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (OUT / f"{name}.json").write_text(json.dumps(head)[:-1] + f', "cases": [\n{lines}\n]}}\n')


def signal(*shape):
    """Rows that wander, so that their ends differ from each other and from zero."""
    return np.round(np.cumsum(rng.normal(size=shape), axis=-1) + 20 * rng.normal(size=(*shape[:-1], 1)), 3)


def number(x):
    return None if x is None else float(x)


# ---------------------------------------------------------------- windows and designs
def windows():
    cases = []
    for name in ("hamming", "hann", "blackman"):
        for n in (1, 2, 7, 16):
            for periodic in (False, True):
                w = scipy.signal.get_window(name, n, fftbins=periodic)
                cases.append(dict(name=f"{name} {n} {'periodic' if periodic else 'symmetric'}", window=name, n=n, periodic=periodic, want=w.tolist()))
    write("window", 1e-14, cases)


def fir():
    cases = []

    def add(name, fs, low, high, stop=False, **more):
        keys = dict(lowTransitionHz="l_trans_bandwidth", highTransitionHz="h_trans_bandwidth", nTaps="filter_length", window="fir_window")
        args = {keys[k]: v for k, v in more.items()}
        if stop:  # MNE says a band-stop by l_freq above h_freq
            args = {"l_trans_bandwidth": args.pop("h_trans_bandwidth", "auto"), "h_trans_bandwidth": args.pop("l_trans_bandwidth", "auto"), **args}
            low, high = high, low
        taps = mne.filter.create_filter(None, fs, low, high, method="fir", fir_design="firwin", **args)
        if stop:
            low, high = high, low
        assert np.allclose(taps, taps[::-1], rtol=0, atol=1e-15)
        cases.append(dict(name=name, sampleRateHz=fs, lowHz=number(low), highHz=number(high), bandStop=stop, **more, n=len(taps), half=taps[: len(taps) // 2 + 1].tolist()))

    add("1-20 Hz at 512 Hz", 512.0, 1, 20)
    add("1-20 Hz at 256 Hz", 256.0, 1, 20)
    add("1-20 Hz at 128 Hz", 128.0, 1, 20)
    add("8-12 Hz at 160 Hz", 160.0, 8, 12)
    add("3-45 Hz at 100 Hz, whose upper stop edge is Nyquist", 100.0, 3, 45)
    add("4.5-17.3 Hz at 99.7 Hz", 99.7, 4.5, 17.3)
    add("low-pass 30 Hz at 250 Hz", 250.0, None, 30)
    add("low-pass 1 Hz at 50 Hz", 50.0, None, 1)
    add("high-pass 2 Hz at 100 Hz", 100.0, 2, None)
    add("high-pass 10 Hz at 128 Hz", 128.0, 10, None)
    add("band-stop 20-40 Hz at 200 Hz", 200.0, 20, 40, stop=True)
    add("band-stop 48-52 Hz at 250 Hz, narrow transitions", 250.0, 48, 52, stop=True, lowTransitionHz=1.0, highTransitionHz=1.5)
    add("2-30 Hz at 128 Hz, hann", 128.0, 2, 30, window="hann")
    add("2-30 Hz at 128 Hz, blackman", 128.0, 2, 30, window="blackman")
    add("2-30 Hz at 128 Hz, own transitions", 128.0, 2, 30, lowTransitionHz=1.5, highTransitionHz=3.0)
    add("2-30 Hz at 128 Hz, 301 taps", 128.0, 2, 30, nTaps=301)
    write("fir", 1e-12, cases)


def filters():
    cases = []

    def add(name, fs, low, high, x, pad="reflect_limited"):
        h = mne.filter.create_filter(None, fs, low, high, method="fir", fir_design="firwin")
        if pad == "reflect_limited":
            y = mne.filter.filter_data(x, fs, low, high, pad=pad, copy=True)
        else:
            y = mne.filter._overlap_add_filter(x.copy(), h, pad=pad)
        cases.append(dict(name=name, sampleRateHz=fs, lowHz=number(low), highHz=number(high), pad={"constant": "zero"}.get(pad, pad), nSamples=x.shape[1], data=x.ravel().tolist(), want=y.ravel().tolist()))

    add("three rows, band-pass", 64.0, 1, 20, signal(3, 500))
    add("one row, low-pass", 100.0, None, 10, signal(1, 333))
    add("two rows, high-pass", 100.0, 4, None, signal(2, 401))
    add("a signal shorter than the taps", 128.0, 2, 30, signal(2, 150))
    add("a signal shorter than half the taps", 128.0, 2, 30, signal(2, 60))
    add("padded with the ends", 64.0, 3, 20, signal(2, 300), pad="edge")
    add("padded with zeros", 64.0, 3, 20, signal(2, 300), pad="constant")
    write("filter", 1e-11, cases)


# ---------------------------------------------------------------- events
def events():
    cases = []

    def add(name, stim, fs=100.0, output="onset", consecutive="increasing", min_duration=0.0, initial=False, shortest=1):
        info = mne.create_info(["STI"], fs, "stim")
        raw = mne.io.RawArray(np.array([stim], float), info)
        try:
            want = mne.find_events(raw, "STI", output=output, consecutive=consecutive, min_duration=min_duration, initial_event=initial, shortest_event=shortest).tolist()
        except IndexError:
            return  # MNE's fault, see the docstring of findEvents
        except ValueError:
            want = "ERR_DSP_EVENTS_TOO_CLOSE"
        cases.append(dict(name=name, sampleRateHz=fs, stim=[int(s) for s in stim], output=output, consecutive=consecutive, minDurationSeconds=min_duration, initialEvent=initial, shortestEventSamples=shortest, want=want))

    add("markers of one sample", [0, 1, 0, 0, 2, 0, 0, 1, 0, 0])
    add("a marker on the last sample", [0, 0, 1, 0, 0, 2])
    add("a marker on the first sample", [1, 0, 0, 2, 0, 0])
    add("a marker on the first sample, asked for", [1, 0, 0, 2, 0, 0], initial=True)
    add("high throughout", [3, 3, 3, 3], initial=True)
    add("nothing", [0] * 8)
    add("codes that follow each other without a gap", [0, 1, 1, 2, 2, 1, 1, 0, 0, 2, 1, 0])
    add("negative codes", [0, -1, 0, 0, 2, 0, -2, -2, 0])
    add("MNE's own shortest event", [0, 1, 2, 0, 0, 1, 0], shortest=2)
    for i in range(60):
        n = int(rng.integers(8, 40))
        stim = np.repeat(rng.integers(0, 4, n) * (rng.random(n) < 0.6), rng.integers(1, 4, n))
        output = str(rng.choice(["onset", "onset", "offset", "step"]))
        consecutive = [True, False, "increasing"][int(rng.integers(0, 3))]
        min_duration = float(rng.choice([0, 0.01, 0.02, 0.025]))
        if output == "offset" and (consecutive is not False or min_duration > 0):
            output = "onset"  # MNE pairs offsets with onsets by rank, and miscounts where there are more of them
        add(f"random {i}", stim, output=output, consecutive=consecutive, min_duration=min_duration, initial=bool(rng.integers(0, 2)), shortest=int(rng.integers(1, 3)))
    write("events", 0, cases)


# ---------------------------------------------------------------- epochs
def epochs():
    cases = []

    def add(name, fs, n, samples, codes, tmin, tmax, baseline=None, reject=None, flat=None, keep=None):
        x = signal(2, n)
        raw = mne.io.RawArray(x, mne.create_info(["A", "B"], fs, "eeg"))
        ev = np.column_stack([samples, np.zeros(len(samples), int), codes])
        e = mne.Epochs(raw, ev, event_id=keep, tmin=tmin, tmax=tmax, baseline=baseline, reject=reject and dict(eeg=reject), flat=flat and dict(eeg=flat), preload=True, proj=False, on_missing="ignore")
        cases.append(dict(name=name, sampleRateHz=fs, nSamples=n, data=x.ravel().tolist(), samples=list(map(int, samples)), codes=list(map(int, codes)), tMinSeconds=tmin, tMaxSeconds=tmax,
                          baseline=baseline, rejectPeakToPeakMicrovolts=reject, flatPeakToPeakMicrovolts=flat, keep=keep, nTimes=len(e.times), firstTime=float(e.times[0]),
                          dropLog=[list(d) for d in e.drop_log], selection=e.selection.tolist(), want=e.get_data(copy=True).ravel().tolist()))

    add("both end points belong to it", 50.0, 120, [20, 60, 90], [1, 2, 1], -0.1, 0.4)
    add("halves round to even", 250.0, 260, [40, 100, 180], [1, 2, 2], -0.05, 0.25)
    add("the first sample lies after the baseline's begin", 256.0, 300, [30, 110], [1, 2], -0.1, 0.3, baseline=(-0.1, 0.0))
    add("windows that touch and leave the ends", 50.0, 100, [4, 5, 60, 79, 80], [1, 1, 2, 1, 2], -0.1, 0.4, baseline=(None, 0.0))
    add("baseline over the whole epoch", 50.0, 120, [20, 70], [1, 2], -0.2, 0.4, baseline=(None, None))
    add("baseline after the event", 50.0, 120, [20, 70], [1, 2], -0.2, 0.4, baseline=(0.1, None))
    add("rejected and flat, with reasons", 50.0, 400, list(range(10, 360, 15)), [1, 2] * 12, -0.1, 0.4, baseline=(-0.1, 0.0), reject=9.0, flat=4.0)
    add("codes not asked for", 50.0, 200, [10, 50, 90, 130], [1, 3, 2, 4], -0.1, 0.4, keep=[1, 2])
    write("epochs", 1e-12, cases)


# ---------------------------------------------------------------- resampling
def resample():
    cases = []
    for n, fs, to in [(359, 512, 100), (181, 256, 100), (75, 250, 100), (64, 128, 50), (33, 128, 50), (50, 100, 250), (51, 100, 128), (64, 100, 200), (128, 100, 100), (17, 30, 90), (1, 100, 50), (40, 99.7, 33.3), (100, 512, 64)]:
        x = signal(2, n)
        y = mne.filter.resample(x, up=to, down=fs, npad="auto", pad="edge")
        cases.append(dict(name=f"{n} samples from {fs} to {to} Hz", nIn=n, fromHz=fs, toHz=to, nOut=y.shape[1], data=x.ravel().tolist(), want=y.ravel().tolist()))
    write("resample", 1e-11, cases)


for make in (windows, fir, filters, events, epochs, resample):
    make()
