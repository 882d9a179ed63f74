import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.triage.prediction import LabelledText
from helpdesk.triage.providers import prompt
from helpdesk.triage.providers.redact import blank, redact

CARDS = ["4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005", "6011.1111.1111.1117"]
PHONES = [
    "+44 20 7946 0018",
    "+44 (0)20 7946 0018",
    "+4915112345678",
    "0049 151 12345678",
    "(030) 1234567",
    "(555) 123-4567",
    "555-123-4567",
    "1-555-123-4567",
    "5551234567",
    "0171/1234567",
    "01 23 45 67 89",
    "+91 98765 43210",
]
ADDRESSES = [
    "ann@example.com",
    "ann.lee+desk@mail.example.co.uk",
    "o'neil@example.org",
    "müller@bücher.example",
    "a@xn--bcher-kva.xn--p1ai",
    "用户@例子.公司",
]
SECRETS = [
    "sk-proj-abcDEF1234567890abcdEFGH",
    "sk_" + "live_51H8abcdefghijk",
    "AKIAIOSFODNN7EXAMPLE",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "github_pat_11ABCDEFG0123456789_abcdef",
    "glpat-abcdefghij0123456789",
    "xoxb-123456789012-abcdef",
    "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fw",
    "7Gq2xP9vLk4RtB8nWz3YcD6mHs1JfK5aQ0eUiXoT",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
]
PASSWORDS = [
    "password: {}",
    "Password:\n{}",
    "PASSWORD = {}",
    'the "password": "{}"',
    "DB_PASSWORD={}",
    "pwd={}",
    "pw: {}",
    "WLAN-Passwort: {}",
    "Kennwort: {}",
    "mot de passe : {}",
    "contraseña: {}",
    "пароль: {}",
    "my password is {}",
    "Das Passwort lautet {}",
    "api_key={}",
    "aws_secret_access_key = {}",
    "token: {}",
    "Authorization: Bearer {}",
    "postgres://desk:{}@db.example/x",
]
IBANS = [
    "DE89370400440532013000",
    "DE89 3704 0044 0532 0130 00",
    "GB29 NWBK 6016 1331 9268 19",
    "FR14 2004 1010 0505 0001 3M02 606",
    "NO93 8601 1117 947",
    "nl91abna0417164300",
]
PASSPORTS = [
    "Passport C01X00T47",
    "passport number: 533380006",
    "Reisepass Nr. C01X00T47",
    "Passeport no 12AB34567",
]
KEPT = [
    "I forgot my password and the password is wrong",
    "Reset your password. Then sign in again",
    "The token is expired; secret: none; token: missing",
    "Basic authentication and bearer authentication fail",
    "Commit 9fceb02d0ae598e95dc970b74767f19372d61af8 broke it",
    "Request 123e4567-e89b-12d3-a456-426614174000 failed",
    "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "AbstractSingletonProxyFactoryBeanException in com.example.Main",
    "GB30 NWBK 6016 1331 9268 19 has a wrong check sum",
    "My passport has expired, see order INV-2026-11 and flight LH 400",
    "See https://example.com:8080/path/to/page and a ratio of 4:3 @ noon",
    "Error 0x80070005 at 10.0.12.254:8080",
    "Version 3.11.7, build 20260105",
    "Since 2026-01-05 08:12:00 and 05.01.2026",
    "Invoice 40117 over 1,234,567.00 EUR, was 1 234.50",
    "Order INV-2026-0004711, tracking 1Z999AA10123456784",
    "npm i lodash@4.17.21 fails, thanks @ann",
    "Between 1700000000 and 1700000000123",
    "Room 12-034, 24/7, 50-60 seats",
    "Card 4111 1111 1111 1112 is mistyped",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_gives_way_to_a_mark(address: str) -> None:
    assert redact(f"Write to <{address}>, please.") == "Write to <[email]>, please."


@pytest.mark.parametrize("number", PHONES)
def test_a_phone_number_gives_way_to_a_mark(number: str) -> None:
    assert redact(f"Reach me under {number}. Thanks") == "Reach me under [phone]. Thanks"


@pytest.mark.parametrize(
    "cue", ["Call me at 1234567", "tel: 123 45 67", "Mobile 98765432", "phone no. 12-34-56"]
)
def test_a_short_number_is_a_phones_if_a_word_says_so(cue: str) -> None:
    assert redact(cue).endswith("[phone]")


@pytest.mark.parametrize("number", CARDS)
def test_a_card_number_gives_way_to_a_mark(number: str) -> None:
    assert redact(f"My card {number}, thanks") == "My card [card], thanks"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4111 1111 1111 1111 123", "[card] 123"),
        ("12 27 4111 1111 1111 1111", "12 27 [card]"),
        ("4111111111111111 5500000000000004", "[card] [card]"),
    ],
)
def test_a_card_number_is_found_among_other_digits(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize("secret", SECRETS)
def test_a_key_gives_way_to_a_mark(secret: str) -> None:
    assert redact(f"It is ({secret}), thanks") == "It is ([secret]), thanks"


@pytest.mark.parametrize("sentence", PASSWORDS)
@given(password=st.from_regex(r"[A-Za-z0-9!#$%&*+_-]{8,20}[0-9][a-zA-Z0-9]{4}", fullmatch=True))
def test_a_password_gives_way_to_a_mark(sentence: str, password: str) -> None:
    redacted = redact(f"Hello, {sentence.format(password)}\nPlease help.")
    assert "[secret]" in redacted
    assert password not in redacted
    assert redacted.endswith("Please help.")


@pytest.mark.parametrize("iban", IBANS)
def test_the_number_of_an_account_gives_way_to_a_mark(iban: str) -> None:
    assert redact(f"Pay to {iban}, please") == "Pay to [iban], please"
    assert redact(f"ab12 we pay to {iban} as ever") == "ab12 we pay to [iban] as ever"


@pytest.mark.parametrize("sentence", PASSPORTS)
def test_the_number_of_a_passport_gives_way_to_a_mark(sentence: str) -> None:
    words, number = sentence.rsplit(" ", 1)
    assert redact(f"{sentence} is mine") == f"{words} [passport] is mine"
    assert redact(f"{number} is on my passport") == "[passport] is on my passport"
    assert redact(f"{number} is on my badge") == f"{number} is on my badge"


@given(st.text(), st.sampled_from([*SECRETS, *IBANS, *CARDS]), st.text())
def test_no_secret_travels_between_any_words(before: str, secret: str, after: str) -> None:
    example = LabelledText(f"{secret} {after}"[:100], f"{before} {secret}", "billing")
    request = prompt.build(f"{secret} {before}"[:100], f"{before} {secret} {after}", [example])
    assert secret not in request.user + request.system


@pytest.mark.parametrize("text", KEPT)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text(), st.sampled_from(ADDRESSES), st.text())
def test_no_address_survives_between_any_words(before: str, address: str, after: str) -> None:
    assert address not in redact(f"{before} {address} {after}")


@given(st.text(alphabet="0123456789 +()-./@a\n"))
def test_any_mixture_is_read(text: str) -> None:
    assert len(redact(text)) <= len(text) + 10 * (len(text) // 5 + 1)


@pytest.mark.parametrize(
    "part",
    [
        "a",
        "a.",
        "1",
        "1 ",
        "+1",
        "a@",
        "0-",
        "call ",
        "(",
        "@a.",
        "4111 ",
        "sk-",
        "eyJ",
        "password: ",
        "password:.",
        "Bearer ",
        "token=",
        "://a:",
        "DE89 ",
        "aA1",
        "passport ",
        "passport A1",
        "-----BEGIN PRIVATE KEY-----",
    ],
)
def test_a_long_text_is_read_to_its_end(part: str) -> None:
    """Slowly growing patterns would take minutes here."""
    assert redact(part * (32_000 // len(part)))


def test_what_is_left_without_marks_stands_in_the_original() -> None:
    assert blank("Write [email] or [phone]") == "Write \0 or \0"
    assert blank("Write [ema") == "Write \0"
