"""Merge requests, read: lists, the page of one with its gates, its files side by side, its conflicts in three panes."""

from kitchens.queries.merges.files import changes_page, conflict_page, file_change
from kitchens.queries.merges.lists import get_request, open_count, requests, rows
from kitchens.queries.merges.pages import dataset_changes, request_page

__all__ = [
    "changes_page",
    "conflict_page",
    "dataset_changes",
    "file_change",
    "get_request",
    "open_count",
    "request_page",
    "requests",
    "rows",
]
