"""How Alembic finds the database: bot/ledger hands the URL over."""

from alembic import context
from sqlalchemy import create_engine

from bot.ledger.tables import metadata

engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
