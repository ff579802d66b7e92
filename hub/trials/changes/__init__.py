"""The trial of changes: kitchens, commits, merges, rollbacks and ends, while processes die."""
