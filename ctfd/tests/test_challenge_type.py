"""The challenge type: saving, reading, deleting, and core's scoring left alone."""

import json
import time

import pytest
from conftest import PORTS, WEB
from test_tables import old_challenge

SECRET = "FLAG=hunter2"


def data_of(answer):
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()["data"]


def error_of(answer):
    assert answer.status_code == 500
    (message,) = answer.get_json()["errors"][""]
    return message


def test_creating_registers_it_with_the_service(either, service):
    challenge_id = either.challenge(berth_secret_environment=SECRET)
    (call,) = service.of("PUT")
    assert call.path == f"/api/manage/challenges/{challenge_id}"
    assert call.body["name"] == "Web"
    assert call.body["revision"] == 1
    container = call.body["spec"]["containers"][0]
    assert container["image"] == "registry.example.org/web:1"
    assert container["secretEnvironment"] == {"FLAG": "hunter2"}
    assert call.body["spec"]["ports"] == PORTS
    row = either.row(challenge_id)
    assert (row["berth_revision"], row["berth_registered"]) == (1, 1)


def test_the_service_knows_who_speaks(world, service):
    world.challenge()
    claims = service.of("PUT")[0].claims
    assert (claims["sub"], claims["role"], claims["scope"]) == (
        "service",
        "service",
        "manage",
    )


def test_creating_as_the_form_does_it(world):
    """Every value a text, empty where nothing was entered, a checkbox true or false."""
    form = {
        **WEB,
        "berth_ports": json.dumps(PORTS),
        "berth_digest": "",
        "berth_size": "",
        "berth_cpu": "",
        "berth_memory_gb": "",
        "berth_command": "",
        "berth_environment": "",
        "berth_secret_environment": "",
        "berth_probe_path": "",
        "berth_probe_port": "",
        "berth_probe_status": "",
        "berth_lifetime_minutes": "",
        "berth_renewals": "",
        "berth_release_on_solve": "now",
        "berth_capabilities": "",
        "berth_read_only_root": False,
    }
    data = data_of(world.admin.post("/api/v1/challenges", form))
    assert data["type"] == "container"
    assert world.row(data["id"])["berth_cpu"] is None


def test_an_unfinished_challenge_is_saved_and_pending(world, service):
    challenge_id = world.challenge(berth_image="", berth_ports="")
    assert service.calls == []
    registration = registration_of(world, challenge_id)
    assert registration["pending"] == "It has no image yet."


def registration_of(world, challenge_id):
    path = f"/plugins/berth/api/admin/challenges/{challenge_id}"
    return world.admin.get(path).get_json()


def test_what_cannot_be_meant_is_refused_with_a_reason(world):
    answer = world.admin.post("/api/v1/challenges", {**WEB, "berth_cpu": "much"})
    assert error_of(answer).startswith("Cpu: ")
    challenge_id = world.challenge()
    answer = world.edit(challenge_id, berth_ports="[", name="Changed")
    assert error_of(answer) == "Ports: not a JSON list."
    assert world.core_row(challenge_id)["name"] == "Web"


def test_unknown_fields_never_fail(world):
    challenge_id = world.challenge(extra="x", berth_colour="red", tags=["a"])
    data_of(world.edit(challenge_id, extra="x", berth_colour="red", files=["a"]))


def test_nobody_sets_the_plugins_own_columns(world):
    challenge_id = world.challenge(berth_revision=50, berth_registered=50)
    data_of(world.edit(challenge_id, berth_registered=0, berth_problem="x", id=99))
    row = world.row(challenge_id)
    assert (row["berth_revision"], row["berth_registered"]) == (1, 1)


class TestReading:
    HIDDEN = ("registry.example.org", "run-it", "VISIBLE", "hunter2", "berth_image")

    @pytest.fixture
    def challenge_id(self, either):
        return either.challenge(
            berth_command="run-it",
            berth_environment="VISIBLE=1",
            berth_secret_environment=SECRET,
        )

    def test_players_learn_nothing_of_what_runs(self, either, challenge_id):
        player = either.player()
        for path in (f"/api/v1/challenges/{challenge_id}", "/api/v1/challenges"):
            text = player.get(path).get_data(as_text=True)
            assert not [word for word in self.HIDDEN if word in text]
        shown = data_of(player.get(f"/api/v1/challenges/{challenge_id}"))
        assert shown["type_data"]["scripts"]["view"] == "/plugins/berth/assets/view.js"
        assert f'data-challenge-id="{challenge_id}"' in shown["view"]

    def test_admins_see_all_but_the_secrets(self, either, challenge_id):
        answer = either.admin.get(f"/api/v1/challenges/{challenge_id}")
        data = data_of(answer)
        assert data["berth_image"] == "registry.example.org/web:1"
        assert data["berth_secret_names"] == ["FLAG"]
        assert data["berth_registration"]["pending"] == ""
        assert "hunter2" not in answer.get_data(as_text=True)

    def test_the_edit_page_does_not_give_secrets_back(self, either, challenge_id):
        page = either.admin.get(f"/admin/challenges/{challenge_id}")
        text = page.get_data(as_text=True)
        assert "registry.example.org/web:1" in text and "Kept: FLAG" in text
        assert "hunter2" not in text


class TestEditing:
    @pytest.fixture
    def challenge_id(self, world, service):
        challenge_id = world.challenge(berth_secret_environment=SECRET)
        service.calls.clear()
        return challenge_id

    def test_an_edit_is_a_new_revision(self, world, service, challenge_id):
        data = data_of(world.edit(challenge_id, berth_image="web:2"))
        (call,) = service.calls
        assert call.body["revision"] == 2
        assert call.body["spec"]["containers"][0]["image"] == "web:2"
        assert data["berth_registration"]["registered"] == 2

    def test_a_new_name_is_told_too(self, world, service, challenge_id):
        world.edit(challenge_id, name="Renamed")
        assert [call.body["name"] for call in service.calls] == ["Renamed"]

    @pytest.mark.parametrize("state", ["hidden", "visible"])
    def test_hiding_and_showing_stops_nothing(
        self, world, service, challenge_id, state
    ):
        data = data_of(world.edit(challenge_id, state=state))
        world.settled()
        assert data["state"] == state
        assert service.calls == []
        assert world.row(challenge_id)["berth_revision"] == 1

    def test_a_state_alone_leaves_the_rest_as_it_is(self, world, challenge_id):
        before = world.row(challenge_id)
        data_of(world.edit(challenge_id, state="hidden"))
        assert world.row(challenge_id) == before

    def test_the_same_again_is_no_change(self, world, service, challenge_id):
        """What `ctf challenge sync` sends each time."""
        same = {**WEB, "berth_read_only_root": False, "berth_cpu": ""}
        for _ in range(2):
            data_of(world.edit(challenge_id, **same))
        world.settled()
        assert service.calls == []
        assert world.row(challenge_id)["berth_revision"] == 1

    def test_the_same_again_in_yamls_own_types(self, world, service, challenge_id):
        extra = {
            "berth_environment": {"A": 1, "B": "x"},
            "berth_command": ["sh", "-c", "run it"],
            "berth_ports": PORTS,
            "berth_capabilities": ["KILL"],
            "berth_release_on_solve": {"when": "after", "seconds": 60},
            "berth_lifetime_minutes": 0,
            "berth_cpu": 0.5,
            "berth_memory_gb": 1,
            "berth_read_only_root": True,
        }
        for _ in range(3):
            data_of(world.edit(challenge_id, **extra))
        assert [call.body["revision"] for call in service.calls] == [2]
        spec = service.calls[0].body["spec"]
        assert spec["lifetimeMinutes"] == 0
        assert spec["containers"][0]["command"] == ["sh", "-c", "run it"]
        assert spec["containers"][0]["cpu"] == 0.5

    def test_no_lifetime_is_not_the_lifetime_zero(self, world, service, challenge_id):
        world.edit(challenge_id, berth_lifetime_minutes="0")
        world.edit(challenge_id, berth_lifetime_minutes="")
        specs = [call.body["spec"] for call in service.calls]
        assert specs[0]["lifetimeMinutes"] == 0
        assert "lifetimeMinutes" not in specs[1]

    def test_secrets_stay_until_new_ones_come(self, world, service, challenge_id):
        def secrets():
            return service.calls[-1].body["spec"]["containers"][0]["secretEnvironment"]

        world.edit(challenge_id, berth_image="web:2", berth_secret_environment="")
        assert secrets() == {"FLAG": "hunter2"}
        world.edit(challenge_id, berth_secret_environment="KEY=1\nSALT=2")
        assert secrets() == {"KEY": "1", "SALT": "2"}
        world.edit(challenge_id, berth_secret_environment="-")
        assert secrets() == {}

    def test_an_edit_without_a_body_changes_nothing(self, world, challenge_id):
        before = world.row(challenge_id)
        data_of(world.edit(challenge_id))
        assert world.row(challenge_id) == before

    def test_a_challenge_of_the_replaced_plugin_can_be_edited(self, world, service):
        """It is of this type, but has no row of this plugin yet."""
        challenge_id = old_challenge(world)
        answer = world.edit(challenge_id, berth_image="old:1", berth_ports=PORTS)
        assert data_of(answer)["berth_image"] == "old:1"


class TestDeleting:
    def test_the_service_forgets_it(self, either, service):
        challenge_id = either.challenge()
        answer = either.admin.send("DELETE", f"/api/v1/challenges/{challenge_id}")
        assert answer.status_code == 200
        (call,) = service.wait_for(1, "DELETE")
        assert call.path == f"/api/manage/challenges/{challenge_id}"
        assert int(call.query["at"]) > 1_000_000_000_000
        assert either.row(challenge_id) is None

    def test_a_service_that_hangs_does_not_matter(self, world, service):
        challenge_id = world.challenge()
        world.without_timeouts()
        service.answer = "hang"
        started = time.monotonic()
        answer = world.admin.send("DELETE", f"/api/v1/challenges/{challenge_id}")
        assert time.monotonic() - started < 20
        assert answer.status_code == 200
        assert world.row(challenge_id) is None

    def test_a_late_try_spares_the_next_challenge_with_that_id(self, world, service):
        from CTFd.plugins.berth.notices import challenge_deleted

        challenge_id = world.challenge()
        with world.app.app_context():
            challenge_deleted(world.plugin, challenge_id)
        world.settled()
        assert service.of("DELETE") == []


class TestScoring:
    """Core's own, for every function, as for a standard challenge."""

    def values(self, world, challenge_id, solvers):
        shown = []
        for number in range(solvers):
            world.player(f"P{number}", f"T{number}").solve(challenge_id)
            shown.append(world.core_row(challenge_id)["value"])
        return shown

    def test_static(self, either):
        challenge_id = either.challenge(value="100")
        assert self.values(either, challenge_id, 3) == [100, 100, 100]

    def test_linear(self, either):
        challenge_id = either.challenge()
        decay = {"function": "linear", "initial": "500", "decay": "100"}
        answer = either.edit(challenge_id, **decay, minimum="350")
        assert data_of(answer)["value"] == 500
        assert self.values(either, challenge_id, 3) == [500, 400, 350]

    def test_logarithmic(self, world):
        challenge_id = world.challenge()
        decay = {"function": "logarithmic", "initial": "500", "decay": "2"}
        world.edit(challenge_id, **decay, minimum="100")
        assert self.values(world, challenge_id, 3) == [500, 400, 100]

    def test_a_missing_part_is_cores_own_fault_message(self, world):
        challenge_id = world.challenge()
        answer = world.edit(challenge_id, function="linear", initial="500", decay="1")
        assert error_of(answer).startswith("Missing 'minimum'")

    def test_the_value_saved_is_the_value_that_stays(self, world):
        challenge_id = world.challenge(value="100")
        world.edit(challenge_id, value="250", function="static")
        world.edit(challenge_id, state="hidden")
        assert world.core_row(challenge_id)["value"] == 250


def test_flags_are_cores_own(world):
    challenge_id, player = world.challenge(flag="right"), world.player()
    assert data_of(player.solve(challenge_id, "wrong"))["status"] == "incorrect"
    assert data_of(player.solve(challenge_id, "right"))["status"] == "correct"
    assert data_of(player.solve(challenge_id, "right"))["status"] == "already_solved"
