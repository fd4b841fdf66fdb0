"""Loading: whatever is missing or broken, CTFd starts and the page says what it is."""

import json
import os

import pytest

import CTFd.plugins.berth as berth


def page(world):
    answer = world.admin.get("/admin/berth")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def faults(world):
    answer = world.admin.get("/plugins/berth/api/admin/status").get_json()
    return [fault["code"] for fault in answer["faults"]]


def test_all_is_well(world):
    assert faults(world) == []
    text = page(world)
    assert "<berth-admin>" in text and "alert-danger" not in text
    assert "/plugins/berth/assets/admin.js" in text and "?v=" not in text


@pytest.mark.parametrize("name, value", [("BERTH_URL", ""), ("BERTH_EVENT", "No name")])
def test_an_unusable_setting(environment, make_world, name, value):
    environment.setenv(name, value)
    world = make_world()
    assert name in page(world)
    assert "alert-danger" in page(world)


def test_settings_from_ctfds_own_configuration(environment, make_world, service):
    from CTFd.config import TestingConfig

    environment.delenv("BERTH_EVENT")
    environment.setattr(TestingConfig, "BERTH_EVENT", "autumn", raising=False)
    world = make_world()
    assert faults(world) == []
    assert world.plugin.settings.event == "autumn"


def test_a_key_that_cannot_be_kept(environment, make_world, tmp_path):
    (tmp_path / "file").write_text("")
    environment.setenv("BERTH_KEY_FILE", str(tmp_path / "file" / "key.json"))
    world = make_world()
    assert faults(world) == ["key_unusable"]
    assert "BERTH_KEY_FILE" in page(world)
    assert world.player().token(world.challenge()).status_code == 503


def test_a_key_in_the_default_place_is_warned_of(environment, make_world, tmp_path):
    environment.delenv("BERTH_KEY_FILE")
    default = str(tmp_path / "instance" / "berth-key.json")
    environment.setattr(berth, "_default_key_file", lambda _app: default)
    world = make_world()
    assert os.path.exists(default)
    assert "BERTH_KEY_FILE" in page(world)


def test_the_default_place_is_not_where_uploads_and_exports_are(world):
    path = berth._default_key_file(world.app)
    assert path == os.path.join(world.app.instance_path, "berth-key.json")


def test_the_key_is_in_no_table_and_so_in_no_export(world, tmp_path):
    from CTFd.models import db

    secret = json.loads((tmp_path / "keys" / "token.json").read_text())["d"]
    world.challenge()
    with world.app.app_context():
        for table in db.metadata.sorted_tables:
            rows = db.session.execute(table.select()).fetchall()
            assert secret not in str(rows)


def test_the_key_line_is_on_the_page_as_the_service_takes_it(world):
    answer = world.admin.get("/plugins/berth/api/admin/status").get_json()
    (key,) = json.loads(answer["keyLine"])
    assert set(key) == {"kid", "iss", "alg", "x"}
    assert key["kid"] in page(world)


def test_the_page_is_for_admins(world):
    for browser in (world.player(), world.visitor()):
        assert browser.get("/admin/berth").status_code in (302, 403)


class TestBroken:
    @pytest.fixture
    def world(self, environment, make_world):
        def broken(_app):
            raise RuntimeError("the <b>database</b> said no")

        environment.setattr("CTFd.plugins.berth.tables.prepare_tables", broken)
        return make_world()

    def test_ctfd_starts(self, world):
        assert world.app.extensions.get("berth") is None

    def test_the_page_says_why_as_text(self, world):
        text = page(world)
        assert "did not load" in text
        assert "the &lt;b&gt;database&lt;/b&gt; said no" in text

    def test_the_page_is_for_admins(self, world):
        assert world.player().get("/admin/berth").status_code == 403


def test_even_the_page_may_fail(caplog):
    class NoApp:
        def add_url_rule(self, *_args):
            raise AssertionError("too late")

    berth._explain(NoApp(), RuntimeError("x"))
    assert "no page can say so either" in caplog.text


def test_another_folder_name_is_named(world, monkeypatch):
    rules = []

    class App:
        def add_url_rule(self, path, _name, _view):
            rules.append(path)

    monkeypatch.setattr(berth, "__name__", "CTFd.plugins.berth-main")
    berth.load(App())
    assert rules == ["/admin/berth"]


def test_another_plugin_with_the_same_type(world, monkeypatch):
    from CTFd.plugins.challenges import CHALLENGE_CLASSES

    monkeypatch.setitem(CHALLENGE_CLASSES, "container", object)
    assert faults(world) == ["type_taken"]
    answer = world.admin.get("/plugins/berth/api/admin/status").get_json()
    assert answer["ready"] is False


def test_without_the_plugin_its_parts_refuse(world):
    from CTFd.plugins.berth.notices import challenge_deleted
    from CTFd.plugins.berth.plugin import this_plugin

    del world.app.extensions["berth"]
    with world.app.app_context():
        assert this_plugin() is None
        challenge_deleted(None, 1)
    answer = world.player().post("/plugins/berth/api/token/owner")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "not_set_up")
    challenge_id = world.challenge()
    assert world.row(challenge_id)["berth_registered"] == 0


class TestCommands:
    def run(self, world, *args):
        return world.app.test_cli_runner().invoke(args=["berth", *args])

    def test_the_key_line(self, world):
        result = self.run(world, "key")
        assert result.exit_code == 0
        assert json.loads(result.output)[0]["alg"] == "EdDSA"

    def test_no_key(self, environment, make_world, tmp_path):
        (tmp_path / "file").write_text("")
        environment.setenv("BERTH_KEY_FILE", str(tmp_path / "file" / "key.json"))
        result = self.run(make_world(), "key")
        assert result.exit_code != 0
        assert "BERTH_KEY_FILE" in result.output

    def test_not_loaded(self, world):
        del world.app.extensions["berth"]
        assert "Not loaded." in self.run(world, "key").output

    def test_a_takeover_is_a_report_unless_told_otherwise(self, world):
        result = self.run(world, "takeover")
        assert json.loads(result.output)["dryRun"] is True
        result = self.run(world, "takeover", "--apply")
        assert '"dryRun": false' in result.output


def test_the_menu_leads_to_the_page():
    path = os.path.join(os.path.dirname(berth.__file__), "config.json")
    with open(path) as file:
        assert json.load(file) == {"name": "Containers", "route": "/admin/berth"}
