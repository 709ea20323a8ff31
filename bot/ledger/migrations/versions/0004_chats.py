"""What waits knows the chat of two it was shown in, where it may be answered by typing."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("plans", sa.Column("chat", sa.Text))
    op.create_index("plans_person_id", "plans", ["person_id"])


def downgrade() -> None:
    op.drop_index("plans_person_id", "plans")
    with op.batch_alter_table("plans") as plans:
        plans.drop_column("chat")
