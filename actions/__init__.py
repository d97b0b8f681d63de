"""Custom actions: what the assistant must look up while it answers."""
