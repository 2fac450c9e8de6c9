"""Scores with onnxruntime and mlflow what the test lays out in a folder: python score.py FOLDER, answers on stdout as JSON."""
import json
import pathlib
import sys
import warnings

warnings.filterwarnings("ignore")
import mlflow
import numpy as np
import onnx
import onnxruntime
import pandas as pd

folder = pathlib.Path(sys.argv[1])
rows = np.array(json.loads((folder / "rows.json").read_text()))
answers = {}
for file in sorted(folder.glob("*.onnx")):
    onnx.checker.check_model(onnx.load(file), full_check=True)
    session = onnxruntime.InferenceSession(file)
    [given] = session.get_inputs()
    x = rows.astype(np.float32 if given.type == "tensor(float)" else np.float64)
    outputs = session.run(None, {given.name: x})
    answers[file.name] = dict(label=outputs[0].tolist(), proba=[np.asarray(o, dtype=float).tolist() for o in outputs[1:]])
for path in sorted(folder.glob("mlmodel-*")):
    model = mlflow.pyfunc.load_model(str(path))
    if "columns" in path.name:
        names = [column.name for column in model.metadata.get_input_schema().inputs]
        out = model.predict(pd.DataFrame(rows, columns=names))
        answers[path.name] = dict(label=out["label"].tolist(), proba=[out[c].tolist() for c in out.columns[1:]], columns=list(out.columns))
        shuffled = model.predict(pd.DataFrame(rows, columns=names)[names[::-1]])
        assert shuffled["label"].tolist() == out["label"].tolist()
        try:
            model.predict(pd.DataFrame(rows[:, 1:], columns=names[1:]))
            answers[path.name]["missing"] = "accepted"
        except Exception as error:
            answers[path.name]["missing"] = str(error)[:40]
    else:
        out = model.predict(rows)
        answers[path.name] = dict(label=out["label"].tolist(), proba=[np.asarray(out["probabilities"]).tolist()])
    answers[path.name]["onnx"] = mlflow.onnx.load_model(str(path)).graph.name
print(json.dumps(answers))
