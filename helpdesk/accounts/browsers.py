"""What people call the browser that a header names."""

import re

# In this order: later ones are named by earlier ones too, for the sake of compatibility.
BROWSERS = {
    "Edge": r"Edg(e|A|iOS)?/",
    "Opera": r"OPR/|Opera",
    "Samsung Internet": r"SamsungBrowser/",
    "Firefox": r"Firefox/|FxiOS/",
    "Chrome": r"Chrom(e|ium)/|CriOS/",
    "Safari": r"Safari/",
    "curl": r"^curl/",
}
SYSTEMS = {
    "iPhone": r"iPhone",
    "iPad": r"iPad",
    "Android": r"Android",
    "Windows": r"Windows",
    "ChromeOS": r"CrOS",
    "Mac": r"Macintosh",
    "Linux": r"Linux|X11",
}


def in_words(user_agent: str) -> str:
    """Such as "Firefox on Windows"."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown browser"


def _first(names: dict[str, str], text: str) -> str | None:
    return next((name for name, pattern in names.items() if re.search(pattern, text)), None)
