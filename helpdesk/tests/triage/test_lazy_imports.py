import subprocess
import sys

import pytest

HEAVY = {
    "google.ai",
    "google.api_core",
    "google.auth",
    "google.genai",
    "google.generativeai",
    "grpc",
    "httpx2",
    "numpy",
    "openpyxl",
    "requests",
    "sklearn",
}


def loaded_after(code: str) -> set[str]:
    """The heavy packages that a fresh interpreter holds after `code`."""
    code += f"\nimport sys; print(*({HEAVY} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_building_every_provider_loads_no_sdk() -> None:
    code = (
        "from threading import BoundedSemaphore\n"
        "from helpdesk.triage.providers import chain, registry, remote\n"
        "access = remote.Access('key', 'model', 'http://127.0.0.1:1')\n"
        "chain.Chain([each(access) for each in registry.REMOTE.values()], None, BoundedSemaphore(1))"
    )
    assert loaded_after(code) == set()


def test_starting_the_desk_loads_no_sdk_and_no_spreadsheet() -> None:
    code = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'helpdesk.tests.settings'\n"
        "django.setup()\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "from django.contrib import admin; admin.site.urls\n"
        "from helpdesk.triage.local.linear import LocalModel; LocalModel().classify('a', 'b')\n"
        "import io; from helpdesk.transfer.reading.opening import open_source\n"
        "list(open_source(io.BytesIO(b'title,description\\na,b'), 'a.csv').rows())\n"
    )
    assert loaded_after(code) == set()


@pytest.mark.parametrize(
    ("provider", "sdk"),
    [("gemini", "google.generativeai"), ("google-genai", "google.genai"), ("openai", "requests")],
)
def test_the_first_question_loads_the_sdk_without_a_word_of_warning(provider: str, sdk: str) -> None:
    code = (
        "import warnings; warnings.simplefilter('error', FutureWarning)\n"
        "from helpdesk.triage.providers import registry, remote\n"
        "access = remote.Access('key', 'model', 'http://127.0.0.1:1')\n"
        f"try: registry.REMOTE['{provider}'](access).classify('a', 'b', timeout=30)\n"
        "except Exception as error: assert 'could not be reached' in str(error), error"
    )
    assert sdk in loaded_after(code)
