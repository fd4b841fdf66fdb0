"""What a form, ctfcli or the API may send for a challenge."""

import json

import pytest

from CTFd.plugins.berth.fields import FieldFault, cleaned


def clean(**body):
    return cleaned({f"berth_{name}": value for name, value in body.items()})


def one(name, value):
    return clean(**{name: value})[f"berth_{name}"]


def fault_of(name, value):
    with pytest.raises(FieldFault) as caught:
        clean(**{name: value})
    return str(caught.value)


def test_absent_fields_stay_absent():
    assert clean() == {}
    assert clean(size="small") == {"berth_size": "small"}


def test_unknown_fields_and_the_plugins_own_columns_are_left_out():
    assert clean(revision=99, registered=99, problem="x", colour="red") == {}


@pytest.mark.parametrize(
    "name, value, kept",
    [
        ("image", "  registry.example.org:5000/a/b:1.2 ", None),
        ("image", "nginx@sha256:" + "a" * 64, None),
        ("image", "", ""),
        ("image", None, ""),
        ("digest", "sha256:" + "0f" * 32, None),
        ("size", "Large", "large"),
        ("size", "default", ""),
        ("size", None, ""),
        ("cpu", "1.5", 1.5),
        ("cpu", 2, 2.0),
        ("cpu", ".25", 0.25),
        ("cpu", "", None),
        ("memory_gb", "16", 16.0),
        ("probe_path", "/health?x=1", None),
        ("probe_port", "8080", 8080),
        ("probe_status", "", None),
        ("lifetime_minutes", "0", 0),
        ("lifetime_minutes", 0, 0),
        ("renewals", "3", 3),
        ("renewals", None, None),
        (
            "capabilities",
            "net_bind_service, CAP_CHOWN,,chown",
            "NET_BIND_SERVICE,CHOWN",
        ),
        ("capabilities", ["KILL", "SETUID"], "KILL,SETUID"),
        ("release_on_solve", "now", None),
        ("release_on_solve", "no", None),
        ("release_on_solve", False, "no"),
        ("release_on_solve", True, "now"),
        ("release_on_solve", "", ""),
        ("release_on_solve", "after: 90", "after:90"),
        ("release_on_solve", {"when": "after", "seconds": 300}, "after:300"),
        ("release_on_solve", {"when": "no"}, "no"),
        ("read_only_root", "true", True),
        ("read_only_root", "on", True),
        ("read_only_root", True, True),
        ("read_only_root", "", False),
        ("read_only_root", "false", False),
        ("read_only_root", None, False),
        ("command", "sh -c 'sleep 1; exec app'", None),
        ("command", ["sh", "-c", "a b"], "sh -c 'a b'"),
        ("command", None, ""),
        ("environment", "A=1\r\n\r\nB=x=y\n", "A=1\nB=x=y"),
        ("environment", {"A": 1, "B": True, "C": "x y"}, "A=1\nB=true\nC=x y"),
        ("environment", ["A=1", "B=2"], "A=1\nB=2"),
        ("environment", None, ""),
        ("secret_environment", "KEY=secret", None),
        ("secret_environment", " - ", ""),
    ],
)
def test_values(name, value, kept):
    expected = kept if kept is not None or value in ("", None) else value.strip()
    assert one(name, value) == expected


@pytest.mark.parametrize(
    "name, value",
    [
        ("image", "has space"),
        ("image", "-rf"),
        ("image", ["list"]),
        ("digest", "sha256:short"),
        ("size", "huge"),
        ("cpu", "much"),
        ("cpu", "0"),
        ("cpu", "-1"),
        ("cpu", "nan"),
        ("memory_gb", "257"),
        ("probe_path", "health"),
        ("probe_path", "/with space"),
        ("probe_port", "0"),
        ("probe_port", "65536"),
        ("probe_port", "80.5"),
        ("lifetime_minutes", "10081"),
        ("renewals", "-1"),
        ("renewals", "²"),
        ("capabilities", "NET BIND"),
        ("release_on_solve", "later"),
        ("release_on_solve", "after:0"),
        ("release_on_solve", "after:86401"),
        ("release_on_solve", {"when": "after"}),
        ("read_only_root", "maybe"),
        ("command", "unclosed 'quote"),
        ("environment", "no equals"),
        ("environment", "1A=x"),
        ("environment", "A=" + "x" * 4097),
        ("environment", {"A": "two\nlines"}),
        ("environment", "\n".join(f"A{n}=x" for n in range(65))),
        ("environment", 5),
        ("ports", "no json"),
        ("ports", "{}"),
        ("ports", [{"port": n} for n in range(1, 7)]),
        ("ports", ["80"]),
        ("ports", [{"label": "no number"}]),
        ("ports", [{"port": 80, "protocol": "gopher"}]),
    ],
)
def test_values_that_cannot_be_meant(name, value):
    message = fault_of(name, value)
    label = name.replace("_", " ").capitalize()
    assert message.startswith(f"{label}: ") and message.endswith(".")


def test_a_secret_never_shows_in_a_fault():
    assert "hunter2" not in fault_of("secret_environment", "hunter2")


@pytest.mark.parametrize("nothing", ["", None, {}, []])
def test_no_new_secrets_keep_the_old_ones(nothing):
    assert "berth_secret_environment" not in clean(secret_environment=nothing)


def test_explicit_resources_mean_the_size_custom():
    assert one("cpu", "0.5") == 0.5
    assert clean(cpu="0.5")["berth_size"] == "custom"
    assert clean(cpu="0.5", size="small")["berth_size"] == "small"
    assert "berth_size" not in clean(cpu="", memory_gb=None)


@pytest.mark.parametrize("as_text", [True, False])
def test_ports(as_text):
    ports = [
        {"label": " Site ", "port": "8080", "protocol": "HTTP", "extra": 1},
        {"port": 22, "protocol": "ssh", "template": "ssh ctf@{host} -p {port}"},
        {"port": 4000},
    ]
    kept = one("ports", json.dumps(ports) if as_text else ports)
    assert json.loads(kept) == [
        {"label": "Site", "port": 8080, "protocol": "http"},
        {
            "label": "Connect",
            "port": 22,
            "protocol": "ssh",
            "template": "ssh ctf@{host} -p {port}",
        },
        {"label": "Connect", "port": 4000, "protocol": "tcp"},
    ]


@pytest.mark.parametrize("nothing", ["", " ", "[]", [], None])
def test_no_ports(nothing):
    assert one("ports", nothing) == ""


def test_what_was_cleaned_stays_as_it_is():
    first = clean(
        ports=[{"port": 1}],
        environment={"A": "1"},
        command=["a", "b c"],
        release_on_solve={"when": "after", "seconds": 5},
        capabilities=["KILL"],
        cpu="1.50",
    )
    assert cleaned(first) == first
