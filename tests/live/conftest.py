"""A program that shows a page, started as a person starts it, and what a browser is asked for."""

import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib

import pytest

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.model.network import Network
from tests.cards import SMALLEST, card_of, save_checkpoint, says_everywhere

LANE = 5


@pytest.fixture
def checkpoint(tmp_path):
    """A network that says lane_my_dir everywhere."""
    card = card_of(IMAGE_SEGMENTER, SMALLEST, score=0.25, epoch=3)
    path = tmp_path / "best.ckpt"
    return save_checkpoint(path, card, says_everywhere(Network(card.architecture), LANE))


class Page:
    """The page of a program that runs."""

    def __init__(self, url):
        self.url = url

    def ask(self, path, method="GET", **headers):
        """Status, headers and body of an answer."""
        request = urllib.request.Request(self.url + path, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def frame(self, after=0):
        """What is said about the newest frame, its picture as JPEG, and its codes."""
        status, _, body = self.ask(f"/frame?after={after}")
        assert status == 200
        said, jpeg, packed = struct.unpack_from(">III", body)
        about = json.loads(body[12 : 12 + said])
        assert 12 + said + jpeg + packed == len(body)
        codes = zlib.decompress(body[12 + said + jpeg :])
        return about, body[12 + said : 12 + said + jpeg], codes

    def save(self, number=0):
        """Presses the button."""
        status, _, body = self.ask(f"/snapshot?number={number}", "POST", Origin=self.url)
        return status, json.loads(body)["said"]


class Program:
    """``jetcar live`` in a process of its own.

    Attributes:
        page: Its page.
    """

    def __init__(self, folder, *words):
        self.output = folder / "output.txt"
        with self.output.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jetcar", "live", *words],
                cwd=folder,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
            )

    @property
    def said(self):
        return self.output.read_text(encoding="utf-8")

    def until(self, words):
        """Waits until it has said something; the match."""
        end = time.monotonic() + 120
        while (found := re.search(words, self.said)) is None:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < end, self.said
            time.sleep(0.05)
        return found

    def shown(self):
        """Its page, when it is there."""
        return Page(self.until(r"open (http://127\.0\.0\.1:\d+) ")[1])

    def interrupt(self):
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@pytest.fixture
def visit_live(browser):
    """Opens a page of this computer; it must have asked nobody else, and had no error.

    ``asked`` of the page are the addresses it has asked for, without what stands behind ``?``.
    """
    contexts, errors, asked = [], [], []

    def visit(url, **how):
        context = browser.new_context(
            viewport=how.pop("viewport", {"width": 1280, "height": 800}), **how
        )
        contexts.append(context)
        context.on("request", lambda request: asked.append(request.url.partition("?")[0]))
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda message: errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        page.wait_for_selector("[data-ready]", state="attached")
        page.asked = asked
        assert all(one.startswith((url, "data:")) for one in asked)
        return page

    visit.errors = errors
    yield visit
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def live(tmp_path):
    """A function from words behind ``jetcar live`` to the program; none outlives the test."""
    programs = []

    def start(*words):
        programs.append(Program(tmp_path, *words))
        return programs[-1]

    yield start
    for program in programs:
        if program.process.poll() is None:
            program.process.kill()
            program.process.wait()
