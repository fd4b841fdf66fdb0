import functools

from flask import abort, redirect, request

from CTFd.utils.user import is_admin


def admins_only(view):
    @functools.wraps(view)
    def guarded(*args, **kwargs):
        if is_admin():
            return view(*args, **kwargs)
        if request.is_json:
            abort(403)
        return redirect("/login")

    return guarded
