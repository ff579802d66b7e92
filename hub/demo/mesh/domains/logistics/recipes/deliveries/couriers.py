"""Adds one row a carrier for the day: parcels, share in time, mean hours under way."""

from collections import defaultdict


def run(context):
    day = context.values["day"]
    parcels = defaultdict(list)
    for row in context.query("SELECT * FROM logistics.deliveries WHERE day = {{ day }}"):
        parcels[row["courier"]].append(row)
    rows = [
        {
            "day": day,
            "courier": courier,
            "parcels": len(its),
            "in_time": round(sum(row["in_time"] for row in its) / len(its), 4),
            "mean_hours": round(sum(row["hours_under_way"] for row in its) / len(its), 2),
        }
        for courier, its in sorted(parcels.items())
    ]
    context.write("logistics.courier_days", rows)
    total = sum(row["parcels"] for row in rows)
    context.measure("parcels", total)
    context.log(f"{total} parcels by {len(rows)} carriers on {day}")
