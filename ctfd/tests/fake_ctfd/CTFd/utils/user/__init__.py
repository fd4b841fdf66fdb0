from flask import session

from CTFd.models import Users
from CTFd.utils import get_config


def authed():
    return bool(session.get("id", False))


def get_current_user():
    return Users.query.filter_by(id=session["id"]).first() if authed() else None


def get_current_user_attrs():
    """In core a cached tuple of some columns; None for an account that is gone."""
    return get_current_user()


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
