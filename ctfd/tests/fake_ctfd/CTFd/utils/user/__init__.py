from collections import namedtuple

from flask import current_app, session

from CTFd.models import Users
from CTFd.utils import get_config

UserAttrs = namedtuple("UserAttrs", "id name type banned verified team_id")


def authed():
    return bool(session.get("id", False))


def get_current_user():
    return Users.query.filter_by(id=session["id"]).first() if authed() else None


def get_current_user_attrs():
    """A tuple of some columns, cached until core itself changes the account."""
    if not authed():
        return None
    known = current_app.extensions.setdefault("user_attrs", {})
    user = None if session["id"] in known else get_current_user()
    if user is not None:
        values = {name: getattr(user, name) for name in UserAttrs._fields}
        known[session["id"]] = UserAttrs(**values)
    return known.get(session["id"])


def clear_user_session(user_id):
    current_app.extensions.setdefault("user_attrs", {}).pop(user_id, None)


def get_current_team():
    user = get_current_user()
    return user.team if user else None


def is_admin():
    user = get_current_user_attrs()
    return bool(user and user.type == "admin")


def is_verified():
    if not get_config("verify_emails"):
        return True
    user = get_current_user_attrs()
    return bool(user and user.verified)
