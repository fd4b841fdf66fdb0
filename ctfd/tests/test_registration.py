"""Registration with a service that is down, slow, picky, or has moved on."""

import json
import time

import pytest
from stub_service import json_answer

from CTFd.plugins.berth import registration

OUTDATED = json_answer(
    409, {"code": "outdated_revision", "title": "Newer.", "revision": 41}
)


@pytest.fixture(autouse=True)
def short_patience(monkeypatch):
    monkeypatch.setattr(registration, "SAVE_WAITS_SECONDS", 0.2)


@pytest.fixture
def patient(monkeypatch):
    """For tests that look at what the save itself brought."""
    monkeypatch.setattr(registration, "SAVE_WAITS_SECONDS", 10)


def status(world):
    return world.admin.get("/plugins/berth/api/admin/status").get_json()


def pending(world):
    return {one["id"]: one["pending"] for one in status(world)["pending"]}


def sync(world):
    answer = world.admin.post("/plugins/berth/api/admin/sync")
    assert answer.status_code == 200
    world.settled()
    return answer.get_json()


BROKEN = {
    "down": ((503, b"", {}), "503"),
    "refusing the key": (json_answer(401, {"code": "unauthenticated"}), "KEYS"),
    "no service at all": ((200, b"<html>hi</html>", {}), "not the service"),
    "another service": (json_answer(200, {"hello": 1}), "no outcome"),
    "picky": (
        json_answer(400, {"code": "invalid_challenge", "title": "Port 53 is taken."}),
        "Port 53 is taken.",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_save_succeeds_whatever_the_service_says(world, service, name, patient):
    service.answer, reason = BROKEN[name]
    challenge_id = world.challenge()
    assert reason in pending(world)[challenge_id]
    answer = world.edit(challenge_id, berth_image="web:2")
    data = answer.get_json()["data"]
    assert data["berth_image"] == "web:2"
    assert reason in data["berth_registration"]["pending"]
    page = world.admin.get(f"/admin/challenges/{challenge_id}").get_data(as_text=True)
    assert "not known to the service yet" in page


def test_nobody_at_the_address(environment, make_world, service, patient):
    environment.setenv("BERTH_URL", "http://127.0.0.1:1")
    world = make_world()
    challenge_id = world.challenge()
    assert "cannot be reached" in pending(world)[challenge_id]


def test_a_service_that_hangs_does_not_hold_a_save_up(world, service):
    world.without_timeouts()
    service.answer = "hang"
    started = time.monotonic()
    challenge_id = world.challenge()
    world.edit(challenge_id, berth_image="web:2")
    assert time.monotonic() - started < 20
    assert "not confirmed" in pending(world)[challenge_id]


def test_the_wait_at_a_save_is_bounded():
    import importlib

    fresh = importlib.util.find_spec("CTFd.plugins.berth.registration")
    text = open(fresh.origin).read()
    assert "SAVE_WAITS_SECONDS = 2.5\n" in text


def test_what_failed_is_tried_again_by_itself(world, service, monkeypatch, patient):
    service.answers = [(503, b"", {})]
    monkeypatch.setattr("CTFd.plugins.berth.outbox.RETRY_SECONDS", (0,))
    challenge_id = world.challenge()
    world.settled()
    service.wait_for(2, "PUT")
    world.settled()
    assert challenge_id not in pending(world)


def test_a_refused_challenge_is_not_tried_again(world, service, monkeypatch, patient):
    monkeypatch.setattr("CTFd.plugins.berth.outbox.RETRY_SECONDS", (0,))
    service.answer = BROKEN["picky"][0]
    world.challenge()
    world.settled()
    assert len(service.of("PUT")) == 1


def test_sync_tells_of_every_challenge_again(world, service, patient):
    first = world.challenge()
    service.answer = (503, b"", {})
    second = world.challenge(name="Second")
    assert list(pending(world)) == [second]
    service.answer = json_answer(200, {"outcome": "created", "warnings": []})
    service.calls.clear()
    assert sync(world)["queued"] == 2
    paths = [call.path.rpartition("/")[2] for call in service.of("PUT")]
    assert sorted(paths) == sorted([str(first), str(second)])
    assert pending(world) == {}


def test_a_change_of_something_else_tries_a_pending_one_again(world, service, patient):
    service.answers = [(503, b"", {})]
    challenge_id = world.challenge()
    world.edit(challenge_id, state="hidden")
    world.settled()
    assert pending(world) == {}
    assert service.of("PUT")[-1].body["revision"] == 1


def test_a_restored_ctfd_overtakes_what_the_service_knows(world, service, patient):
    service.answers = [OUTDATED]
    challenge_id = world.challenge()
    assert [call.body["revision"] for call in service.of("PUT")] == [1, 42]
    row = world.row(challenge_id)
    assert (row["berth_revision"], row["berth_registered"]) == (42, 42)


def test_two_front_ends_that_overtake_each_other_come_to_an_end(
    world, service, patient
):
    service.answers = [
        json_answer(409, {"code": "outdated_revision", "revision": revision})
        for revision in (10, 20, 30)
    ]
    challenge_id = world.challenge()
    assert len(service.of("PUT")) == 3
    assert challenge_id in pending(world)


def test_a_refusal_without_the_revision_is_left_pending(world, service, patient):
    service.answer = json_answer(409, {"code": "outdated_revision"})
    challenge_id = world.challenge()
    world.settled()
    assert len(service.of("PUT")) == 1
    assert challenge_id in pending(world)


def test_an_answer_about_an_older_version_says_nothing_of_the_newer(world, service):
    service.answers = ["hang"]
    challenge_id = world.challenge()
    with world.app.app_context():
        registration._note(challenge_id, 7, berth_registered=7)
    assert world.row(challenge_id)["berth_registered"] == 0


def test_warnings_are_kept_for_the_form(world, service, patient):
    warnings = [{"path": "ports", "message": "Azure reserves port 22."}, "rubbish"]
    service.answer = json_answer(200, {"outcome": "created", "warnings": warnings})
    challenge_id = world.challenge()
    path = f"/plugins/berth/api/admin/challenges/{challenge_id}"
    assert world.admin.get(path).get_json()["warnings"] == ["Azure reserves port 22."]
    service.answer = json_answer(200, {"outcome": "updated", "warnings": "rubbish"})
    world.edit(challenge_id, berth_image="web:2")
    assert world.admin.get(path).get_json()["warnings"] == []


def test_without_settings_everything_is_saved_and_pending(
    environment, make_world, service, patient
):
    environment.delenv("BERTH_URL")
    world = make_world()
    challenge_id = world.challenge()
    assert "BERTH_URL" in pending(world)[challenge_id]
    assert service.calls == []


def test_a_challenge_deleted_in_the_meantime_is_no_fault(world, service):
    with world.app.app_context():
        registration.register(world.plugin, 4711)
    assert service.calls == []


def test_columns_spoilt_by_hand_are_pending(world, service, patient):
    from CTFd.models import db
    from CTFd.plugins.berth.models import BerthChallenge

    challenge_id = world.challenge()
    with world.app.app_context():
        table = BerthChallenge.__table__
        spoilt = {"berth_ports": "{", "berth_revision": 2}
        db.session.execute(table.update().values(**spoilt))
        db.session.commit()
    sync(world)
    assert challenge_id in pending(world)


def test_an_outbox_that_cannot_start_is_no_reason_to_fail(world, monkeypatch, caplog):
    def broken(*_args, **_named):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(world.plugin.outbox, "put", broken)
    challenge_id = world.challenge()
    answer = world.edit(challenge_id, state="hidden")
    assert answer.status_code == 200
    assert "cannot register" in caplog.text


def test_only_admins_may_look_and_sync(world):
    challenge_id = world.challenge()
    base = "/plugins/berth/api/admin"
    for browser, code in ((world.player(), 403), (world.visitor(), 401)):
        assert browser.get(f"{base}/status").status_code == code
        assert browser.get(f"{base}/challenges/{challenge_id}").status_code == code
        assert browser.post(f"{base}/sync").status_code == code
        assert browser.post(f"{base}/takeover").status_code == code


def test_the_registration_of_no_challenge(world):
    answer = world.admin.get("/plugins/berth/api/admin/challenges/4711")
    assert answer.status_code == 404
    assert answer.get_json()["code"] == "challenge_not_found"


def test_the_status_names_no_secret(world, tmp_path):
    secret = json.loads((tmp_path / "keys" / "token.json").read_text())["d"]
    text = json.dumps(status(world))
    assert secret not in text
    assert status(world)["ready"] is True
