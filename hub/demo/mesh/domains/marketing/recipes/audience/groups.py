"""Puts every customer into one of four groups."""

from collections import Counter
from datetime import timedelta


def run(context):
    values = context.values
    lapsed_before = values["day"] - timedelta(days=values["lapsed_days"])

    def group(customer):
        if customer["last_order"] is None or customer["last_order"] < lapsed_before:
            return "lapsed"
        if customer["orders"] >= values["loyal_orders"]:
            return "loyal"
        return "new" if customer["joined_on"] >= lapsed_before else "regular"

    rows = [
        {
            "customer_id": customer["customer_id"],
            "customer_group": group(customer),
            "newsletter": customer["newsletter"],
        }
        for customer in context.read("marketing.customer_orders")
    ]
    context.write("marketing.audience", rows)
    sizes = Counter(row["customer_group"] for row in rows)
    context.log(", ".join(f"{size} {name}" for name, size in sizes.most_common()))
