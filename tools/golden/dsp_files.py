"""Recordings of every format that @p300/dsp reads, by independent writers, and what MNE and pyxdf read out of them.

    python tools/golden/dsp_files.py        writes packages/dsp/test/golden/files/* and files.json

Made with mne 1.13.2, edfio, pybv, eeglabio, scipy 1.17.1, h5py, pyxdf 1.17.5. Values in microvolts, of 10 digits.
"""
import datetime
import json
import pathlib
import shutil
import struct
import tempfile
import warnings

import edfio
import mne
import numpy as np
import pybv

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages" / "dsp" / "test" / "golden"
FILES = OUT / "files"
rng = np.random.default_rng(300)
mne.set_log_level("ERROR")
warnings.filterwarnings("ignore")
cases = []


def signal(n_channels, n, scale=20.0):
    """Wandering rows in microvolts, of three decimals."""
    return np.round(np.cumsum(rng.normal(size=(n_channels, n)), axis=1) + scale * rng.normal(size=(n_channels, 1)), 3)


def digits(row):
    return [float(f"{x:.10g}") for x in row]


def want(file, raw, by, stim=None, picks=None, rate=None, **more):
    """What a peer reads: channels in microvolts, annotations, and events as (sample, code)."""
    picks = picks or [n for n, t in zip(raw.ch_names, raw.get_channel_types()) if t == "eeg"]
    case = dict(
        file=file,
        by=by,
        sampleRateHz=float(rate or raw.info["sfreq"]),
        channelNames=picks,
        data=[digits(row * 1e6) for row in raw.get_data(picks=picks)],
        annotations=[[float(f"{o:.9g}"), float(f"{d:.9g}"), t] for o, d, t in zip(raw.annotations.onset, raw.annotations.duration, raw.annotations.description)],
    )
    if stim is not None:
        case["events"] = [[int(s), int(c)] for s, c in stim]
    case.update(more)
    cases.append(case)


def of_stim(raw, name):
    return [(s, c) for s, _, c in mne.find_events(raw, name, shortest_event=1, initial_event=True)]


# ---------------------------------------------------------------- EDF and BDF
def edf():
    x = signal(4, 400)
    signals = [
        edfio.EdfSignal(x[0], 100, label="EEG Fp1", physical_dimension="uV", physical_range=(-200, 200)),
        edfio.EdfSignal(x[1] / 1e3, 100, label="EEG Cz", physical_dimension="mV", physical_range=(-0.2, 0.2)),
        edfio.EdfSignal(x[2], 100, label="EEG Oz", physical_dimension="uV", physical_range=(-150.5, 170.25), digital_range=(-2048, 2047)),
        edfio.EdfSignal(x[3, ::2], 50, label="EOG left", physical_dimension="uV", physical_range=(-200, 200)),
        edfio.EdfSignal(np.round(30 + np.arange(4) / 10, 1), 1, label="Temp rectal", physical_dimension="degC", physical_range=(20, 45)),
    ]
    notes = [edfio.EdfAnnotation(0.5, None, "Target"), edfio.EdfAnnotation(0.75, 0.25, "NonTarget"), edfio.EdfAnnotation(1.25, None, "Lidschlag – Übung"), edfio.EdfAnnotation(3.21, None, "Target")]
    edfio.Edf(signals, annotations=notes, starttime=datetime.time(12, 30, 5, 250000)).write(FILES / "plus.edf")
    picks = ["EEG Fp1", "EEG Cz", "EEG Oz"]
    raw = mne.io.read_raw_edf(FILES / "plus.edf")
    want("plus.edf", raw, "edfio, mne", picks=picks, stim=[(50, 2), (75, 1), (321, 2)])
    cases[-1]["channelNames"] = ["Fp1", "Cz", "Oz"]  # the type before the name, which MNE keeps, is EDF+'s

    x = signal(2, 300)
    info = mne.create_info(["Fz", "Pz", "STI"], 128.0, ["eeg", "eeg", "misc"])
    raw = mne.io.RawArray(np.vstack([x * 1e-6, np.zeros(300)]), info).pick("eeg")
    raw.set_annotations(mne.Annotations([0.25, 1.5], [0, 0.5], ["1", "BAD_blink"]))
    mne.export.export_raw(FILES / "mne.edf", raw, overwrite=True)
    back = mne.io.read_raw_edf(FILES / "mne.edf").crop(0, 299 / 128)
    want("mne.edf", back, "mne's export", stim=[(32, 1)], annotations=[[0.25, 0.0, "1"], [1.5, 0.5, "BAD_blink"]])

    # EDF+D: the same file, its second data record a second later
    plus = bytearray((FILES / "plus.edf").read_bytes())
    plus[192:197] = b"EDF+D"
    at = plus.index(b"+1\x14\x14\x00") if b"+1\x14\x14\x00" in plus else plus.index(b"+1.25\x14\x14\x00")
    for old, new in ((b"+1.25\x14\x14", b"+2.25\x14\x14"), (b"+2.25\x14\x14", b"+3.25\x14\x14"), (b"+3.25\x14\x14", b"+4.25\x14\x14")):
        pass
    head, body = bytes(plus[:at]), bytes(plus[at:])
    stamps = [b"+1.25\x14\x14", b"+2.25\x14\x14", b"+3.25\x14\x14"]
    for k in (2, 1, 0):
        body = body.replace(stamps[k], stamps[k].replace(str(k + 1).encode(), str(k + 2).encode(), 1))
    (FILES / "gap.edf").write_bytes(head + body)

    # BDF: 24 bits, and a status channel whose upper byte is the amplifier's own
    x = signal(3, 256)
    status = np.zeros(256, int)
    status[40:48], status[100:108], status[200:201] = 1, 2, 255
    bdf = [edfio.BdfSignal(row, 128, label=name, physical_dimension="uV", physical_range=(-262144, 262143)) for name, row in zip(["A1", "A2", "EXG1"], x)]
    bdf.append(edfio.BdfSignal((status | 0x100000).astype(float), 128, label="Status", physical_dimension="Boolean", physical_range=(-8388608, 8388607), digital_range=(-8388608, 8388607)))
    edfio.Bdf(bdf).write(FILES / "biosemi.bdf")
    raw = mne.io.read_raw_bdf(FILES / "biosemi.bdf", misc=["EXG1"])
    events = mne.find_events(raw, "Status", shortest_event=1, mask=0xFFFF, mask_type="and")
    want("biosemi.bdf", raw, "edfio, mne", stim=[(s, c) for s, _, c in events])


# ---------------------------------------------------------------- BrainVision
def brainvision():
    for name, fmt, unit in (("bv_int16", "binary_int16", "µV"), ("bv_float32", "binary_float32", "mV")):
        x = signal(3, 250)
        events = [dict(onset=20, duration=1, description=1, type="Stimulus"), dict(onset=70, duration=1, description=12, type="Stimulus"), dict(onset=90, duration=5, description="eyes closed", type="Comment"), dict(onset=120, duration=1, description=3, type="Response")]
        pybv.write_brainvision(data=x * 1e-6, sfreq=250, ch_names=["Fz", "Cz,left", "EOG"], fname_base=name, folder_out=FILES, events=events, unit=unit, fmt=fmt, resolution=0.1 if fmt == "binary_int16" else 1e-6, overwrite=True)
        raw = mne.io.read_raw_brainvision(FILES / f"{name}.vhdr")
        want(f"{name}.vhdr", raw, "pybv, mne", stim=[(20, 1), (70, 12)], picks=["Fz", "Cz,left"])

    # by hand: vectorised INT_32, latin-1, names of its own
    x = np.round(signal(2, 100) * 100).astype("<i4")
    (FILES / "bv_hand.eeg").write_bytes(x.tobytes())
    (FILES / "bv_hand.vhdr").write_bytes(
        "Brain Vision Data Exchange Header File Version 1.0\r\n; by hand\r\n\r\n[Common Infos]\r\nDataFile=bv_hand.eeg\r\nMarkerFile=bv_hand.vmrk\r\nDataFormat=BINARY\r\nDataOrientation=VECTORIZED\r\n"
        "NumberOfChannels=2\r\nSamplingInterval=4000\r\nDataPoints=100\r\n\r\n[Binary Infos]\r\nBinaryFormat=INT_32\r\n\r\n[Channel Infos]\r\nCh1=Für,,0.01,µV\r\nCh2=Oz,,0.01\r\n\r\n[Comment]\r\nA=1 [not a section]\r\n".encode("latin-1")
    )
    (FILES / "bv_hand.vmrk").write_bytes(
        "Brain Vision Data Exchange Marker File, Version 1.0\r\n\r\n[Common Infos]\r\nDataFile=bv_hand.eeg\r\n\r\n[Marker Infos]\r\nMk1=New Segment,,1,1,0,20260101120000000000\r\nMk2=Stimulus,S  2,11,1,0\r\nMk3=Stimulus,S  1,51,1,0\r\n".encode("latin-1")
    )
    raw = mne.io.read_raw_brainvision(FILES / "bv_hand.vhdr")
    want("bv_hand.vhdr", raw, "by hand, mne", stim=[(10, 2), (50, 1)], picks=raw.ch_names)


# ---------------------------------------------------------------- XDF
def varlen(n):
    return struct.pack("<BB", 1, n) if n < 256 else struct.pack("<BI", 4, n) if n < 2**32 else struct.pack("<BQ", 8, n)


def chunk(tag, content):
    return varlen(len(content) + 2) + struct.pack("<H", tag) + content


def stream_header(sid, name, kind, n_channels, srate, fmt, desc=""):
    xml = f"<?xml version='1.0'?><info><name>{name}</name><type>{kind}</type><channel_count>{n_channels}</channel_count><nominal_srate>{srate}</nominal_srate><channel_format>{fmt}</channel_format><desc>{desc}</desc></info>"
    return chunk(2, struct.pack("<I", sid) + xml.encode())


def samples(sid, stamps, values, code):
    """A chunk of samples: numbers with a struct code, or strings with code None; a stamp of None is left out."""
    body = struct.pack("<I", sid) + varlen(len(stamps))
    for stamp, row in zip(stamps, values):
        body += b"\0" if stamp is None else struct.pack("<Bd", 8, stamp)
        for value in row:
            body += struct.pack("<" + code, value) if code else varlen(len(value.encode())) + value.encode()
    return chunk(3, body)


def clock(sid, time, value):
    return chunk(4, struct.pack("<Idd", sid, time, value))


def footer(sid, count):
    return chunk(6, struct.pack("<I", sid) + f"<?xml version='1.0'?><info><sample_count>{count}</sample_count></info>".encode())


BOUNDARY = chunk(5, bytes.fromhex("43a546dccbf5410fb30ed5467383cbe4"))
HEAD = b"XDF:" + chunk(1, b"<?xml version='1.0'?><info><version>1.0</version></info>")
LABELS = "<channels>" + "".join(f"<channel><label>{n}</label><unit>microvolts</unit><type>EEG</type></channel>" for n in ("Fz", "P &amp; z")) + "<channel><label>TRG</label><unit/><type>Trigger</type></channel></channels>"


def write_xdf(name, stamps, stim_rate=50, marker_times=(), clocks=(), marker_clocks=(), extra=0):
    n = len(stamps)
    x = np.round(signal(2, n), 2).astype("f4")
    trigger = np.zeros(n, "f4")
    rows = np.vstack([x, trigger]).T
    body = HEAD + stream_header(7, "amp", "EEG", 3, stim_rate, "float32", LABELS) + stream_header(3, "keys", "Markers", 1, 0, "string")
    body += b"".join(clock(7, *one) for one in clocks[: len(clocks) // 2])
    for k, start in enumerate(range(0, n, 40)):
        part = list(stamps[start : start + 40])
        given = [t if i % 3 == 0 or k % 2 == 0 else None for i, t in enumerate(part)]  # some stamps are left to be deduced
        body += samples(7, given, rows[start : start + 40].tolist(), "f") + (BOUNDARY if k == 1 else b"")
    body += b"".join(clock(7, *one) for one in clocks[len(clocks) // 2 :])
    body += b"".join(clock(3, *one) for one in marker_clocks)
    words = ["Target", "NonTarget", "übrig", "NonTarget"]
    body += samples(3, list(marker_times), [[words[i % 4]] for i in range(len(marker_times))], None)
    body += stream_header(9, "acc", "Motion", 1, 0, "int16") + samples(9, [stamps[0], stamps[0] + 0.5], [[-5], [300]], "h")
    body += footer(7, n - extra) + footer(3, len(marker_times))
    (FILES / name).write_bytes(body)


def xdf():
    import pyxdf

    jitter = rng.normal(size=300) * 0.004
    even = 1000 + np.arange(300) / 49.9
    offsets = [(1000.0 + 0.5 * k, -900.0 + 2e-4 * k + 1e-4 * rng.normal() + (0.01 if k == 5 else 0)) for k in range(14)]
    write_xdf("drift.xdf", np.round(even + jitter, 6), marker_times=[101.0, 102.5, 103.0, 104.25], clocks=offsets, marker_clocks=[(101, 0.0), (103, 0.001), (105, 0.0005)])
    paused = np.concatenate([even[:150], even[150:] + 12.34])
    write_xdf("pause.xdf", np.round(paused + 0.2 * jitter, 6), marker_times=[1001.0, 1004.0, 1016.5])
    reset = np.concatenate([even[:150], even[150:] - 995])
    clocks = [(1000 + 0.25 * k, 5.0 + 1e-5 * k) for k in range(12)] + [(8.01 + 0.25 * k, 1000.0 + 1e-5 * k) for k in range(13)]
    write_xdf("reset.xdf", np.round(reset, 6), marker_times=[1006.0], clocks=clocks)
    rubbish = [(1000.0 + 0.5 * k, -1e-4 * k) for k in range(12)] + [(1500.0, 77.0)]
    write_xdf("rubbish.xdf", np.round(even, 6), marker_times=[1001.0], clocks=rubbish, extra=1)
    peers = []
    for name in ("drift", "pause", "reset", "rubbish"):
        streams, _ = pyxdf.load_xdf(str(FILES / f"{name}.xdf"))
        for s in streams:
            info = s["info"]
            numbers = info["channel_format"][0] != "string"
            series = np.asarray(s["time_series"]).astype(float) if numbers else s["time_series"]
            peers.append(
                dict(
                    file=f"{name}.xdf",
                    id=int(info["stream_id"]),
                    name=info["name"][0],
                    effectiveHz=float(info["effective_srate"]),
                    segments=[[int(a), int(b)] for a, b in info["segments"]],
                    timeStamps=[float(f"{t:.13g}") for t in s["time_stamps"]],
                    last=[v for v in series[-1]] if len(series) else [],
                    n=len(series),
                )
            )
    head = {"producer": f"pyxdf {pyxdf.__version__ if hasattr(pyxdf, '__version__') else ''}", "script": "tools/golden/dsp_files.py", "tolerance": 1e-9}
    lines = ",\n".join(json.dumps(one, separators=(",", ":"), ensure_ascii=False) for one in peers)
    (OUT / "xdf.json").write_text(json.dumps(head)[:-1] + f', "cases": [\n{lines}\n]}}\n')


# ---------------------------------------------------------------- MATLAB and EEGLAB
def matlab():
    import eeglabio
    import scipy.io

    x = signal(3, 200)
    marks = [["1", "2", "boundary", "Lidschlag"], np.array([0.5, 1.0, 1.25, 1.5]), np.array([0.0, 0.0, 0.1, 0.0])]
    eeglabio.raw.export_set(str(FILES / "one.set"), x * 1e-6, 100, ["Fz", "Cz", "HEOG"], annotations=marks, ch_types=["EEG", "EEG", "EOG"])
    raw = mne.io.read_raw_eeglab(FILES / "one.set")
    want("one.set", raw, "eeglabio, mne", stim=[(50, 1), (100, 2)], picks=["Fz", "Cz"])

    eeglabio.raw.export_set(str(FILES / "hdf5.set"), x * 1e-6, 100, ["Fz", "Cz", "HEOG"], annotations=marks, ch_types=["EEG", "EEG", "EOG"], fmt="v7.3")
    raw = mne.io.read_raw_eeglab(FILES / "one.set")  # the same samples; MNE needs one more package for this one
    want("hdf5.set", raw, "eeglabio by h5py", stim=[(50, 1), (100, 2)], picks=["Fz", "Cz"])

    # two files, as EEGLAB itself writes them: numbers for event types, a struct EEG, compressed
    for name, compressed in (("two", True), ("old", False)):
        x = signal(2, 150).astype("f4")
        places = np.array([("Fz", 1.0), ("Pz", 2.0)], dtype=[("labels", object), ("X", object)])
        events = np.array([(2.0, 31.0, np.array([])), (1.0, 61.5, 4.0)], dtype=[("type", object), ("latency", object), ("duration", object)])
        eeg = dict(setname=name, nbchan=2.0, pnts=150.0, trials=1.0, srate=125.0, xmin=0.0, xmax=149 / 125, data=f"{name}.fdt", datfile=f"{name}.fdt", chanlocs=places, event=events, icawinv=[], icasphere=[], icaweights=[], filename=f"{name}.set", ref="common")
        scipy.io.savemat(FILES / f"{name}.set", dict(EEG=eeg), do_compression=compressed, appendmat=False)
        (FILES / f"{name}.fdt").write_bytes(x.T.astype("<f4").tobytes())
        raw = mne.io.read_raw_eeglab(FILES / f"{name}.set")
        want(f"{name}.set", raw, "scipy, mne", stim=[(30, 2), (60, 1)])
        # a type that is a number comes out of MATLAB as 2, out of SciPy's doubles as 2.0
        cases[-1]["annotations"] = [[o, 0.0 if np.isnan(d) else d, t.removesuffix(".0")] for o, d, t in cases[-1]["annotations"]]

    # the layout of Brain Invaders 2014a: time, 16 electrodes, stim
    n = 60
    stim = np.zeros(n)
    stim[[10, 30]], stim[50] = 1, 2
    names = "Fp1 Fp2 F3 AFz F4 T7 Cz T8 P7 P3 Pz P4 P8 O1 Oz O2".split()
    x = signal(16, n)
    scipy.io.savemat(FILES / "bi2014a.mat", dict(samples=np.vstack([np.arange(n) / 512, x, stim]).T), do_compression=True)
    D = scipy.io.loadmat(FILES / "bi2014a.mat")["samples"].T
    raw = mne.io.RawArray(np.concatenate([D[1:17] * 1e-6, D[-1:]]), mne.create_info(names + ["STI 014"], 512, ["eeg"] * 16 + ["stim"]))
    want("bi2014a.mat", raw, "scipy, as MOABB reads it", stim=of_stim(raw, "STI 014"))

    # the same in version 7.3: chunked, shuffled and deflated as MATLAB does
    import h5py

    with h5py.File(FILES / "bi2014a_v73.mat", "w", userblock_size=512) as f:
        d = f.create_dataset("samples", data=np.vstack([np.arange(n) / 512, x, stim]), chunks=(5, 32), compression=3, shuffle=True)
        d.attrs["MATLAB_class"] = np.bytes_("double")
    with open(FILES / "bi2014a_v73.mat", "r+b") as f:
        f.write(b"MATLAB 7.3 MAT-file, by h5py".ljust(124) + b"\x00\x02IM")
    want("bi2014a_v73.mat", raw, "h5py", stim=of_stim(raw, "STI 014"))

    x = np.round(signal(2, 40))
    scipy.io.savemat(FILES / "plain.mat", dict(eeg=x.astype("i2"), srate=64, channels=np.array(["C3", "C4"], dtype=object), stim=np.arange(40) % 10 == 9, note="spoken"))
    raw = mne.io.RawArray(x * 1e-6, mne.create_info(["C3", "C4"], 64, "eeg"))
    want("plain.mat", raw, "scipy", stim=[(9, 1), (19, 1), (29, 1), (39, 1)])


def main():
    shutil.rmtree(FILES, ignore_errors=True)
    FILES.mkdir(parents=True)
    for make in (edf, brainvision, xdf, matlab):
        make()
    head = {"producer": f"mne {mne.__version__}, edfio {edfio.__version__}, pybv {pybv.__version__}, numpy {np.__version__}", "script": "tools/golden/dsp_files.py", "tolerance": 1e-9}
    lines = ",\n".join(json.dumps(case, separators=(",", ":"), ensure_ascii=False) for case in cases)
    (OUT / "files.json").write_text(json.dumps(head)[:-1] + f', "cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
