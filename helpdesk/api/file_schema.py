"""What the OpenAPI document says about the routes of files."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_view

from helpdesk.api import examples
from helpdesk.api.filters import PARAMETERS
from helpdesk.api.schema import LINKS, WITH_BODY, route
from helpdesk.api.serializers.export import ExportSerializer, NewExportSerializer
from helpdesk.api.serializers.transfer import ImportSerializer, NewImportSerializer, StartSerializer

LOCATION = OpenApiParameter(
    "Location",
    OpenApiTypes.URI,
    OpenApiParameter.HEADER,
    response=[202],
    description="Where its state is.",
)
EXPORT_PARAMETERS = [
    OpenApiParameter(
        "format", {"type": "string", "enum": ["csv", "xlsx", "json", "jsonl"], "default": "csv"}
    ),
    OpenApiParameter("columns", str, description="Names separated by commas; all, if it is not sent."),
    OpenApiParameter("parts", str, description="With jsonl also: `comments`, `history`, `source`."),
]
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="A request that comes again with the same key and body is answered by what the first made.",
)

export = extend_schema_view(
    list=route(
        "Export tickets",
        {(200, "text/csv"): OpenApiTypes.STR},
        400,
        bodies=[examples.text("Two columns", examples.EXPORT, "text/csv")],
        parameters=[*PARAMETERS, *EXPORT_PARAMETERS],
        description=(
            "What the filters leave, newest first, sent while it is read. More tickets than "
            "`EXPORT_AT_ONCE`, a tenth of that as xlsx or with parts, are a 400: `POST /api/exports/`."
        ),
    ),
)
exports = extend_schema_view(
    list=route(
        "List exports", ExportSerializer(many=True), 400, example=examples.EXPORT_JOB, parameters=[LINKS]
    ),
    create=route(
        "Export any number of tickets",
        ExportSerializer,
        *WITH_BODY,
        409,
        422,
        status=202,
        example=examples.EXPORT_JOB,
        request=NewExportSerializer,
        bodies=[examples.body("All that is closed", {"format": "jsonl", "filters": {"status": "closed"}})],
        parameters=[LOCATION, IDEMPOTENCY_KEY],
        description="The worker writes the file; `download` says where it is, until it expires.",
    ),
    retrieve=route("Read an export", ExportSerializer, 404, example=examples.EXPORT_JOB),
    destroy=route(
        "Cancel an export, or remove its file",
        None,
        404,
        409,
        status=204,
        description="That it was asked for stays on record.",
    ),
    download=route(
        "Fetch the file of an export",
        {(200, "text/csv"): OpenApiTypes.STR},
        404,
        409,
        410,
        bodies=[examples.text("Two columns", examples.EXPORT, "text/csv")],
    ),
)
imports = extend_schema_view(
    list=route("List imports", ImportSerializer(many=True), 400, example=examples.IMPORT, parameters=[LINKS]),
    create=route(
        "Import a file",
        ImportSerializer,
        *WITH_BODY,
        422,
        507,
        status=202,
        example=examples.IMPORT,
        request={"multipart/form-data": NewImportSerializer},
        bodies=[examples.form("A look before", {"file": "tickets.csv", "dry_run": True})],
        parameters=[LOCATION, IDEMPOTENCY_KEY],
        description="The worker reads the file and writes its rows; with `dry_run` it stops at the preview.",
    ),
    retrieve=route("Read an import", ImportSerializer, 404, example=examples.IMPORT),
    errors=route(
        "The refused rows of an import",
        {(200, "text/csv"): OpenApiTypes.STR},
        404,
        409,
        bodies=[examples.text("Refused rows", examples.REFUSED_ROWS, "text/csv")],
        description="The columns of the file, and a last one that says why: mend it and send it again.",
    ),
    start=route(
        "Write what the preview shows",
        ImportSerializer,
        404,
        409,
        *WITH_BODY,
        status=202,
        example=examples.IMPORT,
        request=StartSerializer,
        bodies=[examples.body("Without the refused", {"refused": "leave"})],
    ),
    cancel=route(
        "Cancel an import",
        ImportSerializer,
        404,
        409,
        status=202,
        example=examples.IMPORT,
        request=None,
        description="What it has written already is taken back, but for what people have touched meanwhile.",
    ),
    resume=route(
        "Go on after a failure", ImportSerializer, 404, 409, status=202, example=examples.IMPORT, request=None
    ),
    undo=route(
        "Undo an import",
        ImportSerializer,
        404,
        409,
        status=202,
        example=examples.IMPORT,
        request=None,
        description="What nobody has touched since is removed or put back; `undone.left` lists the rest.",
    ),
)
