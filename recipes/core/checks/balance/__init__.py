"""The parts of aggregate_balance: its parameters, its two sides, and how they are compared."""
