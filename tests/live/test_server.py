"""The server answers the browsers of its own computer, and no page but its own."""

import asyncio
import http.client
import socket
import sys
from contextlib import ExitStack, suppress

import pytest
from aiohttp import web

from jetcar.errors import UserError
from jetcar.live.server import PORTS, Server


async def hello(request):
    return web.Response(text="hello")


async def for_long(request):
    await asyncio.sleep(3600)
    raise AssertionError


ROUTES = [web.get("/", hello), web.post("/do", hello), web.get("/wait", for_long)]


def free_port():
    """The first of ten in a row that are free, as far as anybody knows."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return min(one.getsockname()[1], 60_000)


@pytest.fixture
def server():
    with Server(ROUTES, free_port()) as server:
        yield server


def ask(server, path="/", method="GET", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode(), dict(answer.getheaders())
    connection.close()
    return found


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "localhost:99"])
def test_a_browser_of_this_computer_is_answered_also_through_a_tunnel(server, host):
    assert ask(server, Host=host)[:2] == (200, "hello")


@pytest.mark.parametrize(
    "host", ["evil.com", "127.0.0.1.evil.com", "localhost@evil.com", "localhost:1:2", "", "[::2]"]
)
def test_a_name_that_somebody_has_pointed_here_is_refused(server, host):
    status, said, _ = ask(server, Host=host)
    assert (status, said) == (403, "This page is for the browsers of its own computer.")


@pytest.mark.parametrize("origin", ["http://evil.com", "null", "http://127.0.0.1:1", None])
def test_the_page_of_somebody_else_can_have_nothing_done(server, origin):
    headers = {} if origin is None else {"Origin": origin}
    assert ask(server, "/do", "POST", **headers)[0] == 403
    ours = {"Host": f"127.0.0.1:{server.port}", "Origin": server.url}
    assert ask(server, "/do", "POST", **ours)[:2] == (200, "hello")


@pytest.mark.parametrize("path", ["/", "/nothing", "/../etc/passwd"])
def test_every_answer_says_what_its_page_may_do(server, path):
    headers = ask(server, path)[2]
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has other addresses of its own")
def test_no_other_address_of_this_computer_leads_to_it(server):
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", server.port), timeout=30)


def test_a_port_that_is_taken_leads_to_the_next_one_and_ten_to_a_sentence():
    port = free_port()
    servers = [Server(ROUTES, port) for _ in range(PORTS)]
    with ExitStack() as stack:
        for one in servers:
            # Some may have been taken by others.
            with suppress(UserError):
                stack.enter_context(one)
        found = [one.port for one in servers if one.port != port]
        assert found == sorted({*found})
        assert all(port < one < port + PORTS for one in found)
        told = rf"ports {port} to {port + PORTS - 1} are all taken"
        with pytest.raises(UserError, match=told):
            Server(ROUTES, port).__enter__()


def test_it_ends_while_a_browser_waits():
    with Server(ROUTES, free_port()) as server:
        waiting = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        waiting.request("GET", "/wait")
        waiting.sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            waiting.sock.recv(1)
    waiting.close()
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("127.0.0.1", server.port))  # it is free again
