"""Changes of finance and marketing, with one that had to be rolled back and the one that put it right."""

from __future__ import annotations

from hub.demo.changes.planned import Commit, Planned
from hub.demo.edits import edit, more_tests

OF_DAY = 'where: "day = {{ day }}"'
BOOKS, WEEK, VISITS, GROUPS = "finance/daily", "finance/weekly", "marketing/campaigns", "marketing/audience"
SMALL_DIFFERENCES = "    min: -20\n    max: 20\n"

MONEY = (
    Planned(
        "plausible-margins", 52, "ingrid", BOOKS, "Margins between ten and seventy per cent",
        (Commit("Narrow what counts as a plausible margin", (edit(BOOKS, "recipe.yaml", "min: 0.05, max: 0.8,", "min: 0.1, max: 0.7,"),)),),
        "Eight per cent was a wrong cost in the list, and nobody was told.", "ruth",
    ),
    Planned(
        "tax-explained", 39, "ingrid", BOOKS, "Say why tax is a sixth",
        (Commit("Explain the sixth", (edit(BOOKS, "revenue.sql", "-- One sixth of a price with 20 % tax is tax.", "-- Prices hold 20 % tax: of 120 pence 20 are tax, which is one sixth."),)),),
        "The auditors asked. No figure changes.", "tom", review=2,
        comments=(("tom", "Now even I get it."),),
    ),
    Planned(
        "statement-wording", 32, "ingrid", WEEK, "The statement says that the margin is after delivery",
        (Commit("Name the margin for what it is", (edit(WEEK, "statement.py", "left {margin:,.0f} pounds. ", "left {margin:,.0f} pounds after delivery. "),)),),
        "The board compared it with the margin of goods alone.", "maria", coding=1,
    ),
    Planned(
        "references-matter", 24, "ingrid", BOOKS, "Payments with an odd reference are a warning",
        (Commit("Warn of odd references", (edit(BOOKS, "recipe.yaml", f'    {OF_DAY}\n    severity: log\n', f'    {OF_DAY}\n    severity: warn\n'),)),),
        "The bank changes its form now and then. In the log nobody sees it.", "tom",
    ),
    Planned(
        "amounts-of-payments", 15, "ingrid", BOOKS, "Payments have an amount",
        (
            Commit("Test the amount of payments", (more_tests(BOOKS, "card payments of every shop came", f"payments have an amount: {{node: payments, check: range, column: amount, min: 0.01, {OF_DAY}}}"),)),
            Commit("Let it warn, not stop", (edit(BOOKS, "recipe.yaml", f"column: amount, min: 0.01, {OF_DAY}}}", f"column: amount, min: 0.01, {OF_DAY}, severity: warn}}"),)),
        ),
        "A refund came as a payment below nothing and went unseen for a week.", "tom", coding=1, review=2,
        comments=(("tom", "Stopping the books for one refund is too much."), ("ingrid", "True, it warns now.")),
    ),
    Planned(
        "closer-differences", 8, "ingrid", BOOKS, "Tills and bank differ by fifteen pounds at most",
        (Commit("Warn from fifteen pounds on", (edit(BOOKS, "recipe.yaml", SMALL_DIFFERENCES, "    min: -15\n    max: 15\n"),)),),
        "It has been below nine for weeks.", "tom",
    ),
)  # fmt: skip

NEWSLETTER = "only-who-bought"
RENAMED = "renamed-campaign"

VISITS_AND_GROUPS = (
    Planned(
        "loyal-from-five", 53, "maria", GROUPS, "Five orders make a customer loyal",
        (Commit("Loyal from five orders on", (edit(GROUPS, "recipe.yaml", "default: 6, min: 2,", "default: 5, min: 2,"),)),),
        "With six the group is too small for a newsletter of its own.", "ruth",
        comments=(("ruth", "See the tab Data: the group grows by a third."),),
    ),
    Planned(
        "mean-order", 44, "maria", GROUPS, "What a customer spends on an order",
        (Commit("Add the mean order of a customer", (edit(GROUPS, "customers.sql", "    COALESCE(SUM(orders.total), 0) AS spent,\n", "    COALESCE(SUM(orders.total), 0) AS spent,\n    CAST(COALESCE(AVG(orders.total), 0) AS DECIMAL(10, 2)) AS mean_order,\n"),)),),
        "For the catalogue on paper, which goes to the best baskets only.", "ruth", coding=1, review=1,
    ),
    Planned(
        "cost-of-an-order", 38, "maria", VISITS, "An order may cost fifty pounds at most",
        (Commit("Warn from fifty pounds on", (edit(VISITS, "recipe.yaml", "expression: cost_of_an_order < 60", "expression: cost_of_an_order < 50"),)),),
        "Above fifty we lose money on every second order.", "ingrid",
    ),
    Planned(
        "pages-of-a-visit", 26, "maria", VISITS, "Visits see a page",
        (Commit("Warn of visits without a page", (more_tests(VISITS, "some visits come from campaigns", f"visits see a page: {{node: sessions, check: range, column: pages, min: 1, {OF_DAY}, severity: warn}}"),)),),
        "Robots open a visit and load nothing.", "tom",
    ),
    Planned(
        NEWSLETTER, 22, "maria", GROUPS, "Group only customers who bought",
        (Commit("Leave out customers without an order", (edit(GROUPS, "customers.sql", "LEFT JOIN sales.orders AS orders", "JOIN sales.orders AS orders"),)),),
        "Groups of buyers are what campaigns are planned with.", "ruth", ends="rolled_back",
        comments=(("ruth", "Fewer rows, as expected."),),
    ),
    Planned(
        "everyone-is-grouped", 18, "maria", GROUPS, "Everyone who joined is in a group",
        (
            Commit("Say why customers without an order stay", (edit(GROUPS, "customers.sql", "SELECT\n    customers.customer_id,", "-- Who joined and has not bought yet gets the newsletter too.\nSELECT\n    customers.customer_id,"),)),
            Commit("Test that nobody is left out", (more_tests(GROUPS, "customers have a town", "nobody who joined is left out: {node: customers, check: aggregate_balance, of: sales.customers}"),)),
        ),
        "The last change took everybody out of the newsletter who had joined and not bought yet. This keeps it from happening again.", "tom",
        review=0, unplanned=True, mends=NEWSLETTER,
        comments=(("tom", "The test is what was missing."),),
    ),
    Planned(
        "lapsed-later", 12, "maria", GROUPS, "Customers lapse after six weeks",
        (Commit("Lapsed after 45 days", (edit(GROUPS, "recipe.yaml", "default: 30, min: 7,", "default: 45, min: 7,"),)),),
        "In autumn people garden less; a month is too short.", "ruth", review=3,
    ),
    Planned(
        "short-visits", 4, "maria", VISITS, "Visits last two hours at most, one is usual",
        (Commit("Warn from an hour on", (edit(VISITS, "recipe.yaml", "min: 0, max: 7200,", "min: 0, max: 3600,"),)),),
        "Longer ones are tabs that were left open.", "ruth",
    ),
)  # fmt: skip

MENDS_RENAMED = Planned(
    RENAMED, 0, "maria", VISITS, "Read the campaign from its new column",
    (Commit("Read the campaign from the column that analytics has renamed", (edit(VISITS, "sessions.sql", "    utm_campaign AS campaign\n", "    campaign\n"),)),),
    "Analytics renamed utm_campaign to campaign without a word. Last night's run is red.", "tom",
    review=0, unplanned=True, comments=(("tom", "I have asked them to tell us beforehand."),),
)  # fmt: skip
