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


def main():
    shutil.rmtree(FILES, ignore_errors=True)
    FILES.mkdir(parents=True)
    for make in (edf, brainvision, *MORE):
        make()
    head = {"producer": f"mne {mne.__version__}, edfio {edfio.__version__}, pybv {pybv.__version__}, numpy {np.__version__}", "script": "tools/golden/dsp_files.py", "tolerance": 1e-9}
    lines = ",\n".join(json.dumps(case, separators=(",", ":"), ensure_ascii=False) for case in cases)
    (OUT / "files.json").write_text(json.dumps(head)[:-1] + f', "cases": [\n{lines}\n]}}\n')


MORE = []

if __name__ == "__main__":
    main()
