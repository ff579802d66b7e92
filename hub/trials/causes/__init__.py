"""The trial of causes: faults of every kind planted into a small mesh, and whether the report names the true one first."""
