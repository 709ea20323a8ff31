"""Shares that are for a chat, and what their sharers are offered since somebody came or left."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "rosters",
        sa.Column("share_key", sa.String(64), primary_key=True),
        sa.Column("tenant_id", sa.String(36), nullable=False),
        sa.Column("chat_id", sa.Text, nullable=False),
        sa.Column("team_id", sa.Text),
        sa.Column("first", sa.String(64)),
    )
    op.create_index("rosters_chat_id", "rosters", ["chat_id"])
    op.create_index("rosters_team_id", "rosters", ["team_id"])
    op.create_table(
        "proposals",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("share_key", sa.String(64), nullable=False),
        sa.Column("move", sa.String(8), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("shown_at", sa.BigInteger),
        sa.Column("decision", sa.String(8)),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("runs", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_index("proposals_share_key", "proposals", ["share_key"])
    op.create_table(
        "moves",
        sa.Column("share_key", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(36), primary_key=True),
        sa.Column("move", sa.String(8), nullable=False),
        sa.Column("proposal_key", sa.String(64)),
    )
    op.create_index("moves_proposal_key", "moves", ["proposal_key"])


def downgrade() -> None:
    op.drop_table("moves")
    op.drop_table("proposals")
    op.drop_table("rosters")
