"""Says in one line how the web shop is doing."""


def run(context):
    countries = context.read("sales.checkout_last_hour")
    takings = float(sum(country["takings"] for country in countries))
    weakest = min(countries, key=lambda country: country["paid_share"])
    context.measure("takings", takings)
    context.log(
        f"{takings:,.0f} pounds in the last hour; {weakest['country']} is weakest "
        f"with {weakest['paid_share']:.0%} of baskets paid"
    )
