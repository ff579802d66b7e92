"""The failure report: one object behind the page, the PDF and the API."""
