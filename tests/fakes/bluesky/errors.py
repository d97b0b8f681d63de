"""Errors as XRPC tells them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class XrpcError(Exception):
    """An answer other than 200: a status, the error's name, and what is said of it."""

    def __init__(self, status: int, name: str, message: str = "") -> None:
        super().__init__(f"{status} {name}")
        self.status = status
        self.name = name
        self.message = message

    def body(self) -> Json:
        """The body of the answer."""
        return {"error": self.name, "message": self.message or self.name}


def invalid(message: str) -> XrpcError:
    """A request that no record or method takes."""
    return XrpcError(400, "InvalidRequest", message)
