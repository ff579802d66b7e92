"""Named formats: patterns that mean the same in every store, and those that Python must judge.

Postal codes are those of the Universal Postal Union's country pages; lengths of IBANs those of the SWIFT registry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
DATE = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
FORMATS: Mapping[str, str] = {
    "email": r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@".replace("{|}", r"\{\|\}") + LABEL + rf"(?:\.{LABEL})+",
    "uuid": "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}",
    "url": rf"https?://{LABEL}(?:\.{LABEL})*(?::[0-9]+)?(?:[/?#][^ ]*)?",
    "iso_date": DATE,
    "iso_datetime": DATE
    + r"[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?(?:Z|[+\-][0-9]{2}:?[0-9]{2})?",
    "iata": "[A-Z]{3}",
    "iata_airline": "[A-Z0-9]{2}",
    "icao": "[A-Z]{4}",
    "icao_airline": "[A-Z]{3}",
    "country": "[A-Z]{2}",
    "currency": "[A-Z]{3}",
    "integer": r"[+\-]?[0-9]+",
    "number": r"[+\-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+\-]?[0-9]+)?",
    "ipv4": rf"{OCTET}(?:\.{OCTET}){{3}}",
}
# Days that exist: months of 31, of 30, February without and with a leap day (years 0001 to 9999).
FOURTH = "(?:0[48]|[2468][048]|[13579][26])"
LEAP = f"(?:[0-9]{{2}}{FOURTH}|{FOURTH}00)"
DAYS = "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
YEAR = "(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
CALENDAR = f"(?:{YEAR}-{DAYS}|{LEAP}-02-29)"
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
# What a text must look like to be a value of a type, in every store.
CASTS: Mapping[str, str] = {
    "integer": r"[+\-]?0*[0-9]{1,18}",
    "number": FORMATS["number"],
    "boolean": "[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]",
    "date": CALENDAR,
    "timestamp": rf"{CALENDAR}(?:[T ]{CLOCK}(?:Z|[+\-](?:0[0-9]|1[0-4]):?[0-5][0-9])?)?",
    "uuid": FORMATS["uuid"],
}
FIVE, FOUR, SIX, THREE = "[0-9]{5}", "[0-9]{4}", "[0-9]{6}", "[0-9]{3}"
ZIPS: Mapping[str, str] = {
    "AT": "[1-9][0-9]{3}", "AU": FOUR, "BE": "[1-9][0-9]{3}", "BG": FOUR, "BR": "[0-9]{5}-?[0-9]{3}",
    "CA": "[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z] ?[0-9][ABCEGHJ-NPRSTV-Z][0-9]", "CH": "[1-9][0-9]{3}",
    "CN": SIX, "CZ": "[1-7][0-9]{2} ?[0-9]{2}", "DE": FIVE, "DK": FOUR, "EE": FIVE,
    "ES": "(?:0[1-9]|[1-4][0-9]|5[0-2])[0-9]{3}",
    "FI": FIVE, "FR": FIVE, "GB": "GIR ?0AA|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}", "GR": "[0-9]{3} ?[0-9]{2}",
    "HR": FIVE, "HU": FOUR, "IE": "[A-Z][0-9][0-9W] ?[A-Z0-9]{4}", "IL": "[0-9]{5}(?:[0-9]{2})?",
    "IN": "[1-9][0-9]{2} ?[0-9]{3}",
    "IS": THREE, "IT": FIVE, "JP": "[0-9]{3}-?[0-9]{4}", "KR": FIVE, "LI": "94(?:8[5-9]|9[0-8])", "LT": "(?:LT-)?[0-9]{5}",
    "LU": FOUR, "LV": "(?:LV-)?[0-9]{4}", "MX": FIVE, "NL": "[1-9][0-9]{3} ?[A-Z]{2}", "NO": FOUR, "NZ": FOUR,
    "PL": "[0-9]{2}-[0-9]{3}", "PT": "[0-9]{4}-[0-9]{3}", "RO": SIX, "RU": SIX, "SE": "[0-9]{3} ?[0-9]{2}", "SG": SIX,
    "SI": FOUR, "SK": "[0-9]{3} ?[0-9]{2}", "TR": FIVE, "UA": FIVE, "US": "[0-9]{5}(?:-[0-9]{4})?", "ZA": FOUR,
}  # fmt: skip
IBANS = dict(
    re.findall(
        r"([A-Z]{2})([0-9]{2})",
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29"
        " ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20"
        " LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29"
        " PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30",
    )
)
IBAN = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def read_json(text: str) -> Any:
    """Return what a JSON text (RFC 8259) holds; ValueError for any other. NaN and Infinity are not JSON."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError as deep:
        raise ValueError("it is nested too deeply") from deep


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def is_json(text: str) -> bool:
    try:
        read_json(text)
    except ValueError:
        return False
    return True


def is_iban(text: str) -> bool:
    """Say whether a text is an IBAN in its electronic form: country, length and check digits (ISO 13616, mod 97)."""
    if IBAN.fullmatch(text) is None or str(len(text)) != IBANS.get(text[:2]):
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


# Formats that no pattern can say: a store has no word for them, or each its own.
JUDGED: Mapping[str, Callable[[str], bool]] = {"json": is_json, "iban": is_iban}
NAMES = (*FORMATS, "zip", *JUDGED)
