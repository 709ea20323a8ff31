"""What a sign-in under way is for: scopes beyond the first, and claims that are to be proven."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("sign_ins", sa.Column("scopes", sa.Text))
    op.add_column("sign_ins", sa.Column("claims", sa.Text))


def downgrade() -> None:
    op.drop_column("sign_ins", "claims")
    op.drop_column("sign_ins", "scopes")
