"""Calls to the service: what is sent, and every way they can go wrong."""

import socket
import threading
import time

import pytest
from stub_service import json_answer

from CTFd.plugins.berth.service import LONGEST_ANSWER, Service, ServiceFault

BEARER = "Bearer aGVhZA.e30.c2ln"


@pytest.fixture
def client(service):
    return Service(service.url, lambda: "aGVhZA.e30.c2ln", timeout=5)


def impatient(service):
    return Service(service.url, lambda: "aGVhZA.e30.c2ln", timeout=0.1)


def fault_of(call, *args):
    with pytest.raises(ServiceFault) as caught:
        call(*args)
    return caught.value


def test_what_is_sent(client, service):
    client.register(7, "Wéb", 3, {"ports": []})
    client.solved("users:1", 7, 1000)
    client.forget(7, 2000)
    client.evict("teams:2", 3000)
    sent = [(one.method, one.path, one.query, one.body) for one in service.calls]
    assert sent == [
        (
            "PUT",
            "/api/manage/challenges/7",
            {},
            {"name": "Wéb", "revision": 3, "spec": {"ports": []}},
        ),
        (
            "POST",
            "/api/solves",
            {},
            {"owner": "users:1", "challengeId": "7", "solvedAt": 1000},
        ),
        ("DELETE", "/api/manage/challenges/7", {"at": "2000"}, None),
        ("DELETE", "/api/manage/owners/teams:2", {"at": "3000"}, None),
    ]
    assert {one.headers["Authorization"] for one in service.calls} == {BEARER}


def test_the_answer(client, service):
    service.answer = json_answer(200, {"outcome": "created", "warnings": []})
    answer = client.register(7, "", 1, {})
    assert answer == {"outcome": "created", "warnings": []}


def test_an_empty_answer_is_fine(client, service):
    service.answer = (204, b"", {})
    client.forget(7, 0)


@pytest.mark.parametrize(
    "status, retryable",
    [
        (400, False),
        (401, True),
        (403, True),
        (404, True),
        (409, False),
        (422, False),
        (429, True),
        (500, True),
        (503, True),
    ],
)
def test_a_problem(client, service, status, retryable):
    problem = {"code": "some_code", "title": "Some title.", "revision": 9}
    service.answer = json_answer(status, problem)
    fault = fault_of(client.forget, 7, 0)
    assert (fault.code, fault.retryable) == ("some_code", retryable)
    assert "Some title." in fault.message
    assert fault.facts["revision"] == 9


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_says_what_to_do(client, service, status):
    service.answer = (status, b"<html>", {})
    assert "BERTH_TOKEN_KEYS" in fault_of(client.forget, 7, 0).message


@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b"[1]", b"\xff"])
def test_an_error_that_is_no_problem(client, service, body):
    service.answer = (502, body, {})
    fault = fault_of(client.forget, 7, 0)
    assert (fault.code, fault.retryable) == ("http_502", True)
    assert "502" in fault.message


@pytest.mark.parametrize("body", [b"<html>hello</html>", b"[1]", b"5", b"\xff\xfe"])
def test_rubbish(client, service, body):
    service.answer = (200, body, {})
    fault = fault_of(client.forget, 7, 0)
    assert (fault.code, fault.retryable) == ("rubbish", True)


def test_an_answer_without_end(client, service):
    service.answer = json_answer(200, {"outcome": "x" * LONGEST_ANSWER})
    assert "too long" in fault_of(client.forget, 7, 0).message


def test_a_redirect_is_not_followed(client, service):
    service.answer = (302, b"", {"Location": service.url + "/elsewhere"})
    assert fault_of(client.solved, "users:1", 7, 0).code == "http_302"
    assert len(service.calls) == 1


def test_nobody_there():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    fault = fault_of(Service(url, lambda: "t").forget, 7, 0)
    assert (fault.code, fault.retryable) == ("unreachable", True)


def test_a_service_that_hangs(service):
    service.answer = "hang"
    fault = fault_of(impatient(service).forget, 7, 0)
    assert (fault.code, fault.retryable) == ("timeout", True)


def raw_server(*parts, hold=None):
    """Answers one request with these bytes, one after the other."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = server.accept()
        with connection, server:
            connection.recv(10_000)
            for part in parts:
                connection.sendall(part)
            if hold is not None:
                hold.wait(10)

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize(
    "answer",
    [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"],
)
def test_something_else_at_the_port(answer):
    fault = fault_of(Service(raw_server(answer), lambda: "t").forget, 7, 0)
    assert fault.code in ("unreachable", "rubbish") and fault.retryable


def test_a_trickle_ends_at_the_deadline():
    """Each byte starts the socket's own timeout anew; the call has one of its own."""
    hold, moments = threading.Event(), iter([0, 100, 200, 300])
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"
    url = raw_server(head, hold=hold)
    client = Service(url, lambda: "t", timeout=50, clock=lambda: next(moments))
    started = time.monotonic()
    fault = fault_of(client.forget, 7, 0)
    hold.set()
    assert fault.code == "timeout"
    assert time.monotonic() - started < 10


def test_a_refusal_counts_though_its_text_cannot_be_had():
    answer = b"HTTP/1.1 503 No\r\nContent-Length: 100\r\n\r\n{"
    fault = fault_of(Service(raw_server(answer), lambda: "t").forget, 7, 0)
    assert fault.code == "http_503"
