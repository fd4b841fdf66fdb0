"""`flask berth …`: what an organiser may rather do in a shell than on the page."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from .plugin import this_plugin
from .takeover import take_over

group = AppGroup("berth", help="The containers of challenges.")


@group.command("key")
def show_key() -> None:
    """Print the line for the service's setting BERTH_TOKEN_KEYS."""
    plugin = this_plugin()
    if plugin is None or plugin.signer is None:
        raise click.ClickException(plugin.first_fault if plugin else "Not loaded.")
    click.echo(json.dumps([dict(plugin.signer.public)], separators=(",", ":")))


@group.command("takeover")
@click.option("--apply", is_flag=True, help="Change something; else only report.")
def run_takeover(apply: bool) -> None:
    """Take over the challenges of the plugin that Berth replaces."""
    click.echo(json.dumps(take_over(apply), indent=2, default=str))
    if apply:
        click.echo("Now press Sync on the Containers page.", err=True)
