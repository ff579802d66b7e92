"""Reads a PDF back: what stands in it is packed, so that no search of its bytes would find a word."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader


def words_of(pdf: bytes) -> str:
    """Return the text of all pages with single spaces between its words."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())
