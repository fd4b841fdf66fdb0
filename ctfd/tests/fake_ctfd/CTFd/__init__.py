"""A stand-in for CTFd 3.8, as far as the plugin touches it.

Written from what CTFd 3.8.7 was seen to do, for tests on machines that have no CTFd:
the same tests run against a real one with BERTH_CTFD (see ctfd/README.md). What a test
does not need is left out: themes, caching, mail, hints, files.
"""

import importlib
import os

import jinja2
from flask import Flask

__version__ = "3.8.7"

HERE = os.path.dirname(os.path.abspath(__file__))


def create_app(config):
    from CTFd import pages
    from CTFd.api import api
    from CTFd.models import db
    from CTFd.utils.initialization import init_request_processors

    app = Flask(__name__)
    app.config.from_object(config)
    app.jinja_loader = _templates()
    db.init_app(app)
    app.db = db
    with app.app_context():
        db.create_all()
        init_request_processors(app)
        app.register_blueprint(api)
        app.register_blueprint(pages.admin)
        _init_plugins(app)
    return app


def _templates():
    """Themes by their names, and plugins by theirs below `plugins/`."""
    from CTFd.plugins import PLUGINS

    themes = os.path.join(HERE, "themes")
    return jinja2.ChoiceLoader(
        [
            jinja2.FileSystemLoader(os.path.join(themes, "core")),
            jinja2.FileSystemLoader(themes),
            jinja2.PrefixLoader({"plugins": jinja2.FileSystemLoader(PLUGINS)}),
        ]
    )


def _init_plugins(app):
    """In core an exception in `load` stops CTFd: nothing is caught here either."""
    from CTFd.plugins import PLUGINS

    app.plugins_dir = PLUGINS
    importlib.import_module(".berth", package="CTFd.plugins").load(app)
