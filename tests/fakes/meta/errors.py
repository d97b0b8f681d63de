"""What the Graph API answers when it refuses a call."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class GraphError(Exception):
    """A refusal, with Meta's words and numbers."""

    def __init__(self, code: int, message: str, *, subcode: int | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.subcode = subcode
        self.message = message

    def body(self) -> Json:
        """The envelope that every error comes in."""
        error: Json = {"message": self.message, "type": "OAuthException", "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        return {"error": {**error, "fbtrace_id": "AmadeUpTrace"}}


def bad_token(token: str) -> GraphError:
    """The token is dead; what cannot be a token at all is quoted."""
    return GraphError(190, f"Malformed access token {token}", status=401)


def no_such(node: str) -> GraphError:
    """There is no such thing, or it is not the token's."""
    return GraphError(
        100,
        f"Unsupported post request. Object with ID '{node}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation",
        subcode=33,
    )


def invalid(what: str) -> GraphError:
    """A parameter is wrong."""
    return GraphError(100, f"(#100) {what}")


def window_closed(subcode: int) -> GraphError:
    """Too long since the person wrote."""
    return GraphError(10, "(#10) This message is sent outside of allowed window.", subcode=subcode)


def unavailable() -> GraphError:
    """The person has blocked the account, or is gone."""
    return GraphError(551, "(#551) This person isn't available right now.", subcode=1545041)


def other_app() -> GraphError:
    """Another application has the conversation."""
    return GraphError(
        10,
        "(#10) Message failed to send because another app is controlling this thread now.",
        subcode=2018300,
    )


def already_replied() -> GraphError:
    """A comment is replied to in private once."""
    return GraphError(10900, "(#10900) Activity already replied to")


def too_old() -> GraphError:
    """A comment is replied to in private for seven days."""
    return GraphError(10903, "(#10903) This user cant reply to this activity")


def too_many() -> GraphError:
    """The account sends too fast."""
    return GraphError(613, "(#613) Calls to this api have exceeded the rate limit.")
