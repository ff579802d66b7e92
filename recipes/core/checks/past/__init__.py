"""Checks that read their own past: changes against an earlier run, and control charts."""
