"""What the parts of the plugin share within one CTFd."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, List, Optional

from flask import Flask, current_app

from .keys import KeyFault, Signer, open_signer
from .outbox import Outbox
from .service import Service
from .settings import Fault, Settings
from .tokens import Minter

EXTENSION = "berth"


@dataclass
class Plugin:
    """`minter`, `service` are None while something is missing; `faults` says what."""

    settings: Settings
    outbox: Outbox
    signer: Optional[Signer] = None
    minter: Optional[Minter] = None
    service: Optional[Service] = None
    faults: List[Fault] = field(default_factory=list)

    @property
    def first_fault(self) -> str:
        return self.faults[0].message if self.faults else ""


def build_plugin(app: Flask, settings: Settings) -> Plugin:
    """Never raises for what an organiser can mend."""
    plugin = Plugin(settings, Outbox(_in_context_of(app)), faults=[*settings.faults])
    try:
        plugin.signer = open_signer(settings.key_file, settings.issuer)
    except KeyFault as fault:
        plugin.faults.append(Fault("key_unusable", str(fault)))
    if plugin.signer and not plugin.faults:
        minter = Minter(plugin.signer, settings.issuer, settings.event)
        plugin.minter = minter
        plugin.service = Service(settings.url, minter.for_service)
    return plugin


def this_plugin() -> Optional[Plugin]:
    """The plugin of the CTFd at work; None where it did not load."""
    return current_app.extensions.get(EXTENSION)


def _in_context_of(app: Flask) -> Callable[[Callable[[], None]], None]:
    def around(run: Callable[[], None]) -> None:
        with app.app_context():
            run()

    return around
