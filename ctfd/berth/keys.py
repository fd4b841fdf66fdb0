"""The key that signs tokens: made once, kept in a file of its own, never in CTFd."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import stat
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, Mapping, Optional

try:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
except ImportError:  # CTFd without it still signs, with a shared secret
    Ed25519PrivateKey = None

READ_TRIES = 20
READ_PAUSE_SECONDS = 0.05


class KeyFault(Exception):
    """The key cannot be had; the message says what to do."""


@dataclass(frozen=True)
class Signer:
    """Signs with one key. `public` is what the service needs to verify, as JSON."""

    kid: str
    algorithm: str
    public: Mapping[str, str]
    sign: Callable[[bytes], bytes]
    warnings: tuple = ()


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def from_b64url(text: str) -> bytes:
    return base64.b64decode(
        text + "=" * (-len(text) % 4), altchars=b"-_", validate=True
    )


def open_signer(path: str, issuer: str) -> Signer:
    """Reads the key at `path`, or makes it. Raises KeyFault."""
    try:
        if not os.path.exists(path):
            _create(path, _new_jwk())
        jwk = _read(path)
        warnings = _exposed(path)
    except OSError as fault:
        raise KeyFault(
            f"The key file {path} cannot be used ({fault.strerror}). Set "
            "BERTH_KEY_FILE to a file in a folder that CTFd may write and that "
            "outlives its container."
        ) from fault
    return _signer(jwk, issuer, path, warnings)


def _new_jwk() -> Dict[str, str]:
    if Ed25519PrivateKey is None:
        return {"kty": "oct", "alg": "HS256", "k": b64url(secrets.token_bytes(32))}
    raw = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.Raw,
        serialization.PrivateFormat.Raw,
        serialization.NoEncryption(),
    )
    return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "d": b64url(raw)}


def _create(path: str, jwk: Mapping[str, str]) -> None:
    """Of several workers starting at once one wins; the others read its key."""
    os.makedirs(os.path.dirname(path) or ".", mode=0o700, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(json.dumps(jwk).encode("ascii") + b"\n")


def _read(path: str) -> Mapping[str, Any]:
    """Waits a moment for a worker that has created the file but not filled it yet."""
    for _ in range(READ_TRIES):
        with open(path, "rb") as file:
            raw = file.read(10_000)
        if raw.endswith(b"\n") or (raw and _parsed(raw) is not None):
            break
        time.sleep(READ_PAUSE_SECONDS)
    jwk = _parsed(raw)
    if jwk is None:
        raise KeyFault(
            f"The key file {path} holds no key. Delete it and restart CTFd: "
            "a new one is made."
        )
    return jwk


def _parsed(raw: bytes) -> Optional[Mapping[str, Any]]:
    try:
        jwk = json.loads(raw)
    except ValueError:
        return None
    return jwk if isinstance(jwk, dict) else None


def _exposed(path: str) -> tuple:
    mode = os.stat(path).st_mode
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        return (f"The key file {path} can be read by other accounts of this machine.",)
    return ()


def _signer(jwk: Mapping[str, Any], issuer: str, path: str, warnings: tuple) -> Signer:
    try:
        if jwk.get("kty") == "oct":
            return _hs256(jwk, issuer, warnings)
        if jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519":
            return _eddsa(jwk, issuer, path, warnings)
    except (ValueError, TypeError, KeyError) as fault:
        raise KeyFault(f"The key file {path} holds a broken key.") from fault
    raise KeyFault(
        f"The key file {path} holds a kind of key that is not known here: "
        "Ed25519 or an oct key of 256 bits is needed."
    )


def _eddsa(jwk: Mapping[str, Any], issuer: str, path: str, warnings: tuple) -> Signer:
    if Ed25519PrivateKey is None:
        raise KeyFault(
            f"The key file {path} holds an Ed25519 key, but Python's cryptography "
            "package is missing."
        )
    key = Ed25519PrivateKey.from_private_bytes(from_b64url(jwk["d"]))
    raw = key.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw
    )
    thumb = {"crv": "Ed25519", "kty": "OKP", "x": b64url(raw)}
    kid = _kid(jwk, thumb)
    public = {"kid": kid, "iss": issuer, "alg": "EdDSA", "x": b64url(raw)}
    return Signer(kid, "EdDSA", public, key.sign, warnings)


def _hs256(jwk: Mapping[str, Any], issuer: str, warnings: tuple) -> Signer:
    secret = from_b64url(jwk["k"])
    if len(secret) < 32:
        raise ValueError("shorter than 256 bits")
    kid = _kid(jwk, {"k": jwk["k"], "kty": "oct"})
    hint = "copy k from the key file"
    public = {"kid": kid, "iss": issuer, "alg": "HS256", "k": hint}

    def sign(message: bytes) -> bytes:
        return hmac.new(secret, message, hashlib.sha256).digest()

    return Signer(kid, "HS256", public, sign, warnings)


def _kid(jwk: Mapping[str, Any], thumb: Mapping[str, str]) -> str:
    """The one in the file, or else the key's RFC 7638 thumbprint, shortened."""
    if jwk.get("kid"):
        return str(jwk["kid"])[:100]
    canonical = json.dumps(thumb, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode("ascii")).digest()
    return "ctfd-" + b64url(digest)[:16]
