"""Airports that two lists put further apart than a runway is long."""

from math import asin, cos, radians, sin, sqrt


def kilometres(one, two):
    """Return the great-circle distance."""
    a, b = radians(one["latitude"]), radians(two["latitude"])
    half = sin((a - b) / 2) ** 2
    half += cos(a) * cos(b) * sin(radians(one["longitude"] - two["longitude"]) / 2) ** 2
    return 2 * 6371 * asin(sqrt(half))


def check(context):
    listed = {row["iata"]: row for row in context.read("reference.airports") if row["iata"]}
    pairs = [(row, listed[row["iata"]]) for row in context.read() if row["iata"] in listed]
    wrong = [here for here, there in pairs if kilometres(here, there) > context.given["farthest"]]
    return context.failing(
        len(wrong), of=len(pairs), said=f"{len(wrong)} airports lie elsewhere", rows=wrong[:20]
    )
