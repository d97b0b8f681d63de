"""Runs migrations on the connection that it is given (see bot/store/migrate.py)."""

from alembic import context

from bot.store.said_index import include_name
from bot.store.watching_tables import mentions

context.configure(
    connection=context.config.attributes["connection"],
    # From the module that builds on the other one: so the tables of both are known.
    target_metadata=mentions.metadata,
    render_as_batch=True,
    user_module_prefix="",
    include_name=include_name,
)
context.run_migrations()
