from flask import current_app
from sqlalchemy import inspect


def get_all_tables(op):
    return inspect(op.get_bind()).get_table_names()


def upgrade(plugin_name=None, revision=None, lower="current"):
    """On SQLite core only creates what is missing as a whole; it never adds a column.

    Elsewhere it runs the plugin's migrations, which the tests do by themselves.
    """
    assert current_app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    current_app.db.create_all()
