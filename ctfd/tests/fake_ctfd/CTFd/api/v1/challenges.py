from flask import abort, jsonify, redirect, render_template, request

from CTFd.api import api
from CTFd.exceptions.challenges import (
    ChallengeCreateException,
    ChallengeSolveException,
    ChallengeUpdateException,
)
from CTFd.models import Challenges, Solves
from CTFd.plugins.challenges import CHALLENGE_CLASSES, get_chal_class
from CTFd.utils import get_config
from CTFd.utils.config import is_teams_mode
from CTFd.utils.dates import (
    ctf_ended,
    ctf_paused,
    ctf_started,
    ctftime,
    view_after_ctf,
)
from CTFd.utils.decorators import admins_only
from CTFd.utils.user import (
    authed,
    get_current_team,
    get_current_user,
    is_admin,
    is_verified,
)


def _closed():
    """A response in place of the challenge, an abort, or None: core does all three."""
    visibility = get_config("challenge_visibility")
    allowed = is_admin() if visibility == "admins" else authed()
    if visibility != "public" and not allowed:
        return abort(403) if request.is_json else redirect("/login")
    if not ctftime() and not is_admin():
        if ctf_ended() and not view_after_ctf():
            abort(403)
        if not ctf_started():
            if is_teams_mode() and get_current_team() is None:
                return redirect("/team")
            abort(403)
    if authed() and not is_admin() and not is_verified():
        return abort(403) if request.is_json else redirect("/confirm")
    return None


def _prerequisites_met(challenge):
    needed = set((challenge.requirements or {}).get("prerequisites", []))
    user = get_current_user()
    account = get_current_team() if is_teams_mode() else user
    if not needed:
        return True
    if account is None:
        return False
    solved = Solves.query.filter(Solves.account_id == account.id).all()
    return {solve.challenge_id for solve in solved} >= needed


class Challenge:
    def get(self, challenge_id):
        closed = _closed()
        if closed is not None:
            return closed
        query = Challenges.query.filter(Challenges.id == challenge_id)
        if not is_admin():
            query = query.filter(Challenges.state.notin_(["hidden", "locked"]))
        challenge = query.first() or abort(404)
        kind = get_chal_class(challenge.type)
        if not is_admin() and not _prerequisites_met(challenge):
            if challenge.requirements.get("anonymize"):
                hidden = {"id": challenge.id, "type": "hidden", "name": "???"}
                return {"success": True, "data": hidden}
            abort(403)
        if authed() and not is_admin() and is_teams_mode():
            get_current_team() or abort(403)
        data = kind.read(challenge)
        data["view"] = render_template(
            kind.templates["view"].lstrip("/"), challenge=challenge
        )
        return {"success": True, "data": data}


@api.get("/challenges/<int:challenge_id>")
def challenges_challenge(challenge_id):
    shown = Challenge().get(challenge_id=challenge_id)
    return jsonify(shown) if isinstance(shown, dict) else shown


@api.post("/challenges")
@admins_only
def challenges_create():
    kind = get_chal_class(request.get_json().get("type", "standard"))
    try:
        challenge = kind.create(request)
    except ChallengeCreateException as fault:
        return {"success": False, "errors": {"": [str(fault)]}}, 500
    return {"success": True, "data": kind.read(challenge)}


@api.patch("/challenges/<int:challenge_id>")
@admins_only
def challenges_update(challenge_id):
    challenge = Challenges.query.filter_by(id=challenge_id).first() or abort(404)
    kind = get_chal_class(challenge.type)
    try:
        challenge = kind.update(challenge, request)
    except ChallengeUpdateException as fault:
        return {"success": False, "errors": {"": [str(fault)]}}, 500
    return {"success": True, "data": kind.read(challenge)}


@api.delete("/challenges/<int:challenge_id>")
@admins_only
def challenges_delete(challenge_id):
    challenge = Challenges.query.filter_by(id=challenge_id).first() or abort(404)
    get_chal_class(challenge.type).delete(challenge)
    return {"success": True}


@api.get("/challenges/types")
@admins_only
def challenges_types():
    kinds = {}
    for kind in CHALLENGE_CLASSES.values():
        create = render_template(kind.templates["create"].lstrip("/"))
        kinds[kind.id] = {"id": kind.id, "name": kind.name, "create": create}
    return {"success": True, "data": kinds}


@api.post("/challenges/attempt")
def challenges_attempt():
    if ctf_paused() or _closed() is not None:
        abort(403)
    user, team = get_current_user(), get_current_team()
    if is_teams_mode() and team is None:
        abort(403)
    body = request.get_json()
    challenge = Challenges.query.filter_by(id=body["challenge_id"]).first()
    if challenge is None or challenge.state == "hidden":
        abort(404)
    kind = get_chal_class(challenge.type)
    response = kind.attempt(challenge, request)
    if response.status != "correct":
        kind.fail(user=user, team=team, challenge=challenge, request=request)
    elif ctftime() or is_admin():
        try:
            kind.solve(user=user, team=team, challenge=challenge, request=request)
        except ChallengeSolveException:
            response.status = "already_solved"
    data = {"status": response.status, "message": response.message}
    return {"success": True, "data": data}
