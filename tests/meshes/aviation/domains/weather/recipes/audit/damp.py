"""Temperature and dew point give the humidity (Magnus' formula): a station whose three values disagree is broken."""

from math import exp


def vapour(fahrenheit):
    """Return the pressure of saturated vapour, without its constant."""
    celsius = (fahrenheit - 32) / 1.8
    return exp(17.625 * celsius / (243.04 + celsius))


def check(context):
    rows = list(
        context.query(
            "SELECT station, measured_at, temperature, dew_point, humidity FROM weather.measurements"
            " WHERE temperature IS NOT NULL AND dew_point IS NOT NULL AND humidity IS NOT NULL"
        )
    )
    wrong = [
        dict(row)
        for row in rows
        if abs(100 * vapour(row["dew_point"]) / vapour(row["temperature"]) - row["humidity"])
        > context.given["points"]
    ]
    return context.failing(
        len(wrong), of=len(rows), said=f"{len(wrong)} hours have a humidity that cannot be", rows=wrong[:20]
    )
