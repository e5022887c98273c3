"""Prints what W&B's files and MLflow's folder hold, in a process that has their libraries."""

import os
import struct
import sys
from json import loads
from pathlib import Path


def records(path):
    """The records of a file of W&B: a log of LevelDB behind seven bytes."""
    from wandb.proto import wandb_internal_pb2

    data, at, record = path.read_bytes(), 7, b""
    while at + 7 <= len(data):
        if (rest := 32768 - at % 32768) < 7:
            at += rest
            continue
        _, length, kind = struct.unpack("<IHB", data[at : at + 7])
        record += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield wandb_internal_pb2.Record.FromString(record)
            record = b""


def session_of(path):
    """A session that W&B has written."""
    session = {"epochs": [], "config": {}, "exit": None}
    for record in records(path):
        kind = record.WhichOneof("record_type")
        if kind == "run":
            run = record.run
            session |= {"id": run.run_id, "name": run.display_name, "project": run.project}
            session |= {"group": run.run_group, "tags": list(run.tags)}
        elif kind == "config":
            session["config"] |= {
                "/".join(one.nested_key) or one.key: loads(one.value_json)
                for one in record.config.update
            }
        elif kind == "history":
            values = {"/".join(i.nested_key) or i.key: i.value_json for i in record.history.item}
            session["epochs"].append(int(values["epoch"]))
        elif kind == "exit":
            session["exit"] = record.exit.exit_code
    return session


def runs_of(folder):
    """The runs that MLflow has."""
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    from mlflow import MlflowClient

    client = MlflowClient(folder.as_uri())
    for experiment in client.search_experiments():
        for run in client.search_runs([experiment.experiment_id]):
            rows = client.get_metric_history(run.info.run_id, "val/iou")
            yield {
                "epochs": [row.step for row in rows],
                "status": run.info.status,
                "name": run.info.run_name,
                "experiment": experiment.name,
                "parameters": run.data.params,
                "metrics": run.data.metrics,
                "tags": run.data.tags,
            }


if __name__ == "__main__":
    runs, store = map(Path, sys.argv[1:])
    found = sorted(runs.rglob("offline-run-*/*.wandb"), key=lambda path: path.parent.name)
    runs_there = [*runs_of(store)] if store.exists() else []  # asking would make it
    print({"wandb": [*map(session_of, found)], "mlflow": runs_there})
