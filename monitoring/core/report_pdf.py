"""A failure report as PDF, made from the same plain values as the API: nothing is shown here that is not there."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from kitchens.core.words import clock, count, duration, number

FONTS = Path(
    "/usr/share/fonts/truetype/dejavu"
)  # shows more than Latin; without it the library's own font is used
PLAIN, BOLD = "Report", "Report-Bold"
WIDE, PADDING = 480, 14  # points: of the page between its margins, and beside the text of a cell
NULL = "∅"  # as the page shows it
CELL, CELLS, COLUMNS = 60, 20, 8  # characters of a cell, rows and columns of a table


def pdf_of(report: Mapping[str, Any], base: str) -> bytes:
    """Return the report as a PDF file; `base` is the address of the hub, for the link back."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    _fonts()
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=18 * mm, rightMargin=18 * mm, topMargin=16 * mm, bottomMargin=16 * mm,
        title=_text(f"Failure report {report['id']}"), author="DataOps Hub",
    )  # fmt: skip
    document.build(list(_flow(report, base.rstrip("/"))))
    return target.getvalue()


@lru_cache(maxsize=1)
def _fonts() -> bool:
    """Register the fonts; say whether they show all of Unicode's usual letters."""
    import reportlab
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    wide = (FONTS / "DejaVuSans.ttf").is_file() and (FONTS / "DejaVuSans-Bold.ttf").is_file()
    own = Path(reportlab.__file__).parent / "fonts"
    files = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf") if wide else ("Vera.ttf", "VeraBd.ttf")
    for name, file in zip((PLAIN, BOLD), files, strict=True):
        pdfmetrics.registerFont(TTFont(name, str((FONTS if wide else own) / file)))
    return wide


def _text(value: Any) -> str:
    """Return a value as text that the font can show: control characters go, what it lacks becomes a question mark."""
    text = "".join(letter for letter in str(value) if letter.isprintable() or letter == "\n")
    if _fonts():
        return text
    return (
        text.replace("→", "->")
        .replace(NULL, "NULL")
        .replace("“", '"')
        .replace("”", '"')
        .encode("latin-1", "replace")
        .decode("latin-1")
    )


def _flow(report: Mapping[str, Any], base: str) -> Iterable[Any]:
    from reportlab.lib import colors
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph, Spacer

    styles = {
        "title": ParagraphStyle("title", fontName=BOLD, fontSize=15, leading=19, spaceAfter=4),
        "h2": ParagraphStyle(
            "h2", fontName=BOLD, fontSize=11, leading=14, spaceBefore=10, spaceAfter=3, keepWithNext=1
        ),
        "body": ParagraphStyle("body", fontName=PLAIN, fontSize=9, leading=12.5),
        "soft": ParagraphStyle(
            "soft", fontName=PLAIN, fontSize=8, leading=11, textColor=colors.HexColor("#586069")
        ),
    }

    def say(style: str, text: Any) -> Any:
        return Paragraph(escape(_text(text)).replace("\n", "<br/>"), styles[style])

    yield say("title", f"{report['test'] or report['node'] or report['recipe']}: {report['status']}")
    yield say("body", report["verdict"])
    yield say("soft", f"{base}{report['url']}")
    yield Spacer(1, 6)
    yield _table(_facts(report), styles["body"], headed=False)
    for title, lines in _sections(report):
        if lines:
            yield say("h2", title)
            yield from (say("body", line) for line in lines)
    rows = report["failing_rows"]
    if rows and rows["rows"]:
        yield say("h2", "Failing rows")
        told = f"{rows['kept']} of {_number(rows['total'])}, as they were kept when it failed."
        hidden = (
            f" Hidden, because personal: {', '.join(rows['hidden_columns'])}."
            if rows["hidden_columns"]
            else ""
        )
        yield say("soft", told + hidden)
        yield _table(_grid(rows["rows"]), styles["soft"])
    if report["statements"]:
        yield say("h2", "The SQL that ran")
        yield say("soft", report["statements"][0][:3000])


def _facts(report: Mapping[str, Any]) -> list[list[str]]:
    observed = report["observed"] or {}
    found = _number(observed.get("measure"))
    facts = {
        "Expected": report["expected"],
        "Observed": f"{found} {observed.get('unit', '')}" if found else "",
        "Where": f"{report['domain']}/{report['recipe']}, node {report['node'] or '–'}, {report['dataset']}",
        "Kitchen": report["kitchen"],
        "Severity": report["severity"],
        "Owner": report["owner"] or "nobody yet",
        "Since": _moment(report["opened_at"]),
        "Age": duration(report["age_seconds"]),
        "Last green run": str((report["last_green_run"] or {}).get("id", "none")),
        "First red run": str((report["first_red_run"] or {}).get("id", "none")),
    }
    return [[name, value] for name, value in facts.items() if value]


def _sections(report: Mapping[str, Any]) -> Iterable[tuple[str, list[str]]]:
    changes = report["changes"]
    yield (
        "Likely causes",
        [
            f"{place}. {cause['sentence']} ({cause['sure']}) {' '.join(cause['evidence'])}"
            for place, cause in enumerate(report["causes"], 1)
        ],
    )
    yield "What changed", [*_changes(changes)]
    yield (
        "Where the failing rows lie",
        [
            f"{one['column']} = {one['value']}: {one['failing']} of {one['of_failing']} failing rows, lift"
            f" {_number(one['lift'])}."
            for one in report["slices"]
        ],
    )
    rule = report["rule"]
    place = f"{rule['path']}, line {rule['line']}" if rule and not rule["automatic"] else ""
    yield "The rule", [place or rule["description"], rule["text"]] if rule else []
    yield "What it said", [report["error"][:3000]] if report["error"] else []
    yield "Red upstream", [f"{one['what']} of {one['name']}: {one['sentence']}" for one in report["upstream"]]
    below = [
        f"{one['dataset']} ({one['owner'] or one['domain']})" for one in report["downstream"]["reached"][:30]
    ]
    yield "Whom it hurts", [report["downstream"]["sentence"], *([", ".join(below)] if below else [])]
    yield (
        "Sibling tests",
        [f"{one['test']}: {one['verdict']}. {one['sentence']}" for one in report["siblings"]],
    )
    yield "The end of the log", [line[2] for line in report["log"][-20:]]
    yield "Reliability", [report["reliability"]]


def _changes(changes: Mapping[str, Any]) -> Iterable[str]:
    if not changes.get("against"):
        yield "There is no green run to compare with."
        return
    for one in changes["code"]:
        yield (
            one["said"]
            or f"{one['path']} {one['status']}, {count(one['added'], 'line')} more, {one['removed']} less."
        )
    for one in changes["tests"]:
        yield one["sentence"]
    for one in changes["values"]:
        yield f"{one['name']}: {one['before']} → {one['now']}"
    for one in changes["data"]:
        yield f"{one['dataset']}: {_number(one['rows_before'])} → {_number(one['rows'])} rows"
    for one in changes["people"]:
        yield f"{one['name']} {one['did']}"


def _grid(rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    names = list(rows[0])[:COLUMNS]
    return [names, *([_cell(row.get(name, "")) for name in names] for row in rows[:CELLS])]


def _cell(value: Any) -> str:
    return NULL if value is None else str(value)[:CELL]


def _table(cells: list[list[str]], style: Any, *, headed: bool = True) -> Any:
    from reportlab.lib import colors
    from reportlab.platypus import Paragraph, Table, TableStyle

    shown = [[Paragraph(escape(_text(cell)), style) for cell in row] for row in cells]
    line = colors.HexColor("#d5dade")
    looks = [("LINEBELOW", (0, 0), (-1, -1), 0.4, line), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    if headed:
        looks.append(("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#eef1f3")))
    widths = _widths(cells, style) if headed else [90, 400]
    return Table(shown, colWidths=widths, hAlign="LEFT", style=TableStyle(looks), repeatRows=int(headed))


def _widths(cells: list[list[str]], style: Any) -> list[float]:
    """Return the width of every column in points: as its longest word needs, all of it as wide as the page at most."""
    from reportlab.pdfbase.pdfmetrics import stringWidth

    def needed(text: str) -> float:
        words = _text(text).split() or [""]
        return max(float(stringWidth(word, style.fontName, style.fontSize)) for word in words) + PADDING

    longest = [max(map(needed, column)) for column in zip(*cells, strict=True)]
    if sum(longest) <= WIDE:
        return longest
    fair = WIDE / len(
        longest
    )  # who needs less than this keeps it; the others share what is left as they need
    rest = WIDE - sum(one for one in longest if one <= fair)
    wanted = sum(one for one in longest if one > fair)
    return [one if one <= fair else max(rest * one / wanted, fair / 2) for one in longest]


def _number(value: Any) -> str:
    return number(value) if isinstance(value, int | float) else ""


def _moment(value: Any) -> str:
    return clock(value) if isinstance(value, datetime) else str(value)
