"""What the environment may say, and which faults it may hold."""

import pytest

from CTFd.plugins.berth.settings import read_settings


def read(**environment):
    return read_settings(environment, "/default/key.json")


def codes(settings):
    return [fault.code for fault in settings.faults]


GOOD = {"BERTH_URL": "https://berth.example.org", "BERTH_EVENT": "spring-2027"}


def test_complete_settings():
    settings = read(**GOOD, BERTH_ISS="finals", BERTH_KEY_FILE="/keys/one.json")
    assert settings.faults == ()
    assert settings.url == "https://berth.example.org"
    assert settings.event == "spring-2027"
    assert settings.issuer == "finals"
    assert (settings.key_file, settings.key_file_is_default) == (
        "/keys/one.json",
        False,
    )


def test_defaults():
    settings = read(**GOOD)
    assert settings.issuer == "ctfd"
    assert read(BERTH_URL="https://berth.example.org").event == "ctf"
    assert (settings.key_file, settings.key_file_is_default) == (
        "/default/key.json",
        True,
    )


def test_every_fault_is_named_at_once():
    settings = read(BERTH_URL="", BERTH_EVENT="?", BERTH_ISS="x" * 101)
    assert codes(settings) == ["url_missing", "event_invalid", "issuer_invalid"]
    assert (settings.url, settings.event) == ("", "")


@pytest.mark.parametrize(
    "url, kept",
    [
        ("https://berth.example.org/", "https://berth.example.org"),
        ("https://berth.example.org/api", "https://berth.example.org"),
        ("https://berth.example.org/api/", "https://berth.example.org"),
        ("https://example.org:8443/berth", "https://example.org:8443/berth"),
        ("http://127.0.0.1:7071", "http://127.0.0.1:7071"),
        ("http://localhost:7071/", "http://localhost:7071"),
        ("http://[::1]:7071", "http://[::1]:7071"),
    ],
)
def test_addresses(url, kept):
    settings = read(BERTH_URL=f"  {url} ", BERTH_EVENT="e")
    assert (settings.url, codes(settings)) == (kept, [])


@pytest.mark.parametrize(
    "url, code",
    [
        ("http://berth.example.org", "url_insecure"),
        ("http://127.0.0.1.example.org", "url_insecure"),
        ("berth.example.org", "url_invalid"),
        ("ftp://berth.example.org", "url_invalid"),
        ("https://", "url_invalid"),
        ("https://user:word@berth.example.org", "url_invalid"),
        ("https://berth.example.org?x=1", "url_invalid"),
        ("https://berth.example.org:port", "url_invalid"),
        ("https://[::1", "url_invalid"),
    ],
)
def test_addresses_that_are_refused(url, code):
    settings = read(BERTH_URL=url, BERTH_EVENT="e")
    assert (settings.url, codes(settings)) == ("", [code])


@pytest.mark.parametrize("event", ["Spring", "-a", "a" * 32, "a b", "ä"])
def test_event_names_that_are_refused(event):
    settings = read(BERTH_URL="https://berth.example.org", BERTH_EVENT=event)
    assert (settings.event, codes(settings)) == ("", ["event_invalid"])


def test_an_event_may_be_a_number():
    """CTFd's config.ini turns digits into numbers."""
    assert read(BERTH_URL="https://berth.example.org", BERTH_EVENT=2027).event == "2027"
