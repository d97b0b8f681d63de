"""The only truth: conversations, messages, outbox, cases, agents and the record, in SQL."""
