"""dsp_kernels.py: the peers' side of dsp-kernels.bench.mjs. Reads "NAME N" a line from stdin, runs that routine N times on
the arrays that it makes up once, and answers with the milliseconds of one. "quit" ends it."""
import sys
import time

import mne
import numpy as np
from scipy import signal

mne.set_log_level("ERROR")
RATE = 512
rng = np.random.default_rng(0)


def noise(*shape):
    return rng.standard_normal(shape) * 10


made = {}


def once(name, make):
    if name not in made:
        made[name] = make()
    return made[name]


def rows(n_rows, n_samples):
    return once((n_rows, n_samples), lambda: noise(n_rows, n_samples))


def epochs():
    return once("epochs", lambda: noise(851, 16, 359))


def sos():
    return once("sos", lambda: signal.butter(4, [1, 20], "bandpass", fs=RATE, output="sos"))


def stim():
    def make():
        x = np.zeros(153_600, dtype=int)
        x[np.arange(853) * 179 + 300] = 1
        return x

    return once("stim", make)


def find_events():
    info = once("info", lambda: mne.create_info(["STI"], RATE, "stim"))
    raw = once("raw", lambda: mne.io.RawArray(stim()[None].astype(float), info))
    mne.find_events(raw, "STI", shortest_event=1)


def cut_epochs():
    def make():
        info = mne.create_info([f"E{i}" for i in range(16)], RATE, "eeg")
        at = np.flatnonzero(stim())
        return mne.io.RawArray(rows(16, 153_600) * 1e-6, info), np.c_[at, np.zeros_like(at), np.ones_like(at)]

    raw, events = once("raw16", make)
    mne.Epochs(raw, events, tmin=-0.1, tmax=0.6, baseline=(-0.1, 0), reject={"eeg": 1}, preload=True)


ROUTINES = {
    "fir-design": lambda: mne.filter.create_filter(None, RATE, 1, 20),
    "iir-design": lambda: signal.butter(4, [1, 20], "bandpass", fs=RATE, output="sos"),
    "fir-16": lambda: mne.filter.filter_data(rows(16, 153_600), RATE, 1, 20),
    "fir-16-fftconvolve": lambda: signal.fftconvolve(rows(16, 153_600), taps()[None], mode="same", axes=1),
    "fir-1": lambda: mne.filter.filter_data(rows(1, 153_600), RATE, 1, 20),
    "fir-64": lambda: mne.filter.filter_data(rows(64, 30_720), RATE, 1, 20),
    "fir-long": lambda: mne.filter.filter_data(rows(16, 153_600), RATE, 0.1, 20),
    "sosfilt-16": lambda: signal.sosfilt(sos(), rows(16, 153_600)),
    "sosfilt-1": lambda: signal.sosfilt(sos(), rows(1, 153_600)),
    "sosfiltfilt-16": lambda: signal.sosfiltfilt(sos(), rows(16, 153_600)),
    "fft-resample": lambda: signal.resample(rows(16, 153_600), 30_000, axis=1),
    "polyphase": lambda: signal.resample_poly(rows(16, 153_600), 25, 128, axis=1),
    "epochs-resample": lambda: mne.filter.resample(epochs(), 100, RATE, npad="auto", pad="edge"),
    "welch-512": lambda: signal.welch(rows(16, 153_600), RATE, nperseg=512),
    "welch-2048": lambda: signal.welch(rows(16, 153_600), RATE, nperseg=2048),
    "spectrogram": lambda: signal.spectrogram(rows(16, 153_600), RATE),
    "find-events": find_events,
    "epochs": cut_epochs,
}


def taps():
    return once("taps", lambda: mne.filter.create_filter(None, RATE, 1, 20))


print("ready", flush=True)
for line in sys.stdin:
    if line.strip() == "quit":
        break
    name, count = line.split()
    routine = ROUTINES[name]
    began = time.perf_counter()
    for _ in range(int(count)):
        routine()
    print((time.perf_counter() - began) * 1000 / int(count), flush=True)
