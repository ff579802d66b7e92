"""Counts departures and airlines of every airport."""

from collections import Counter, defaultdict


def run(context):
    departures, airlines = Counter(), defaultdict(set)
    for row in context.read("network.routes"):
        departures[row["origin"]] += 1
        airlines[row["origin"]].add(row["airline"])
    context.write(
        "network.hubs",
        [
            {"airport": airport, "departures": number, "airlines": len(airlines[airport])}
            for airport, number in departures.most_common()
        ],
    )
    context.measure("airports", len(departures))
