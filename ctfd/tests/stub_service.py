"""A stand-in for the service on a loopback port: writes down, and answers as told."""

import base64
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Call:
    method: str
    path: str
    query: dict
    body: object
    claims: dict
    headers: dict = field(repr=False, default_factory=dict)


def json_answer(status, value):
    return status, json.dumps(value).encode(), {"Content-Type": "application/json"}


GOOD = json_answer(200, {"outcome": "updated", "warnings": []})


class StubService:
    """`answers` is a list of answers to give first; after that, `answer` for ever.

    An answer is (status, body, headers), or "hang": nothing for 30 s, or until the
    test ends.
    """

    def __init__(self):
        self.answer = GOOD
        self.answers = []
        self.calls = []
        self._changed = threading.Condition()
        self._released = threading.Event()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                stub._handle(self)

            do_GET = do_PUT = do_POST = do_DELETE = handle_any

            def log_message(self, *_args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self._thread.start()

    def wait_for(self, count, method=None, seconds=10):
        """The calls so far, as soon as there are that many (of that method)."""

        def enough():
            return len(self.of(method)) >= count

        with self._changed:
            assert self._changed.wait_for(enough, seconds), f"only {self.calls}"
        return self.of(method)

    def of(self, method=None):
        return [call for call in self.calls if method in (None, call.method)]

    def release(self):
        self._released.set()

    def close(self):
        self.release()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handle(self, handler):
        with self._changed:
            self.calls.append(_call_of(handler))
            answer = self.answers.pop(0) if self.answers else self.answer
            self._changed.notify_all()
        if answer == "hang":
            self._released.wait(30)
            handler.close_connection = True
            return
        status, body, headers = answer
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


def _call_of(handler):
    parts = urlsplit(handler.path)
    raw = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
    bearer = (handler.headers.get("Authorization") or "").partition("Bearer ")[2]
    return Call(
        method=handler.command,
        path=parts.path,
        query={name: values[0] for name, values in parse_qs(parts.query).items()},
        body=json.loads(raw) if raw else None,
        claims=claims_of(bearer) if bearer else {},
        headers=dict(handler.headers),
    )


def claims_of(token):
    return json.loads(unpadded(token.split(".")[1]))


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
