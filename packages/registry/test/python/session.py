"""An everyday session with Python's mlflow client, then what another server must show of it.

    session.py write URL [SUFFIX]     runs the session and prints what it made as one line of JSON;
                                      SUFFIX goes behind every name, so that sessions can share a server
    session.py check URL              reads that JSON from stdin and compares it with what URL shows
"""

import json
import os
import pathlib
import sys
import tempfile

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")

# mlflow prints what a person would like to see: only the result goes to stdout
RESULT, sys.stdout = sys.stdout, sys.stderr

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException


class Doubler(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input: list[float]) -> list[float]:
        return [2 * value for value in model_input]


def refused(call, *codes):
    """The error code of a call that must be refused."""
    try:
        call()
    except MlflowException as error:
        assert not codes or error.error_code in codes, f"{error.error_code} not in {codes}: {error}"
        return error.error_code
    raise AssertionError("the call was accepted")


def write(url, suffix=""):
    classifier, doubler = f"P300-Classifier{suffix}", f"Doubler{suffix}"
    mlflow.set_tracking_uri(url)
    client = MlflowClient()
    experiment = mlflow.set_experiment(f"p300-session{suffix}")
    client.set_experiment_tag(experiment.experiment_id, "team", f"eeg{suffix}")
    assert mlflow.set_experiment(f"p300-session{suffix}").experiment_id == experiment.experiment_id

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "sub").mkdir()
        (folder / "note.txt").write_text("a note")
        (folder / "sub" / "ä b#1.txt".replace("#", "_")).write_text("deep")
        (folder / "big.bin").write_bytes(bytes(range(256)) * 4096)

        with mlflow.start_run(run_name="parent", tags={"phase": "train"}) as parent:
            mlflow.log_params({"solver": "lsqr", "shrinkage": "auto", "n_features": 1120})
            mlflow.log_param("solver", "lsqr")
            refused(lambda: mlflow.log_param("solver", "svd"), "INVALID_PARAMETER_VALUE")
            for step in range(5):
                mlflow.log_metrics({"auc": 0.5 + step / 10, "loss": 1.0 / (step + 1)}, step=step)
            mlflow.log_metric("nan", float("nan"))
            mlflow.log_metric("inf", float("inf"))
            mlflow.log_metric("negative/step", -1.5, step=-3)
            mlflow.set_tags({"subject": "1", "note": "naïve – ünïcode 脳波"})
            mlflow.set_tag("to-delete", "x")
            mlflow.delete_tag("to-delete")
            mlflow.log_artifact(str(folder / "note.txt"))
            mlflow.log_artifacts(str(folder), artifact_path="all")
            mlflow.log_text("some text", "texts/text.txt")
            mlflow.log_dict({"subjects": [1, 2, 3]}, "training_subjects.json")
            mlflow.log_artifact(str(folder / "note.txt"), artifact_path="model")
            with mlflow.start_run(nested=True, run_name="child") as child:
                mlflow.log_metric("auc", 0.9)
                mlflow.log_param("depth", 2)
        run_id = parent.info.run_id

        with mlflow.start_run(run_name="model-run") as model_run:
            info = mlflow.pyfunc.log_model(name="doubler", python_model=Doubler(), registered_model_name=doubler)

        with mlflow.start_run(run_name="batch") as batch:
            pass
        client.log_batch(
            batch.info.run_id,
            metrics=[Metric("loss", 1.0 / (i + 1), 1_700_000_000_000 + i, i) for i in range(500)],
            params=[Param(f"p{i}", str(i)) for i in range(50)],
            tags=[RunTag(f"t{i}", str(i)) for i in range(50)],
        )
        client.set_terminated(batch.info.run_id, "FAILED")

        doomed = client.create_run(experiment.experiment_id, run_name="doomed")
        client.delete_run(doomed.info.run_id)
        refused(lambda: client.log_metric(doomed.info.run_id, "x", 1), "INVALID_PARAMETER_VALUE")
        lazarus = client.create_run(experiment.experiment_id, run_name="lazarus")
        client.delete_run(lazarus.info.run_id)
        client.restore_run(lazarus.info.run_id)

        # artifacts
        assert sorted(f.path for f in client.list_artifacts(run_id)) == ["all", "model", "note.txt", "texts", "training_subjects.json"]
        listed = {f.path: (f.is_dir, f.file_size) for f in client.list_artifacts(run_id, "all")}
        assert listed["all/big.bin"] == (False, 1048576) and listed["all/sub"][0] is True, listed
        local = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="all")
        assert pathlib.Path(local, "big.bin").read_bytes() == bytes(range(256)) * 4096
        assert pathlib.Path(local, "sub", "ä b_1.txt").read_text() == "deep"
        assert mlflow.artifacts.load_text(f"runs:/{run_id}/texts/text.txt") == "some text"
        assert mlflow.artifacts.load_dict(f"runs:/{run_id}/training_subjects.json") == {"subjects": [1, 2, 3]}

    # the registry
    client.create_registered_model(classifier, tags={"owner": "lab"}, description="LDA")
    refused(lambda: client.create_registered_model(classifier), "RESOURCE_ALREADY_EXISTS")
    refused(lambda: client.get_model_version_by_alias(classifier, "champion"), "INVALID_PARAMETER_VALUE")
    for _ in range(3):
        client.create_model_version(classifier, f"{parent.info.artifact_uri}/model", run_id)
    client.set_registered_model_alias(classifier, "challenger", "2")
    client.set_registered_model_alias(classifier, "champion", "1")
    client.set_registered_model_alias(classifier, "champion", "2")
    assert client.get_model_version_by_alias(classifier, "champion").version == "2"
    client.transition_model_version_stage(classifier, "1", "Production")
    client.transition_model_version_stage(classifier, "2", "Production", archive_existing_versions=True)
    client.set_model_version_tag(classifier, "1", "verdict", "good")
    client.update_model_version(classifier, "1", description="the first")
    client.delete_model_version(classifier, "3")
    assert client.create_model_version(classifier, f"runs:/{run_id}/model", run_id).version == "4"
    assert [v.version for v in client.get_latest_versions(classifier, ["Production"])] == ["2"]
    local = mlflow.artifacts.download_artifacts(f"models:/{classifier}@champion")
    assert pathlib.Path(local, "note.txt").read_text() == "a note"
    local = mlflow.artifacts.download_artifacts(f"models:/{classifier}/Production")
    assert pathlib.Path(local, "note.txt").read_text() == "a note"
    via_fluent = mlflow.register_model(f"runs:/{model_run.info.run_id}/doubler", f"Registered-By-Uri{suffix}")
    assert via_fluent.version == "1"

    # a logged model of 3.x, loaded by alias
    client.set_registered_model_alias(doubler, "champion", "1")
    assert mlflow.pyfunc.load_model(f"models:/{doubler}@champion").predict([1.0, 2.5]) == [2.0, 5.0]
    assert mlflow.pyfunc.load_model(f"models:/{info.model_id}").predict([1.0]) == [2.0]
    assert mlflow.get_logged_model(info.model_id).name == "doubler"

    made = {
        "experiment": experiment.experiment_id,
        "runs": {
            "parent": run_id,
            "child": child.info.run_id,
            "model-run": model_run.info.run_id,
            "batch": batch.info.run_id,
            "doomed": doomed.info.run_id,
            "lazarus": lazarus.info.run_id,
        },
        "model_id": info.model_id,
        "suffix": suffix,
        "models": [classifier, doubler, f"Registered-By-Uri{suffix}"],
    }
    made["shown"] = show(made)
    print(json.dumps(made), file=RESULT)


def show(made):
    """Everything of the session that a server shows, as plain data."""
    client = MlflowClient()
    runs = {}
    for name, run_id in made["runs"].items():
        run = client.get_run(run_id)
        keys = sorted(run.data.metrics)
        runs[name] = {
            "info": {k: v for k, v in dict(run.info).items() if v is not None},
            "metrics": {k: repr(run.data.metrics[k]) for k in keys},
            "history": {
                k: [(m.step, m.timestamp, repr(m.value)) for m in client.get_metric_history(run_id, k)] for k in keys
            },
            "params": run.data.params,
            "tags": run.data.tags,
            "outputs": [(m.model_id, m.step) for m in run.outputs.model_outputs] if run.outputs else [],
            "artifacts": sorted(tree(client, run_id)),
        }
    searches = {}
    for text, order in [
        ("", None),
        ("metrics.auc > 0.6", ["metrics.auc DESC"]),
        ("params.solver = 'lsqr' and tags.subject != '2'", None),
        ("tags.mlflow.runName LIKE 'ba%'", None),
        ("tags.`phase` ILIKE 'TRAIN'", None),
        ("attributes.status = 'FAILED'", None),
        ("run_name = 'child'", None),
        (f"run_id IN ('{made['runs']['parent']}', '{made['runs']['child']}')", ["start_time ASC"]),
        ("metrics.nan != 0", ["metrics.nan"]),
        ("params.depth IS NOT NULL", None),
        ("tags.phase IS NULL", ["params.solver", "tags.subject DESC"]),
        (f"tags.mlflow.parentRunId = '{made['runs']['parent']}'", None),
    ]:
        found = client.search_runs([made["experiment"]], filter_string=text, order_by=order, max_results=2)
        ids = [r.info.run_id for r in found]
        while found.token:
            found = client.search_runs([made["experiment"]], text, order_by=order, max_results=2, page_token=found.token)
            ids += [r.info.run_id for r in found]
        searches[f"{text} | {order}"] = ids
    models = {}
    for model in client.search_registered_models(order_by=["name DESC"]):
        if model.name not in made["models"]:
            continue
        models[model.name] = {
            "description": model.description,
            "tags": model.tags,
            "aliases": model.aliases,
            "latest": sorted((v.version, v.current_stage) for v in model.latest_versions),
            "versions": [
                {
                    "version": v.version,
                    "stage": v.current_stage,
                    "source": v.source,
                    "run_id": v.run_id,
                    "status": v.status,
                    "description": v.description,
                    "tags": client.get_model_version(model.name, v.version).tags,
                    "aliases": sorted(client.get_model_version(model.name, v.version).aliases),
                    "uri": client.get_model_version_download_uri(model.name, v.version),
                    "times": (v.creation_timestamp, v.last_updated_timestamp),
                }
                for v in client.search_model_versions(f"name = '{model.name}'", order_by=["version_number ASC"])
            ],
        }
    experiment = client.get_experiment(made["experiment"])
    logged = client.get_logged_model(made["model_id"])
    return json.loads(
        json.dumps(
            {
                "experiment": [experiment.name, experiment.artifact_location, experiment.tags, experiment.lifecycle_stage],
                "experiments": [e.name for e in client.search_experiments(filter_string=f"tags.team = 'eeg{made['suffix']}'")],
                "runs": runs,
                "searches": searches,
                "models": models,
                "logged": [logged.name, str(logged.status), logged.source_run_id, logged.artifact_location, logged.tags],
                "alias": client.get_model_version_by_alias(made["models"][0], "champion").version,
                "searched_models": [m.name for m in client.search_registered_models(f"name ILIKE 'p300%{made['suffix']}'")],
            }
        )
    )


def tree(client, run_id, path=None):
    for file in client.list_artifacts(run_id, path):
        yield f"{file.path} {file.file_size}"
        if file.is_dir:
            yield from tree(client, run_id, file.path)


def differences(mine, theirs, at=""):
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for key in sorted(set(mine) | set(theirs)):
            yield from differences(mine.get(key), theirs.get(key), f"{at}.{key}")
    elif mine != theirs:
        yield f"{at}: was {mine!r}, is {theirs!r}"


def check(url):
    made = json.load(sys.stdin)
    mlflow.set_tracking_uri(url)
    found = list(differences(made["shown"], show(made)))
    # the files, and that the other server can go on writing
    client = MlflowClient()
    run_id = made["runs"]["parent"]
    local = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="all")
    assert pathlib.Path(local, "big.bin").read_bytes() == bytes(range(256)) * 4096
    assert mlflow.pyfunc.load_model(f"models:/{made['models'][1]}@champion").predict([4.0]) == [8.0]
    client.log_metric(run_id, "auc", 0.99, step=99)
    assert client.get_run(run_id).data.metrics["auc"] == 0.99
    source = f"{client.get_run(run_id).info.artifact_uri}/model"
    assert client.create_model_version(made["models"][0], source, run_id).version == "5"
    print(json.dumps({"differences": found}), file=RESULT)


if __name__ == "__main__":
    {"write": write, "check": check}[sys.argv[1]](*sys.argv[2:])
