"""Statistics behind tests: control charts, frozen baselines, power, back-tests (docs/control-charts.md), effect sizes.

Judging needs plain Python only. What trains, solves or simulates loads numpy and scipy: import those modules
(`training`, `run_lengths`, `limits`, `backtest`) in node processes, commands and tests, never in the web process.
"""
