"""Checks that speak to the operator."""

from helpdesk import checks


def ids(check):
    return [message.id for message in check(None)]


def test_an_open_api_is_pointed_out_where_it_matters(settings):
    settings.HELPDESK_API_OPEN, settings.DEBUG = True, False
    assert ids(checks.check_open_api) == ["helpdesk.W001"]
    settings.DEBUG = True
    assert ids(checks.check_open_api) == []


def test_an_endpoint_without_a_key_is_pointed_out(settings):
    settings.GEMINI_API_ENDPOINT = "http://127.0.0.1:1"
    assert ids(checks.check_gemini_endpoint) == ["helpdesk.W002"]
    settings.GEMINI_API_KEY = "key"
    assert ids(checks.check_gemini_endpoint) == []


def test_an_endpoint_that_is_no_address_is_pointed_out(settings):
    settings.GEMINI_API_KEY, settings.GEMINI_API_ENDPOINT = "key", "example.com"
    assert ids(checks.check_provider) == ["helpdesk.E001"]


def test_what_a_chosen_provider_lacks_is_pointed_out(settings):
    settings.AI_PROVIDER = "openai"
    messages = [message.msg for message in checks.check_provider(None)]
    assert [message.split()[-1] for message in messages] == ["OPENAI_BASE_URL.", "OPENAI_MODEL."]
    settings.AI_PROVIDER = "google-genai"
    assert ids(checks.check_provider) == ["helpdesk.E002"]
    settings.GEMINI_API_KEY = "key"
    assert ids(checks.check_provider) == []


def test_nothing_is_lacking_where_nobody_is_asked(settings):
    assert ids(checks.check_provider) == []
    settings.AI_PROVIDER, settings.GEMINI_API_KEY = "local", "key"
    assert ids(checks.check_provider) == []
