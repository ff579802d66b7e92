"""The history of tests: the explorer over all of them, the page of one, and where tests are missing."""
