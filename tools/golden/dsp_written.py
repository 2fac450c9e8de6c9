"""Reads with MNE what @p300/dsp wrote, and compares: the writers' own check, on any recording.

    npx p300-dsp synth --subjects 1 --out DIR
    for e in edf bdf vhdr; do npx p300-dsp convert DIR/subject_01/subject_01_eeg_stim.parquet --out DIR/s.$e; done
    python tools/golden/dsp_written.py DIR/subject_01/subject_01_eeg_stim.parquet DIR/s.edf DIR/s.bdf DIR/s.vhdr

Made with mne 1.13.2, pyarrow, numpy 2.4.6.
"""
import json
import sys

import mne
import numpy as np
import pyarrow.parquet as pq

mne.set_log_level("ERROR")
READERS = {"edf": mne.io.read_raw_edf, "bdf": mne.io.read_raw_bdf, "vhdr": mne.io.read_raw_brainvision}
STEPS = {"edf": 65535, "bdf": 16777215}

table = pq.read_table(sys.argv[1])
names = json.loads(table.schema.metadata[b"eeg_channels"])
want = np.array([table[f"eeg_{name}"].to_numpy() for name in names])
stim = table["stim"].to_numpy()
onsets = np.flatnonzero((stim != 0) & (np.diff(stim, prepend=0) != 0))
for path in sys.argv[2:]:
    kind = path.rsplit(".", 1)[1]
    raw = READERS[kind](path, preload=True)
    assert raw.ch_names[: len(names)] == names, raw.ch_names
    got = raw.get_data(picks=names)[:, : want.shape[1]] * 1e6
    # half a digital step of each channel's range, or 24 bits of each sample
    allowed = np.ptp(want, axis=1, keepdims=True) / STEPS[kind] * 0.51 + 1e-6 if kind in STEPS else np.abs(want) * 2.0**-23 + 1e-12
    assert (np.abs(got - want) <= allowed).all(), np.abs(got - want).max()
    if kind == "vhdr":
        events = [(round(o * raw.info["sfreq"]), int(t.split("S")[-1])) for o, t in zip(raw.annotations.onset, raw.annotations.description) if t.startswith("Stimulus")]
    else:
        events = [(s, c) for s, _, c in mne.find_events(raw, shortest_event=1, initial_event=True)]
    assert events == [(i, stim[i]) for i in onsets], events[:3]
    print(f"{path}: {len(names)} channels, {want.shape[1]} samples, {len(events)} events, worst {np.abs(got - want).max():.3g} uV")
