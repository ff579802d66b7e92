"""Adds this week's list of what to order again, the most urgent first."""


def run(context):
    day, limit = context.values["day"], context.values["reorder_below"]
    short = [
        row
        for row in context.read("logistics.stock_cover")
        if row["days_of_cover"] is not None and row["days_of_cover"] < limit
    ]
    short.sort(key=lambda row: row["days_of_cover"])
    context.write(
        "logistics.reorders",
        [
            {
                "week_of": day,
                "product_id": row["product_id"],
                "name": row["name"],
                "days_of_cover": float(row["days_of_cover"]),
                "order_pieces": max(6, int(row["sold"]) - int(row["free_stock"])),
            }
            for row in short
        ],
    )
    context.measure("products_to_order", len(short))
    context.log(f"{len(short)} products last fewer than {limit} days")
