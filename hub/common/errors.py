"""The errors people see: each carries a full sentence and, where there is one, the way out."""

from __future__ import annotations


class HubError(Exception):
    """A request that cannot be met, said so that a person can act on it.

    `message` is one or more full sentences; `remedy` says how to mend it;
    `field` names the form field or JSON path at fault, where there is one.
    """

    status = 400
    title = "The request cannot be met"

    def __init__(self, message: str, *, remedy: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.field = field

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class NotAllowedError(HubError):
    """The person or token may not do this."""

    status = 403
    title = "Not allowed"


class MissingError(HubError):
    """What was asked for does not exist, or not for this person."""

    status = 404
    title = "Not found"


class ConflictError(HubError):
    """The world has moved on since the request was made; look again and retry."""

    status = 409
    title = "Conflict"


class InvalidError(HubError):
    """The input is wrong: says what, where and how to mend it."""

    status = 422
    title = "Not valid"


class TooManyError(HubError):
    """Too much in too short a time; `retry_after` says how many seconds to wait."""

    status = 429
    title = "Too many requests"
    retry_after = 60


class UnavailableError(HubError):
    """Something outside the hub did not answer; trying later may help."""

    status = 503
    title = "Not available"
