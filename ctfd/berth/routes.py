"""The plugin's own routes: tokens for browsers, and the organiser's page."""

from __future__ import annotations

import json
import time
from typing import Any, Dict, List

from flask import Blueprint, render_template, request

from CTFd.plugins.challenges import CHALLENGE_CLASSES
from CTFd.utils.decorators import admins_only

from . import takeover
from .challenge_type import TYPE, ContainerChallenge, own_challenge
from .eligibility import (
    check_admin,
    check_may_start,
    signed_in_account,
    with_an_owner,
)
from .plugin import Plugin, this_plugin
from .refusal import Refusal, json_answers
from .registration import (
    pending,
    register_all,
    register_soon,
    registration_of,
)
from .settings import Fault
from .tables import adopt_challenges
from .tokens import LIFETIME_SECONDS, Account, Minter

blueprint = Blueprint("berth", __name__)
API = "/plugins/berth/api"


@blueprint.route(f"{API}/token/challenge/<int:challenge_id>", methods=["POST"])
@json_answers
def challenge_token(challenge_id: int) -> Dict[str, Any]:
    minter = _minter()
    account = with_an_owner(signed_in_account())
    check_may_start(account, challenge_id)
    _register_if_pending(challenge_id)
    token = minter.for_challenge(account, challenge_id)
    return {**_issued(token, account, "challenge"), "challengeId": str(challenge_id)}


@blueprint.route(f"{API}/token/owner", methods=["POST"])
@json_answers
def owner_token() -> Dict[str, Any]:
    minter = _minter()
    account = with_an_owner(signed_in_account())
    return _issued(minter.for_owner(account), account, "owner")


@blueprint.route(f"{API}/token/admin", methods=["POST"])
@json_answers
def admin_token() -> Dict[str, Any]:
    account = check_admin(signed_in_account())
    return _issued(_minter().for_admin(account), account, "manage")


@blueprint.route(f"{API}/admin/status", methods=["GET"])
@json_answers
def status() -> Dict[str, Any]:
    check_admin(signed_in_account())
    return _status()


@blueprint.route(f"{API}/admin/challenges/<int:challenge_id>", methods=["GET"])
@json_answers
def registration(challenge_id: int) -> Dict[str, Any]:
    check_admin(signed_in_account())
    challenge = own_challenge(challenge_id)
    if challenge is None:
        raise Refusal(404, "challenge_not_found", "There is no such challenge.")
    return registration_of(challenge)


@blueprint.route(f"{API}/admin/sync", methods=["POST"])
@json_answers
def sync() -> Dict[str, Any]:
    """Tells the service of every challenge again; the answer is what is under way."""
    check_admin(signed_in_account())
    adopt_challenges()
    queued = register_all(_plugin())
    return {"queued": len(queued), **_status()}


@blueprint.route(f"{API}/admin/takeover", methods=["POST"])
@json_answers
def take_over() -> Dict[str, Any]:
    """Only `{"dryRun": false}` changes anything."""
    check_admin(signed_in_account())
    body = request.get_json(silent=True)
    apply = isinstance(body, dict) and body.get("dryRun") is False
    report = takeover.take_over(apply)
    if apply:
        register_all(_plugin())
    return report


@blueprint.route("/admin/berth", methods=["GET", "POST"])
@admins_only
def admin_page() -> str:
    """Works without a script; the script adds what needs the service."""
    action = request.form.get("do", "") if request.method == "POST" else ""
    report = None
    if action in ("report", "takeover"):
        report = takeover.take_over(apply=action == "takeover")
    if action in ("sync", "takeover"):
        adopt_challenges()
        register_all(_plugin())
    return render_template(
        "plugins/berth/templates/berth-admin.html",
        status=_status(),
        done=action,
        takeover=report,
    )


def _plugin() -> Plugin:
    plugin = this_plugin()
    if plugin is None:
        raise Refusal(503, "not_set_up", "Containers are not set up on this CTFd.")
    return plugin


def _minter() -> Minter:
    minter = _plugin().minter
    if minter is None:
        raise Refusal(
            503,
            "not_set_up",
            "Containers are not set up yet on this CTFd. An organiser finds the "
            "reason on the Containers page.",
        )
    return minter


def _issued(token: str, account: Account, scope: str) -> Dict[str, Any]:
    settings = _plugin().settings
    return {
        "token": token,
        "expiresIn": LIFETIME_SECONDS,
        "serverTime": int(time.time() * 1000),
        "serviceUrl": settings.url,
        "event": settings.event,
        "owner": account.owner or f"users:{account.user_id}",
        "ownerName": account.owner_name,
        "userId": str(account.user_id),
        "scope": scope,
        "role": "admin" if account.admin else "player",
    }


def _register_if_pending(challenge_id: int) -> None:
    challenge = own_challenge(challenge_id)
    if challenge is not None and challenge.berth_pending:
        register_soon(_plugin(), challenge_id)


def _status() -> Dict[str, Any]:
    plugin = _plugin()
    signer = plugin.signer
    keys = [dict(signer.public)] if signer else []
    return {
        "ready": plugin.service is not None and not _conflicts(),
        "faults": [
            {"code": fault.code, "message": fault.message}
            for fault in [*plugin.faults, *_conflicts()]
        ],
        "warnings": _warnings(plugin),
        "serviceUrl": plugin.settings.url,
        "event": plugin.settings.event,
        "origin": request.host_url.rstrip("/"),
        "keys": keys,
        "keyLine": json.dumps(keys, separators=(",", ":")) if keys else "",
        "pending": pending(),
        "waiting": plugin.outbox.size(),
        "dropped": plugin.outbox.dropped,
        "lastFault": plugin.outbox.last_fault,
    }


def _conflicts() -> List[Fault]:
    if CHALLENGE_CLASSES.get(TYPE) is ContainerChallenge:
        return []
    return [
        Fault(
            "type_taken",
            "Another plugin has taken the challenge type container. Remove its folder "
            "from CTFd/plugins and restart CTFd; its challenges can be taken over "
            "on this page.",
        )
    ]


def _warnings(plugin: Plugin) -> List[str]:
    warnings = list(plugin.signer.warnings) if plugin.signer else []
    if plugin.settings.key_file_is_default:
        warnings.append(
            f"The key lies in {plugin.settings.key_file}. Where CTFd runs in a "
            "container, set BERTH_KEY_FILE to a file on a volume: otherwise a new "
            "container means a new key."
        )
    return warnings
