"""Imports: a file in, and what becomes of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from helpdesk import permissions
from helpdesk.api import file_schema
from helpdesk.api.errors import StateConflict
from helpdesk.api.idempotency import AnotherBody, key_of
from helpdesk.api.ordering import Order
from helpdesk.api.parsers import JSONParser
from helpdesk.api.permissions import MayDoThisWithCredentials
from helpdesk.api.serializers.transfer import ImportSerializer, NewImportSerializer, StartSerializer
from helpdesk.api.views.base import TicketRoutes
from helpdesk.choices import Channel, ImportState
from helpdesk.people import signed_in
from helpdesk.transfer.importing import job as jobs
from helpdesk.transfer.importing import reception, report
from helpdesk.transfer.models import Import
from helpdesk.transfer.unreadable import Unreadable

CHOSEN = ("mapping", "reading", "profile", "labels_right")


class StorageFull(APIException):
    status_code = 507
    default_detail = "There is no room for the file on the server. Ask whoever runs the desk."


@file_schema.imports
class ImportViewSet(TicketRoutes):
    """Never open: whoever imports has a name, and a person sees only what they sent, unless they lead."""

    queryset = Import.objects.all()
    serializer_class = ImportSerializer
    permission_classes = [MayDoThisWithCredentials]
    parser_classes = [JSONParser]
    orderings = {"-created_at": Order("created_at", descending=True), "created_at": Order("created_at")}
    requires = dict.fromkeys(
        ("list", "create", "retrieve", "errors", "start", "cancel", "resume", "undo"), permissions.can_import
    )

    def get_queryset(self) -> QuerySet[Import]:
        user = self.request.user
        return report.visible_to(user, sees_all=permissions.can_see_all_imports(user))

    def get_parsers(self) -> list[Any]:
        """The list takes a form, the rest JSON; asked before there is an action."""
        takes_files = (self.action_map or {}).get("post") == "create"
        return [MultiPartParser()] if takes_files else super().get_parsers()

    def list(self, request: Request) -> Response:
        return self.get_paginated_response(
            [self.get_serializer(job).data for job in self.page_of(self.get_queryset())]
        )

    def create(self, request: Request) -> Response:
        """202: the worker does it."""
        serializer = NewImportSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        said = serializer.validated_data
        job, replayed = self._receive(said, key_of(request))
        address = reverse("import-detail", args=[job.pk], request=request)
        headers = {"Location": address} | ({"Idempotent-Replayed": "true"} if replayed else {})
        return Response(self.get_serializer(job).data, status=202, headers=headers)

    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    @action(detail=True, pagination_class=None)
    def errors(self, request: Request, pk: int) -> StreamingHttpResponse:
        job = self.get_object()
        try:
            lines = report.refused_rows(job)
        except Unreadable as gone:
            raise StateConflict(str(gone)) from gone
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="refused-{job.pk}.csv"'
        return response

    @action(detail=True, methods=["post"], serializer_class=StartSerializer)
    def start(self, request: Request, pk: int) -> Response:
        job, said = self.get_object(), self.valid()
        with refusals():
            jobs.start(job, all_or_nothing=said["refused"] == "all", labels_right=said["labels_right"])
        return self._accepted(job)

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        job = self.get_object()
        with refusals():
            jobs.cancel(job)
        return self._accepted(job)

    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: int) -> Response:
        job = self.get_object()
        with refusals():
            jobs.resume(job)
        return self._accepted(job)

    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: int) -> Response:
        job = self.get_object()
        with refusals():
            jobs.undo_all(job, actor=signed_in(request), channel=Channel.API)
        return self._accepted(job)

    def _accepted(self, job: Import) -> Response:
        return Response(ImportSerializer(job).data, status=202)

    def _receive(self, said: dict[str, Any], key: str) -> tuple[Import, bool]:
        """The import, and whether the same request came before."""
        file, user = said["file"], signed_in(self.request)
        chosen = {name: said[name] for name in CHOSEN if name in said}
        chosen |= {"all_or_nothing": said["refused"] == "all", "key": key}
        chosen["waits_in"] = ImportState.READY if said["dry_run"] else ""
        if key and (known := Import.objects.filter(owner=user, key=key).first()):
            return _same(known, reception.digest_of(file, chosen)), True
        try:
            return reception.receive(file, file.name, owner=user, channel=Channel.API, **chosen), False
        except jobs.Refused as refusal:
            raise ValidationError({"file": [str(refusal)]}) from refusal
        except IntegrityError:
            known = get_object_or_404(Import, owner=user, key=key)
            return _same(known, reception.digest_of(file, chosen)), True
        except OSError as full:
            raise StorageFull from full


def _same(known: Import, digest: str) -> Import:
    if known.digest != digest:
        raise AnotherBody
    return known


@contextmanager
def refusals() -> Iterator[None]:
    """What an import cannot do now is a conflict."""
    try:
        yield
    except jobs.Refused as refusal:
        raise StateConflict(str(refusal)) from refusal
