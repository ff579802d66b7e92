"""The history of one test: its points, the picture of them, its last verdicts as bars, and what is said of it."""
