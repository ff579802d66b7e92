"""Keeps one row a day: flights, mean delay, share of flights that were late."""


def run(context):
    day = context.values["day"]
    delays = [row["delay"] for row in context.read("operations.flights") if row["day"] == day]
    late = sum(delay > 15 for delay in delays)
    context.write(
        "operations.delays",
        [{"day": day, "flights": len(delays), "mean_delay": sum(delays) / len(delays), "late": late}],
    )
    context.measure("flights", len(delays))
