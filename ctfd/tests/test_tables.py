"""The plugin's table: on SQLite and by migration, new, old, and by several workers."""

import importlib.util
import os

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateTable

from CTFd.plugins.berth import tables

alembic = pytest.importorskip("alembic")
MIGRATION = "6f1c2a9d0b37_create_berth_challenge.py"


def load_migration():
    path = os.path.join(os.path.dirname(tables.__file__), "migrations", MIGRATION)
    spec = importlib.util.spec_from_file_location("migration", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def connection():
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE challenges (id INTEGER PRIMARY KEY)"))
        yield connection


@pytest.fixture
def operations(connection):
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    return Operations(MigrationContext.configure(connection))


def shape(columns):
    return {
        column["name"]: (str(column["type"]), column["nullable"]) for column in columns
    }


def test_the_migration_makes_what_the_model_says(connection, operations):
    load_migration().upgrade(op=operations)
    inspector = inspect(connection)
    made = shape(inspector.get_columns("berth_challenge"))
    dialect = connection.dialect
    assert made == {
        column.name: (column.type.compile(dialect), bool(column.nullable))
        for column in tables.TABLE.columns
    }
    (foreign,) = inspector.get_foreign_keys("berth_challenge")
    assert foreign["referred_table"] == "challenges"
    assert foreign["options"] == {"ondelete": "CASCADE"}


def test_the_migration_leaves_a_table_that_is_there(connection, operations):
    connection.execute(text("CREATE TABLE berth_challenge (id INTEGER, kept INTEGER)"))
    load_migration().upgrade(op=operations)
    names = [
        column["name"] for column in inspect(connection).get_columns("berth_challenge")
    ]
    assert names == ["id", "kept"]


def test_the_migration_can_be_taken_back(connection, operations):
    migration = load_migration()
    migration.upgrade(op=operations)
    migration.downgrade(op=operations)
    assert not inspect(connection).has_table("berth_challenge")


def test_every_column_of_the_plugin_is_prefixed():
    names = [column.name for column in tables.TABLE.columns if column.name != "id"]
    assert names and all(name.startswith("berth_") for name in names)


def test_mariadb_can_make_the_table():
    statement = str(CreateTable(tables.TABLE).compile(dialect=mysql.dialect()))
    assert "ON DELETE CASCADE" in statement


def columns_in(world):
    from CTFd.models import db

    with world.app.app_context():
        return {
            one["name"] for one in inspect(db.engine).get_columns("berth_challenge")
        }


def test_a_column_added_later_reaches_an_sqlite_file_that_is_there(world, make_world):
    from CTFd.models import db

    challenge_id = world.challenge()
    every = columns_in(world)
    with world.app.app_context():
        for name in ("berth_warnings", "berth_registered"):
            db.session.execute(text(f"ALTER TABLE berth_challenge DROP COLUMN {name}"))
        db.session.commit()
    assert columns_in(world) != every
    again = make_world()
    assert columns_in(again) == every
    assert again.row(challenge_id)["berth_registered"] == 0


def old_challenge(world, name="Old"):
    from CTFd.models import Challenges, db

    with world.app.app_context():
        values = {"name": name, "type": "container", "state": "visible", "value": 1}
        later = {"logic": "any", "position": 0, "function": "static"}
        table = Challenges.__table__
        values.update({key: later[key] for key in later if key in table.c})
        done = db.session.execute(table.insert().values(**values))
        challenge_id = done.inserted_primary_key[0]
        db.session.commit()
        return challenge_id


def test_a_restart_gives_challenges_of_the_replaced_plugin_a_row(world, make_world):
    challenge_id = old_challenge(world)
    assert world.row(challenge_id) is None
    again = make_world()
    assert again.row(challenge_id)["berth_revision"] == 1
    assert again.admin.get(f"/admin/challenges/{challenge_id}").status_code == 200


def test_two_workers_adopting_at_once(world, monkeypatch):
    """The second finds the row there when it writes its own."""
    challenge_id = old_challenge(world)
    with world.app.app_context():
        execute, first = tables.db.session.execute, []

        def other_first(statement, *args, **named):
            if "INSERT" in str(statement) and not first:
                first.append(True)
                execute(statement)
            return execute(statement, *args, **named)

        monkeypatch.setattr(tables.db.session, "execute", other_first)
        tables.adopt_challenges()
        monkeypatch.undo()
        tables.adopt_challenges()
    assert world.row(challenge_id) is not None


def test_a_worker_that_comes_second_goes_on(world, monkeypatch):
    def lost(**_named):
        raise RuntimeError("table already exists")

    monkeypatch.setattr(tables, "upgrade", lost)
    with world.app.app_context():
        tables.prepare_tables(world.app)


def test_a_database_without_the_table_is_a_fault(world, monkeypatch):
    def lost(**_named):
        raise RuntimeError("no permission")

    monkeypatch.setattr(tables, "upgrade", lost)
    with world.app.app_context():
        tables.db.session.execute(text("DROP TABLE berth_challenge"))
        tables.db.session.commit()
        with pytest.raises(RuntimeError, match="no permission"):
            tables.prepare_tables(world.app)
