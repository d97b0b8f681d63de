"""Writes down what many customers wrote in one statement, for PostgreSQL.

Each statement is a trip to the server and back, after which a thread waits for its turn in a busy
process: that takes longer than what the server does.
"""

from __future__ import annotations

from sqlalchemy import bindparam, text

from bot.store.tables import Moment
from bot.store.transcript import Draft

_PLACE = "channel, account, key"
_START = f"{_PLACE}, surface, chat, thread, person, author, language, said_at, created_at, updated_at"
_THERE, _SAID = "there.channel, there.account, there.key", "said.channel, said.account, said.key"
_ALIAS = "channel, account, aliases.alias"
_DRAFT = ", ".join(Draft.__struct_fields__)

# Conversations that there are begin with `held`, new ones with `started`, and `found` are both. The
# limit says how few they are: of the hundred that PostgreSQL expects of any JSON it would go through
# all conversations. Held in one order, no two such statements wait for each other. None begins where
# there was one when this began, though somebody calls it by another name now: the next try finds that.
WRITE = text(
    f"""
    WITH said AS (
        SELECT * FROM json_to_recordset(CAST(:said AS json)) AS said (
            channel text, account text, key text, surface text, chat text, thread text, person text,
            author text, alias text, language text, said_at timestamptz, created_at timestamptz,
            updated_at timestamptz, drafts json
        ) LIMIT :places
    ), held AS (
        SELECT conversations.id, conversations.last_seq, said.*
        FROM said JOIN conversations USING ({_PLACE}, chat)
        ORDER BY conversations.id FOR UPDATE OF conversations
    ), received AS (
        UPDATE conversations SET
            last_seq = held.last_seq + json_array_length(held.drafts),
            due_at = coalesce(conversations.due_at, :now),
            language = coalesce(conversations.language, held.language),
            said_at = greatest(conversations.said_at, held.said_at),
            updated_at = :now
        FROM held WHERE conversations.id = held.id
    ), started AS (
        INSERT INTO conversations ({_START}, last_seq, due_at, misunderstandings, acknowledged)
        SELECT {_START}, json_array_length(drafts), :now, 0, false FROM said
        WHERE NOT EXISTS (SELECT FROM conversations AS there WHERE ({_THERE}) = ({_SAID}))
            AND NOT EXISTS (SELECT FROM aliases WHERE ({_ALIAS}) = (said.channel, said.account, said.alias))
        ORDER BY {_PLACE}
        ON CONFLICT DO NOTHING
        RETURNING id, {_PLACE}
    ), found AS (
        SELECT id, last_seq, {_PLACE}, drafts FROM held
        UNION ALL
        SELECT id, 0, {_PLACE}, drafts FROM started JOIN said USING ({_PLACE})
    ), written AS (
        INSERT INTO messages (conversation_id, seq, created_at, {_DRAFT})
        SELECT found.id, found.last_seq + ordinality, :now, {_DRAFT} FROM found
        CROSS JOIN LATERAL json_populate_recordset(CAST(NULL AS messages), drafts) WITH ORDINALITY AS draft
    )
    SELECT {_PLACE}, id FROM found
    """  # noqa: S608 - names of columns only
).bindparams(bindparam("now", type_=Moment()))
