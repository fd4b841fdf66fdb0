"""Who is asking, and may they start this challenge now? By core's own rules."""

from __future__ import annotations

from flask import Response
from werkzeug.exceptions import HTTPException

from CTFd.utils.config import is_teams_mode
from CTFd.utils.dates import ctf_ended, ctf_paused, ctftime
from CTFd.utils.user import (
    authed,
    get_current_user,
    get_current_user_attrs,
    is_admin,
    is_verified,
)

from .challenge_type import TYPE
from .refusal import Refusal
from .tokens import Account


def signed_in_account() -> Account:
    """The account behind the session or access token. Raises Refusal.

    In teams mode an admin without a team acts under their own name, to try things out.
    """
    if not authed() or get_current_user_attrs() is None:
        raise Refusal(401, "not_signed_in", "Sign in first.")
    user = get_current_user()
    if user is None:
        raise Refusal(401, "not_signed_in", "Sign in first.")
    team = user.team if is_teams_mode() else None
    if user.banned or (team is not None and team.banned):
        raise Refusal(403, "banned", "This account has been banned.")
    admin = bool(is_admin())
    owner, owner_name = f"users:{user.id}", user.name or ""
    if team is not None:
        owner, owner_name = f"teams:{team.id}", team.name or ""
    elif is_teams_mode() and not admin:
        return Account(user.id, user.name or "", None, "", admin)
    return Account(user.id, user.name or "", owner, owner_name, admin)


def with_an_owner(account: Account) -> Account:
    if account.owner is None:
        raise Refusal(
            403, "no_team", "Join or create a team first: containers belong to teams."
        )
    return account


def check_admin(account: Account) -> Account:
    if not account.admin:
        raise Refusal(403, "not_admin", "Only admins may do that.")
    return account


def check_may_start(account: Account, challenge_id: int) -> None:
    """Raises Refusal. Admins may also try hidden challenges, and at any time."""
    if not account.admin:
        _check_event_is_on()
    _check_visible(challenge_id)


def _check_event_is_on() -> None:
    """What core asks for at an attempt, but not when it shows a challenge."""
    if not is_verified():
        raise Refusal(403, "email_unverified", "Confirm your email address first.")
    if ctf_paused():
        raise Refusal(403, "event_paused", "The event is paused at the moment.")
    if ctftime():
        return
    if ctf_ended():
        raise Refusal(403, "event_ended", "The event has ended.")
    raise Refusal(403, "event_not_started", "The event has not started yet.")


def _check_visible(challenge_id: int) -> None:
    """Asks core to show it, so that rules core adds later hold here too."""
    from CTFd.api.v1.challenges import Challenge

    try:
        shown = Challenge().get(challenge_id=challenge_id)
    except HTTPException as refusal:
        raise _not_shown(refusal.code) from refusal
    data = shown.get("data") if isinstance(shown, dict) else None
    if isinstance(shown, Response) or not isinstance(data, dict):
        raise _not_shown(403)
    kind = data.get("type")
    if kind == "hidden":  # shown by name only, until its prerequisites are solved
        raise _not_shown(403)
    if kind != TYPE:
        raise Refusal(404, "no_container", "This challenge has no container.")


def _not_shown(status: object) -> Refusal:
    if status == 404:
        return Refusal(404, "challenge_not_found", "There is no such challenge.")
    return Refusal(
        403, "challenge_not_open", "This challenge is not open to you at the moment."
    )
