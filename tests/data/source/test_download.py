"""Tests of jetcar.data.source.download: a server in this process instead of a network."""

import contextlib
import logging
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import gdown
import pytest
import requests

from jetcar.data.source.download import download, is_link
from jetcar.errors import UserError

BODY = bytes(range(256)) * 6000  # 1.5 MB: three of the pieces in which gdown reads
DRIVE_ID = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs"


class Server(ThreadingHTTPServer):
    """Serves one body at every path; a test says how well."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.body = BODY
        self.status = 200
        self.ends_after = len(BODY)  # bytes, after which the connection is cut
        self.knows_ranges = True
        self.asked = []
        self.link = f"http://127.0.0.1:{self.server_port}/Stra%C3%9Fe.zip"


class Handler(BaseHTTPRequestHandler):
    """Answers as its server is told."""

    def do_GET(self):
        server = self.server
        wanted = self.headers.get("Range")
        server.asked.append(wanted)
        start = int(re.findall(r"\d+", wanted)[0]) if wanted and server.knows_ranges else 0
        self.send_response(206 if start else server.status)
        self.send_header("Content-Length", str(len(server.body) - start))
        if start:
            end = len(server.body)
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{end}")
        self.end_headers()
        self.wfile.write(server.body[start:][: server.ends_after])

    def handle(self):
        with contextlib.suppress(ConnectionError):  # the other side may go first
            super().handle()

    def log_message(self, *arguments):
        """Says nothing."""


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def straight_and_at_once(monkeypatch):
    """No proxy between us and the server; and gdown waits a random time before it tries again."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("random.uniform", lambda low, high: 0)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "Straße 1.download"


def sentence(link, file):
    with pytest.raises(UserError) as caught:
        download(link, file)
    return str(caught.value)


def test_a_file_is_downloaded(server, file):
    download(server.link, file)
    assert file.read_bytes() == BODY
    assert list(file.parent.iterdir()) == [file]


def test_a_connection_that_breaks_is_taken_up_where_it_broke(server, file):
    server.ends_after = 600_000  # a piece of 524,288 bytes and a part of the next
    download(server.link, file)
    assert file.read_bytes() == BODY
    assert server.asked == [None, "bytes=524288-", "bytes=1048576-"]


def test_the_same_command_goes_on_where_it_stopped(server, file, monkeypatch):
    monkeypatch.setattr("jetcar.data.source.download.RETRIES", 0)
    server.ends_after = 600_000
    told = sentence(server.link, file)
    assert "cannot be downloaded (Download is incomplete: received 524288 bytes but the" in told
    assert told.endswith("network connection; the same command goes on where it stopped.")
    server.ends_after = len(BODY)
    download(server.link, file)
    assert file.read_bytes() == BODY
    assert server.asked[-1] == "bytes=524288-"


def test_a_server_that_cannot_go_on_starts_anew_and_says_so(server, file, caplog):
    server.knows_ranges, server.ends_after = False, 600_000
    with caplog.at_level(logging.INFO):
        told = sentence(server.link, file)
    assert told.endswith(
        "connection; the server cannot resume and starts from the beginning each time."
    )
    again = f"{server.link} cannot be resumed; starting from the beginning"
    assert [record.getMessage() for record in caplog.records].count(again) == 1
    server.ends_after = len(BODY)
    download(server.link, file)
    assert file.read_bytes() == BODY
    assert list(file.parent.iterdir()) == [file]


def test_another_file_at_the_link_is_downloaded_whole(server, file, monkeypatch):
    monkeypatch.setattr("jetcar.data.source.download.RETRIES", 0)
    server.ends_after = 600_000
    sentence(server.link, file)
    server.ends_after, server.body = len(BODY), b"PK short"  # ends before the first try stopped
    download(server.link, file)
    assert file.read_bytes() == b"PK short"


def test_two_broken_downloads_do_not_block_a_third(server, file):
    for name in ("aaaaaaaa", "bbbbbbbb"):
        (file.parent / f"{file.name}{name}.part").write_bytes(b"x")
    download(server.link, file)
    assert file.read_bytes() == BODY
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("page", [b"<!DOCTYPE html><p>", b"\n <html><p>", b"<HTML>"])
def test_a_web_page_is_refused(server, file, page):
    server.body = page + b"x" * 100
    told = sentence(server.link, file)
    assert told == (
        f"{server.link} answers with a web page instead of a zip. "
        "Give the address of the zip itself."
    )
    assert list(file.parent.iterdir()) == []


def test_a_file_that_is_not_there_is_told(server, file):
    server.status = 404
    told = sentence(server.link, file)
    assert f"{server.link} cannot be downloaded (404 Client Error: Not Found for url: " in told
    assert "Check the link and the network connection" in told
    assert list(file.parent.iterdir()) == []


def test_a_server_that_is_not_there_is_told(server, file, monkeypatch):
    monkeypatch.setattr("jetcar.data.source.download.RETRIES", 0)
    link = server.link
    server.shutdown()
    server.server_close()
    told = sentence(link, file)
    assert f"{link} cannot be downloaded (" in told
    assert "Check the link and the network connection" in told


@pytest.mark.parametrize("link", ["http://", "http://[::1/x.zip"])
def test_a_link_that_is_none_is_told(file, link):
    assert "Check the link and the network connection" in sentence(link, file)


@pytest.fixture
def drive(monkeypatch):
    """Stands for gdown: what it does with a file of Google Drive; what it was asked."""
    drive = SimpleNamespace()

    def answer(**arguments):
        drive.asked = arguments
        drive.answer()

    monkeypatch.setattr(gdown, "download", answer)
    return drive


def raising(error):
    def answer():
        raise error

    return answer


LINKS = [
    f"https://drive.google.com/file/d/{DRIVE_ID}/view?usp=sharing",
    f"https://docs.google.com/uc?id={DRIVE_ID}",
]


@pytest.mark.parametrize("link", LINKS)
def test_a_drive_that_refuses_is_told_with_the_ways_out(file, drive, link):
    drive.answer = raising(gdown.exceptions.FileURLRetrievalError("Too many users"))
    told = sentence(link, file)
    assert told.startswith(f"Google Drive does not hand out {link}. Share the file as ")
    assert "if too many people took it today, copy it to your own Drive" in told
    assert drive.asked["url"] == link


def test_an_id_may_have_been_meant_as_a_path(file, drive):
    drive.answer = raising(gdown.exceptions.FileURLRetrievalError("?"))
    told = sentence(DRIVE_ID, file)
    assert told.startswith(f"There is no file or folder {DRIVE_ID}, and Google Drive does not hand")
    assert (drive.asked["id"], drive.asked["url"]) == (DRIVE_ID, None)


def test_a_page_of_drive_is_told_with_the_ways_out(file, drive):
    drive.answer = lambda: file.write_bytes(b"<!doctype html>Sign in")
    told = sentence(LINKS[0], file)
    assert "answers with a web page instead of a zip. Share the file as" in told
    assert not file.exists()


def test_a_network_that_is_down_is_told(file, drive):
    drive.answer = raising(requests.ConnectionError("no route\nto host"))
    assert f"{DRIVE_ID} cannot be downloaded (no route). Check the link" in sentence(DRIVE_ID, file)


def test_an_error_without_words_is_told_by_its_name(file, drive):
    drive.answer = raising(requests.ReadTimeout())
    assert "cannot be downloaded (ReadTimeout). Check the link" in sentence(DRIVE_ID, file)


def test_a_folder_of_drive_is_refused(file):
    told = sentence(f"https://drive.google.com/drive/folders/{DRIVE_ID}", file)
    assert told.endswith("is a folder on Google Drive. Give the link of a zip instead.")


@pytest.mark.parametrize("source", ["http://x/y.zip", "https://x/y.zip", DRIVE_ID, *LINKS])
def test_links_and_ids_are_links(source):
    assert is_link(source)


@pytest.mark.parametrize("source", ["JetCar_DataSet.zip", "data", "C:\\x\\y.zip", "ftp://x/y.zip"])
def test_paths_are_no_links(source):
    assert not is_link(source)
