"""Calls from CTFd's server to the service, each bounded in time and in size."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from typing import Any, Callable, Dict, Mapping, Optional
from urllib.parse import quote

TIMEOUT_SECONDS = 5.0
LONGEST_ANSWER = 256 * 1024
CHUNK = 16 * 1024
REFUSED = frozenset({400, 405, 409, 413, 415, 422})


class ServiceFault(Exception):
    """A call that brought no good answer. `retryable`: the same call may do later."""

    def __init__(
        self,
        code: str,
        message: str,
        retryable: bool = True,
        facts: Optional[Mapping[str, Any]] = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = retryable
        self.facts = facts or {}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to an address nobody configured."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


class Service:
    """`mint` gives a fresh service token for each call."""

    def __init__(
        self,
        url: str,
        mint: Callable[[], str],
        timeout: float = TIMEOUT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._mint = mint
        self._timeout = timeout
        self._clock = clock
        self._opener = urllib.request.build_opener(_NoRedirects())

    def register(
        self, challenge_id: int, name: str, revision: int, spec: Mapping[str, Any]
    ) -> Dict[str, Any]:
        """Answers with `outcome` and `warnings`."""
        body = {"name": name, "revision": revision, "spec": spec}
        return self._call("PUT", f"/api/manage/challenges/{challenge_id}", body)

    def forget(self, challenge_id: int, at_ms: int) -> None:
        self._call("DELETE", f"/api/manage/challenges/{challenge_id}?at={at_ms}")

    def solved(self, owner: str, challenge_id: int, at_ms: int) -> None:
        body = {"owner": owner, "challengeId": str(challenge_id), "solvedAt": at_ms}
        self._call("POST", "/api/solves", body)

    def evict(self, owner: str, at_ms: int) -> None:
        path = f"/api/manage/owners/{quote(owner, safe=':')}?at={at_ms}"
        self._call("DELETE", path)

    def _call(
        self, method: str, path: str, body: Optional[Mapping[str, Any]] = None
    ) -> Dict[str, Any]:
        request = self._request(method, path, body)
        deadline = self._clock() + self._timeout
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                raw = self._read(answer, deadline)
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise _refusal(refusal.code, self._read_quietly(refusal, deadline))
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise _unreachable(fault) from fault
        return _parsed(raw)

    def _request(
        self, method: str, path: str, body: Optional[Mapping[str, Any]]
    ) -> urllib.request.Request:
        data = None if body is None else json.dumps(body).encode("utf-8")
        request = urllib.request.Request(self._url + path, data=data, method=method)
        request.add_header("Accept", "application/json")
        request.add_header("Authorization", f"Bearer {self._mint()}")
        if data is not None:
            request.add_header("Content-Type", "application/json")
        return request

    def _read(self, answer: Any, deadline: float) -> bytes:
        """The socket's timeout starts anew with every byte; this one doesn't."""
        raw = b""
        while len(raw) <= LONGEST_ANSWER:
            chunk = answer.read1(CHUNK)
            if not chunk:
                return raw
            raw += chunk
            if self._clock() > deadline:
                raise TimeoutError("timed out while reading")
        raise ServiceFault("rubbish", "The service's answer is too long.")

    def _read_quietly(self, answer: Any, deadline: float) -> bytes:
        """A refusal counts by its status, even if its text cannot be had."""
        try:
            return self._read(answer, deadline)
        except (OSError, http.client.HTTPException, ServiceFault):
            return b""


def _parsed(raw: bytes) -> Dict[str, Any]:
    if not raw:
        return {}
    try:
        answer = json.loads(raw)
    except ValueError as fault:
        raise ServiceFault(
            "rubbish", "What answers at BERTH_URL is not the service: no JSON."
        ) from fault
    if not isinstance(answer, dict):
        raise ServiceFault(
            "rubbish", "What answers at BERTH_URL is not the service: no JSON object."
        )
    return answer


def _refusal(status: int, raw: bytes) -> ServiceFault:
    problem = _problem(raw)
    code = str(problem.get("code") or f"http_{status}")
    title = str(problem.get("title") or "")[:500]
    if status in (401, 403):
        return ServiceFault(
            code,
            "The service does not accept this CTFd's tokens: its setting "
            "BERTH_TOKEN_KEYS needs the key line shown on the Containers page. "
            + (f"It says: {title}" if title else ""),
            facts=problem,
        )
    message = title or f"The service answered with status {status}."
    return ServiceFault(code, message, retryable=status not in REFUSED, facts=problem)


def _problem(raw: bytes) -> Dict[str, Any]:
    try:
        problem = json.loads(raw)
    except ValueError:
        return {}
    return problem if isinstance(problem, dict) else {}


def _unreachable(fault: Exception) -> ServiceFault:
    reason = getattr(fault, "reason", None) or fault
    if isinstance(reason, TimeoutError) or "timed out" in str(reason):
        return ServiceFault("timeout", "The service did not answer in time.")
    return ServiceFault("unreachable", f"The service cannot be reached ({reason}).")
