"""A CTFd with the plugin loaded, people to use it, and a service to talk to.

By default the CTFd is the stand-in in fake_ctfd; BERTH_CTFD names a real one's folder.
"""

import os
import sys
import uuid

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
sys.path.insert(0, os.environ.get("BERTH_CTFD") or os.path.join(HERE, "fake_ctfd"))

from stub_service import StubService  # noqa: E402

MODES = ("users", "teams")
SETTINGS = ("BERTH_URL", "BERTH_EVENT", "BERTH_ISS", "BERTH_KEY_FILE")
PORTS = [{"label": "Site", "port": 8080, "protocol": "http"}]
WEB = {
    "name": "Web",
    "category": "web",
    "description": "Find the flag.",
    "value": "100",
    "state": "visible",
    "type": "container",
    "berth_image": "registry.example.org/web:1",
    "berth_ports": PORTS,
}


class Browser:
    """Somebody's browser: a session, and CTFd's nonce with every request."""

    def __init__(self, app, user_id=None):
        self.user_id = user_id
        self._client = app.test_client()
        with self._client.session_transaction() as session:
            session["nonce"] = "nonce"
            if user_id is not None:
                session["id"] = user_id

    def get(self, path):
        return self._client.get(path)

    def send(self, method, path, body=None):
        headers = {"CSRF-Token": "nonce"}
        return self._client.open(
            path, method=method, json={} if body is None else body, headers=headers
        )

    def post(self, path, body=None):
        return self.send("POST", path, body)

    def patch(self, path, body):
        return self.send("PATCH", path, body)

    def submit(self, path, **form):
        return self._client.post(path, data={**form, "nonce": "nonce"})

    def bare_post(self, path):
        """As from a page of another site: no nonce."""
        return self._client.post(path, json={})

    def token(self, challenge_id):
        return self.post(f"/plugins/berth/api/token/challenge/{challenge_id}")

    def solve(self, challenge_id, flag="flag"):
        body = {"challenge_id": challenge_id, "submission": flag}
        return self.post("/api/v1/challenges/attempt", body)


class World:
    """One CTFd: its app, and what an organiser does to it."""

    def __init__(self, app, mode):
        self.app = app
        self.mode = mode
        self.admin = Browser(app, self.add_user("Admin", admin=True))

    def set(self, **configs):
        from CTFd.utils import set_config

        with self.app.app_context():
            for name, value in configs.items():
                set_config(name, value)

    def add_user(self, name, admin=False, team_id=None):
        from CTFd import models

        kind = getattr(models, "Admins", models.Users) if admin else models.Users
        with self.app.app_context():
            user = kind(
                name=name,
                email=f"{uuid.uuid4().hex}@example.org",
                password="password",
                type="admin" if admin else "user",
                team_id=team_id,
            )
            models.db.session.add(user)
            models.db.session.commit()
            return user.id

    def add_team(self, name):
        from CTFd import models

        with self.app.app_context():
            team = models.Teams(name=name)
            models.db.session.add(team)
            models.db.session.commit()
            return team.id

    def player(self, name="Zoé", team="Crème"):
        """Someone who may play: in teams mode with a team of their own."""
        team_id = self.add_team(team) if self.mode == "teams" else None
        browser = Browser(self.app, self.add_user(name, team_id=team_id))
        browser.team_id = team_id
        kind, account_id = ("teams", team_id) if team_id else ("users", browser.user_id)
        browser.owner = f"{kind}:{account_id}"
        return browser

    def visitor(self):
        return Browser(self.app)

    def challenge(self, flag="flag", **fields):
        answer = self.admin.post("/api/v1/challenges", {**WEB, **fields})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        challenge_id = answer.get_json()["data"]["id"]
        self._add_flag(challenge_id, flag)
        return challenge_id

    def _add_flag(self, challenge_id, flag):
        from CTFd.models import Flags, db

        with self.app.app_context():
            db.session.add(
                Flags(challenge_id=challenge_id, content=flag, type="static")
            )
            db.session.commit()

    def edit(self, challenge_id, **fields):
        return self.admin.patch(f"/api/v1/challenges/{challenge_id}", fields)

    def row(self, challenge_id):
        """The plugin's columns of a challenge, as they are in the database."""
        from CTFd.models import db
        from CTFd.plugins.berth.models import BerthChallenge

        table = BerthChallenge.__table__
        with self.app.app_context():
            query = table.select().where(table.c.id == challenge_id)
            row = db.session.execute(query).mappings().first()
            return dict(row) if row else None

    def core_row(self, challenge_id):
        from CTFd.models import Challenges, db

        table = Challenges.__table__
        with self.app.app_context():
            query = table.select().where(table.c.id == challenge_id)
            return dict(db.session.execute(query).mappings().first())

    def submissions(self):
        from CTFd.models import Submissions

        with self.app.app_context():
            return [
                {"id": one.id, "type": one.type, "user_id": one.user_id}
                for one in Submissions.query.order_by(Submissions.id).all()
            ]

    def without_timeouts(self):
        """Whoever waits for a service that hangs now waits longer than any test."""
        self.plugin.service._timeout = 600

    @property
    def plugin(self):
        return self.app.extensions["berth"]

    def settled(self, seconds=10):
        """Waits until the background has nothing to do at the moment."""
        from CTFd.plugins.berth.outbox import Job

        last = Job("last", lambda: None)
        self.plugin.outbox.put(last)
        assert last.tried.wait(seconds)


@pytest.fixture
def service():
    stub = StubService()
    yield stub
    stub.close()


@pytest.fixture
def environment(monkeypatch, tmp_path, service):
    """The plugin's settings, complete and right; a test may change them."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BERTH_URL", service.url)
    monkeypatch.setenv("BERTH_EVENT", "spring")
    monkeypatch.setenv("BERTH_KEY_FILE", str(tmp_path / "keys" / "token.json"))
    return monkeypatch


@pytest.fixture
def make_world(environment, tmp_path, service):
    """`make_world("teams")` starts a CTFd. What it still does ends with the test."""

    def make(mode="users"):
        from CTFd import create_app
        from CTFd.config import TestingConfig

        class Config(TestingConfig):
            SAFE_MODE = False
            SQLALCHEMY_DATABASE_URI = f"sqlite:///{tmp_path}/ctfd.db"

        app = create_app(Config)
        with app.app_context():
            from CTFd.utils import set_config

            for name, value in START.items():
                set_config(name, value)
            set_config("user_mode", mode)
        return World(app, mode)

    return make


START = {
    "setup": "true",
    "ctf_name": "Test",
    "challenge_visibility": "private",
    "account_visibility": "public",
    "score_visibility": "public",
    "registration_visibility": "public",
}


@pytest.fixture
def world(make_world):
    return make_world()


@pytest.fixture(params=MODES)
def either(request, make_world):
    """Both user modes, one after the other."""
    return make_world(request.param)
