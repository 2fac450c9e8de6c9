"""ONNX files by skl2onnx, with what onnxruntime makes of them, for @p300/lda/onnx to import.

    python tools/golden/lda_onnx.py        writes packages/lda/test/golden/onnx-import.json

Needs scikit-learn, skl2onnx, onnx and onnxruntime. For LDA of two classes skl2onnx 1.19 writes SOFTMAX of both signs of the score, which
is not scikit-learn's probability; the file says what it says, so the runtime's answer is what an import owes.
"""
import base64
import json
import pathlib

import numpy as np
import onnx
import onnxruntime
import skl2onnx
import sklearn
from onnx import TensorProto, helper, numpy_helper
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

OUT = pathlib.Path(__file__).resolve().parents[2] / "packages/lda/test/golden/onnx-import.json"
PRODUCER = f"onnxruntime {onnxruntime.__version__}, scikit-learn {sklearn.__version__}, skl2onnx {skl2onnx.__version__}, onnx {onnx.__version__}, by tools/golden/lda_onnx.py"


def rows(seed, n, p, codes):
    rng = np.random.RandomState(seed)
    y = np.array([codes[i % len(codes)] for i in range(n)])
    x = np.round(rng.randn(n, p) + 0.6 * np.array([codes.index(c) for c in y])[:, None] * rng.randn(p) + 3, 3)
    return x, y


def cases():
    for name, model, codes, zipmap in [
        ("scaler and LDA", make_pipeline(StandardScaler(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")), [1, 2], False),
        ("LDA alone, with its ZipMap", LinearDiscriminantAnalysis(solver="lsqr", shrinkage=0.3), [0, 1], True),
        ("LDA of three classes", LinearDiscriminantAnalysis(), [-1, 3, 7], False),
        ("scaler and logistic regression", make_pipeline(StandardScaler(), LogisticRegression()), [1, 2], False),
        ("logistic regression of three classes", LogisticRegression(), [0, 1, 2], False),
    ]:
        x, y = rows(len(name), 40, 4, codes)
        model.fit(x, y)
        last = model[-1] if hasattr(model, "steps") else model
        made = skl2onnx.to_onnx(model, x[:1].astype(np.float32), options={id(last): {"zipmap": zipmap}})
        label, proba = onnxruntime.InferenceSession(made.SerializeToString()).run(None, {"X": x[:8].astype(np.float32)})
        proba = np.array([list(p.values()) if isinstance(p, dict) else p for p in proba], dtype=float)
        yield dict(name=name, onnx=base64.b64encode(made.SerializeToString()).decode(), classes=codes, tolerance=2e-6,
                   x=x[:8].ravel().tolist(), nFeatures=4, proba=proba.ravel().tolist(), label=label.tolist())
    # a graph written by hand, in doubles: Gemm with its matrix transposed
    w, b = np.array([[0.5, -1.25, 2.0]]), np.array([0.125])
    x = np.round(np.random.RandomState(5).randn(6, 3), 3)
    p = 1 / (1 + np.exp(-(x @ w.T + b)))
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "w", "b"], ["s"], transB=1), helper.make_node("Sigmoid", ["s"], ["p"])], "g",
        [helper.make_tensor_value_info("x", TensorProto.DOUBLE, [None, 3])], [helper.make_tensor_value_info("p", TensorProto.DOUBLE, [None, 1])],
        [numpy_helper.from_array(w, "w"), numpy_helper.from_array(b, "b")])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    yield dict(name="Gemm by hand", onnx=base64.b64encode(made.SerializeToString()).decode(), classes=[1, 2], given=True, tolerance=1e-14, x=x.ravel().tolist(), nFeatures=3,
               proba=np.hstack([1 - p, p]).ravel().tolist(), label=(1 + (p > 0.5)).ravel().astype(int).tolist())


if __name__ == "__main__":
    lines = ",\n  ".join(json.dumps(case, separators=(",", ":")) for case in cases())
    OUT.write_text(f'{{"producer": {json.dumps(PRODUCER)}, "cases": [\n  {lines}\n]}}\n')
