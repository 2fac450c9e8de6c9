"""riemann_fit.py FOLDER: the peer's side of riemann.bench.mjs. Reads an estimator's name from stdin, fits once on FOLDER's
x.bin and y.bin (500 x 16 x 70), and answers with the milliseconds that took."""
import sys
import time

import numpy as np
from pyriemann.classification import MDM
from pyriemann.estimation import XdawnCovariances

x = np.fromfile(f"{sys.argv[1]}/x.bin").reshape(500, 16, 70)
y = np.fromfile(f"{sys.argv[1]}/y.bin", dtype="int32")
for line in sys.stdin:
    began = time.perf_counter()
    covariances = XdawnCovariances(nfilter=4, estimator=line.strip(), xdawn_estimator="scm")
    MDM().fit(covariances.fit_transform(x, y), y)
    print((time.perf_counter() - began) * 1000, flush=True)
