"""The templates use only what CTFd 3.8 (and 3.7) has, and give nothing away."""

import os
import re

import jinja2
import pytest

import CTFd.plugins.berth as berth

FOLDER = os.path.dirname(berth.__file__)
CREATE = {"header", "name", "category", "message", "value", "state", "type", "submit"}
UPDATE = {
    *("header", "name", "category", "message", "connection_info", "value"),
    *("max_attempts", "state", "submit"),
}
BLOCKS = {
    "assets/view.html": {"description"},
    "assets/create.html": CREATE,
    "assets/update.html": UPDATE,
    "templates/berth-admin.html": {"content", "scripts", "stylesheets"},
    "templates/berth-fault.html": {"content", "scripts", "stylesheets"},
}


def source(name):
    with open(os.path.join(FOLDER, name)) as file:
        return file.read()


@pytest.mark.parametrize("name", BLOCKS)
def test_only_blocks_that_every_version_has(name):
    tree = jinja2.Environment().parse(source(name))
    blocks = {block.name for block in tree.find_all(jinja2.nodes.Block)}
    assert blocks <= BLOCKS[name]


@pytest.mark.parametrize("name", [*BLOCKS, "assets/fields.html"])
def test_nothing_is_marked_safe_and_no_address_has_a_query(name):
    text = source(name)
    assert "|safe" not in text.replace(" ", "")
    assert "?v=" not in text
    assert "<script>" not in text


@pytest.mark.parametrize("page", ["create", "update"])
def test_the_form_has_a_field_for_every_column(world, page):
    from CTFd.plugins.berth.fields import FIELDS

    if page == "create":
        answer = world.admin.get("/api/v1/challenges/types").get_json()
        text = answer["data"]["container"]["create"]
        assert '<input type="hidden" name="type" value="container">' in text
    else:
        challenge_id = world.challenge()
        text = world.admin.get(f"/admin/challenges/{challenge_id}").get_data(True)
        assert f'<berth-form data-challenge-id="{challenge_id}">' in text
    names = set(re.findall(r'name="(berth_[a-z_]+)"', text))
    assert names == set(FIELDS)


def test_the_form_shows_what_was_saved(world):
    challenge_id = world.challenge(
        berth_size="large",
        berth_lifetime_minutes="0",
        berth_read_only_root=True,
        berth_command='echo "<b>"',
        berth_release_on_solve="after:5",
    )
    text = world.admin.get(f"/admin/challenges/{challenge_id}").get_data(as_text=True)
    assert re.search(r'value="large" selected', text)
    assert re.search(r'name="berth_lifetime_minutes" value="0"', text)
    assert re.search(r'name="berth_read_only_root" checked', text)
    assert "echo &#34;&lt;b&gt;&#34;" in text and "<b>" not in text
    assert 'value="after:5"' in text


def test_the_panel_is_in_the_description(world):
    challenge_id = world.challenge(connection_info="", name='Web "<1>"')
    shown = world.player().get(f"/api/v1/challenges/{challenge_id}").get_json()
    name = "Web &#34;&lt;1&gt;&#34;"
    panel = f'<berth-panel data-challenge-id="{challenge_id}" data-challenge-name="{name}"></berth-panel>'
    assert panel in shown["data"]["view"]


def test_assets_are_served(world):
    answer = world.visitor().get("/plugins/berth/assets/view.html")
    assert answer.status_code == 200
