"""Keeps one row a day: flights, mean delay, share of flights that were late."""


def run(context):
    day = context.values["day"]
    rows = context.query("SELECT delay FROM operations.flights WHERE day = {{ day }}")
    delays = [row["delay"] for row in rows]
    late = sum(delay > 15 for delay in delays)
    context.write(
        "operations.delays",
        [{"day": day, "flights": len(delays), "mean_delay": sum(delays) / len(delays), "late": late}],
    )
    context.measure("flights", len(delays))
