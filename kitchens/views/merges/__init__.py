"""Pages of merge requests, conflicts and roll-backs."""
