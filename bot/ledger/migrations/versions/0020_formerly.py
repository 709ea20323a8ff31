"""A right that was given longer says of which share it was before, so that undo gives it back to that."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("attempts", sa.Column("formerly", sa.Text))


def downgrade() -> None:
    op.drop_column("attempts", "formerly")
