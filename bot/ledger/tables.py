"""The tables, as they are now; bot/ledger/migrations tells how they came to be. Times are whole seconds UTC."""

from __future__ import annotations

from sqlalchemy import DDL, BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, event
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

metadata = MetaData()

GUID = String(36)
KEY = String(64)

plans = Table(
    "plans",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("tenant_id", GUID, nullable=False),
    Column("person_id", GUID, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("claimed_at", BigInteger),
    Column("receipt", Text),
    Column("chat", Text),
    Column("runs", Integer, nullable=False, server_default="0"),
    Column("run", String(80)),
    Column("many", KEY),
    Index("plans_expires_at", "expires_at"),
    Index("plans_person_id", "person_id"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("tenant_id", GUID, primary_key=True),
    Column("person_id", GUID, primary_key=True),
    Column("conversation_id", Text, nullable=False),
    Column("service_url", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("bot_id", Text, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("locale", Text),
    Column("timezone", Text),
)

token_caches = Table(
    "token_caches",
    metadata,
    Column("tenant_id", GUID, primary_key=True),
    Column("person_id", GUID, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("left_at", BigInteger),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("ticket_hash", KEY, primary_key=True),
    Column("tenant_id", GUID, nullable=False),
    Column("person_id", GUID, nullable=False),
    Column("parked", LargeBinary),
    Column("scopes", Text),
    Column("claims", Text),
    Column("expires_at", BigInteger, nullable=False),
    Column("again_hash", KEY, unique=True),
    Index("sign_ins_expires_at", "expires_at"),
)

sign_in_pages = Table(
    "sign_in_pages",
    metadata,
    Column("state_hash", KEY, primary_key=True),
    Column("page", LargeBinary, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index("sign_in_pages_expires_at", "expires_at"),
)


attempts = Table(
    "attempts",
    metadata,
    Column("tenant_id", GUID, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("role", String(8), primary_key=True),
    Column("plan_key", KEY, nullable=False),
    Column("before", String(8)),
    Column("sent_at", BigInteger, nullable=False),
    Column("answer", Text),
    Column("formerly", Text),
    Index("attempts_plan_key", "plan_key"),
    Index("attempts_recipient", "tenant_id", "recipient"),
)

ends = Table(
    "ends",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("tenant_id", GUID, nullable=False),
    Column("person_id", GUID, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("locale", String(35), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("done_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger),
    Column("due_at", BigInteger),
    Column("runs", Integer, nullable=False, server_default="0"),
    Column("ended_at", BigInteger),
    Column("ended", Text),
    Column("tries", Integer, nullable=False, server_default="0"),
    Index("ends_due_at", "due_at"),
    Index("ends_person_id", "person_id"),
)

told = Table(
    "told",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("person_id", GUID, primary_key=True),
    Column("what", String(32), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("way", String(16)),
    Index("told_at", "at"),
)

places = Table(
    "places",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("tenant_id", GUID, nullable=False),
    Column("person_id", GUID, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("service_url", Text, nullable=False),
    Column("member_id", Text, nullable=False),
    Column("bot_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("places_message_id", "message_id"),
    Index("places_at", "at"),
)

record = Table(
    "record",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("what", String(16), nullable=False),
    Column("tenant_id", GUID, nullable=False),
    Column("person_id", GUID, nullable=False),
    Column("act", Text),
    Column("share", KEY),
    Column("item", Text),
    Column("recipient", Text),
    Column("role", String(8)),
    Column("outcome", String(16)),
    Column("code", Text),
    Column("until", BigInteger),
    Column("reference", Text),
    Column("once", String(160), unique=True),
    Column("rule", Text),
    Index("record_at", "at", "id"),
    sqlite_autoincrement=True,
)

# Up to when the record was forgotten, and when that was done. Nothing younger can be taken out of it.
forgotten = Table(
    "forgotten",
    metadata,
    Column("before", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
)

# PostgreSQL's are in the migration: its tables are made there.
RECORD_STAYS = (
    "CREATE TRIGGER record_is_not_changed BEFORE UPDATE ON record "
    "BEGIN SELECT RAISE(ABORT, 'the record is not changed'); END",
    "CREATE TRIGGER record_is_kept BEFORE DELETE ON record "
    "WHEN OLD.at >= coalesce((SELECT max(before) FROM forgotten), 0) "
    "BEGIN SELECT RAISE(ABORT, 'the record is kept'); END",
)
for each in RECORD_STAYS:
    event.listen(metadata, "after_create", DDL(each).execute_if(dialect="sqlite"))

requests = Table(
    "requests",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("share_key", KEY, nullable=False),
    Column("person_id", GUID, nullable=False),
    Column("wish", String(8), nullable=False),
    Column("reason", LargeBinary),
    Column("asked_at", BigInteger, nullable=False),
    Column("decision", String(8)),
    Column("decided_at", BigInteger),
    Column("ending", String(8)),
    Column("now", String(8)),
    Column("runs", Integer, nullable=False, server_default="0"),
    Column("owner_id", GUID),
    Column("decided_by", GUID),
    Column("name", Text),
    Index("requests_share_key", "share_key", "person_id", "wish", unique=True),
)

changes = Table(
    "changes",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("tenant_id", GUID, nullable=False),
    Column("person_id", GUID, nullable=False),
    Column("plan", Text, nullable=False),
    Column("locale", String(35), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("runs", Integer, nullable=False, server_default="0"),
    Column("before", Text),
    Column("receipt", Text),
    Column("touched", Text),
    Column("undone", Text),
    Index("changes_person_id", "person_id", "at"),
)

# Several deeds behind one card, from its press on.
many = Table(
    "many",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("plan", Text, nullable=False),
    Column("locale", String(35), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("said", Text),
    Column("over_at", BigInteger),
    Column("undone_at", BigInteger),
    Column("undo_over_at", BigInteger),
    Column("undos", Integer, nullable=False, server_default="0"),
    Index("many_at", "at"),
)

# Which shares are for a chat; `first` is the one that this one followed, for whoever came later.
rosters = Table(
    "rosters",
    metadata,
    Column("share_key", KEY, primary_key=True),
    Column("tenant_id", GUID, nullable=False),
    Column("chat_id", Text, nullable=False),
    Column("team_id", Text),
    Column("first", KEY),
    Index("rosters_chat_id", "chat_id"),
    Index("rosters_team_id", "team_id"),
)

# What a sharer is offered since somebody came to such a chat, or left it.
proposals = Table(
    "proposals",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("share_key", KEY, nullable=False),
    Column("move", String(8), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("shown_at", BigInteger),
    Column("decision", String(8)),
    Column("decided_at", BigInteger),
    Column("runs", Integer, nullable=False, server_default="0"),
    Index("proposals_share_key", "share_key"),
)

# What was heard last of somebody and a chat that a share is for, and the offer about it.
moves = Table(
    "moves",
    metadata,
    Column("share_key", KEY, primary_key=True),
    Column("person_id", GUID, primary_key=True),
    Column("move", String(8), nullable=False),
    Column("proposal_key", KEY),
    Index("moves_proposal_key", "proposal_key"),
)

# What a second person has to approve before a plan is carried out: by each rule that wants it, one row.
approvals = Table(
    "approvals",
    metadata,
    Column("key", KEY, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("because", Text),
    Column("approvers", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("locale", String(35), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("decision", String(8)),
    Column("decided_at", BigInteger),
    Column("decided_by", GUID),
    Column("name", Text),
    Column("reason", LargeBinary),
    Index("approvals_due_at", "due_at"),
)

# To whom the bot was brought for a notice, and who took it away.
installs = Table(
    "installs",
    metadata,
    Column("tenant_id", GUID, primary_key=True),
    Column("person_id", GUID, primary_key=True),
    Column("what", String(8), nullable=False),
    Column("at", BigInteger, nullable=False),
)

plain_texts = Table(
    "plain_texts",
    metadata,
    Column("tenant_id", GUID, primary_key=True),
    Column("person_id", GUID, primary_key=True),
    Column("offered", Text, nullable=False),
)

watched_links = Table(
    "watched_links",
    metadata,
    Column("tenant_id", GUID, primary_key=True),
    Column("person_id", GUID, primary_key=True),
)

# Who decides for whom what others ask them for; `until` None: until it is taken back.
delegates = Table(
    "delegates",
    metadata,
    Column("tenant_id", GUID, primary_key=True),
    Column("person_id", GUID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("delegate_id", GUID, nullable=False),
    Column("delegate_name", Text, nullable=False),
    Column("until", BigInteger),
    Column("key", KEY, nullable=False),
    Index("delegates_delegate_id", "delegate_id"),
)


def insert_for(engine: AsyncEngine):
    """An insert that knows what to do about a row that is there: both databases have it, each its own."""
    return insert_sqlite if engine.dialect.name == "sqlite" else insert_postgresql
