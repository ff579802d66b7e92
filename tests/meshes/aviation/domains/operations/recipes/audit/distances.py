"""Distances as told, held against the great circle between the places of the airports."""

from math import asin, cos, radians, sin, sqrt


def check(context):
    places = {
        row["iata"]: (radians(row["latitude"]), radians(row["longitude"]))
        for row in context.read("reference.us_airports")
    }
    rows = [row for row in context.read() if row["origin"] in places and row["destination"] in places]
    wrong = []
    for row in rows:
        here, there = places[row["origin"]], places[row["destination"]]
        half = sin((here[0] - there[0]) / 2) ** 2
        half += cos(here[0]) * cos(there[0]) * sin((here[1] - there[1]) / 2) ** 2
        if abs(2 * 3959 * asin(sqrt(half)) - row["distance"]) > context.given["miles"]:
            wrong.append(dict(row))
    return context.failing(
        len(wrong), of=len(rows), said=f"{len(wrong)} flights were longer or shorter", rows=wrong[:20]
    )
