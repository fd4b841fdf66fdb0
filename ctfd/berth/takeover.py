"""Takes over the challenges of the plugin that Berth replaces.

That plugin (andyjsmith/CTFd-Docker-Plugin, also with its pull request 5) uses the same
challenge type name and tables of its own. Those are read, never changed.
"""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List, Mapping, Optional

from sqlalchemy import inspect, text

from CTFd.models import Challenges, Teams, Users, db

from .fields import FIELDS, FieldFault, cleaned
from .models import BerthChallenge
from .tables import adopt_challenges

OLD_CHALLENGES = "container_challenge_model"
OLD_CONTAINERS = "container_info_model"
MOST_CONTAINERS = 1000
PROTOCOLS = {22: "ssh", 443: "https", 8443: "https"}
WEB_PORTS = frozenset({80, 3000, 5000, 8000, 8080, 8888})


def take_over(apply: bool) -> Dict[str, Any]:
    """A report of what is (`apply`) or would be taken over, and of what still runs."""
    if apply:
        adopt_challenges()
    rows = _rows(OLD_CHALLENGES, None)
    report = {
        "dryRun": not apply,
        "found": len(rows),
        "challenges": [_take_over_one(row, apply) for row in rows],
        "running": [_running(row) for row in _rows(OLD_CONTAINERS, MOST_CONTAINERS)],
    }
    db.session.commit()
    return report


def _rows(table: str, limit: Optional[int]) -> List[Mapping[str, Any]]:
    if not inspect(db.engine).has_table(table):
        return []
    bound = f" LIMIT {limit}" if limit else ""
    query = text(f"SELECT * FROM {table}{bound}")
    return [dict(row) for row in db.session.execute(query).mappings()]


def _take_over_one(old: Mapping[str, Any], apply: bool) -> Dict[str, Any]:
    core = Challenges.__table__
    row = db.session.execute(core.select().where(core.c.id == old["id"])).first()
    entry: Dict[str, Any] = {"id": old["id"], "name": row.name if row else ""}
    if row is None or row.type != "container":
        return {**entry, "outcome": "skipped", "notes": ["It is no longer there."]}
    if _has_image(old["id"]):
        return {**entry, "outcome": "kept", "notes": ["It is set up here already."]}
    try:
        fields = cleaned(_fields_of(old, row.connection_info))
    except FieldFault as fault:
        return {**entry, "outcome": "refused", "notes": [str(fault)]}
    scoring = _scoring_of(old, row)
    if apply:
        _write(old["id"], fields, scoring)
    return {
        **entry,
        "outcome": "taken over" if apply else "ready",
        "fields": fields,
        "scoring": scoring,
        "notes": _notes(old, fields),
    }


def _has_image(challenge_id: int) -> bool:
    own = BerthChallenge.__table__
    query = own.select().where((own.c.id == challenge_id) & (own.c.berth_image != ""))
    return db.session.execute(query).first() is not None


def _fields_of(old: Mapping[str, Any], connection_info: Any) -> Dict[str, Any]:
    port = old.get("port")
    ports = [] if not port else [_port_of(int(port), str(connection_info or ""))]
    return {
        "berth_image": old.get("image"),
        "berth_command": old.get("command"),
        "berth_size": old.get("size") or "",
        "berth_ports": ports,
    }


def _port_of(port: int, connection_info: str) -> Dict[str, Any]:
    web = re.match(r"(https?)://", connection_info.strip())
    protocol = PROTOCOLS.get(port) or ("http" if port in WEB_PORTS else "tcp")
    return {"port": port, "protocol": web.group(1) if web else protocol}


def _scoring_of(old: Mapping[str, Any], row: Any) -> Dict[str, Any]:
    """The old plugin kept its decay in its own table and was always logarithmic.

    Since 3.8 core has the same columns; what is set there already stays.
    """
    if "function" not in Challenges.__table__.c or not old.get("decay"):
        return {}
    if row.initial is not None and row.function not in (None, "static"):
        return {}
    names = ("initial", "minimum", "decay")
    return {"function": "logarithmic", **{name: old.get(name) or 0 for name in names}}


def _write(
    challenge_id: int, fields: Mapping[str, Any], scoring: Mapping[str, Any]
) -> None:
    own, core = BerthChallenge.__table__, Challenges.__table__
    values = {name: value for name, value in fields.items() if name in FIELDS}
    values["berth_revision"] = own.c.berth_revision + 1
    db.session.execute(own.update().where(own.c.id == challenge_id).values(**values))
    if scoring:
        change = core.update().where(core.c.id == challenge_id)
        db.session.execute(change.values(**scoring))


def _notes(old: Mapping[str, Any], fields: Mapping[str, Any]) -> List[str]:
    notes = []
    for port in json.loads(fields["berth_ports"] or "[]"):
        notes.append(f"Port {port['port']} is taken for {port['protocol']}: check it.")
    if not fields["berth_ports"]:
        notes.append("It has no port yet.")
    if str(old.get("volumes") or "").strip() not in ("", "{}"):
        notes.append("Its volumes are not taken over.")
    return notes


def _running(old: Mapping[str, Any]) -> Dict[str, Any]:
    """A container the old plugin may still have: to be stopped with its own means."""
    kept = ("container_id", "challenge_id", "hostname", "port", "status", "expires")
    found = {name: old[name] for name in kept if old.get(name) is not None}
    if old.get("team_id"):
        return {
            **found,
            "owner": f"teams:{old['team_id']}",
            "ownerName": _name(Teams, old["team_id"]),
        }
    if old.get("user_id"):
        return {
            **found,
            "owner": f"users:{old['user_id']}",
            "ownerName": _name(Users, old["user_id"]),
        }
    return found


def _name(model: Any, account_id: int) -> str:
    row = db.session.query(model.name).filter_by(id=account_id).first()
    return row[0] if row else ""
