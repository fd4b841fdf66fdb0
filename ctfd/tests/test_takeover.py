"""Taking over the challenges of the plugin that Berth replaces."""

import json

import pytest
from sqlalchemy import text
from test_tables import old_challenge

TAKEOVER = "/plugins/berth/api/admin/takeover"
SEED = """CREATE TABLE container_challenge_model (
    id INTEGER PRIMARY KEY, image TEXT, port INTEGER, command TEXT, volumes TEXT,
    initial INTEGER, minimum INTEGER, decay INTEGER{more})"""
INFO = """CREATE TABLE container_info_model (
    container_id TEXT, challenge_id INTEGER, port INTEGER, expires INTEGER{more})"""


def run(world, *statements):
    from CTFd.models import db

    with world.app.app_context():
        for statement, values in statements:
            db.session.execute(text(statement), values)
        db.session.commit()


def dump(world, table):
    from CTFd.models import db

    with world.app.app_context():
        rows = db.session.execute(text(f"SELECT * FROM {table}")).fetchall()
        return [tuple(row) for row in rows]


def insert(table, **values):
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    return f"INSERT INTO {table} ({names}) VALUES ({places})", values


def seed(world, **values):
    """A challenge of the plugin as it was first published: teams, no size."""
    challenge_id = old_challenge(world)
    base = {"image": "old/web:latest", "port": 1337, "command": "run --now"}
    base.update(volumes="", initial=500, minimum=100, decay=20)
    row = {**base, **values, "id": challenge_id}
    run(world, insert("container_challenge_model", **row))
    return challenge_id


@pytest.fixture
def old_tables(world):
    run(world, (SEED.format(more=""), {}), (INFO.format(more=", team_id INTEGER"), {}))
    return world


@pytest.fixture
def pull_request_tables(world):
    info = ", user_id INTEGER, hostname TEXT, status TEXT"
    run(world, (SEED.format(more=", size TEXT"), {}), (INFO.format(more=info), {}))
    return world


def take_over(world, dry_run=None):
    body = {} if dry_run is None else {"dryRun": dry_run}
    answer = world.admin.post(TAKEOVER, body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def test_nothing_to_take_over(world):
    report = take_over(world)
    assert report == {"dryRun": True, "found": 0, "challenges": [], "running": []}


@pytest.mark.parametrize("dry_run", [None, True, "false", 0])
def test_a_report_changes_nothing(old_tables, service, dry_run):
    world, challenge_id = old_tables, seed(old_tables)
    before = world.core_row(challenge_id)
    report = take_over(world, dry_run)
    assert report["dryRun"] is True
    (entry,) = report["challenges"]
    assert (entry["name"], entry["outcome"]) == ("Old", "ready")
    assert entry["fields"]["berth_image"] == "old/web:latest"
    assert world.row(challenge_id) is None
    assert world.core_row(challenge_id) == before
    world.settled()
    assert service.calls == []


def test_taking_over(old_tables, service):
    world, challenge_id = old_tables, seed(old_tables)
    old = dump(world, "container_challenge_model")
    (entry,) = take_over(world, False)["challenges"]
    assert entry["outcome"] == "taken over"
    row = world.row(challenge_id)
    assert row["berth_image"] == "old/web:latest"
    assert row["berth_command"] == "run --now"
    assert json.loads(row["berth_ports"]) == [
        {"label": "Connect", "port": 1337, "protocol": "tcp"}
    ]
    core = world.core_row(challenge_id)
    scoring = [core[name] for name in ("function", "initial", "minimum", "decay")]
    assert scoring == ["logarithmic", 500, 100, 20]
    assert dump(world, "container_challenge_model") == old
    (call,) = service.wait_for(1, "PUT")
    assert call.body["spec"]["containers"][0]["command"] == ["run", "--now"]


def test_what_was_taken_over_is_not_taken_twice(old_tables):
    world, challenge_id = old_tables, seed(old_tables)
    take_over(world, False)
    world.edit(challenge_id, berth_image="new:1")
    (entry,) = take_over(world, False)["challenges"]
    assert entry["outcome"] == "kept"
    assert world.row(challenge_id)["berth_image"] == "new:1"


def test_sizes_of_the_pull_request(pull_request_tables):
    world = pull_request_tables
    challenge_id = seed(world, size="large", decay=0)
    take_over(world, False)
    assert world.row(challenge_id)["berth_size"] == "large"
    assert world.core_row(challenge_id)["function"] == "static"


def test_what_core_scores_already_stays(old_tables):
    world, challenge_id = old_tables, seed(old_tables)
    linear = {"id": challenge_id}
    statement = (
        "UPDATE challenges SET function='linear', initial=300, minimum=50, decay=10 "
        "WHERE id=:id"
    )
    run(world, (statement, linear))
    take_over(world, False)
    core = world.core_row(challenge_id)
    assert (core["function"], core["initial"]) == ("linear", 300)


@pytest.mark.parametrize(
    "port, connection, protocol",
    [
        (80, None, "http"),
        (8080, "", "http"),
        (443, None, "https"),
        (22, None, "ssh"),
        (9001, None, "tcp"),
        (9001, "https://host/", "https"),
        (9001, "http://host/", "http"),
    ],
)
def test_protocols_are_guessed_and_named(old_tables, port, connection, protocol):
    world, challenge_id = old_tables, seed(old_tables, port=port)
    statement = "UPDATE challenges SET connection_info=:info WHERE id=:id"
    run(world, (statement, {"info": connection, "id": challenge_id}))
    (entry,) = take_over(world)["challenges"]
    (guessed,) = json.loads(entry["fields"]["berth_ports"])
    assert guessed["protocol"] == protocol
    assert f"{port} is taken for {protocol}" in entry["notes"][0]


def test_what_cannot_be_taken_over_is_named(old_tables):
    world = old_tables
    seed(world, volumes='{"/etc": {}}', port=None)
    seed(world, image="not an image")
    run(world, insert("container_challenge_model", id=999, image="gone:1"))
    first, second, third = take_over(world, False)["challenges"]
    assert first["notes"] == ["It has no port yet.", "Its volumes are not taken over."]
    assert (second["outcome"], second["notes"]) == (
        "refused",
        ["Image: not an image reference."],
    )
    assert third["outcome"] == "skipped"


def test_containers_of_teams_that_still_run(old_tables):
    world, challenge_id = old_tables, seed(old_tables)
    team_id = world.add_team("Crème")
    row = {"container_id": "abc", "challenge_id": challenge_id, "port": 4000}
    run(world, insert("container_info_model", **row, expires=9, team_id=team_id))
    before = dump(world, "container_info_model")
    assert take_over(world, False)["running"] == [
        {**row, "expires": 9, "owner": f"teams:{team_id}", "ownerName": "Crème"}
    ]
    assert dump(world, "container_info_model") == before


def test_containers_of_users_that_still_run(pull_request_tables):
    world, challenge_id = pull_request_tables, seed(pull_request_tables, size="small")
    player = world.player()
    row = {"container_id": "abc", "challenge_id": challenge_id, "status": "running"}
    run(world, insert("container_info_model", **row, user_id=player.user_id))
    run(world, insert("container_info_model", container_id="lost", user_id=999))
    run(world, insert("container_info_model", container_id="nobody's"))
    known, lost, nobody = take_over(world)["running"]
    assert (known["owner"], known["ownerName"]) == (player.owner, "Zoé")
    assert (lost["owner"], lost["ownerName"]) == ("users:999", "")
    assert nobody == {"container_id": "nobody's"}


class TestThePage:
    """The same without a script."""

    def page(self, world, do):
        answer = world.admin.submit("/admin/berth", do=do)
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    def test_report(self, old_tables):
        challenge_id = seed(old_tables)
        text = self.page(old_tables, "report")
        assert "Nothing was changed." in text and "old/web:latest" in text
        assert old_tables.row(challenge_id) is None

    def test_taking_over(self, old_tables):
        challenge_id = seed(old_tables)
        run(old_tables, insert("container_info_model", container_id="abc<b>"))
        text = self.page(old_tables, "takeover")
        assert "taken over" in text and "abc&lt;b&gt;" in text
        assert old_tables.row(challenge_id)["berth_image"] == "old/web:latest"

    def test_sync(self, world, service):
        world.challenge()
        service.calls.clear()
        assert "Under way." in self.page(world, "sync")
        service.wait_for(1, "PUT")

    def test_a_post_without_the_nonce_does_nothing(self, old_tables):
        challenge_id = seed(old_tables)
        answer = old_tables.admin.bare_post("/admin/berth")
        assert answer.status_code == 403
        assert old_tables.row(challenge_id) is None
