import subprocess
import sys

HEAVY = {"google.generativeai", "google.ai", "google.api_core", "google.auth", "grpc", "requests", "sklearn"}


def loaded_after(code: str) -> set[str]:
    """The heavy packages that a fresh interpreter holds after `code`."""
    code += f"\nimport sys; print(*({HEAVY} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_building_a_chain_with_gemini_does_not_load_its_sdk() -> None:
    code = (
        "from helpdesk.ai import base, chain, gemini, prompt\n"
        "chain.Chain([gemini.Gemini(gemini.GeminiConfig('key', 'model'))], None)"
    )
    assert loaded_after(code) == set()


def test_asking_gemini_loads_its_sdk_without_a_word_of_warning() -> None:
    code = (
        "import warnings; warnings.simplefilter('error', FutureWarning)\n"
        "from helpdesk.ai.gemini import Gemini, GeminiConfig\n"
        "try: Gemini(GeminiConfig('key', 'model', 'http://127.0.0.1:1')).classify('a', 'b', timeout=30)\n"
        "except Exception as error: assert 'could not be reached' in str(error), error"
    )
    assert "google.generativeai" in loaded_after(code)
