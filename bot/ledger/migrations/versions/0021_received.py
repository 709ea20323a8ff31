"""Whoever asks what others share with them is answered without a look at every right of the organisation."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_index("attempts_recipient", "attempts", ["tenant_id", "recipient"])


def downgrade() -> None:
    op.drop_index("attempts_recipient", "attempts")
