"""A container challenge: core's challenge and what Berth needs to know beside it."""

from __future__ import annotations

from typing import Any, Dict

from CTFd.models import Challenges, db

from .fields import FIELDS


class BerthChallenge(Challenges):
    """Every column is prefixed: core adds columns to `challenges` as it grows."""

    __tablename__ = "berth_challenge"
    __mapper_args__ = {"polymorphic_identity": "container"}

    id = db.Column(
        db.Integer, db.ForeignKey("challenges.id", ondelete="CASCADE"), primary_key=True
    )
    berth_image = db.Column(db.String(300))
    berth_digest = db.Column(db.String(80))
    berth_command = db.Column(db.Text)
    berth_environment = db.Column(db.Text)
    berth_secret_environment = db.Column(db.Text)
    berth_size = db.Column(db.String(16))
    berth_cpu = db.Column(db.Float)
    berth_memory_gb = db.Column(db.Float)
    berth_ports = db.Column(db.Text)
    berth_probe_path = db.Column(db.String(200))
    berth_probe_port = db.Column(db.Integer)
    berth_probe_status = db.Column(db.Integer)
    berth_lifetime_minutes = db.Column(db.Integer)
    berth_renewals = db.Column(db.Integer)
    berth_release_on_solve = db.Column(db.String(32))
    berth_capabilities = db.Column(db.Text)
    berth_read_only_root = db.Column(db.Boolean)

    # What the service has been told: pending while revision and registered differ.
    berth_revision = db.Column(db.Integer, nullable=False, default=1)
    berth_registered = db.Column(db.Integer, nullable=False, default=0)
    berth_problem = db.Column(db.Text)
    berth_warnings = db.Column(db.Text)

    @property
    def berth_pending(self) -> str:
        """Why the service does not know the challenge as it is; empty if it does."""
        if self.berth_registered == self.berth_revision:
            return ""
        return self.berth_problem or "The service has not confirmed it yet."

    @property
    def berth_secret_names(self) -> list:
        lines = (self.berth_secret_environment or "").split("\n")
        return [line.partition("=")[0] for line in lines if line]


def columns_of(challenge: BerthChallenge) -> Dict[str, Any]:
    return {name: getattr(challenge, name) for name in FIELDS}
