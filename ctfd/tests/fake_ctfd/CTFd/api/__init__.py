from flask import Blueprint

api = Blueprint("api", __name__, url_prefix="/api/v1")

from CTFd.api.v1 import accounts, challenges, submissions  # noqa: E402,F401
