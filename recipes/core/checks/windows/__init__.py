"""Checks that compare rows with those before them, and days with a calendar."""
