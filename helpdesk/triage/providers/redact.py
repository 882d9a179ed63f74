"""Personal details and secrets out of a text before it leaves the house; marks say what kind they were of."""

import re
from collections.abc import Iterator
from itertools import accumulate

EMAIL = "[email]"
PHONE = "[phone]"
CARD = "[card]"
SECRET = "[secret]"
IBAN = "[iban]"
PASSPORT = "[passport]"
MARKS = (EMAIL, PHONE, CARD, SECRET, IBAN, PASSPORT)

_KEY_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)", re.DOTALL
)
_TOKEN = re.compile(
    r"""
    (?<! [\w-] )
    (?:
        sk-[\w-]{16,} | (?:sk|rk|pk)_(?:live|test)_\w{10,}           # OpenAI, Stripe
      | (?:AKIA|ASIA)[A-Z0-9]{16} | AIza[\w-]{30,} | ya29\.[\w-]{20,} # Amazon, Google
      | gh[pousr]_\w{20,} | github_pat_\w{20,} | glpat-[\w-]{16,}    # GitHub, GitLab
      | xox[abeprs]-[\w-]{10,} | hf_\w{20,} | npm_\w{30,}            # Slack, Hugging Face, npm
      | eyJ[\w-]{8,}\.[\w-]{8,} (?: \.[\w-]* )?                      # a JSON web token
    )
    """,
    re.VERBOSE,
)
_BEARER = re.compile(r"(?i)(?P<cue>\b(?:bearer|basic)[ ]+)(?=\S{0,200}\d)[^\s<>,;]{12,}")
_IN_ADDRESS = re.compile(r"(?P<cue>://[^\s/:@]{1,100}:)[^\s/@]{1,200}(?=@)")
_VALUE = r"""(?: "[^"\n]{1,200}" | '[^'\n]{1,200}' | \S{0,199} [^\s.,;:!?)\]}"'”»] )"""
_PASSWORD = re.compile(
    rf"""
    (?P<cue>
      (?: password | passwort | passwd | passphrase | kennwort | mot[ ]de[ ]passe | contraseña | contrasena
        | wachtwoord | parola | пароль | 密码 | (?<! [^\W_] ) (?: pwd | pw | pin | senha | hasło ) ) (?! \w )
      ["']? \s{{0,3}} [:=]>? [ \t]{{0,5}} \n?
    ) {_VALUE}
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What these words announce may also be ordinary: only what has a digit and some length is taken for a secret.
_NAMED = re.compile(
    rf"""
    (?P<cue>
      (?: (?<! [^\W_] ) (?: api[ _-]?key | access[ _-]?key | client[ _-]?secret | secret | token | pass )
          (?: [_-] \w{{1,20}} ){{0,3}} ["']? \s? [:=]
        | \b (?: password | passwort | kennwort | pin | mot[ ]de[ ]passe | contraseña )
          [ ] (?: is | was | to | ist | lautet | est | es )
      ) [ \t]{{0,3}}
    ) (?= \S{{0,100}} \d ) (?= \S{{6}} ) {_VALUE}
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LONG_WORD = re.compile(r"(?<![A-Za-z0-9_+])[A-Za-z0-9_+]{32,}={0,2}")
_DIGITS_OF_A_KEY = 3  # at least, beside letters of both cases: identifiers and check sums have not both

_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ \u00a0-]?[A-Za-z0-9]){11,30}")

_NUMBER = r"(?<! \w ) (?= (?: [A-Z]{0,12} [0-9] ){3} ) [A-Z0-9]{6,12} (?! \w )"
_PASS = r"(?i: passport | reisepass | passnummer | passeport | pasaporte | passaporto )"
_PASSPORT = re.compile(rf"(?P<cue> \b {_PASS} \w{{0,8}} [^\n]{{0,40}}? ) {_NUMBER}", re.VERBOSE)
_BEFORE_PASSPORT = re.compile(rf"{_NUMBER} (?= [^\n]{{0,40}} \b {_PASS} )", re.VERBOSE)

_EMAIL = re.compile(
    r"""
    (?<! [\w.+%'-] ) [\w.+%'-]++          # once for each name: a long run of letters must not cost its square
    [@\uff20]
    [\w-]+ (?: \. [\w-]+ )*
    \. (?: xn--[\w-]+ | [^\W\d_]{2,} )    # not lodash@4.17.21
    """,
    re.VERBOSE,
)
_DIGIT_RUN = re.compile(r"(?<![\w+]) \d (?: [ \u00a0.-]{0,2} \d ){12,63} (?!\w)", re.VERBOSE)
_DIGIT_GROUP = re.compile(r"\d+")
CARD_LENGTHS = range(13, 20)
# Of the account's number in each country, as the registry of SWIFT has it.
IBAN_LENGTHS = {
    entry[:2]: int(entry[2:])
    for entry in (  # noqa: SIM905 - as a list it would fill the page
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 "
        "ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 "
        "LB28 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 "
        "RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29 VA22 VG24 XK20"
    ).split()
}

_CUE = re.compile(
    r"""
    (?P<cue>
      \b (?: phone | telephone | tel | mobile | cell | call | fax | whatsapp | handy | móvil | portable )
      (?: [ :.,#-] | \b (?: me | us | at | on | is | no | nr | number ) \b ){0,12}
    )
    (?<! \w ) \+? \(? \d (?: [ \u00a0./()-]{0,3} \d ){5,14} (?! \w | [.,:]\d )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PHONE = re.compile(
    r"""
    (?<! [\w.,:/+-] )                                          # not inside a date, an address or an amount
    (?:
        (?: \+ | 00 ) [ ]? \d (?: [ \u00a0./()-]{0,3} \d ){6,14}  # +44 (0)20 7946 0018
      | \( \d{2,5} \) [ ./-]{0,3} \d (?: [ .-]? \d ){4,9}          # (030) 1234567
      | 0 \d (?: [ \u00a0./-]{0,2} \d ){7,11}                      # 0171 1234567, 01 23 45 67 89
      | (?: 1 [ .-] )? [2-9]\d{2} [ .-]? \d{3} [ .-]? \d{4}        # 555-123-4567
    )
    (?! \w | [.,:/-]\d )
    """,
    re.VERBOSE,
)
_MARKS = re.compile(r"\[(?:email|phone|card|secret|iban|passport)\]|\[\w{0,8}\Z")  # the last one was cut off


def redact(text: str) -> str:
    """`text` with marks in place of e-mail addresses, numbers of cards, accounts, passports and phones, and
    of secrets: keys, tokens, and what follows "password:".

    A rule cannot know every number: one that is written like an order's is left alone, and an order number
    that is written like a phone's is not.
    """
    text = _without_secrets(text)
    text = _EMAIL.sub(EMAIL, text)
    text = _without_ibans(text)
    text = _BEFORE_PASSPORT.sub(PASSPORT, _PASSPORT.sub(lambda found: found["cue"] + PASSPORT, text))
    text = _DIGIT_RUN.sub(lambda run: _without_cards(run[0]), text)
    text = _CUE.sub(lambda found: found["cue"] + PHONE, text)
    return _PHONE.sub(PHONE, text)


def blank(text: str) -> str:
    """A redacted text with NUL for its marks: what is left stands in the original, word for word."""
    return _MARKS.sub("\0", text)


def _without_secrets(text: str) -> str:
    text = _TOKEN.sub(SECRET, _KEY_BLOCK.sub(SECRET, text))
    for announced in (_BEARER, _IN_ADDRESS, _PASSWORD, _NAMED):
        text = announced.sub(lambda found: found["cue"] + SECRET, text)
    return _LONG_WORD.sub(lambda word: SECRET if _looks_random(word[0]) else word[0], text)


def _looks_random(word: str) -> bool:
    has_both_cases = any(map(str.isupper, word)) and any(map(str.islower, word))
    return has_both_cases and sum(map(str.isdigit, word)) >= _DIGITS_OF_A_KEY


def _without_ibans(text: str) -> str:
    parts, done, place = [], 0, 0
    while found := _IBAN.search(text, place):
        place = found.start() + 1
        if end := _end_of_iban(found):
            parts += [text[done : found.start()], IBAN]
            done = place = end
    return "".join([*parts, text[done:]])


def _end_of_iban(found: re.Match[str]) -> int:
    """Where a number with the country's length and the right check digits (ISO 13616) ends; 0 for another."""
    length = IBAN_LENGTHS.get(found[0][:2].upper(), 0)
    places = [char.start() for char in re.finditer(r"[A-Za-z0-9]", found[0])][:length]
    if not length or len(places) < length or found[0][places[-1] + 1 : places[-1] + 2].isalnum():
        return 0
    number = "".join(found[0][place] for place in places)
    digits = "".join(str(int(char, 36)) for char in number[4:] + number[:4])
    return found.start() + places[-1] + 1 if int(digits) % 97 == 1 else 0


def _without_cards(run: str) -> str:
    """Groups of digits that together pass for a card's number go, whatever stands beside them."""
    for start, end in _spans(run):
        if _is_card(run[start:end]):
            return run[:start] + CARD + _without_cards(run[end:])
    return run


def _spans(run: str) -> Iterator[tuple[int, int]]:
    """From the beginning of each group to the end of each that makes the length right, the longest first."""
    groups = [group.span() for group in _DIGIT_GROUP.finditer(run)]
    for first, (start, _) in enumerate(groups):
        lengths = accumulate(end - begin for begin, end in groups[first : first + CARD_LENGTHS.stop])
        ends = [
            end for (_, end), length in zip(groups[first:], lengths, strict=False) if length in CARD_LENGTHS
        ]
        yield from ((start, end) for end in reversed(ends))


def _is_card(text: str) -> bool:
    digits = [int(char) for char in text if char.isdecimal()]
    return digits[0] > 1 and _luhn(digits)


def _luhn(digits: list[int]) -> bool:
    """The check digit that every card's number ends with (ISO/IEC 7812)."""
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
