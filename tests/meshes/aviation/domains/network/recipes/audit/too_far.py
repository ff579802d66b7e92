"""Routes between places that no airliner connects without a stop."""

from math import asin, cos, radians, sin, sqrt


def check(context):
    places = {
        row["airport_id"]: (radians(row["latitude"]), radians(row["longitude"]))
        for row in context.read("reference.airports")
    }
    judged, wrong = 0, []
    for row in context.query(
        "SELECT airline, origin, destination, origin_id, destination_id FROM network.routes WHERE stops = 0"
    ):
        here, there = places.get(row["origin_id"]), places.get(row["destination_id"])
        if here is None or there is None:
            continue
        judged += 1
        half = sin((here[0] - there[0]) / 2) ** 2
        half += cos(here[0]) * cos(there[0]) * sin((here[1] - there[1]) / 2) ** 2
        if 2 * 6371 * asin(sqrt(half)) > context.given["farthest"]:
            wrong.append(dict(row))
    return context.failing(
        len(wrong), of=judged, said=f"{len(wrong)} routes are too long to fly", rows=wrong[:20]
    )
