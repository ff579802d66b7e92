"""Tables of people, domains, kitchens, merges and data."""

from kitchens.models.change import Change, Retention
from kitchens.models.connection import Connection, Secret
from kitchens.models.domain import Dataset, Domain
from kitchens.models.kitchen import Kitchen, Membership, Pointer, Revision, Snapshot
from kitchens.models.merge import Approval, Comment, MergeRequest, RequestEvent
from kitchens.models.people import ApiToken, AuditEntry, FailedLogin, Person
from kitchens.models.provision import KitchenDraft, Provision, ProvisionStep

__all__ = [
    "ApiToken",
    "Approval",
    "AuditEntry",
    "Change",
    "Comment",
    "Connection",
    "Dataset",
    "Domain",
    "FailedLogin",
    "Kitchen",
    "KitchenDraft",
    "Membership",
    "MergeRequest",
    "Person",
    "Pointer",
    "Provision",
    "ProvisionStep",
    "RequestEvent",
    "Retention",
    "Revision",
    "Secret",
    "Snapshot",
]
