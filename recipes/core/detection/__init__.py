"""What tests catch: known faults are planted into a copy of a dataset, and its tests judge that copy."""
