"""The encoding of a file is recognised by the letters that it would have."""

import codecs
import io

import pytest

from helpdesk.transfer.reading.encodings import choices, recognise

GERMAN = "Betreff;Text\r\nRechnung über 5 €;Bitte prüfen Sie die Größe, danke. Schöne Grüße\r\n"
FRENCH = "Sujet,Texte\r\nProblème d’accès,Bonjour, ça ne marche plus depuis l'été « dernier »\r\n"
POLISH = "Temat,Treść\r\nBłąd logowania,Proszę o pomoc, nie mogę się zalogować. Dziękuję, Łukasz Żak\r\n"
CZECH = "Předmět,Popis\r\nNefunguje přihlášení,Dobrý den, prosím o pomoc s účtem. Děkuji, Jiří Dvořák\r\n"
RUSSIAN = "Тема,Описание\r\nНе работает вход,Здравствуйте, помогите, пожалуйста. Спасибо\r\n"
JAPANESE = "件名,内容\r\nログインできません,パスワードを忘れました。よろしくお願いします。\r\n"
SPANISH = "Asunto,Descripción\r\n¿Cómo cambio mi contraseña?,Buenos días, el año pasado podía\r\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((text, "utf-8") for text in (GERMAN, FRENCH, POLISH, CZECH, RUSSIAN, JAPANESE, "plain,text\n")),
        *(
            (text, "cp1252")
            for text in (GERMAN, FRENCH, SPANISH, "name\nMüller: £5\n", "a,b\r\ncafé,€ 5\r\n")
        ),
        *((text, "mac_roman") for text in (GERMAN, FRENCH, SPANISH, "name\rMüller\r", "a,b\rcafé,1\r")),
        *((text, "cp1250") for text in (POLISH, CZECH, "Imię\r\nWójcik, Łucja\r\n")),
        (RUSSIAN, "cp1251"),
        (JAPANESE, "cp932"),
        *((text, "utf-16-le") for text in (GERMAN, RUSSIAN)),
        *((text, "utf-16-be") for text in (GERMAN, RUSSIAN)),
    ],
)
def test_an_encoding_is_recognised(text: str, encoding: str) -> None:
    assert recognise(io.BytesIO(text.encode(encoding))) == (encoding, [])


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ],
)
def test_a_mark_says_it(mark: bytes, encoding: str) -> None:
    assert recognise(io.BytesIO(mark + JAPANESE.encode(encoding)))[0] == encoding


def test_accents_far_behind_the_beginning_are_found() -> None:
    assert recognise(io.BytesIO(b"plain,text\n" * 300_000 + GERMAN.encode("cp1252")))[0] == "cp1252"


def test_a_character_may_lie_across_two_blocks() -> None:
    assert recognise(io.BytesIO(b"x" * ((1 << 20) - 1) + "é".encode() * 5))[0] == "utf-8"


def test_utf_8_that_was_cut_stays_utf_8_and_says_so() -> None:
    encoding, notes = recognise(io.BytesIO(RUSSIAN.encode()[:-3] + b"\r\n"))
    assert encoding == "utf-8"
    assert "Damaged characters: 1" in notes[0]


def test_every_choice_shows_what_the_file_would_look_like() -> None:
    samples = {choice.value: choice.sample for choice in choices(io.BytesIO(GERMAN.encode("cp1252")))}
    assert "über 5 €" in samples["cp1252"]
    assert "über" not in samples["mac_roman"]
