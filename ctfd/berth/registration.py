"""Tells the service what each challenge runs, and remembers what it does not know."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional

from CTFd.models import db

from .fields import FieldFault
from .models import BerthChallenge, columns_of
from .outbox import Job
from .plugin import Plugin
from .service import ServiceFault
from .spec import Incomplete, spec_of

log = logging.getLogger(__name__)

SAVE_WAITS_SECONDS = 2.5
OVERTAKE_TRIES = 3
TABLE = BerthChallenge.__table__


@dataclass(frozen=True)
class Version:
    """A challenge as it is in CTFd at one moment. `spec` is None with a `problem`."""

    name: str
    revision: int
    spec: Optional[Mapping[str, Any]]
    problem: str


def register_soon(plugin: Plugin, challenge_id: int) -> None:
    """In the background, tried again while it fails. Never raises."""
    try:
        plugin.outbox.put(_job(plugin, challenge_id))
    except Exception:
        log.exception("berth: cannot register challenge %s", challenge_id)


def register_on_save(plugin: Plugin, challenge_id: int) -> None:
    """Waits a moment for the service, so that the form can say how it went.

    A service that is down, slow or not set up leaves the challenge pending. Never
    raises.
    """
    try:
        plugin.outbox.try_now(_job(plugin, challenge_id), SAVE_WAITS_SECONDS)
    except Exception:
        log.exception("berth: cannot register challenge %s", challenge_id)


def register_all(plugin: Plugin) -> List[int]:
    """Every challenge again, also those the service should know already."""
    ids = [row[0] for row in db.session.query(TABLE.c.id).order_by(TABLE.c.id).all()]
    for challenge_id in ids:
        plugin.outbox.put(_job(plugin, challenge_id))
    return ids


def pending() -> List[Dict[str, Any]]:
    """Every challenge that the service does not know as it is, and why."""
    query = BerthChallenge.query.filter(
        BerthChallenge.berth_registered != BerthChallenge.berth_revision
    )
    return [registration_of(challenge) for challenge in query.all()]


def registration_of(challenge: BerthChallenge) -> Dict[str, Any]:
    return {
        "id": challenge.id,
        "name": challenge.name,
        "revision": challenge.berth_revision,
        "registered": challenge.berth_registered,
        "pending": challenge.berth_pending,
        "warnings": json.loads(challenge.berth_warnings or "[]"),
    }


def _job(plugin: Plugin, challenge_id: int) -> Job:
    def run() -> None:
        register(plugin, challenge_id)

    return Job(f"register {challenge_id}", run)


def register(plugin: Plugin, challenge_id: int) -> None:
    """Runs in an application context of its own. Raises ServiceFault."""
    for _ in range(OVERTAKE_TRIES):
        version = _read(challenge_id)
        if version is None:
            return
        try:
            _register_version(plugin, challenge_id, version)
            return
        except ServiceFault as fault:
            if fault.code != "outdated_revision":
                _note_problem(challenge_id, version.revision, fault.message)
                raise
            _overtake(challenge_id, version.revision, fault.facts.get("revision"))
    raise ServiceFault("outdated_revision", "The service knows a newer version.")


def _read(challenge_id: int) -> Optional[Version]:
    challenge = BerthChallenge.query.filter_by(id=challenge_id).first()
    if challenge is None:
        return None
    name, revision = challenge.name or "", challenge.berth_revision
    try:
        version = Version(name, revision, spec_of(columns_of(challenge)), "")
    except (Incomplete, FieldFault, ValueError) as fault:
        version = Version(name, revision, None, str(fault))
    # No connection to the database is held while the service is waited for.
    db.session.remove()
    return version


def _register_version(plugin: Plugin, challenge_id: int, version: Version) -> None:
    problem = version.problem or plugin.first_fault
    if problem or version.spec is None or plugin.service is None:
        _note_problem(challenge_id, version.revision, problem)
        return
    answer = plugin.service.register(
        challenge_id, version.name, version.revision, version.spec
    )
    if not isinstance(answer.get("outcome"), str):
        raise ServiceFault(
            "rubbish", "What answers at BERTH_URL is not the service: no outcome."
        )
    _note(
        challenge_id,
        version.revision,
        berth_registered=version.revision,
        berth_problem=None,
        berth_warnings=_warnings(answer.get("warnings")),
    )


def _warnings(raw: Any) -> Optional[str]:
    if not isinstance(raw, list):
        return None
    messages = [str(one.get("message")) for one in raw if isinstance(one, dict)]
    return json.dumps(messages[:20]) if messages else None


def _note_problem(challenge_id: int, revision: int, problem: str) -> None:
    _note(challenge_id, revision, berth_problem=problem[:1000])


def _note(challenge_id: int, revision: int, **values: Any) -> None:
    """Says nothing about a version that was saved in the meantime."""
    same = (TABLE.c.id == challenge_id) & (TABLE.c.berth_revision == revision)
    db.session.execute(TABLE.update().where(same).values(**values))
    db.session.commit()


def _overtake(challenge_id: int, revision: int, known: Any) -> None:
    """The service has a newer version than CTFd: of a CTFd that was restored or reset.

    What CTFd says now counts, so its revision goes past the other. Where it went up by
    itself in the meantime, the newer version is simply registered next.
    """
    if not isinstance(known, int) or known < revision:
        raise ServiceFault("outdated_revision", "The service knows a newer version.")
    _note(challenge_id, revision, berth_revision=known + 1)
