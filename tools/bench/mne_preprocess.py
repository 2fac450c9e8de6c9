"""mne_preprocess.py RECORDING OUT: what `p300-dsp preprocess` does, by MNE: Parquet in, features.parquet and labels.parquet out."""
import json
import os
import sys

import mne
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

mne.set_log_level("ERROR")
recording, out = sys.argv[1:3]
table = pq.read_table(recording)
with open(os.path.join(os.path.dirname(recording), "metadata.json")) as file:
    sfreq = float(json.load(file)["sampling_rate_hz"])
names = [name for name in table.column_names if name not in ("stim", "timestamps")]
data = np.vstack([table[name].to_numpy().astype(float) * 1e-6 for name in names] + [table["stim"].to_numpy().astype(float)])
raw = mne.io.RawArray(data, mne.create_info([*names, "STI"], sfreq, ["eeg"] * len(names) + ["stim"]))
raw.filter(1.0, 20.0, method="fir", fir_design="firwin")
events = mne.find_events(raw, stim_channel="STI", shortest_event=1)
epochs = mne.Epochs(raw, events, {"NonTarget": 1, "Target": 2}, tmin=-0.1, tmax=0.6, baseline=(-0.1, 0.0), reject={"eeg": 100e-6}, picks="eeg", preload=True)
epochs.resample(100, npad="auto")
x = epochs.get_data(copy=False).reshape(len(epochs), -1) * 1e6
os.makedirs(out, exist_ok=True)
pq.write_table(pa.table({f"feature_{i}": x[:, i] for i in range(x.shape[1])}), os.path.join(out, "features.parquet"))
pq.write_table(pa.table({"label": epochs.events[:, 2].astype(np.int32)}), os.path.join(out, "labels.parquet"))
