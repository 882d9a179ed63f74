"""What a search means, in one place: every word of the query begins a word of the ticket.

Both sides are folded to the same tokens (lower case, no accents), so that SQLite and PostgreSQL agree
to the letter; PostgreSQL merely finds them faster, through an index over the same tokens.
"""

import hashlib
import re
import unicodedata

TOKEN_LENGTH = 40
QUERY_TOKENS = 12
_WORD = re.compile(r"[^\W_]+")


def tokens(text: str) -> list[str]:
    """The distinct folded words of a text, in order, each cut to `TOKEN_LENGTH` characters."""
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return list(dict.fromkeys(word[:TOKEN_LENGTH] for word in _WORD.findall(bare.casefold())))


def fingerprint(title: str, description: str) -> str:
    """20 hex digits, the same for texts that differ at most in case and white space; empty for no words."""
    words = [
        " ".join(unicodedata.normalize("NFKC", text).casefold().split()) for text in (title, description)
    ]
    text = "\n".join(words).encode(errors="surrogatepass")
    return hashlib.sha256(text).hexdigest()[:20] if any(words) else ""


def document(*texts: str) -> str:
    """The searchable form of a ticket, stored beside it by the write path."""
    return " ".join(tokens("\n".join(texts)))
