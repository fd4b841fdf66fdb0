"""Berth: a challenge container of their own for every player.

The CTFd side of it. `load` is what CTFd calls at start.
"""

import logging
import os

from flask import Flask

log = logging.getLogger(__name__)

SETTINGS = ("BERTH_URL", "BERTH_EVENT", "BERTH_ISS", "BERTH_KEY_FILE")
FOLDER = "berth"


def load(app: Flask) -> None:
    """Whatever goes wrong in here, CTFd starts; the Containers page says what did."""
    try:
        _load(app)
    except Exception as fault:
        log.exception("berth: the plugin did not load")
        _explain(app, fault)


def _load(app: Flask) -> None:
    if __name__.rsplit(".", 1)[-1] != FOLDER:
        raise RuntimeError(f"The plugin's folder must be CTFd/plugins/{FOLDER}.")
    from CTFd.plugins import register_plugin_assets_directory
    from CTFd.plugins.challenges import CHALLENGE_CLASSES

    from .challenge_type import TYPE, ContainerChallenge
    from .commands import group
    from .notices import watch_requests, watch_session
    from .plugin import EXTENSION, build_plugin
    from .routes import blueprint
    from .settings import read_settings
    from .tables import prepare_tables

    prepare_tables(app)
    settings = read_settings(_environment(app), _default_key_file(app))
    app.extensions[EXTENSION] = build_plugin(app, settings)
    for fault in app.extensions[EXTENSION].faults:
        log.error("berth: %s", fault.message)
    watch_session()
    watch_requests(app)
    register_plugin_assets_directory(app, base_path=f"/plugins/{FOLDER}/assets/")
    app.register_blueprint(blueprint)
    app.cli.add_command(group)
    CHALLENGE_CLASSES[TYPE] = ContainerChallenge


def _environment(app: Flask) -> dict:
    """The environment, or else the [extra] section of CTFd's config.ini."""
    return {name: os.environ.get(name) or app.config.get(name) for name in SETTINGS}


def _default_key_file(app: Flask) -> str:
    """Beside CTFd, not in its uploads or database: exports must not hold the key."""
    return os.path.join(app.instance_path, "berth-key.json")


def _explain(app: Flask, fault: Exception) -> None:
    """A page in place of the plugin's own, for admins only."""
    reason = f"{type(fault).__name__}: {fault}"

    def page() -> str:
        from CTFd.utils.user import is_admin
        from flask import abort, render_template

        if not is_admin():
            abort(403)
        return render_template(
            f"plugins/{__name__.rsplit('.', 1)[-1]}/templates/berth-fault.html",
            reason=reason,
        )

    try:
        app.add_url_rule("/admin/berth", "berth_fault", page)
    except Exception:
        log.exception("berth: no page can say so either")
