"""Sign-in pages have a table of their own, for a link may be opened twice; a sentence has a second ticket."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "sign_in_pages",
        sa.Column("state_hash", sa.String(64), primary_key=True),
        sa.Column("page", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("sign_in_pages_expires_at", "sign_in_pages", ["expires_at"])
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.drop_column("state_hash")
        sign_ins.drop_column("flow")
        sign_ins.add_column(sa.Column("again_hash", sa.String(64)))
        sign_ins.create_unique_constraint("sign_ins_again_hash", ["again_hash"])


def downgrade() -> None:
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.drop_column("again_hash")
        sign_ins.add_column(sa.Column("flow", sa.LargeBinary))
        sign_ins.add_column(sa.Column("state_hash", sa.String(64)))
        sign_ins.create_unique_constraint("sign_ins_state_hash_key", ["state_hash"])
    op.drop_table("sign_in_pages")
