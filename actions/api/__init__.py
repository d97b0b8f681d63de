"""Clients of the services that actions ask, one module per service."""
