"""The token routes: who gets which token, and every refusal."""

import json
import time

import pytest
from stub_service import claims_of, unpadded

TOKENS = "/plugins/berth/api/token"
HOUR = 3600


def granted(answer):
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_json()


def refused(answer, status, code):
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert answer.get_json()["message"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "token" not in answer.get_json()


def test_a_player_gets_a_token_for_their_owner_and_the_challenge(either):
    challenge_id, player = either.challenge(), either.player()
    before = time.time()
    answer = granted(player.token(challenge_id))
    claims = claims_of(answer["token"])
    name = "Crème" if either.mode == "teams" else "Zoé"
    assert claims.pop("jti")
    assert before - 1 <= claims["iat"] <= time.time()
    assert claims["exp"] - claims["iat"] == answer["expiresIn"] == 300
    assert claims["nbf"] == claims["iat"] - 30
    for moment in ("iat", "nbf", "exp"):
        del claims[moment]
    assert claims == {
        "iss": "ctfd",
        "aud": "berth:spring",
        "sub": player.owner,
        "uid": str(player.user_id),
        "name": "Zoé",
        "oname": name,
        "role": "player",
        "scope": "challenge",
        "challenge": str(challenge_id),
    }
    assert answer["owner"] == player.owner
    assert answer["ownerName"] == name
    assert answer["event"] == "spring"
    assert answer["challengeId"] == str(challenge_id)
    assert abs(answer["serverTime"] / 1000 - time.time()) < 60


def test_the_service_address_comes_with_the_token(world, service):
    answer = granted(world.player().token(world.challenge()))
    assert answer["serviceUrl"] == service.url


def test_tokens_are_signed_with_the_key_shown_to_the_service(world):
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    token = granted(world.player().token(world.challenge()))["token"]
    (key,) = world.admin.get("/plugins/berth/api/admin/status").get_json()["keys"]
    signed, _, signature = token.rpartition(".")
    public = ed25519.Ed25519PublicKey.from_public_bytes(unpadded(key["x"]))
    public.verify(unpadded(signature), signed.encode())
    header = json.loads(unpadded(token.split(".")[0]))
    assert header == {"alg": "EdDSA", "typ": "JWT", "kid": key["kid"]}
    assert (key["alg"], key["iss"]) == ("EdDSA", "ctfd")


def test_two_tokens_are_never_the_same(world):
    challenge_id, player = world.challenge(), world.player()
    first = claims_of(granted(player.token(challenge_id))["token"])
    second = claims_of(granted(player.token(challenge_id))["token"])
    assert first["jti"] != second["jti"]


def test_the_owner_token_is_for_every_account(either):
    player = either.player()
    answer = granted(player.post(f"{TOKENS}/owner"))
    claims = claims_of(answer["token"])
    assert (claims["scope"], claims["role"]) == ("owner", "player")
    assert claims["sub"] == player.owner
    assert "challenge" not in claims


@pytest.mark.parametrize(
    "configs",
    [
        {"paused": "true"},
        {"end": str(int(time.time()) - HOUR)},
        {"start": str(int(time.time()) + HOUR)},
        {"challenge_visibility": "admins"},
        {"verify_emails": "true"},
    ],
)
def test_the_owner_token_is_given_at_any_time(world, configs):
    player = world.player()
    world.set(**configs)
    granted(player.post(f"{TOKENS}/owner"))


def test_the_admin_token_is_for_admins_only(either):
    answer = granted(either.admin.post(f"{TOKENS}/admin"))
    claims = claims_of(answer["token"])
    assert (claims["scope"], claims["role"]) == ("manage", "admin")
    assert claims["uid"] == str(either.admin.user_id)
    refused(either.player().post(f"{TOKENS}/admin"), 403, "not_admin")
    refused(either.visitor().post(f"{TOKENS}/admin"), 401, "not_signed_in")


@pytest.mark.parametrize("path", ["challenge/1", "owner", "admin"])
def test_a_request_without_the_nonce_gets_nothing(world, path):
    world.challenge()
    answer = world.admin.bare_post(f"{TOKENS}/{path}")
    assert answer.status_code == 403
    assert b"token" not in answer.data


def test_a_token_cannot_be_had_with_get(world):
    challenge_id = world.challenge()
    answer = world.admin.get(f"{TOKENS}/challenge/{challenge_id}")
    assert b"eyJ" not in answer.data
    assert answer.status_code in (404, 405)


def test_who_is_not_signed_in(world):
    challenge_id = world.challenge()
    refused(world.visitor().token(challenge_id), 401, "not_signed_in")
    refused(world.visitor().post(f"{TOKENS}/owner"), 401, "not_signed_in")


def test_who_is_not_signed_in_though_challenges_are_public(world):
    challenge_id = world.challenge()
    world.set(challenge_visibility="public")
    refused(world.visitor().token(challenge_id), 401, "not_signed_in")


def test_whose_account_is_gone(world):
    challenge_id, player = world.challenge(), world.player()
    world.admin.send("DELETE", f"/api/v1/users/{player.user_id}")
    answer = player.token(challenge_id)
    assert answer.status_code in (302, 401, 403)
    assert b"eyJ" not in answer.data


def test_a_banned_player(world):
    challenge_id, player = world.challenge(), world.player()
    world.admin.patch(f"/api/v1/users/{player.user_id}", {"banned": True})
    for answer in (player.token(challenge_id), player.post(f"{TOKENS}/owner")):
        assert answer.status_code == 403
        assert b"eyJ" not in answer.data


def test_a_player_of_a_banned_team(make_world):
    world = make_world("teams")
    challenge_id, player = world.challenge(), world.player()
    world.admin.patch(f"/api/v1/teams/{player.team_id}", {"banned": True})
    for answer in (player.token(challenge_id), player.post(f"{TOKENS}/owner")):
        assert answer.status_code == 403
        assert b"eyJ" not in answer.data


def test_a_ban_that_core_has_cached_away_is_seen(world):
    """Core asks a cache whether someone is banned; the row itself is asked here."""
    from CTFd.models import Users, db

    challenge_id, player = world.challenge(), world.player()
    granted(player.token(challenge_id))
    with world.app.app_context():
        table = Users.__table__
        change = table.update().where(table.c.id == player.user_id)
        db.session.execute(change.values(banned=True))
        db.session.commit()
    answer = player.token(challenge_id)
    assert answer.status_code == 403
    assert b"eyJ" not in answer.data


def test_a_player_without_a_team(make_world):
    world = make_world("teams")
    challenge_id = world.challenge()
    from conftest import Browser

    loner = Browser(world.app, world.add_user("Loner"))
    refused(loner.token(challenge_id), 403, "no_team")
    refused(loner.post(f"{TOKENS}/owner"), 403, "no_team")


def test_an_admin_without_a_team_tries_a_challenge_under_their_own_name(make_world):
    world = make_world("teams")
    answer = granted(world.admin.token(world.challenge(state="hidden")))
    claims = claims_of(answer["token"])
    assert claims["sub"] == f"users:{world.admin.user_id}"
    assert claims["role"] == "admin"


@pytest.mark.parametrize("state", ["hidden", "locked"])
def test_a_challenge_that_is_not_visible(either, state):
    challenge_id = either.challenge(state=state)
    refused(either.player().token(challenge_id), 404, "challenge_not_found")
    granted(either.admin.token(challenge_id))


def test_a_challenge_that_is_not_there(world):
    refused(world.player().token(4711), 404, "challenge_not_found")
    refused(world.admin.token(4711), 404, "challenge_not_found")


def test_a_challenge_of_another_type(world):
    body = {"name": "Plain", "category": "x", "value": "1", "type": "standard"}
    body["description"] = ""
    answer = world.admin.post("/api/v1/challenges", body)
    challenge_id = answer.get_json()["data"]["id"]
    refused(world.player().token(challenge_id), 404, "no_container")


def test_prerequisites(either):
    first, player = either.challenge(), either.player()
    needs = {"prerequisites": [first]}
    second = either.challenge(name="Second", requirements=needs)
    refused(player.token(second), 403, "challenge_not_open")
    granted(either.admin.token(second))
    player.solve(first)
    granted(player.token(second))


def test_prerequisites_of_a_challenge_shown_without_its_name(world):
    first = world.challenge()
    needs = {"prerequisites": [first], "anonymize": True}
    second = world.challenge(name="Second", requirements=needs)
    refused(world.player().token(second), 403, "challenge_not_open")


def test_while_the_event_is_paused(either):
    challenge_id, player = either.challenge(), either.player()
    either.set(paused="true")
    refused(player.token(challenge_id), 403, "event_paused")
    granted(either.admin.token(challenge_id))
    either.set(paused="false")
    granted(player.token(challenge_id))


def test_before_the_event(either):
    challenge_id, player = either.challenge(), either.player()
    either.set(start=str(int(time.time()) + HOUR))
    refused(player.token(challenge_id), 403, "event_not_started")
    granted(either.admin.token(challenge_id))


@pytest.mark.parametrize("viewable", ["true", "false"])
def test_after_the_event(either, viewable):
    """Core may still show the challenge then, but records no solve any more."""
    challenge_id, player = either.challenge(), either.player()
    either.set(end=str(int(time.time()) - HOUR), view_after_ctf=viewable)
    refused(player.token(challenge_id), 403, "event_ended")
    granted(either.admin.token(challenge_id))


def test_an_unconfirmed_address(world):
    challenge_id, player = world.challenge(), world.player()
    world.set(verify_emails="true")
    refused(player.token(challenge_id), 403, "email_unverified")


def test_challenges_for_admins_only(world):
    challenge_id, player = world.challenge(), world.player()
    world.set(challenge_visibility="admins")
    refused(player.token(challenge_id), 403, "challenge_not_open")


def test_a_form_post_is_refused_in_json_too(world):
    """Core answers a form with a redirect where it would abort a JSON request."""
    challenge_id, player = world.challenge(), world.player()
    path = f"{TOKENS}/challenge/{challenge_id}"
    world.set(start=str(int(time.time()) + HOUR))
    refused(player.submit(path), 403, "event_not_started")


def test_a_redirect_of_core_is_a_refusal(world, monkeypatch):
    from CTFd.api.v1.challenges import Challenge
    from flask import redirect

    challenge_id, player = world.challenge(), world.player()
    monkeypatch.setattr(Challenge, "get", lambda *_, **__: redirect("/login"))
    refused(player.token(challenge_id), 403, "challenge_not_open")


def test_a_failure_inside_core_is_json(world, monkeypatch):
    from CTFd.api.v1.challenges import Challenge

    def broken(*_args, **_named):
        raise RuntimeError("secret detail")

    challenge_id, player = world.challenge(), world.player()
    monkeypatch.setattr(Challenge, "get", broken)
    answer = player.token(challenge_id)
    refused(answer, 500, "internal")
    assert b"secret detail" not in answer.data


def test_an_abort_of_core_is_json(world, monkeypatch):
    from flask import abort

    from CTFd.plugins.berth import eligibility

    monkeypatch.setattr(eligibility, "get_current_user", lambda: abort(401))
    refused(world.player().post(f"{TOKENS}/owner"), 401, "refused")


def test_a_user_that_vanishes_in_between(world, monkeypatch):
    from CTFd.plugins.berth import eligibility

    player = world.player()
    monkeypatch.setattr(eligibility, "get_current_user", lambda: None)
    refused(player.post(f"{TOKENS}/owner"), 401, "not_signed_in")


@pytest.mark.parametrize("name, value", [("BERTH_URL", ""), ("BERTH_EVENT", "No name")])
def test_while_a_setting_is_unusable(environment, make_world, name, value):
    environment.setenv(name, value)
    world = make_world()
    challenge_id, player = world.challenge(), world.player()
    refused(player.token(challenge_id), 503, "not_set_up")
    refused(player.post(f"{TOKENS}/owner"), 503, "not_set_up")
    refused(world.admin.post(f"{TOKENS}/admin"), 503, "not_set_up")


def test_opening_a_pending_challenge_tells_the_service_again(world, service):
    service.answers = [(503, b"", {})]
    challenge_id = world.challenge()
    assert world.row(challenge_id)["berth_registered"] == 0
    granted(world.player().token(challenge_id))
    world.settled()
    assert world.row(challenge_id)["berth_registered"] == 1
    assert len(service.of("PUT")) == 2
