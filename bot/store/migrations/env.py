"""Runs migrations on the connection that it is given (see bot/store/migrate.py)."""

from alembic import context

from bot.store.said_index import include_name
from bot.store.search_tables import words
from bot.store.watching_tables import mentions

# From the modules that build on tables.py: so the tables of all are known.
(metadata,) = {words.metadata, mentions.metadata}
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    user_module_prefix="",
    include_name=include_name,
)
context.run_migrations()
