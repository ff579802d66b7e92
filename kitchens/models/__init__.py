"""Tables of people, domains, kitchens and data."""

from kitchens.models.connection import Connection, Secret
from kitchens.models.domain import Dataset, Domain
from kitchens.models.kitchen import Kitchen, Pointer, Revision, Snapshot
from kitchens.models.people import ApiToken, AuditEntry, FailedLogin, Person

__all__ = [
    "ApiToken",
    "AuditEntry",
    "Connection",
    "Dataset",
    "Domain",
    "FailedLogin",
    "Kitchen",
    "Person",
    "Pointer",
    "Revision",
    "Secret",
    "Snapshot",
]
