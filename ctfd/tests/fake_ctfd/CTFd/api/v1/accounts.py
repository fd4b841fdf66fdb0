from flask import abort, request

from CTFd.api import api
from CTFd.models import Submissions, Teams, Users, db
from CTFd.utils.decorators import admins_only
from CTFd.utils.user import clear_user_session


def _patch(model, account_id):
    account = model.query.filter_by(id=account_id).first() or abort(404)
    for name, value in request.get_json().items():
        setattr(account, name, value)
    db.session.commit()
    return {"success": True}


def user_patch(user_id):
    clear_user_session(user_id)
    return _patch(Users, user_id)


def user_delete(user_id):
    """A bulk deletion: no session event names the user."""
    Submissions.query.filter_by(user_id=user_id).delete()
    Users.query.filter_by(id=user_id).delete()
    db.session.commit()
    clear_user_session(user_id)
    return {"success": True}


@api.route(
    "/users/<int:user_id>", methods=["PATCH", "DELETE"], endpoint="users_user_public"
)
@admins_only
def users_user_public(user_id):
    """One endpoint for all methods of a resource, named as core names it."""
    act = user_patch if request.method == "PATCH" else user_delete
    return act(user_id)


@api.patch("/teams/<int:team_id>")
@admins_only
def teams_patch(team_id):
    return _patch(Teams, team_id)


@api.delete("/teams/<int:team_id>")
@admins_only
def teams_delete(team_id):
    team = Teams.query.filter_by(id=team_id).first() or abort(404)
    for member in list(team.members):
        member.team_id = None
    db.session.delete(team)
    db.session.commit()
    return {"success": True}


@api.delete("/teams/<int:team_id>/members")
@admins_only
def teams_members_delete(team_id):
    team = Teams.query.filter_by(id=team_id).first() or abort(404)
    user = Users.query.filter_by(id=request.get_json()["user_id"]).first()
    team.members.remove(user)
    Submissions.query.filter_by(user_id=user.id).delete()
    db.session.commit()
    return {"success": True}
