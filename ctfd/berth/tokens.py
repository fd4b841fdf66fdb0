"""Short-lived signed tokens: who acts, for which owner, and for what."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from typing import Any, Callable, Dict, Optional

from .keys import Signer, b64url

LIFETIME_SECONDS = 300
SKEW_SECONDS = 30
LONGEST_NAME = 200


@dataclass(frozen=True)
class Account:
    """The signed-in account. `owner` is None for a player who needs a team first."""

    user_id: int
    user_name: str
    owner: Optional[str]
    owner_name: str
    admin: bool


class Minter:
    def __init__(
        self,
        signer: Signer,
        issuer: str,
        event: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._signer = signer
        self._issuer = issuer
        self._event = event
        self._clock = clock

    def for_challenge(self, account: Account, challenge_id: int) -> str:
        """Everything for this owner and this challenge."""
        claims = self._claims_of(account, "challenge")
        return self._mint({**claims, "challenge": str(challenge_id)})

    def for_owner(self, account: Account) -> str:
        """List, state and stop of the owner's own containers."""
        return self._mint(self._claims_of(account, "owner"))

    def for_admin(self, account: Account) -> str:
        """What an organiser may do."""
        return self._mint(self._claims_of(account, "manage"))

    def for_service(self) -> str:
        """What CTFd itself tells the service."""
        return self._mint(
            {
                "sub": "service",
                "uid": "ctfd",
                "name": "CTFd",
                "role": "service",
                "scope": "manage",
            }
        )

    @staticmethod
    def _claims_of(account: Account, scope: str) -> Dict[str, Any]:
        return {
            "sub": account.owner or f"users:{account.user_id}",
            "uid": str(account.user_id),
            "name": account.user_name[:LONGEST_NAME],
            "oname": account.owner_name[:LONGEST_NAME],
            "role": "admin" if account.admin else "player",
            "scope": scope,
        }

    def _mint(self, claims: Dict[str, Any]) -> str:
        now = int(self._clock())
        header = {"alg": self._signer.algorithm, "typ": "JWT", "kid": self._signer.kid}
        payload = {
            "iss": self._issuer,
            "aud": f"berth:{self._event}",
            "iat": now,
            "nbf": now - SKEW_SECONDS,
            "exp": now + LIFETIME_SECONDS,
            "jti": uuid.uuid4().hex,
            **claims,
        }
        signed = f"{_segment(header)}.{_segment(payload)}"
        return f"{signed}.{b64url(self._signer.sign(signed.encode('ascii')))}"


def _segment(value: Dict[str, Any]) -> str:
    # Not escaped: the service refuses tokens that are longer than they need to be.
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return b64url(text.encode("utf-8", "replace"))
