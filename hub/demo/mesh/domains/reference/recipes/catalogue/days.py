"""Days of last year, this and the next, with what reports group them by."""

from datetime import date, timedelta

SEASONS = {12: "winter", 1: "winter", 2: "winter", 3: "spring", 4: "spring", 5: "spring"}
SEASONS |= {6: "summer", 7: "summer", 8: "summer", 9: "autumn", 10: "autumn", 11: "autumn"}


def run(context):
    this_year = context.as_of.year
    day, rows = date(this_year - 1, 1, 1), []
    while day.year <= this_year + 1:
        year, week, weekday = day.isocalendar()
        rows.append(
            {
                "day": day,
                "weekday": weekday,
                "week": f"{year}-W{week:02d}",
                "month": f"{day:%Y-%m}",
                "season": SEASONS[day.month],
                "is_weekend": weekday > 5,
            }
        )
        day += timedelta(days=1)
    context.write("reference.calendar", rows)
    context.log(f"{len(rows)} days from {rows[0]['day']} to {rows[-1]['day']}")
