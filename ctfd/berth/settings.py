"""What the plugin is told from outside, read once at start."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Mapping, Optional, Tuple
from urllib.parse import urlsplit

DEFAULT_EVENT = "ctf"  # as in the service
EVENT = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")


@dataclass(frozen=True)
class Fault:
    """Something an organiser has to mend: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True)
class Settings:
    """`url` has no trailing slash and no `/api`; it is empty while it is unusable."""

    url: str
    event: str
    issuer: str
    key_file: str
    key_file_is_default: bool
    faults: Tuple[Fault, ...]


def read_settings(environment: Mapping[str, object], default_key_file: str) -> Settings:
    """Every fault is named at once; a faulty value is left empty, never guessed."""

    def text(name: str) -> str:
        value = environment.get(name)
        return "" if value is None else str(value).strip()

    url, url_fault = _service_url(text("BERTH_URL"))
    event, event_fault = _event_name(text("BERTH_EVENT") or DEFAULT_EVENT)
    issuer, issuer_fault = _issuer(text("BERTH_ISS") or "ctfd")
    faults = [fault for fault in (url_fault, event_fault, issuer_fault) if fault]
    return Settings(
        url=url,
        event=event,
        issuer=issuer,
        key_file=text("BERTH_KEY_FILE") or default_key_file,
        key_file_is_default=not text("BERTH_KEY_FILE"),
        faults=tuple(faults),
    )


def _service_url(raw: str) -> Tuple[str, Optional[Fault]]:
    if not raw:
        return "", Fault(
            "url_missing",
            "BERTH_URL is not set. It is the address of the Functions app, "
            "such as https://berth-example.azurewebsites.net.",
        )
    try:
        parts = urlsplit(raw)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "", Fault("url_invalid", "BERTH_URL is not an address.")
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in ("http", "https") or not host or not plain:
        return "", Fault(
            "url_invalid",
            "BERTH_URL must be an http or https address with a host and nothing "
            "behind the path.",
        )
    if parts.scheme == "http" and not LOOPBACK.fullmatch(host):
        return "", Fault(
            "url_insecure",
            "BERTH_URL must begin with https: tokens travel to it. "
            "Only this machine itself may be http.",
        )
    path = parts.path.rstrip("/")
    if path.endswith("/api"):
        path = path[: -len("/api")]
    return f"{parts.scheme}://{parts.netloc}{path}", None


def _event_name(raw: str) -> Tuple[str, Optional[Fault]]:
    if EVENT.fullmatch(raw):
        return raw, None
    return "", Fault(
        "event_invalid",
        "BERTH_EVENT may hold lower-case letters, digits and hyphens, at most 31, "
        "and begins with a letter or digit. It is the same as in the service.",
    )


def _issuer(raw: str) -> Tuple[str, Optional[Fault]]:
    if len(raw) <= 100:
        return raw, None
    return "", Fault("issuer_invalid", "BERTH_ISS may have at most 100 characters.")
