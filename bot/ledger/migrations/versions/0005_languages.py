"""A conversation knows in which language the person is spoken to, and by which hours."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("conversations", sa.Column("locale", sa.Text))
    op.add_column("conversations", sa.Column("timezone", sa.Text))


def downgrade() -> None:
    op.drop_column("conversations", "timezone")
    op.drop_column("conversations", "locale")
