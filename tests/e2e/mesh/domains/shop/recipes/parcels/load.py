import csv
from pathlib import Path


def run(context):
    with Path("{outside}/parcels.csv").open(newline="") as sent:
        rows = [
            {"parcel": row["parcel"], "kilos": float(row["kilos"]) if row["kilos"] else None}
            for row in csv.DictReader(sent)
        ]
    context.write("shop.arrived", rows)
