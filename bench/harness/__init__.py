"""What the measures have in common: real processes, real HTTP, streams of messages, figures."""
