"""How Alembic finds the database: bot/ledger hands the URL over."""

from alembic import context
from sqlalchemy import create_engine, text

from bot.ledger.tables import metadata

engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        # Of several replicas that start together one makes the tables, and the others find them made.
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(3978)"))
        context.run_migrations()
engine.dispose()
