"""Solves, bans, deletions: noticed in the database session, told in the background.

They only free containers earlier than their expiry would, so nothing here may delay or
break what CTFd is doing.
"""

from __future__ import annotations

import functools
import logging
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

from flask import Flask, Response, has_app_context, request
from sqlalchemy import event, inspect

from CTFd.models import Solves, Teams, Users, db
from CTFd.utils.config import is_teams_mode

from .models import BerthChallenge
from .outbox import Job
from .plugin import Plugin, this_plugin

log = logging.getLogger(__name__)
PENDING = "berth_notices"

Notice = Tuple[str, Tuple[Any, ...]]


def _never_raises(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def guarded(*args: Any) -> Any:
        try:
            return function(*args)
        except Exception:
            log.exception("berth: a notice was lost")
            return None

    return guarded


def watch_session() -> None:
    """Once a process, however many apps it makes."""
    for name, listener in (
        ("after_flush", _collect),
        ("after_commit", _dispatch),
        ("after_transaction_end", _forget),
    ):
        if not event.contains(db.session, name, listener):
            event.listen(db.session, name, listener)


def watch_requests(app: Flask) -> None:
    """Core deletes users by a bulk query, which no session event names."""
    app.after_request(_user_deleted)


@_never_raises
def challenge_deleted(plugin: Optional[Plugin], challenge_id: int) -> None:
    if plugin is None or plugin.service is None:
        return
    service, at_ms = plugin.service, _now_ms()

    def run() -> None:
        # SQLite uses an id again: by a late try it may be another challenge's.
        again = BerthChallenge.query.filter_by(id=challenge_id).first() is not None
        db.session.remove()
        if not again:
            service.forget(challenge_id, at_ms)

    plugin.outbox.put(Job(f"forget {challenge_id}", run))


@_never_raises
def _collect(session: Any, _context: Any) -> None:
    """Inside the flush: only takes notes."""
    notes: List[Notice] = []
    for instance in session.new:
        if isinstance(instance, Solves):
            ids = (instance.user_id, instance.team_id, instance.challenge_id)
            notes.append(("solved", ids))
    for instance in session.dirty:
        notes.extend(_account_changes(instance))
    for instance in session.deleted:
        if isinstance(instance, Teams):
            notes.append(("evicted", (f"teams:{instance.id}",)))
    if notes:
        session.info.setdefault(PENDING, []).extend(notes)


def _account_changes(instance: Any) -> List[Notice]:
    notes: List[Notice] = []
    if isinstance(instance, (Users, Teams)):
        if True in inspect(instance).attrs.banned.history.added:
            kind = "teams" if isinstance(instance, Teams) else "users"
            notes.append(("evicted", (f"{kind}:{instance.id}",)))
    if isinstance(instance, Users):
        left = inspect(instance).attrs.team_id.history.deleted
        notes.extend(("left", (team_id,)) for team_id in left or () if team_id)
    return notes


@_never_raises
def _dispatch(session: Any) -> None:
    if session.in_nested_transaction():
        return
    notes = session.info.pop(PENDING, None)
    plugin = this_plugin() if notes and has_app_context() else None
    if plugin is None or plugin.service is None:
        return
    at_ms = _now_ms()
    for kind, facts in notes:
        run = functools.partial(TELLERS[kind], plugin, at_ms, *facts)
        plugin.outbox.put(Job(f"{kind} {facts}", run))


@_never_raises
def _forget(session: Any, transaction: Any) -> None:
    """A transaction that ended without a commit leaves nothing to tell."""
    if transaction.parent is None:
        session.info.pop(PENDING, None)


@_never_raises
def _note_deleted_user(user_id: int) -> None:
    plugin = this_plugin()
    if plugin is None or plugin.service is None:
        return
    run = functools.partial(_tell_evicted, plugin, _now_ms(), f"users:{user_id}")
    plugin.outbox.put(Job(f"evicted users:{user_id}", run))


def _user_deleted(response: Response) -> Response:
    if request.method == "DELETE" and response.status_code == 200:
        if request.endpoint == "api.users_user_public":
            _note_deleted_user((request.view_args or {}).get("user_id"))
    return response


def _tell_solved(
    plugin: Plugin, at_ms: int, user_id: int, team_id: Optional[int], challenge_id: int
) -> None:
    ours = BerthChallenge.query.filter_by(id=challenge_id).first() is not None
    owner = f"teams:{team_id}" if is_teams_mode() else f"users:{user_id}"
    db.session.remove()
    if ours and plugin.service and not owner.endswith(":None"):
        plugin.service.solved(owner, challenge_id, at_ms)


def _tell_evicted(plugin: Plugin, at_ms: int, owner: str) -> None:
    if plugin.service:
        plugin.service.evict(owner, at_ms)


def _tell_left(plugin: Plugin, at_ms: int, team_id: int) -> None:
    """A team's containers stay with those who are left, and go with the last one."""
    empty = Users.query.filter_by(team_id=team_id).first() is None
    db.session.remove()
    if empty:
        _tell_evicted(plugin, at_ms, f"teams:{team_id}")


TELLERS: Dict[str, Callable[..., None]] = {
    "solved": _tell_solved,
    "evicted": _tell_evicted,
    "left": _tell_left,
}


def _now_ms() -> int:
    return int(time.time() * 1000)
