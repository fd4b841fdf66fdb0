"""The columns of a challenge in the words of the service's API."""

import json

import pytest

from CTFd.plugins.berth.spec import Incomplete, spec_of


def spec(**columns):
    ports = [{"label": "Site", "port": 80, "protocol": "http"}]
    base = {"image": "web:1", "ports": json.dumps(ports)}
    named = {f"berth_{name}": value for name, value in {**base, **columns}.items()}
    return spec_of(named)


def missing(**columns):
    with pytest.raises(Incomplete) as caught:
        spec(**columns)
    return str(caught.value)


def test_the_least():
    assert spec() == {
        "containers": [
            {
                "image": "web:1",
                "command": [],
                "environment": {},
                "secretEnvironment": {},
                "capabilities": [],
                "readOnlyRoot": False,
            }
        ],
        "ports": [{"label": "Site", "port": 80, "protocol": "http"}],
        "releaseOnSolve": {"when": "now"},
    }


def test_the_most():
    full = spec(
        digest="sha256:" + "a" * 64,
        command="sh -c 'a b'",
        environment="A=1\nB=x=y",
        secret_environment="FLAG=x",
        size="custom",
        cpu=0.5,
        memory_gb=1.5,
        probe_path="/up",
        probe_port=80,
        probe_status=204,
        lifetime_minutes=0,
        renewals=0,
        release_on_solve="after:90",
        capabilities="KILL,CHOWN",
        read_only_root=True,
    )
    assert full["containers"] == [
        {
            "image": "web:1",
            "command": ["sh", "-c", "a b"],
            "environment": {"A": "1", "B": "x=y"},
            "secretEnvironment": {"FLAG": "x"},
            "capabilities": ["KILL", "CHOWN"],
            "readOnlyRoot": True,
            "cpu": 0.5,
            "memoryGb": 1.5,
        }
    ]
    assert full["probe"] == {"path": "/up", "port": 80, "status": 204}
    assert full["digest"] == "sha256:" + "a" * 64
    assert (full["lifetimeMinutes"], full["renewals"]) == (0, 0)
    assert full["releaseOnSolve"] == {"when": "after", "seconds": 90}


def test_a_named_size_counts_more_than_left_over_numbers():
    container = spec(size="medium", cpu=4)["containers"][0]
    assert container["size"] == "medium" and "cpu" not in container


def test_the_probe_takes_the_first_port_that_is_not_udp():
    ports = [{"port": 53, "protocol": "udp"}, {"port": 81, "protocol": "http"}]
    probe = spec(ports=json.dumps(ports), probe_path="/")["probe"]
    assert probe == {"path": "/", "port": 81, "status": 200}


def test_what_is_missing():
    udp = json.dumps([{"port": 53, "protocol": "udp"}])
    assert "image" in missing(image="")
    assert "port" in missing(ports=None)
    assert "probe" in missing(ports=udp, probe_path="/")
