"""The index of words said in cases: each engine has one of its own.

PostgreSQL has GIN. SQLite has FTS5, a table beside `words` that triggers keep the same.
"""

from __future__ import annotations

# What was written last stands in a list that every search reads from end to end: a short one, in kB.
_GIN = "CREATE INDEX ix_words_said ON words USING gin (said) WITH (gin_pending_list_limit = 512)"

# Neither the texts nor the places of words are kept, only which message has which word. The words come
# folded, with a space between: nothing but spaces parts them.
_FTS5 = """
CREATE VIRTUAL TABLE words_said USING fts5(
    said, content='words', content_rowid='message_id', detail=none, columnsize=0, tokenize='ascii'
)
"""
_ADD = "INSERT INTO words_said (rowid, said) VALUES (new.message_id, new.said);"
_TAKE_OUT = "INSERT INTO words_said (words_said, rowid, said) VALUES ('delete', old.message_id, old.said);"
_TRIGGERS = (
    f"CREATE TRIGGER words_said_new AFTER INSERT ON words BEGIN {_ADD} END",
    f"CREATE TRIGGER words_said_gone AFTER DELETE ON words BEGIN {_TAKE_OUT} END",
    f"CREATE TRIGGER words_said_changed AFTER UPDATE ON words BEGIN {_TAKE_OUT} {_ADD} END",
)

# What makes it, by the name of the engine.
STATEMENTS = {"postgresql": (_GIN,), "sqlite": (_FTS5, *_TRIGGERS)}


def include_name(name: str | None, _kind: str, _parents: object) -> bool:
    """Tells Alembic what belongs to the tables of the code: all but this index.

    (https://alembic.sqlalchemy.org/en/latest/autogenerate.html#omitting-based-on-names)
    """
    return not (name or "").startswith(("words_said", "ix_words_said"))
