"""Nimbéa's flight service: small, with made-up flights, and real over HTTP."""
