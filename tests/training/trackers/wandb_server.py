"""A stand-in for W&B's server: as much of it as W&B 0.31 asks for when a run begins or goes on."""

from __future__ import annotations

import gzip
import json
import re
import threading
from collections import defaultdict
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PROJECT = {"id": "p", "name": "jetcar", "entity": {"id": "e", "name": "me"}}


class Server(ThreadingHTTPServer):
    """Keeps what it is sent: ``histories`` has a list of rows for each run."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Answers)
        self.histories: dict[str, list[dict]] = defaultdict(list)
        self.summaries: dict[str, str] = {}

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, query, variables):
        """The answer to a query of GraphQL."""
        name = re.search(r"(?:query|mutation)\s+(\w+)", query)[1]
        run = variables.get("name")
        if name == "RunResumeStatus":
            return {"model": {**PROJECT, "bucket": self._resumed(run)}}
        if name == "UpsertBucket":
            bucket = {"id": "b", "name": run, "displayName": run, "project": PROJECT}
            return {"upsertBucket": {"bucket": bucket, "inserted": run not in self.histories}}
        if name == "CreateRunFiles":
            files = [{"name": n, "uploadUrl": self.address} for n in variables["files"]]
            return {"createRunFiles": {"runID": "b", "uploadHeaders": [], "files": files}}
        return {}

    def _resumed(self, run):
        if run not in self.histories:
            return None
        rows = self.histories[run]
        return {
            **{"id": "b", "name": run, "displayName": run, "config": "{}", "tags": []},
            **{"wandbConfig": '{"t": 1}', "summaryMetrics": self.summaries.get(run, "{}")},
            **{"historyLineCount": len(rows), "logLineCount": 0, "eventsLineCount": 0},
            **{"historyTail": json.dumps([json.dumps(row) for row in rows[-1:]])},
            "eventsTail": "[]",
        }

    def take(self, run, files):
        """Lines of the files of a run, each behind so many that are there."""
        for name, chunk in files.items():
            if name == "wandb-history.jsonl":
                self.histories[run][chunk["offset"] :] = map(json.loads, chunk["content"])
            elif name == "wandb-summary.json":
                self.summaries[run] = chunk["content"][-1]


class _Answers(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.headers["Content-Encoding"] == "gzip":
            body = gzip.decompress(body)
        content = json.loads(body)
        answer = {}
        if self.path.endswith("/graphql"):
            answer = {"data": self.server.answer(content["query"], content.get("variables", {}))}
        elif self.path.endswith("/file_stream"):
            self.server.take(self.path.split("/")[-2], content.get("files") or {})
        self._send(json.dumps(answer).encode())

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        self._send(b"")

    def _send(self, answer):
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


@contextmanager
def wandb_server():
    """The server, while it answers."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
