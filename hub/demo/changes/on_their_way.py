"""Changes that came to nothing, and those that a newcomer finds on their way."""

from __future__ import annotations

from hub.demo.changes.money_and_visits import BOOKS, OF_DAY, SMALL_DIFFERENCES, VISITS
from hub.demo.changes.planned import Commit, Planned
from hub.demo.changes.sales_and_goods import DAILY, LISTS
from hub.demo.edits import edit, more_tests

GIVEN_UP = (
    Planned(
        "fewer-orders", 31, "ruth", DAILY, "Quiet days",
        (Commit("Allow a day of 90 orders", (edit(DAILY, "recipe.yaml", "default: 120, min: 0,", "default: 90, min: 0,"),)),),
        ends="abandoned",
    ),
    Planned(
        "delivery-by-weight", 17, "ingrid", BOOKS, "Delivery by weight",
        (Commit("Note what delivery should be shared out by", (edit(BOOKS, "margins.sql", "delivery AS (", "-- To be shared out by weight once parcels have one.\ndelivery AS ("),)),),
        ends="abandoned",
    ),
)  # fmt: skip

OPEN = (
    Planned(
        "wider-differences", 9, "tom", BOOKS, "Allow thirty pounds between tills and bank",
        (Commit("Warn from thirty pounds on", (edit(BOOKS, "recipe.yaml", SMALL_DIFFERENCES, "    min: -30\n    max: 30\n"),)),),
        "Two new shops pay in once a week. Ingrid has just narrowed the same test, so we must agree first.", ends="asked", coding=6,
        comments=(("ingrid", "Fifteen is right for the shops we have. Let us make it depend on the shop."),),
    ),
    Planned(
        "title-of-products", 3, "ruth", LISTS, "Products have a title, not a name",
        (Commit("Call the name of a product its title", (
            edit(LISTS, "products.sql", "    name,\n", "    name AS title,\n"),
            edit(LISTS, "recipe.yaml", "check: unique, columns: [name], severity: warn", "check: unique, columns: [title], severity: warn"),
        )),),
        "Head office calls it title from next year on. In reference everything is green; please look whether anybody else reads the name.",
        ends="red", coding=1, review=0,
        comments=(("tom", "Stock reads the name for the list of what to order. See the candidate."), ("ruth", "Then we need a week in which both are there.")),
    ),
    Planned(
        "visits-by-country", 2, "maria", VISITS, "Visits say their country",
        (Commit("Test the country of visits", (more_tests(VISITS, "campaigns have a price", f"visits have a country: {{node: sessions, check: not_null, column: country, {OF_DAY}, severity: warn}}"),)),),
        "The report by country leaves out visits without one, and nobody would see it.", ends="asked",
        comments=(("ruth", "I look at it tomorrow."),),
    ),
)  # fmt: skip
