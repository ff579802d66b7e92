"""Adds this week's list of what to order again: the products that will be sold out first."""


def run(context):
    day, wanted = context.values["day"], context.values["products_to_order"]
    selling = [row for row in context.read("logistics.stock_cover") if row["days_of_cover"] is not None]
    selling.sort(key=lambda row: row["days_of_cover"])
    rows = [
        {
            "week_of": day,
            "product_id": row["product_id"],
            "name": row["name"],
            "days_of_cover": float(row["days_of_cover"]),
            "order_pieces": max(6, int(row["sold"]) - int(row["free_stock"])),
        }
        for row in selling[:wanted]
    ]
    context.write("logistics.reorders", rows)
    context.measure("shortest_cover", rows[0]["days_of_cover"])
    context.log(f"{rows[0]['name']} will be sold out first, in {rows[0]['days_of_cover']:.0f} days")
