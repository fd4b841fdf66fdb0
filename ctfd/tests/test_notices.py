"""Solves, bans and deletions: told in the background, never in CTFd's way."""

import time

import pytest
from conftest import Browser
from stub_service import json_answer

from CTFd.plugins.berth import notices

FAR_LESS_THAN_A_HANG = 20


@pytest.fixture
def quiet(service):
    """Only what comes after the set-up counts."""

    def forget():
        service.calls.clear()

    return forget


def sent(world, service):
    world.settled()
    return [(call.method, call.path) for call in service.calls]


def solved_body(service):
    (call,) = service.wait_for(1, "POST")
    body = dict(call.body)
    assert abs(body.pop("solvedAt") / 1000 - time.time()) < 60
    return body


def test_a_flag_solves_for_the_owner(either, service):
    challenge_id, player = either.challenge(), either.player()
    answer = player.solve(challenge_id)
    assert answer.get_json()["data"]["status"] == "correct"
    expected = {"owner": player.owner, "challengeId": str(challenge_id)}
    assert solved_body(service) == expected


def test_a_solve_an_admin_marks_counts_too(either, service):
    challenge_id, player = either.challenge(), either.player()
    player.solve(challenge_id, "wrong")
    assert service.of("POST") == []
    (submission,) = either.submissions()
    path = f"/api/v1/submissions/{submission['id']}"
    assert either.admin.patch(path, {"type": "correct"}).status_code == 200
    expected = {"owner": player.owner, "challengeId": str(challenge_id)}
    assert solved_body(service) == expected


def test_wrong_and_repeated_flags_are_not_told(world, service):
    challenge_id, player = world.challenge(), world.player()
    player.solve(challenge_id, "wrong")
    player.solve(challenge_id)
    player.solve(challenge_id)
    world.settled()
    assert len(service.of("POST")) == 1


def test_solves_of_other_types_are_not_told(world, service):
    body = {"name": "Plain", "category": "x", "value": "1", "type": "standard"}
    body.update(state="visible", description="")
    challenge_id = world.admin.post("/api/v1/challenges", body).get_json()["data"]["id"]
    world._add_flag(challenge_id, "flag")
    answer = world.player().solve(challenge_id)
    assert answer.get_json()["data"]["status"] == "correct"
    assert sent(world, service) == []


def test_a_solve_that_is_rolled_back_is_not_told(world, service):
    from CTFd.models import Solves, db

    challenge_id, player = world.challenge(), world.player()
    with world.app.app_context():
        solve = Solves(user_id=player.user_id, challenge_id=challenge_id, ip="x")
        db.session.add(solve)
        db.session.flush()
        db.session.rollback()
        db.session.commit()
    world.settled()
    assert service.of("POST") == []


def test_a_solve_in_a_savepoint_waits_for_the_commit_of_all(world, service):
    from CTFd.models import Solves, db

    challenge_id, player = world.challenge(), world.player()
    with world.app.app_context():
        solve = Solves(user_id=player.user_id, challenge_id=challenge_id, ip="x")
        with db.session.begin_nested():
            db.session.add(solve)
        assert db.session.info[notices.PENDING]
        db.session.rollback()
    world.settled()
    assert service.of("POST") == []


@pytest.mark.parametrize("kind", ["hang", "down", "rubbish"])
def test_a_solve_returns_at_once_whatever_the_service_does(world, service, kind):
    challenge_id, player = world.challenge(), world.player()
    world.without_timeouts()
    service.answer = {
        "hang": "hang",
        "down": (503, b"", {}),
        "rubbish": (200, b"<html>", {}),
    }[kind]
    started = time.monotonic()
    answer = player.solve(challenge_id)
    assert time.monotonic() - started < FAR_LESS_THAN_A_HANG
    assert answer.get_json()["data"]["status"] == "correct"


def test_many_solves_while_the_service_hangs(world, service):
    first, second = world.challenge(), world.challenge(name="Second")
    world.without_timeouts()
    service.answer = "hang"
    started = time.monotonic()
    for number in range(5):
        player = world.player(f"P{number}")
        for challenge_id in (first, second):
            assert player.solve(challenge_id).status_code == 200
    assert time.monotonic() - started < FAR_LESS_THAN_A_HANG
    assert world.plugin.outbox.size() >= 9


def test_a_solve_is_told_once_the_service_is_back(world, service, monkeypatch):
    monkeypatch.setattr("CTFd.plugins.berth.outbox.RETRY_SECONDS", (0, 0))
    challenge_id, player = world.challenge(), world.player()
    service.answers = [(503, b"", {}), (503, b"", {})]
    player.solve(challenge_id)
    service.wait_for(3, "POST")
    world.settled()
    assert world.plugin.outbox.size() == 0


def test_a_fault_in_here_does_not_touch_the_solve(world, monkeypatch, caplog):
    def broken(*_args):
        raise RuntimeError("bug")

    challenge_id, player = world.challenge(), world.player()
    monkeypatch.setattr(world.plugin.outbox, "put", broken)
    answer = player.solve(challenge_id)
    assert answer.get_json()["data"]["status"] == "correct"
    assert "a notice was lost" in caplog.text


class TestBans:
    def test_of_a_user(self, world, service, quiet):
        player = world.player()
        path = f"/api/v1/users/{player.user_id}"
        world.admin.patch(path, {"banned": True})
        expected = ("DELETE", f"/api/manage/owners/{player.owner}")
        assert sent(world, service) == [expected]
        assert int(service.calls[0].query["at"]) > 1_000_000_000_000
        quiet()
        world.admin.patch(path, {"banned": False})
        assert sent(world, service) == []

    def test_of_a_team(self, make_world, service):
        world = make_world("teams")
        player = world.player()
        world.admin.patch(f"/api/v1/teams/{player.team_id}", {"banned": True})
        expected = ("DELETE", f"/api/manage/owners/{player.owner}")
        assert sent(world, service) == [expected]

    def test_another_change_is_none(self, world, service):
        player = world.player()
        world.admin.patch(f"/api/v1/users/{player.user_id}", {"hidden": True})
        assert sent(world, service) == []


class TestDeletions:
    def test_of_a_user(self, world, service):
        player = world.player()
        world.admin.send("DELETE", f"/api/v1/users/{player.user_id}")
        expected = ("DELETE", f"/api/manage/owners/users:{player.user_id}")
        assert sent(world, service) == [expected]

    def test_of_a_user_that_is_refused(self, world, service):
        player = world.player()
        other = world.player("Other")
        player.send("DELETE", f"/api/v1/users/{other.user_id}")
        assert sent(world, service) == []

    def test_of_a_team(self, make_world, service):
        world = make_world("teams")
        player = world.player()
        world.admin.send("DELETE", f"/api/v1/teams/{player.team_id}")
        expected = ("DELETE", f"/api/manage/owners/{player.owner}")
        assert set(sent(world, service)) == {expected}


class TestLeavingATeam:
    @pytest.fixture
    def world(self, make_world):
        return make_world("teams")

    def kick(self, world, player):
        path = f"/api/v1/teams/{player.team_id}/members"
        answer = world.admin.send("DELETE", path, {"user_id": player.user_id})
        assert answer.status_code == 200

    def test_its_containers_stay_with_those_who_are_left(self, world, service):
        player = world.player()
        world.add_user("Mate", team_id=player.team_id)
        self.kick(world, player)
        assert sent(world, service) == []

    def test_its_containers_go_with_the_last_one(self, world, service):
        player = world.player()
        self.kick(world, player)
        expected = ("DELETE", f"/api/manage/owners/{player.owner}")
        assert sent(world, service) == [expected]

    def test_joining_is_no_leaving(self, world, service):
        from CTFd.models import Users, db

        team_id, loner = world.add_team("T"), world.add_user("Loner")
        with world.app.app_context():
            Users.query.filter_by(id=loner).first().team_id = team_id
            db.session.commit()
        assert sent(world, service) == []


def test_a_solve_of_nobody_is_not_told(world, service):
    challenge_id = world.challenge()
    with world.app.app_context():
        world.set(user_mode="teams")
        notices._tell_solved(world.plugin, 0, 1, None, challenge_id)
    assert service.of("POST") == []


def test_nothing_is_noted_while_it_is_not_set_up(environment, make_world, service):
    environment.delenv("BERTH_URL")
    world = make_world()
    challenge_id, player = world.challenge(), world.player()
    player.solve(challenge_id)
    world.admin.patch(f"/api/v1/users/{player.user_id}", {"banned": True})
    other = world.player("Other")
    world.admin.send("DELETE", f"/api/v1/users/{other.user_id}")
    world.admin.send("DELETE", f"/api/v1/challenges/{challenge_id}")
    world.settled()
    assert service.calls == []
    assert world.plugin.outbox.size() == 0


def test_several_apps_in_one_process_tell_once(make_world, service):
    make_world()
    world = make_world()
    challenge_id, player = world.challenge(), world.player()
    player.solve(challenge_id)
    world.settled()
    assert len(service.of("POST")) == 1


def test_a_browser_is_not_needed(world, service):
    """Solves made in a shell are told too; outside an app nothing is."""
    from CTFd.models import Solves, db

    challenge_id, player = world.challenge(), world.player()
    with world.app.app_context():
        db.session.add(
            Solves(user_id=player.user_id, challenge_id=challenge_id, ip="x")
        )
        db.session.commit()
    assert solved_body(service)["owner"] == player.owner
    assert isinstance(world.admin, Browser)


def test_a_challenge_the_service_does_not_know_is_fine(world, service):
    challenge_id, player = world.challenge(), world.player()
    service.answer = json_answer(404, {"code": "challenge_not_found"})
    assert player.solve(challenge_id).status_code == 200
