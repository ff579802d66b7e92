"""Writes what the board reads: the week's margin, the best shop and the weakest."""


def run(context):
    week_ends = context.values["week_ends"]
    shops = [row for row in context.read("finance.weekly_results") if row["week_ends"] == week_ends]
    shops.sort(key=lambda row: row["margin"], reverse=True)
    margin = float(sum(row["margin"] for row in shops))
    text = (
        f"The week to {week_ends} left {margin:,.0f} pounds. "
        f"Best was {shops[0]['store_id']} with {shops[0]['margin']:,.0f}, "
        f"weakest {shops[-1]['store_id']} with {shops[-1]['margin']:,.0f}."
    )
    context.write("finance.statements", [{"week_ends": week_ends, "margin": margin, "text": text}])
    context.measure("margin", margin)
    context.log(text)
