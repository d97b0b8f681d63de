"""Errors as the Data API words them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

# https://developers.google.com/youtube/v3/docs/errors
WORDS = {
    "authError": "Invalid Credentials",
    "quotaExceeded": "The request cannot be completed because you have exceeded your quota.",
    "commentNotFound": "The specified comment could not be found.",
    "parentCommentNotFound": "The specified parent comment could not be found.",
    "commentsDisabled": "The video has disabled comments.",
    "commentTextTooLong": "The comment resource that is being inserted contains too many characters.",
    "forbidden": "Access forbidden. The request may not be properly authorized.",
    "channelNotFound": "The channel could not be found.",
    "processingFailure": "The API server failed to successfully process the request.",
}
DOMAINS = {"quotaExceeded": "youtube.quota", "authError": "global", "forbidden": "global"}


class ApiError(Exception):
    """An error to be answered."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason

    def body(self) -> Json:
        """As YouTube writes it."""
        message = WORDS.get(self.reason, "Something is wrong.")
        domain = DOMAINS.get(self.reason, "youtube.commentThread")
        one = {"message": message, "domain": domain, "reason": self.reason}
        return {"error": {"code": self.status, "message": message, "errors": [one] if self.reason else []}}
