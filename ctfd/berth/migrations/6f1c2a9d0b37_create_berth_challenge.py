"""Create berth_challenge

Revision ID: 6f1c2a9d0b37
Revises:

"""
import sqlalchemy as sa

from CTFd.plugins.migrations import get_all_tables

revision = "6f1c2a9d0b37"
down_revision = None
branch_labels = None
depends_on = None

TABLE = "berth_challenge"


def upgrade(op=None):
    if TABLE in get_all_tables(op):
        return
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("berth_image", sa.String(length=300), nullable=True),
        sa.Column("berth_digest", sa.String(length=80), nullable=True),
        sa.Column("berth_command", sa.Text(), nullable=True),
        sa.Column("berth_environment", sa.Text(), nullable=True),
        sa.Column("berth_secret_environment", sa.Text(), nullable=True),
        sa.Column("berth_size", sa.String(length=16), nullable=True),
        sa.Column("berth_cpu", sa.Float(), nullable=True),
        sa.Column("berth_memory_gb", sa.Float(), nullable=True),
        sa.Column("berth_ports", sa.Text(), nullable=True),
        sa.Column("berth_probe_path", sa.String(length=200), nullable=True),
        sa.Column("berth_probe_port", sa.Integer(), nullable=True),
        sa.Column("berth_probe_status", sa.Integer(), nullable=True),
        sa.Column("berth_lifetime_minutes", sa.Integer(), nullable=True),
        sa.Column("berth_renewals", sa.Integer(), nullable=True),
        sa.Column("berth_release_on_solve", sa.String(length=32), nullable=True),
        sa.Column("berth_capabilities", sa.Text(), nullable=True),
        sa.Column("berth_read_only_root", sa.Boolean(), nullable=True),
        sa.Column("berth_revision", sa.Integer(), nullable=False),
        sa.Column("berth_registered", sa.Integer(), nullable=False),
        sa.Column("berth_problem", sa.Text(), nullable=True),
        sa.Column("berth_warnings", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["challenges.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade(op=None):
    op.drop_table(TABLE)
