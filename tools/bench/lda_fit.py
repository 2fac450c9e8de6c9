"""The peer's side of lda-fit.bench.mjs: reads the names of routines, one a line, and answers each with its seconds.

  python lda_fit.py X.bin Y.bin nRows nFeatures        # threads by OMP_NUM_THREADS
"""
import sys, time
import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

n, p = int(sys.argv[3]), int(sys.argv[4])
x, y = np.fromfile(sys.argv[1], "<f8").reshape(n, p), np.fromfile(sys.argv[2], "<i4")
lda = lambda: LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
coef, batch = np.random.RandomState(0).randn(p), np.ascontiguousarray(np.resize(x, (10000, p)))
routines = {
    "lda": lambda: lda().fit(x, y),
    "scaled": lambda: make_pipeline(StandardScaler(), lda()).fit(x, y),
    "ridge": lambda: RidgeClassifierCV(np.logspace(-3, 3, 7)).fit(x, y),
    "batch": lambda: [batch @ coef for _ in range(10)],
}
for line in sys.stdin:
    began = time.perf_counter()
    routines[line.strip()]()
    print(time.perf_counter() - began, flush=True)
