"""Reading incidents: lists, one page, what waits for a person, and what may be told outside."""
