"""What monitoring writes: episodes, and what was found out about them."""
