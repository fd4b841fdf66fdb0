"""The challenge type `container`: core's challenge, plus what is to be run.

Scoring, flags, attempts and solves are core's own, untouched.
"""

from __future__ import annotations

import logging
from typing import Any, Dict, Mapping, Optional

from flask import has_request_context
from sqlalchemy import inspect

from CTFd.exceptions.challenges import (
    ChallengeCreateException,
    ChallengeUpdateException,
)
from CTFd.models import db
from CTFd.plugins.challenges import BaseChallenge
from CTFd.utils.user import is_admin

from .fields import FIELDS, PREFIX, FieldFault, cleaned
from .models import BerthChallenge, columns_of
from .notices import challenge_deleted
from .plugin import this_plugin
from .registration import register_on_save, register_soon, registration_of
from .tables import adopt_challenges

log = logging.getLogger(__name__)
TYPE = "container"
ASSETS = "/plugins/berth/assets"
FOR_THE_PLUGIN_ONLY = frozenset({"id"})


class CleanedRequest:
    """What core's create and update read of a request: its body, here a clean one."""

    form: Mapping[str, Any] = {}

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body

    def get_json(self, *_args: Any, **_named: Any) -> Mapping[str, Any]:
        return self._body


class ContainerChallenge(BaseChallenge):
    id = TYPE
    name = TYPE
    templates = {
        "create": f"{ASSETS}/create.html",
        "update": f"{ASSETS}/update.html",
        "view": f"{ASSETS}/view.html",
    }
    scripts = {
        "create": f"{ASSETS}/create.js",
        "update": f"{ASSETS}/update.js",
        "view": f"{ASSETS}/view.js",
    }
    route = f"{ASSETS}/"
    challenge_model = BerthChallenge

    @classmethod
    def create(cls, request: Any) -> BerthChallenge:
        try:
            body = _clean_body(_body_of(request))
        except FieldFault as fault:
            raise ChallengeCreateException(str(fault)) from fault
        challenge = super().create(CleanedRequest(body))
        _register(challenge, on_save=True)
        return challenge

    @classmethod
    def read(cls, challenge: BerthChallenge) -> Dict[str, Any]:
        """Players are told nothing of what runs; admins get no secrets back either."""
        data = super().read(challenge)
        if has_request_context() and is_admin():
            data.update(_for_admins(challenge))
        return data

    @classmethod
    def update(cls, challenge: BerthChallenge, request: Any) -> BerthChallenge:
        adopt_challenges()
        try:
            body = _clean_body(_body_of(request))
        except FieldFault as fault:
            db.session.rollback()
            raise ChallengeUpdateException(str(fault)) from fault
        changed = _changes_what_runs(challenge, body)
        if changed:
            # Counted by the database, so that two editors at once count twice.
            body["berth_revision"] = BerthChallenge.berth_revision + 1
            body["berth_problem"] = None
        challenge = super().update(challenge, CleanedRequest(body))
        _register(challenge, on_save=changed)
        return challenge

    @classmethod
    def delete(cls, challenge: BerthChallenge) -> None:
        challenge_id = challenge.id
        super().delete(challenge)
        challenge_deleted(this_plugin(), challenge_id)


def _body_of(request: Any) -> Dict[str, Any]:
    return dict(request.form or request.get_json() or {})


def _clean_body(body: Mapping[str, Any]) -> Dict[str, Any]:
    """Core would fail on a key that is no column; a newer ctfcli may send some."""
    known = {column.key for column in inspect(BerthChallenge).column_attrs}
    known -= FOR_THE_PLUGIN_ONLY
    core = {name: value for name, value in body.items() if not name.startswith(PREFIX)}
    ignored = sorted(set(core) - known)
    if ignored:
        log.info("berth: ignored unknown fields: %s", ", ".join(ignored))
    kept = {name: value for name, value in core.items() if name in known}
    return {**kept, **cleaned(body)}


def _changes_what_runs(challenge: BerthChallenge, body: Mapping[str, Any]) -> bool:
    current = {**columns_of(challenge), "name": challenge.name}
    watched = [name for name in current if name in body]
    return any(_value(body[name]) != _value(current[name]) for name in watched)


def _value(raw: Any) -> Any:
    """Empty and unset say the same; 0 is a value of its own."""
    return None if raw == "" or raw is False else raw


def _register(challenge: BerthChallenge, on_save: bool) -> None:
    plugin, challenge_id = this_plugin(), challenge.id
    pending = bool(challenge.berth_pending)
    # Ends the transaction: what the background writes is seen, and nothing is locked.
    db.session.commit()
    if plugin is None:
        return
    if on_save:
        register_on_save(plugin, challenge_id)
    elif pending:
        register_soon(plugin, challenge_id)


def _for_admins(challenge: BerthChallenge) -> Dict[str, Any]:
    shown = [name for name in FIELDS if name != "berth_secret_environment"]
    data: Dict[str, Any] = {name: getattr(challenge, name) for name in shown}
    data["berth_secret_names"] = challenge.berth_secret_names
    data["berth_registration"] = registration_of(challenge)
    return data


def own_challenge(challenge_id: int) -> Optional[BerthChallenge]:
    return BerthChallenge.query.filter_by(id=challenge_id).first()
