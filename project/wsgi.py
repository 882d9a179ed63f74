"""The WSGI application that gunicorn serves."""

import io
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")


class ChunkedBodies:
    """Gives a body that comes in chunks the length without which Django would not read it.

    Reads at most one byte more than is allowed, which is enough for the body to be refused.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        in_chunks = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        if in_chunks and environ.get("wsgi.input_terminated"):
            body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
            environ = {**environ, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return self.application(environ, start_response)


application = ChunkedBodies(get_wsgi_application())
