"""How people are told: channels and routes, notices in the outbox, and sending them."""
