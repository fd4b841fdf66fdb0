from flask import abort, request, session

from CTFd.utils.user import get_current_team, get_current_user_attrs

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
PAGE = "<!DOCTYPE html><html><body>{}</body></html>"


def init_request_processors(app):
    @app.before_request
    def banned():
        user, team = get_current_user_attrs(), get_current_team()
        if (user and user.banned) or (team and team.banned):
            return PAGE.format("You have been banned from this CTF"), 403

    @app.before_request
    def csrf():
        if request.method in SAFE_METHODS or request.headers.get("Authorization"):
            return
        given = request.headers.get("CSRF-Token")
        if not request.is_json:
            given = request.form.get("nonce")
        if not session.get("nonce") or session["nonce"] != given:
            abort(403)

    for code in (401, 403, 404, 500):
        app.register_error_handler(code, _error_page)


def _error_page(error):
    """Outside its API core answers with pages."""
    return PAGE.format(error), getattr(error, "code", 500)
