"""The plugin's table: made, completed, and given a row for every challenge."""

from __future__ import annotations

import logging
import os

from flask import Flask
from sqlalchemy import inspect, text
from sqlalchemy.exc import SQLAlchemyError

from CTFd.models import Challenges, db
from CTFd.plugins.migrations import upgrade

from .models import BerthChallenge

log = logging.getLogger(__name__)
TABLE = BerthChallenge.__table__
PLUGIN = os.path.basename(os.path.dirname(os.path.abspath(__file__)))


def prepare_tables(app: Flask) -> None:
    """Several workers may do this at once; one that loses finds the table there."""
    try:
        upgrade(plugin_name=PLUGIN)
    except Exception:
        db.session.rollback()
        if _missing_columns():
            raise
        log.info("berth: another worker made the table")
    if str(app.config["SQLALCHEMY_DATABASE_URI"]).startswith("sqlite"):
        _add_missing_columns()
    adopt_challenges()


def _missing_columns() -> list:
    inspector = inspect(db.engine)
    if not inspector.has_table(TABLE.name):
        return list(TABLE.columns)
    present = {column["name"] for column in inspector.get_columns(TABLE.name)}
    return [column for column in TABLE.columns if column.name not in present]


def _add_missing_columns() -> None:
    """On SQLite core only creates whole tables: later columns are added here."""
    for column in _missing_columns():
        kind = column.type.compile(db.engine.dialect)
        rule = "" if column.nullable else f" NOT NULL DEFAULT {column.default.arg}"
        db.session.execute(
            text(f"ALTER TABLE {TABLE.name} ADD COLUMN {column.name} {kind}{rule}")
        )
    db.session.commit()


def adopt_challenges() -> int:
    """Gives container challenges of an earlier plugin the row they lack here.

    Without it core's page for such a challenge would fail. Returns how many.
    """
    own = db.session.query(TABLE.c.id)
    lacking = (
        db.session.query(Challenges.__table__.c.id)
        .filter(Challenges.__table__.c.type == "container")
        .filter(Challenges.__table__.c.id.notin_(own))
    )
    ids = [row[0] for row in lacking.all()]
    try:
        for challenge_id in ids:
            db.session.execute(
                TABLE.insert().values(
                    id=challenge_id, berth_revision=1, berth_registered=0
                )
            )
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
        log.info("berth: another worker adopted the challenges")
    return len(ids)
