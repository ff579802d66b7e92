"""Writes what the board reads: the week's margin, the best shop and the weakest."""


def run(context):
    week_ends = context.values["week_ends"]
    shops = list(
        context.query(
            "SELECT store_id, margin FROM finance.weekly_results WHERE week_ends = {{ week_ends }} ORDER BY margin DESC"
        )
    )
    margin = float(sum(row["margin"] for row in shops))
    text = (
        f"The week to {week_ends} left {margin:,.0f} pounds. "
        f"Best was {shops[0]['store_id']} with {shops[0]['margin']:,.0f}, "
        f"weakest {shops[-1]['store_id']} with {shops[-1]['margin']:,.0f}."
    )
    context.write("finance.statements", [{"week_ends": week_ends, "margin": margin, "text": text}])
    context.measure("margin", margin)
    context.log(text)
