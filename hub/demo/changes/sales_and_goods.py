"""Changes of sales, logistics and the reference lists."""

from __future__ import annotations

from hub.demo.changes.planned import Commit, Planned
from hub.demo.edits import edit, more_tests

OF_DAY = 'where: "day = {{ day }}"'
DAILY, STOCK, PARCELS, LISTS = "sales/daily", "logistics/stock", "logistics/deliveries", "reference/catalogue"

SALES = (
    Planned(
        "busy-days", 57, "maria", DAILY, "Let a day have up to 3,000 orders",
        (Commit("Raise the most orders of a day to 3,000", (edit(DAILY, "recipe.yaml", "    max: 2000\n", "    max: 3000\n"),)),),
        "The sale in December will bring more than 2,000 orders a day, and the test would stop the night.", "tom",
        comments=(("ruth", "Last December had 2,640 on its best day."),),
    ),
    Planned(
        "way-of-payment", 50, "maria", DAILY, "Orders say how they were paid",
        (Commit("Test that every order has a way of payment", (
            more_tests(DAILY, "totals are positive", f"orders say how they were paid: {{node: orders, check: not_null, column: payment, {OF_DAY}, severity: warn}}"),
        )),),
        "Finance compares tills and bank by way of payment. A till that leaves it out should be seen here first.", "ingrid", review=2,
        comments=(("ingrid", "Good. I would rather hear of it at four than at seven."),),
    ),
    Planned(
        "usual-basket", 41, "ruth", DAILY, "The usual basket has grown",
        (Commit("Allow a mean basket of 200 pounds", (edit(DAILY, "recipe.yaml", "    max: 180\n", "    max: 200\n"),)),),
        "Garden furniture has gone up. The mean basket has been close to 180 for a month.", "maria",
    ),
    Planned(
        "count-of-orders", 36, "maria", DAILY, "Say how orders are counted",
        (Commit("Say that an order counts in each of its categories", (
            edit(DAILY, "daily_sales.sql", "SELECT\n    orders.day,", "-- An order counts in each of its categories: do not add up `orders` over them.\nSELECT\n    orders.day,"),
        )),),
        "Asked twice this month. No figure changes.", "ruth", review=0,
    ),
    Planned(
        "sane-quantities", 30, "ruth", DAILY, "Nobody buys more than 60 of one thing",
        (Commit("Warn from 60 pieces on", (edit(DAILY, "recipe.yaml", "min: 1, max: 100,", "min: 1, max: 60,"),)),),
        "A till in Breda sent 99 pieces where 9 were meant. 60 is well above the largest real line.", "maria",
    ),
    Planned(
        "line-amounts", 13, "maria", DAILY, "Lines of an order have an amount",
        (
            Commit("Test the amount of lines", (more_tests(DAILY, "quantities are sane", f"lines have an amount: {{node: order_lines, check: range, column: amount, min: 0.01, {OF_DAY}, severity: warn}}"),)),
            Commit("Describe the lines better", (edit(DAILY, "recipe.yaml", "description: What was in the baskets", "description: What was in the baskets, one row a line of the receipt"),)),
        ),
        "Vouchers came as lines of nothing. They are shown, and do not stop the night.", "tom", review=3,
        comments=(("tom", "Does it stop a run?"), ("maria", "No, it warns.")),
    ),
    Planned(
        "names-of-customers", 5, "maria", DAILY, "Customers have a name",
        (Commit("Log customers without a name", (more_tests(DAILY, "customers of orders are known", "customers have a name: {node: customers, check: not_null, column: name, severity: log}"),)),),
        "The newsletter greets by name.", "ruth",
    ),
)  # fmt: skip

GOODS = (
    Planned(
        "dearer-parcels", 54, "tom", PARCELS, "Charges after the new contract",
        (Commit("A parcel may cost up to 14 pounds", (edit(PARCELS, "recipe.yaml", "column: charge, min: 1, max: 12,", "column: charge, min: 1, max: 14,"),)),),
        "Dale Couriers charge up to 13.50 from this month on.", "ingrid",
        comments=(("ingrid", "As signed."),),
    ),
    Planned(
        "weight-of-parcels", 46, "tom", PARCELS, "Parcels have a weight",
        (Commit("Test the weight of parcels", (more_tests(PARCELS, "no parcel is lost on the way", f"parcels have a weight: {{node: parcels, check: range, column: weight_kg, min: 0.01, max: 60, {OF_DAY}, severity: warn}}"),)),),
        "We are charged by weight. A parcel without one cannot be checked against the bill.", "ruth", review=2,
    ),
    Planned(
        "cover-by-category", 43, "tom", STOCK, "Cover says the category of a product",
        (Commit("Add the category to the cover of stock", (edit(STOCK, "cover.sql", "    products.name,\n", "    products.name,\n    products.category,\n"),)),),
        "Buyers look after categories. Now they can filter the list.", "ingrid", coding=1,
        comments=(("ruth", "The category is the one of this week's list, which may differ from last year's."), ("tom", "That is what they want.")),
    ),
    Planned(
        "longer-list", 34, "tom", STOCK, "Order fifteen products again, not twelve",
        (Commit("A list of fifteen", (edit(STOCK, "recipe.yaml", "default: 12, min: 1, description", "default: 15, min: 1, description"),)),),
        "The list was too short three weeks in a row.", "ingrid", review=0,
    ),
    Planned(
        "what-in-time-means", 27, "tom", PARCELS, "Say what in time means",
        (Commit("Say who decides whether a parcel is in time", (edit(PARCELS, "deliveries.sql", "SELECT\n    parcels.parcel_id,", "-- `in_time` is the carrier's own word; `hours_under_way` is ours.\nSELECT\n    parcels.parcel_id,"),)),),
        "For the talks with the carriers. No figure changes.", "ruth",
    ),
    Planned(
        "a-week-at-most", 20, "tom", PARCELS, "No parcel is under way for a week",
        (Commit("Warn of parcels under way for a week", (more_tests(PARCELS, "most parcels are in time", f"nothing takes a week: {{node: deliveries, check: range, column: hours_under_way, max: 168, {OF_DAY}, severity: warn}}"),)),),
        "Customers call after a week. We should know before they do.", "maria", coding=1, review=2,
    ),
    Planned(
        "need-of-three-weeks", 11, "tom", STOCK, "Work the need out from three weeks",
        (Commit("Three weeks of sales instead of four", (edit(STOCK, "recipe.yaml", "default: 4, min: 1, max: 12,", "default: 3, min: 1, max: 12,"),)),),
        "Before Christmas four weeks look back too far.", "ingrid",
        comments=(("ingrid", "Please put it back in January."), ("tom", "It is in my calendar.")),
    ),
)  # fmt: skip

LIST_CHANGES = (
    Planned(
        "quarters", 47, "ruth", LISTS, "The calendar knows quarters",
        (Commit("Add the quarter to the calendar", (edit(LISTS, "days.py", '                "season": ', '                "quarter": f"{day.year}-Q{(day.month + 2) // 3}",\n                "season": '),)),),
        "Finance reports by quarter and works it out in four places.", "ingrid", coding=1, review=3,
        comments=(("ingrid", "Calendar quarters, not ours from April?"), ("ruth", "Calendar quarters. I say so in the description if you like."), ("ingrid", "No need.")),
    ),
    Planned(
        "names-of-shops", 29, "ruth", LISTS, "Shops have a name",
        (Commit("Test that shops have a name", (more_tests(LISTS, "shops have a postcode", "shops have a name: {node: stores, check: not_null, column: name, severity: warn}"),)),),
        "The new shop in Ghent came without one.", "tom",
    ),
    Planned(
        "margin-of-the-list", 18, "ruth", LISTS, "The margin of a product by its list",
        (
            Commit("Add the margin to products", (edit(LISTS, "products.sql", "    CAST(cost AS DECIMAL(10, 2)) AS cost,\n", "    CAST(cost AS DECIMAL(10, 2)) AS cost,\n    CAST(price - cost AS DECIMAL(10, 2)) AS margin,\n"),)),
            Commit("Test the margin of products", (more_tests(LISTS, "no product is sold below cost", "margins are plausible: {node: products, check: range, column: margin, min: -5, max: 500, severity: warn}"),)),
        ),
        "Buyers ask for it every week. It is a new column; nothing that is read today changes.", "tom", coding=1, review=2,
        comments=(("tom", "Stock reads the table. I looked: it names its columns."),),
    ),
    Planned(
        "seasons-explained", 6, "ruth", LISTS, "Say that seasons are those of the weather",
        (Commit("Say which seasons are meant", (edit(LISTS, "days.py", "SEASONS = {12:", "# Seasons of the weather: winter begins on the first of December.\nSEASONS = {12:"),)),),
        "Marketing took them for those of the calendar.", "maria", review=0,
    ),
)  # fmt: skip
