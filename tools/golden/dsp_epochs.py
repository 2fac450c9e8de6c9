"""Golden vectors for the events, epochs, averages and cluster tests of @p300/dsp, by MNE.

    python tools/golden/dsp_epochs.py        writes packages/dsp/test/golden/*.json

Made with mne 1.13.2, scipy 1.17.1, numpy 2.4.6. Rerunning with the same versions gives the same files.
Inputs are rounded to a few decimals, so that they are the same numbers in JSON and in memory.
"""
import json
import pathlib
import warnings

import mne
import numpy as np
import scipy
from scipy import sparse

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages" / "dsp" / "test" / "golden"
PRODUCER = f"mne {mne.__version__}, scipy {scipy.__version__}, numpy {np.__version__}"
rng = np.random.default_rng(301)
mne.set_log_level("ERROR")
warnings.filterwarnings("ignore")


def write(name, tolerance, cases):
    OUT.mkdir(parents=True, exist_ok=True)
    head = {"producer": PRODUCER, "script": "tools/golden/dsp_epochs.py", "tolerance": tolerance}
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (OUT / f"{name}.json").write_text(json.dumps(head)[:-1] + f', "cases": [\n{lines}\n]}}\n')


def signal(*shape):
    return np.round(np.cumsum(rng.normal(size=shape), axis=-1) + 20 * rng.normal(size=(*shape[:-1], 1)), 2)


def flat(x):
    return np.asarray(x).ravel().tolist()


# ---------------------------------------------------------------- events
def event_masks():
    cases = []

    def add(name, stim, first=0, **more):
        info = mne.create_info(["STI"], 100.0, "stim")
        raw = mne.io.RawArray(np.array([stim], float), info, first_samp=first)
        keys = dict(output="output", consecutive="consecutive", min_duration="minDurationSeconds", initial_event="initialEvent", mask="mask", mask_type="maskType", uint_cast="uintCast")
        args = dict(output="onset", consecutive="increasing", min_duration=0.0, initial_event=False, mask=None, mask_type="and", uint_cast=False) | more
        try:
            want = mne.find_events(raw, "STI", shortest_event=1, **args).tolist()
        except IndexError:
            return  # MNE's fault, see the docstring of findEvents
        cases.append(dict(name=name, sampleRateHz=100.0, stim=list(map(float, stim)), firstSample=first, **{keys[k]: v for k, v in args.items()}, want=want))

    add("a recording that was cut out", [0, 0, 1, 0, 2, 2, 0], first=1000)
    add("a high bit that is masked", [0, 256, 257, 256, 258, 0, 1, 0], mask=255)
    add("a low bit that is left out", [0, 1, 5, 4, 1, 0, 3, 0], mask=1, mask_type="not_and")
    add("nothing within the mask", [0, 8, 0, 8, 0], mask=7)
    add("the sign bit of 16", [0, -32768, -32767, 0, 5, 0], uint_cast=True)
    add("values between integers", [0, 1.9, 0.2, -1.7, 0, 2.5, 0])
    add("negative values without a cast", [0, -3, 0, 4, -4, 0])
    for i in range(70):
        n = int(rng.integers(6, 24))
        stim = np.repeat(rng.integers(-2, 9, n) * (rng.random(n) < 0.7), rng.integers(1, 4, n)).astype(float)
        consecutive = [True, False, "increasing"][int(rng.integers(0, 3))]
        output = str(rng.choice(["onset", "onset", "step"]))
        add(f"random {i}", stim, first=int(rng.choice([0, 7])), output=output, consecutive=consecutive, initial_event=bool(rng.integers(0, 2)), min_duration=float(rng.choice([0, 0, 0.02])),
            mask=None if rng.random() < 0.3 else int(rng.integers(1, 8)), mask_type=str(rng.choice(["and", "not_and"])), uint_cast=bool(rng.random() < 0.2))
    write("event-masks", 0, cases)


def edits():
    """Merging and picking events."""
    cases = []
    for i in range(12):
        n = int(rng.integers(1, 12))
        ev = np.column_stack([np.sort(rng.choice(200, n, replace=False)), rng.integers(0, 4, n), rng.integers(1, 5, n)])
        ids = sorted(set(rng.integers(1, 5, 2).tolist()))
        step = bool(rng.integers(0, 2))

        def pick(**args):
            try:
                return mne.pick_events(ev, step=step, **args).tolist()
            except RuntimeError:
                return []

        cases.append(dict(name=f"random {i}", rows=ev.tolist(), codes=ids, step=step, replaced=mne.merge_events(ev, ids, 9).tolist(), kept=mne.merge_events(ev, ids, 9, replace_events=False).tolist(), included=pick(include=ids), excluded=pick(exclude=ids)))
    write("event-edits", 0, cases)


def annotations():
    cases = []

    def raw_with(onsets, durations, texts, fs):
        raw = mne.io.RawArray(np.zeros((1, int(10 * fs))), mne.create_info(["A"], fs, "eeg"))
        return raw.set_annotations(mne.Annotations(onsets, durations, texts))

    def add(name, onsets, durations, texts, fs=100.0, **args):
        raw = raw_with(onsets, durations, texts, fs)
        events, codes = mne.events_from_annotations(raw, **args)
        events = events[np.argsort(events[:, 0], kind="stable")]
        keys = dict(event_id="codes", use_rounding="rounding", chunk_duration="chunkSeconds", regexp="pattern")
        options = {keys[k]: v for k, v in args.items()}
        if "rounding" in options:
            options["rounding"] = "nearest" if options["rounding"] else "down"
        cases.append(dict(name=name, annotations=[dict(onsetSeconds=o, durationSeconds=d, text=t) for o, d, t in zip(onsets, durations, texts)], sampleRateHz=fs, options=options, want=events.tolist(), codes={str(k): int(v) for k, v in codes.items()}))

    on = [0.5, 1.005, 1.015, 2.125, 3.0, 4.5]
    du = [0.0, 0.0, 0.5, 1.0, 0.25, 2.0]
    tx = ["Target", "NonTarget", "BAD blink", "Target", "edge boundary", "rest"]
    add("numbered by name, without bad and edge", on, du, tx)
    add("cut off instead of rounded", on, du, tx, use_rounding=False)
    add("own codes", on, du, tx, event_id=dict(Target=2, NonTarget=1))
    add("any text", on, du, tx, regexp=None)
    add("a pattern", on, du, tx, regexp=r"^(Non)?Target$")
    add("chunks", on, du, tx, chunk_duration=0.25)
    add("chunks of all texts", on, du, tx, chunk_duration=0.3, regexp=None)
    add("a rate with halves", on, du, tx, fs=250.0)
    for i in range(12):
        n = int(rng.integers(1, 9))
        o = np.sort(np.round(rng.uniform(0, 6, n), 3)).tolist()
        d = np.round(rng.uniform(0, 2, n) * (rng.random(n) < 0.7), 3).tolist()
        t = [str(rng.choice(["a", "B", "bad", "Zz", "10", "9"])) for _ in range(n)]
        add(f"random {i}", o, d, t, fs=float(rng.choice([100, 128, 250])), regexp=None, use_rounding=bool(rng.integers(0, 2)), chunk_duration=None if rng.random() < 0.5 else float(rng.choice([0.1, 0.25, 0.4])))
    back = []
    for i in range(6):
        n = int(rng.integers(1, 9))
        ev = np.column_stack([np.sort(rng.choice(500, n, replace=False)) + 30, np.zeros(n, int), rng.integers(1, 4, n)])
        names = None if i % 2 else {1: "NonTarget", 2: "Target"}
        try:
            a = mne.annotations_from_events(ev, 128.0, event_desc=names, first_samp=30)
        except ValueError:
            continue
        back.append(dict(name=f"back {i}", rows=ev.tolist(), names=names, onsets=a.onset.tolist(), texts=[str(d) for d in a.description]))
    write("annotations", 0, [dict(kind="from", **c) for c in cases] + [dict(kind="to", **c) for c in back])


# ---------------------------------------------------------------- epochs
def epochs_options():
    cases = []

    def add(name, fs, n, samples, codes, tmin, tmax, annotations=(), **args):
        x = signal(3, n)
        raw = mne.io.RawArray(x, mne.create_info(["A", "B", "C"], fs, "eeg"))
        raw.set_annotations(mne.Annotations(*zip(*annotations)) if annotations else None)
        ev = np.column_stack([samples, np.zeros(len(samples), int), codes])
        mne_args = {k: (dict(eeg=v) if k in ("reject", "flat") else v) for k, v in args.items() if k != "keep"}
        e = mne.Epochs(raw, ev, event_id=args.get("keep"), tmin=tmin, tmax=tmax, preload=True, proj=False, on_missing="ignore", event_repeated="error", **({"baseline": None} | mne_args))
        keys = dict(baseline="baseline", reject="rejectPeakToPeakMicrovolts", flat="flatPeakToPeakMicrovolts", detrend="detrend", decim="decim", keep="codes", reject_by_annotation="rejectByAnnotation")
        options = {keys[k]: v for k, v in args.items() if k in keys}
        if "reject_tmin" in args or "reject_tmax" in args:
            options["rejectWindow"] = [args.get("reject_tmin"), args.get("reject_tmax")]
        cases.append(dict(name=name, sampleRateHz=fs, nSamples=n, data=flat(x), samples=list(map(int, samples)), codes=list(map(int, codes)),
                          annotations=[dict(onsetSeconds=o, durationSeconds=d, text=t) for o, d, t in annotations], options=dict(tMinSeconds=tmin, tMaxSeconds=tmax, **options),
                          nTimes=len(e.times), firstTime=float(e.times[0]), rate=float(e.info["sfreq"]), dropLog=[list(d) for d in e.drop_log], selection=e.selection.tolist(), want=np.round(e.get_data(copy=True), 10).ravel().tolist()))

    def at(first, step, n):
        return list(range(first, n, step))

    s = at(10, 23, 260)
    c = [1, 2] * 6
    add("without their mean", 50.0, 300, s[:6], c[:6], -0.1, 0.3, detrend=0)
    add("without their line, with a baseline", 50.0, 300, s[:6], c[:6], -0.1, 0.3, detrend=1, baseline=(-0.1, 0.0))
    add("every third sample", 60.0, 300, s[:6], c[:6], -0.1, 0.4, decim=3, baseline=(None, 0.0))
    add("every fourth sample, from an odd first", 50.0, 300, s[:6], c[:6], -0.14, 0.3, decim=4)
    add("every second sample after the event", 50.0, 300, s[:6], c[:6], 0.06, 0.4, decim=2)
    add("rejected within a window", 50.0, 400, at(10, 15, 360), [1, 2] * 12, -0.1, 0.4, baseline=(-0.1, 0.0), reject=6.0, flat=2.5, reject_tmin=0.1, reject_tmax=0.3)
    add("rejected from some time on", 50.0, 400, at(10, 15, 360), [1, 2] * 12, -0.1, 0.4, reject=6.0, reject_tmin=0.2)
    add("rejected up to some time, thinned out", 50.0, 400, at(10, 15, 360), [1, 2] * 12, -0.1, 0.4, reject=4.0, reject_tmax=0.2, decim=2)
    bad = [(0.5, 0.2, "BAD_jump"), (1.4, 0.0, "bad point"), (2.0, 0.5, "rest"), (3.0, 1.0, "Bad 2"), (3.2, 0.1, "BAD inner"), (6.9, 0.1, "bad end")]
    add("bad annotations", 50.0, 360, at(2, 9, 360), ([1, 2] * 20)[:40], -0.1, 0.3, annotations=bad)
    add("bad annotations within the window for rejection", 50.0, 360, at(2, 9, 360), ([1, 2] * 20)[:40], -0.1, 0.3, annotations=bad, reject_tmin=0.05, reject_tmax=0.15)
    add("bad annotations left alone", 50.0, 360, at(2, 40, 360), [1, 2, 1, 2, 1, 2, 1, 2, 1], -0.1, 0.3, annotations=bad, reject_by_annotation=False)
    add("an ignored event on the sample of another", 50.0, 200, [20, 20, 60, 100], [1, 5, 2, 1], -0.1, 0.3, keep=[1, 2])
    write("epochs-options", 1e-10, cases)


def make_epochs(n, fs, times, codes, samples, names=("A", "B", "C")):
    x = np.round(rng.normal(size=(n, len(names), times)) * 5, 2)
    ev = np.column_stack([samples, np.zeros(n, int), codes])
    return mne.EpochsArray(x, mne.create_info(list(names), fs, "eeg"), ev, tmin=-0.1, baseline=None, proj=False)


def select():
    cases = []
    for i in range(30):
        k = int(rng.integers(2, 4))
        lists = [np.sort(rng.choice(400, int(rng.integers(0 if i > 25 else 1, 30)), replace=False)) for _ in range(k)]
        for method in ("mintime", "truncate", "random"):
            drops = mne.epochs._get_drop_indices([np.array(t) for t in lists], method, None, legacy_seed=i)
            cases.append(dict(kind="equalize", name=f"{method} {i}", method=method, seed=i, lists=[t.tolist() for t in lists], drops=[d.tolist() for d in drops]))
    parts = [make_epochs(n, 100.0, 4, ([1, 2] * 9)[:n], np.sort(rng.choice(500, n, replace=False))) for n in (3, 2, 4)]
    parts[1].drop([0])
    joined = mne.concatenate_epochs([p.copy() for p in parts])
    unshifted = mne.concatenate_epochs([p.copy() for p in parts], add_offset=False)
    cases.append(dict(kind="concatenate", name="three runs", parts=[dict(data=flat(p.get_data(copy=True)), nTimes=4, samples=p.events[:, 0].tolist(), codes=p.events[:, 2].tolist(), selection=p.selection.tolist(), dropLog=[list(d) for d in p.drop_log]) for p in parts],
                      samples=joined.events[:, 0].tolist(), unshifted=unshifted.events[:, 0].tolist(), dropLog=[list(d) for d in joined.drop_log], want=flat(joined.get_data(copy=True))))
    write("select", 0, cases)


# ---------------------------------------------------------------- averages
def evoked():
    cases = []
    fs = 64.0
    ep = make_epochs(9, fs, 20, [1, 2, 1, 1, 2, 1, 2, 1, 1], np.arange(9) * 30 + 10)
    av = {c: ep[[str(c)]].average() for c in (1, 2)}
    cases.append(dict(kind="average", name="two codes", sampleRateHz=fs, tMinSeconds=float(ep.times[0]), data=flat(ep.get_data(copy=True)), codes=ep.events[:, 2].tolist(),
                      means={c: flat(a.data) for c, a in av.items()}, errors={c: flat(ep[[str(c)]].standard_error().data) for c in (1, 2)}, gfp=flat(av[2].data.std(axis=0))))
    three = [make_epochs(n, fs, 12, [1] * n, np.arange(n) * 30).average() for n in (4, 7, 5)]
    for e, name in zip(three, ("a", "b + c", "d")):
        e.comment = name
    for weights in ("equal", "nave", [1, -1, 0.25]):
        c = mne.combine_evoked([e.copy() for e in three], weights)
        cases.append(dict(kind="combine", name=f"weights {weights}", weights=weights, parts=[dict(data=flat(e.data), nAve=e.nave, comment=e.comment) for e in three], want=flat(c.data), nAve=float(c.nave), comment=c.comment))
    names = [["A", "B", "C"], ["A", "B", "C", "D"], ["C", "A", "E"]]
    parts = [make_epochs(4, fs, 10, [1] * 4, np.arange(4) * 30, n).average() for n in names]
    g = mne.grand_average([p.copy() for p in parts])
    cases.append(dict(kind="grand", name="of three subjects", parts=[dict(data=flat(e.data), nAve=e.nave, channelNames=list(e.ch_names)) for e in parts], want=flat(g.data), channelNames=list(g.ch_names), nAve=int(g.nave), comment=g.comment))
    for mode in ("abs", "pos", "neg"):
        for lo, hi in ((None, None), (0.0, 0.1), (0.05, 0.05 + 1 / fs)):
            lo_ = None if lo is None else lo
            ch, lat, amp = av[2].get_peak(tmin=lo_, tmax=hi, mode=mode, return_amplitude=True)
            cases.append(dict(kind="peak", name=f"{mode} {lo} to {hi}", data=flat(av[2].data), sampleRateHz=fs, tMinSeconds=float(av[2].times[0]), mode=mode, from_=lo, to=hi, channelName=ch, latencySeconds=float(lat), amplitudeMicrovolts=float(amp)))
    write("evoked", 1e-12, cases)


# ---------------------------------------------------------------- cluster tests
def clusters():
    cases = []

    def add(name, groups, channels, times, adjacency=None, **args):
        """groups: each n x channels x times."""
        X = [np.transpose(g, (0, 2, 1)) for g in groups]  # MNE wants channels last
        if adjacency == "lattice":
            X, adj = [g for g in groups], None
            if channels == 1:
                X = [g[:, 0] for g in groups]
        else:
            m = np.zeros((channels, channels))
            for i, others in enumerate(adjacency or []):
                m[i, others] = 1
            adj = sparse.coo_array(m)
        extra = {k: v for k, v in args.items() if k in ("threshold", "tail", "n_permutations", "seed", "max_step")}
        if len(groups) == 1:
            t, cl, p, h0 = mne.stats.permutation_cluster_1samp_test(X[0], adjacency=adj, out_type="indices", **extra)
        else:
            t, cl, p, h0 = mne.stats.permutation_cluster_test(X, adjacency=adj, out_type="indices", **extra)
        found = []
        for c, pv in zip(cl, p):
            index = np.zeros(t.shape, bool)
            index[c] = True
            mass = float(t[index].sum())
            points = np.flatnonzero(index.reshape(channels, times) if adj is None else index.T)
            found.append(dict(points=points.tolist(), mass=mass, pValue=float(pv)))
        keys = dict(threshold="threshold", tail="tail", n_permutations="nPermutations", seed="seed", max_step="maxStep")
        cases.append(dict(name=name, nChannels=channels, nTimes=times, groups=[dict(nEpochs=len(g), data=flat(g)) for g in groups], options={keys[k]: v for k, v in extra.items()} | ({"adjacency": adjacency} if adjacency is not None else {}),
                          statistic=flat(t.reshape(channels, times) if adj is None else t.T), clusters=found, nullMasses=flat(h0)))

    def noise(n, channels, times, shift=0.0, at=slice(4, 10)):
        x = rng.normal(size=(n, channels, times))
        x = x + 0.6 * np.roll(x, 1, axis=2)
        x[:, :, at] += shift
        return np.round(x, 2)

    ring = [[1, 3], [0, 2], [1, 3], [2, 0]]
    add("one sample, few enough to number", [noise(12, 1, 20, 0.9)], 1, 20, "lattice", seed=3, n_permutations=200)
    add("one sample, all signs", [noise(7, 1, 20, 1.2)], 1, 20, "lattice", seed=0, n_permutations=1024)
    add("one sample, above only", [noise(14, 2, 16, 0.7)], 2, 16, seed=5, n_permutations=150, tail=1)
    add("one sample, below only", [noise(14, 2, 16, -0.7)], 2, 16, seed=6, n_permutations=150, tail=-1)
    add("one sample, many", [noise(26, 2, 14, -0.5)], 2, 14, seed=7, n_permutations=120)
    add("one sample, many, one side", [noise(26, 2, 14, 0.5)], 2, 14, seed=8, n_permutations=120, tail=1)
    add("one sample, channels that touch", [noise(16, 4, 15, 0.6)], 4, 15, ring, seed=1, n_permutations=150)
    add("two groups", [noise(15, 1, 20, 0.9), noise(21, 1, 20)], 1, 20, "lattice", seed=2, n_permutations=200)
    add("two groups, channels that touch", [noise(14, 4, 15, 0.8), noise(20, 4, 15)], 4, 15, ring, seed=4, n_permutations=150)
    add("two groups, a lattice", [noise(14, 5, 12, 0.8), noise(18, 5, 12)], 5, 12, "lattice", seed=9, n_permutations=100)
    add("two groups, steps of two", [noise(14, 2, 16, 0.8), noise(18, 2, 16)], 2, 16, seed=9, n_permutations=100, max_step=2)
    add("three groups, own threshold", [noise(10, 2, 12, 0.9), noise(12, 2, 12), noise(9, 2, 12, -0.5)], 2, 12, seed=10, n_permutations=100, threshold=2.5)
    write("cluster-test", 1e-9, cases)


for make in (event_masks, edits, annotations, epochs_options, select, evoked, clusters):
    make()
