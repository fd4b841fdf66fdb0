"""What a challenge's columns say, in the words of the service's API."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Optional

from .fields import parse_environment, split_command


class Incomplete(Exception):
    """The challenge cannot be run yet; the message says what is missing."""


def spec_of(columns: Mapping[str, Any]) -> Dict[str, Any]:
    """A ChallengeSpec. Raises Incomplete, and FieldFault for columns edited by hand."""
    ports = ports_of(columns)
    if not columns.get("berth_image"):
        raise Incomplete("It has no image yet.")
    if not ports:
        raise Incomplete("It has no port yet: say where players connect.")
    spec: Dict[str, Any] = {"containers": [_container(columns)], "ports": ports}
    spec.update(_probe(columns, ports))
    spec.update(_optional(columns))
    spec["releaseOnSolve"] = _release(columns.get("berth_release_on_solve") or "now")
    return spec


def ports_of(columns: Mapping[str, Any]) -> List[Dict[str, Any]]:
    return json.loads(columns.get("berth_ports") or "[]")


def _container(columns: Mapping[str, Any]) -> Dict[str, Any]:
    container: Dict[str, Any] = {
        "image": columns["berth_image"],
        "command": split_command(columns.get("berth_command") or ""),
        "environment": parse_environment(columns.get("berth_environment") or ""),
        "secretEnvironment": parse_environment(
            columns.get("berth_secret_environment") or ""
        ),
        "capabilities": _names(columns.get("berth_capabilities") or ""),
        "readOnlyRoot": bool(columns.get("berth_read_only_root")),
    }
    container.update(_size(columns))
    return container


def _size(columns: Mapping[str, Any]) -> Dict[str, Any]:
    size = columns.get("berth_size")
    if size != "custom":
        return {"size": size} if size else {}
    explicit = {
        "cpu": columns.get("berth_cpu"),
        "memoryGb": columns.get("berth_memory_gb"),
    }
    return {name: value for name, value in explicit.items() if value is not None}


def _probe(columns: Mapping[str, Any], ports: List[Dict[str, Any]]) -> Dict[str, Any]:
    if not columns.get("berth_probe_path"):
        return {}
    port = columns.get("berth_probe_port") or _first_tcp(ports)
    if port is None:
        raise Incomplete("Its probe needs a port that is not UDP.")
    status = columns.get("berth_probe_status") or 200
    return {
        "probe": {"path": columns["berth_probe_path"], "port": port, "status": status}
    }


def _first_tcp(ports: List[Dict[str, Any]]) -> Optional[int]:
    return next((port["port"] for port in ports if port["protocol"] != "udp"), None)


def _optional(columns: Mapping[str, Any]) -> Dict[str, Any]:
    named = {
        "lifetimeMinutes": columns.get("berth_lifetime_minutes"),
        "renewals": columns.get("berth_renewals"),
        "digest": columns.get("berth_digest") or None,
    }
    return {name: value for name, value in named.items() if value is not None}


def _release(text: str) -> Dict[str, Any]:
    when, _, seconds = text.partition(":")
    return {"when": when, "seconds": int(seconds)} if seconds else {"when": when}


def _names(text: str) -> List[str]:
    return [name for name in text.split(",") if name]
