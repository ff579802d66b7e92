"""What an incident may do, who is told of it, when, and in which words. Plain Python: the clock is an argument."""
