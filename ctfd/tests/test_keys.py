"""The key file: made once, for its owner only, by one of several workers."""

import hashlib
import hmac
import json
import os
import stat
import threading

import pytest

from CTFd.plugins.berth import keys
from CTFd.plugins.berth.tokens import Account, Minter


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "folder" / "key.json")


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, 0o600)


def test_the_key_is_made_for_its_owner_only(path):
    signer = keys.open_signer(path, "ctfd")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
    assert signer.warnings == ()


def test_the_key_stays(path):
    first, second = keys.open_signer(path, "ctfd"), keys.open_signer(path, "ctfd")
    assert first.public == second.public
    assert first.sign(b"x") == second.sign(b"x")


def test_what_is_shown_holds_no_secret(path):
    public = keys.open_signer(path, "finals").public
    secret = json.loads(open(path).read())["d"]
    assert set(public) == {"kid", "iss", "alg", "x"}
    assert (public["iss"], public["alg"], len(public["x"])) == ("finals", "EdDSA", 43)
    assert secret not in json.dumps(dict(public))


def test_two_keys_have_two_names(path):
    first = keys.open_signer(path, "ctfd")
    second = keys.open_signer(path + "2", "ctfd")
    assert first.kid != second.kid


def test_a_name_in_the_file_is_used(path):
    write(path, json.dumps({**keys._new_jwk(), "kid": "spring-1"}))
    assert keys.open_signer(path, "ctfd").kid == "spring-1"


def test_of_many_workers_at_once_all_have_the_same_key(path):
    gate, found = threading.Barrier(8), []

    def start():
        gate.wait()
        found.append(keys.open_signer(path, "ctfd").kid)

    workers = [threading.Thread(target=start) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(found) == 8 and len(set(found)) == 1


def test_a_worker_waits_for_the_one_that_is_writing(path, monkeypatch):
    write(path, "")
    jwk = json.dumps(keys._new_jwk()) + "\n"
    monkeypatch.setattr(keys.time, "sleep", lambda _seconds: write(path, jwk))
    assert keys.open_signer(path, "ctfd").algorithm == "EdDSA"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no json\n",
        "[]\n",
        '{"kty": "RSA"}',
        '{"kty": "OKP", "crv": "Ed25519"}',
        '{"kty": "OKP", "crv": "Ed25519", "d": "AAAA"}',
        '{"kty": "OKP", "crv": "Ed25519", "d": "*"}',
        '{"kty": "oct", "k": "c2hvcnQ"}',
    ],
)
def test_a_file_that_is_no_key(path, text, monkeypatch):
    monkeypatch.setattr(keys.time, "sleep", lambda _seconds: None)
    write(path, text)
    with pytest.raises(keys.KeyFault, match="key.json"):
        keys.open_signer(path, "ctfd")
    assert open(path).read() == text


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(keys.KeyFault, match="BERTH_KEY_FILE"):
        keys.open_signer(str(tmp_path / "file" / "key.json"), "ctfd")


def test_a_key_others_can_read_is_named(path):
    keys.open_signer(path, "ctfd")
    os.chmod(path, 0o644)
    (warning,) = keys.open_signer(path, "ctfd").warnings
    assert "can be read by other accounts" in warning


class TestWithoutCryptography:
    @pytest.fixture(autouse=True)
    def missing(self, monkeypatch):
        monkeypatch.setattr(keys, "Ed25519PrivateKey", None)

    def test_a_shared_secret_of_256_bits_signs(self, path):
        signer = keys.open_signer(path, "ctfd")
        secret = keys.from_b64url(json.loads(open(path).read())["k"])
        assert len(secret) == 32
        assert signer.algorithm == "HS256"
        expected = hmac.new(secret, b"message", hashlib.sha256).digest()
        assert signer.sign(b"message") == expected

    def test_the_secret_is_not_shown(self, path):
        public = keys.open_signer(path, "ctfd").public
        assert json.loads(open(path).read())["k"] not in json.dumps(dict(public))

    def test_an_ed25519_key_cannot_be_used(self, path):
        write(path, '{"kty": "OKP", "crv": "Ed25519", "d": "' + "A" * 43 + '"}')
        with pytest.raises(keys.KeyFault, match="cryptography"):
            keys.open_signer(path, "ctfd")


def test_a_shared_secret_is_still_used_where_there_is_cryptography(path):
    write(path, json.dumps({"kty": "oct", "k": "A" * 43}))
    assert keys.open_signer(path, "ctfd").algorithm == "HS256"


def test_the_longest_names_fit_into_what_the_service_accepts(path):
    minter = Minter(keys.open_signer(path, "i" * 100), "i" * 100, "e" * 31)
    account = Account(10**9, "\U0001f600" * 128, "teams:1", "\U0001f600" * 128, False)
    assert len(minter.for_challenge(account, 10**9)) < 4096
