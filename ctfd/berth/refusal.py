"""A refusal of a route: status, stable code, and a sentence for the person."""

from __future__ import annotations

import functools
import logging
from typing import Any, Callable

from flask import Response, jsonify
from werkzeug.exceptions import HTTPException

log = logging.getLogger(__name__)


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def json_answers(route: Callable[..., Any]) -> Callable[..., Response]:
    """Everything a route says is JSON, and nothing of it is kept by a cache.

    Outside its own API core turns errors into pages, which a script cannot read.
    """

    @functools.wraps(route)
    def answered(*args: Any, **named: Any) -> Response:
        response = _answer(route, *args, **named)
        response.headers["Cache-Control"] = "no-store"
        return response

    return answered


def _answer(route: Callable[..., Any], *args: Any, **named: Any) -> Response:
    try:
        return jsonify(route(*args, **named))
    except Refusal as refusal:
        return _problem(refusal.status, refusal.code, refusal.message)
    except HTTPException as refusal:
        # An abort with a redirect to the login page has no code of its own.
        return _problem(refusal.code or 401, "refused", "CTFd refused this.")
    except Exception:
        log.exception("berth: a route failed")
        return _problem(500, "internal", "Something went wrong in CTFd. Try again.")


def _problem(status: int, code: str, message: str) -> Response:
    response = jsonify({"code": code, "message": message})
    response.status_code = status
    return response
