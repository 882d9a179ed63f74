"""Dates and times in the shapes that people and programs write, in five languages."""

import re
from datetime import UTC, datetime, timedelta, timezone

from helpdesk.transfer.mapping.plan import DAY_FIRST

_TIME = (
    r"(?:(?:[\s,T]|at\b|um\b|à\b)*"
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[ap])\.?\s?m\.?)?(?:\s*uhr)?)?"
    r"\s*(?P<zone>z|[a-z]{3,4}|(?:utc|gmt)?\s?[+-]\d{1,2}:?\d{0,2})?(?:\s*\([^)]*\))?$"
)
_WEEKDAY = r"^(?:[^\W\d_]{2,10}\.?,?\s+)?"
_NAME, _YEAR = r"(?P<month>[^\W\d_]{3,10})\.?", r"(?P<year>\d{4}|\d{2})"
_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?P<half>)(?P<fraction>)"
_SHAPES = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "numeric": rf"^(?P<a>\d{{1,2}})(?P<sign>[/.-])(?P<b>\d{{1,2}})(?P=sign){_YEAR}{_TIME}",
        "year": rf"^(?P<year>\d{{4}})(?P<sign>[/.-])(?P<b>\d{{1,2}})(?P=sign)(?P<a>\d{{1,2}}){_TIME}",
        "named": rf"{_WEEKDAY}(?P<a>\d{{1,2}})(?:st|nd|rd|th|er|\.)?[\s/-]*(?:de\s+)?{_NAME},?[\s/-]*"
        rf"(?:de\s+)?{_YEAR}{_TIME}",
        "month": rf"{_WEEKDAY}{_NAME}\s+(?P<a>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}}){_TIME}",
        "unix": rf"^[a-z]{{3}}\s+{_NAME}\s+(?P<a>\d{{1,2}})\s+{_CLOCK}"
        r"\s+(?P<zone>[a-z]{3,4}\s+|[+-]\d{4}\s+)?(?P<year>\d{4})$",
        "compact": r"^(?P<year>(?:19|20)\d{2})(?P<b>\d{2})(?P<a>\d{2})(?:[T ]?"
        r"(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2}))?(?P<zone>z)?(?P<half>)(?P<fraction>)$",
    }.items()
}
_ISO = re.compile(r"^\d{4}-\d\d-\d\d(?:[T ]\d|$)")
_NUMBER = re.compile(r"^\d+(?:\.\d+)?$")
_MONTHS = (
    "jan january januar janvier enero janeiro ene",
    "feb february februar fevrier febrero fevereiro fev",
    "mar march marz maerz mars marzo marco mrz",
    "apr april avril abril avr abr",
    "may mai mayo maio",
    "jun june juni juin junio junho",
    "jul july juli juillet julio julho juil",
    "aug august aout agosto ago",
    "sep sept september septembre septiembre setembro set",
    "oct october oktober octobre octubre outubro okt out",
    "nov november novembre noviembre novembro",
    "dec december dezember decembre diciembre dezembro dez dic",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_ACCENTS = str.maketrans("áàâäãéèêíóôõúûüç", "aaaaaeeeiooouuuc")
# Names that mean one zone only; hours from UTC.
ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "eet": 2,
    "eest": 3, "msk": 3, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
    "pdt": -7, "jst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}  # fmt: skip
# Days since the end of 1899, as a spreadsheet counts: 1954 to 2119.
SERIALS = (20_000, 80_000)
_SERIAL_START = datetime(1899, 12, 30)  # noqa: DTZ001  a sheet knows no zones
# Seconds since 1970: 2001 to 2039.
STAMPS = (1_000_000_000, 2_200_000_000)
NO_DATE = "Not a date"


def read(text: str, order: str = DAY_FIRST) -> datetime:
    """The time that a text means; naive if it names no zone. Raises ValueError if it is none.

    `order` decides 3/4/2024: day first or month first. A number is seconds, milliseconds or microseconds
    since 1970, or the days of a spreadsheet.
    """
    if _ISO.match(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # a zone after a blank, perhaps
    for name, shape in _SHAPES.items():
        if found := shape.match(text):
            return _built(name, found, order)
    return _from_number(text)


def is_written_out(text: str) -> bool:
    """Whether a text is a date, and no plain number that could be anything."""
    return not text.isdecimal() and not _NUMBER.match(text) and _is_readable(text)


def is_number_of_time(text: str) -> bool:
    return bool(_NUMBER.match(text)) and _is_readable(text)


def numeric_parts(text: str) -> tuple[int, int, str] | None:
    """The first two numbers and the sign between them, of a date whose order has to be known."""
    found = _SHAPES["numeric"].match(text)
    return (int(found["a"]), int(found["b"]), found["sign"]) if found else None


def has_half_days(text: str) -> bool:
    """Whether the clock is one of twelve hours, as in the United States."""
    return text[-3:].strip().lower().rstrip(".") in {"am", "pm", "m"}


def _is_readable(text: str) -> bool:
    for order in (DAY_FIRST, "month"):
        try:
            read(text, order)
        except (ValueError, OverflowError):
            continue
        return True
    return False


def _built(name: str, found: re.Match[str], order: str) -> datetime:
    parts = found.groupdict()
    day = int(parts["a"])
    if parts.get("month"):
        month = MONTHS.get(parts["month"].lower().translate(_ACCENTS))
        if month is None:
            raise ValueError(NO_DATE)
    else:
        month = int(parts["b"])
        if name == "numeric" and order != DAY_FIRST:
            day, month = month, day
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += 2000 if year < 69 else 1900
    hour = int(parts["hour"] or 0)
    if parts["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(NO_DATE)
        hour = hour % 12 + 12 * (parts["half"].lower() == "p")
    micro = int((parts["fraction"] or "0")[:6].ljust(6, "0"))
    second = int(parts["second"] or 0)
    return datetime(year, month, day, hour, int(parts["minute"] or 0), second, micro, _zone(parts["zone"]))


def _zone(name: str | None) -> timezone | None:
    if not name:
        return None
    name = name.strip().lower()
    if name in ZONES:
        return timezone(timedelta(hours=ZONES[name]))
    sign, digits = name.lstrip("utcgm ")[:1], re.sub(r"\D", "", name)
    if sign not in {"+", "-"}:
        raise ValueError(NO_DATE)
    hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if sign == "-" else offset)


def _from_number(text: str) -> datetime:
    if not _NUMBER.match(text) or len(text) > 20:
        raise ValueError(NO_DATE)
    number = float(text)
    if SERIALS[0] <= number < SERIALS[1]:
        return _SERIAL_START + timedelta(seconds=round(number * 86_400))
    for unit in (1, 1_000, 1_000_000):
        if STAMPS[0] <= number / unit < STAMPS[1]:
            return datetime.fromtimestamp(number / unit, UTC)
    raise ValueError(NO_DATE)
