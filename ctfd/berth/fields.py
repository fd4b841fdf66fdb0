"""What a form, ctfcli or the API may send for a challenge, made into column values."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any, Callable, Dict, List, Mapping, Optional

PREFIX = "berth_"
ENVIRONMENT_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
IMAGE = re.compile(r"[a-z0-9][A-Za-z0-9._:/@-]{0,299}")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
PROBE_PATH = re.compile(r"/[\x21-\x7e]{0,199}")
PROTOCOLS = ("http", "https", "ssh", "tcp", "udp")
SIZES = ("small", "medium", "large", "custom")
MOST_PORTS = 5
MOST_VARIABLES = 64
CLEARS_SECRETS = "-"


class FieldFault(ValueError):
    """A value that cannot be meant; the message is for the author."""


def cleaned(body: Mapping[str, Any]) -> Dict[str, Any]:
    """The berth_ fields of a body as column values; absent ones stay absent.

    Unknown berth_ fields are left out. Raises FieldFault.
    """
    values: Dict[str, Any] = {}
    for name, clean in FIELDS.items():
        if name in body:
            values[name] = _cleaned_one(name, clean, body[name])
    if body.get("berth_secret_environment") in (None, "", {}, []):
        values.pop("berth_secret_environment", None)
    _explicit_resources_mean_custom(values)
    return values


def _cleaned_one(name: str, clean: Callable[[Any], Any], raw: Any) -> Any:
    try:
        return clean(raw)
    except FieldFault as fault:
        label = name[len(PREFIX) :].replace("_", " ").capitalize()
        raise FieldFault(f"{label}: {fault}") from fault


def _explicit_resources_mean_custom(values: Dict[str, Any]) -> None:
    explicit = values.get("berth_cpu") or values.get("berth_memory_gb")
    if explicit and "berth_size" not in values:
        values["berth_size"] = "custom"


def _text(raw: Any) -> str:
    if raw is None:
        return ""
    if isinstance(raw, (str, int, float)):
        return str(raw).strip()
    raise FieldFault("a text is needed.")


def _matching(pattern: "re.Pattern[str]", fault: str) -> Callable[[Any], str]:
    def clean(raw: Any) -> str:
        text = _text(raw)
        if text and not pattern.fullmatch(text):
            raise FieldFault(fault)
        return text

    return clean


def _one_of(choices: tuple) -> Callable[[Any], str]:
    def clean(raw: Any) -> str:
        text = _text(raw).lower()
        if text in ("", "default"):
            return ""
        if text not in choices:
            raise FieldFault(f"one of {', '.join(choices)}, or nothing.")
        return text

    return clean


def _whole(low: int, high: int) -> Callable[[Any], Optional[int]]:
    def clean(raw: Any) -> Optional[int]:
        text = _text(raw)
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
            raise FieldFault(f"a whole number from {low} to {high}, or nothing.")
        return int(text)

    return clean


def _decimal(high: float) -> Callable[[Any], Optional[float]]:
    def clean(raw: Any) -> Optional[float]:
        text = _text(raw)
        if not text:
            return None
        valid = re.fullmatch(r"[0-9]{0,6}\.?[0-9]{1,6}", text)
        if not valid or not 0 < float(text) <= high:
            raise FieldFault(f"a number above 0, at most {high:g}, or nothing.")
        return float(text)

    return clean


def _yes_or_no(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    text = _text(raw).lower()
    if text in ("1", "true", "on", "yes", "y"):
        return True
    if text in ("", "0", "false", "off", "no", "n"):
        return False
    raise FieldFault("true or false.")


def _command(raw: Any) -> str:
    if isinstance(raw, list):
        return shlex.join(str(part) for part in raw)
    text = _text(raw)
    split_command(text)
    return text


def split_command(text: str) -> List[str]:
    """As a shell would split it. Raises FieldFault."""
    try:
        return shlex.split(text)
    except ValueError as fault:
        raise FieldFault(f"cannot be split into words ({fault}).") from fault


def _environment(raw: Any) -> str:
    if isinstance(raw, Mapping):
        raw = "\n".join(f"{name}={_scalar(value)}" for name, value in raw.items())
    elif isinstance(raw, list):
        raw = "\n".join(str(line) for line in raw)
    elif raw is not None and not isinstance(raw, str):
        raise FieldFault("lines of KEY=value.")
    variables = parse_environment(raw or "")
    return "\n".join(f"{name}={value}" for name, value in variables.items())


def _scalar(value: Any) -> str:
    text = json.dumps(value) if isinstance(value, bool) else str(value)
    if "\n" in text or "\r" in text:
        raise FieldFault("a value cannot hold a line break.")
    return text


def _secret_environment(raw: Any) -> str:
    clears = isinstance(raw, str) and raw.strip() == CLEARS_SECRETS
    return "" if clears else _environment(raw)


def parse_environment(text: str) -> Dict[str, str]:
    """Lines of KEY=value. Raises FieldFault."""
    variables: Dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.rstrip("\r")
        if not line.strip():
            continue
        name, equals, value = line.partition("=")
        name = name.strip()
        if not equals or not ENVIRONMENT_NAME.fullmatch(name):
            # The line itself stays out of the message: it may be a secret.
            raise FieldFault(f"line {number} is not KEY=value.")
        if len(value) > 4096:
            raise FieldFault(f"{name} is longer than 4096 characters.")
        variables[name] = value
    if len(variables) > MOST_VARIABLES:
        raise FieldFault(f"at most {MOST_VARIABLES} variables.")
    return variables


def _ports(raw: Any) -> str:
    if isinstance(raw, str):
        raw = _json(raw)
    if raw in (None, ""):
        raw = []
    if not isinstance(raw, list) or len(raw) > MOST_PORTS:
        raise FieldFault(f"a list of at most {MOST_PORTS} ports.")
    ports = [_port(entry) for entry in raw]
    return json.dumps(ports, sort_keys=True, ensure_ascii=False) if ports else ""


def _json(text: str) -> Any:
    if not text.strip():
        return []
    try:
        return json.loads(text)
    except ValueError as fault:
        raise FieldFault("not a JSON list.") from fault


def _port(raw: Any) -> Dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise FieldFault("each port is an object with label, port and protocol.")
    number = _whole(1, 65_535)(raw.get("port"))
    if number is None:
        raise FieldFault("each port needs its number.")
    protocol = _text(raw.get("protocol") or "tcp").lower()
    if protocol not in PROTOCOLS:
        raise FieldFault(f"the protocol is one of {', '.join(PROTOCOLS)}.")
    port = {"port": number, "protocol": protocol}
    port["label"] = _text(raw.get("label"))[:40].strip() or "Connect"
    template = _text(raw.get("template"))[:300].strip()
    return {**port, "template": template} if template else port


def _release_on_solve(raw: Any) -> str:
    if isinstance(raw, Mapping):
        when = _text(raw.get("when"))
        raw = f"after:{raw.get('seconds')}" if when == "after" else when
    elif isinstance(raw, bool):  # YAML reads a bare no as false
        raw = "now" if raw else "no"
    text = _text(raw).lower()
    if text in ("", "now", "no"):
        return text
    seconds = re.fullmatch(r"after:\s*([0-9]{1,5})", text)
    if not seconds or not 1 <= int(seconds.group(1)) <= 86_400:
        raise FieldFault("now, no, or after: and 1 to 86400 seconds.")
    return f"after:{int(seconds.group(1))}"


def _capabilities(raw: Any) -> str:
    names = raw if isinstance(raw, list) else _text(raw).split(",")
    wanted: List[str] = []
    for name in names:
        name = re.sub(r"^CAP_", "", str(name).strip().upper())
        if not re.fullmatch(r"[A-Z_]{0,40}", name):
            raise FieldFault("names separated by commas, such as NET_BIND_SERVICE.")
        if name and name not in wanted:
            wanted.append(name)
    return ",".join(wanted)


FIELDS: Dict[str, Callable[[Any], Any]] = {
    "berth_image": _matching(IMAGE, "not an image reference."),
    "berth_digest": _matching(DIGEST, "sha256: and 64 hexadecimal digits."),
    "berth_command": _command,
    "berth_environment": _environment,
    "berth_secret_environment": _secret_environment,
    "berth_size": _one_of(SIZES),
    "berth_cpu": _decimal(64),
    "berth_memory_gb": _decimal(256),
    "berth_ports": _ports,
    "berth_probe_path": _matching(PROBE_PATH, "begins with / and has no spaces."),
    "berth_probe_port": _whole(1, 65_535),
    "berth_probe_status": _whole(100, 599),
    "berth_lifetime_minutes": _whole(0, 10_080),
    "berth_renewals": _whole(0, 100),
    "berth_release_on_solve": _release_on_solve,
    "berth_capabilities": _capabilities,
    "berth_read_only_root": _yes_or_no,
}
