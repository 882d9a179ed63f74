"""Exports that the worker writes: asked for, looked at, fetched and removed."""

from django.core.files.base import File
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import FileResponse
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from helpdesk import permissions
from helpdesk.api import file_schema
from helpdesk.api.errors import StateConflict
from helpdesk.api.idempotency import AnotherBody, key_of
from helpdesk.api.ordering import Order
from helpdesk.api.permissions import MayDoThisWithCredentials
from helpdesk.api.serializers.export import ExportSerializer, NewExportSerializer
from helpdesk.api.views.base import TicketRoutes
from helpdesk.api.views.export import fits_format
from helpdesk.choices import UNFINISHED, Channel
from helpdesk.people import signed_in
from helpdesk.transfer.exporting import job as jobs
from helpdesk.transfer.exporting.content import BY_EXTENSION
from helpdesk.transfer.models import TicketExport


class NoFile(APIException):
    status_code = 410
    default_detail = "Its file is not there any more. Ask for the export again."


@file_schema.exports
class ExportJobViewSet(TicketRoutes):
    """Never open, and a person sees only their own exports, unless they lead."""

    queryset = TicketExport.objects.all()
    serializer_class = ExportSerializer
    permission_classes = [MayDoThisWithCredentials]
    orderings = {"-created_at": Order("created_at", descending=True), "created_at": Order("created_at")}
    requires = dict.fromkeys(("list", "create", "retrieve", "destroy", "download"), permissions.can_export)

    def get_queryset(self) -> QuerySet[TicketExport]:
        user = self.request.user
        return jobs.visible_to(user, sees_all=permissions.can_see_all_exports(user))

    def list(self, request: Request) -> Response:
        page = self.page_of(self.get_queryset())
        return self.get_paginated_response([self.get_serializer(export).data for export in page])

    def create(self, request: Request) -> Response:
        """202: the worker does it."""
        serializer = NewExportSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        said = serializer.validated_data
        wanted = TicketExport(
            owner=signed_in(request),
            channel=Channel.API,
            query={name: text for name, text in said["filters"].items() if text},
            key=key_of(request),
            **{name: said[name] for name in ("format", "columns", "parts")},
        )
        fits_format(wanted)
        export, replayed = _asked(wanted)
        address = reverse("export-job-detail", args=[export.pk], request=request)
        headers = {"Location": address} | ({"Idempotent-Replayed": "true"} if replayed else {})
        return Response(self.get_serializer(export).data, status=202, headers=headers)

    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    def destroy(self, request: Request, pk: int) -> Response:
        """Stops it, or removes the file; the record of it stays."""
        try:
            jobs.remove(self.get_object())
        except jobs.ExportRefused as refusal:
            raise StateConflict(str(refusal)) from refusal
        return Response(status=204)

    @action(detail=True, pagination_class=None)
    def download(self, request: Request, pk: int) -> FileResponse:
        export = self.get_object()
        if export.state in UNFINISHED:
            raise StateConflict("It is not finished yet. Ask for its state, and fetch it when it is done.")
        return FileResponse(
            _opened(export),
            as_attachment=True,
            filename=export.download_name,
            content_type=BY_EXTENSION[export.format].content_type,
        )


def _opened(export: TicketExport) -> File:
    try:
        if export.is_fetchable:
            return export.file.open("rb")
    except FileNotFoundError:
        pass
    raise NoFile


def _asked(wanted: TicketExport) -> tuple[TicketExport, bool]:
    """The export, and whether the same request came before."""
    known = TicketExport.objects.filter(owner=wanted.owner, key=wanted.key)
    if wanted.key and (export := known.first()):
        return _same(export, wanted), True
    try:
        return jobs.ask(wanted), False
    except jobs.ExportRefused as refusal:
        raise StateConflict(str(refusal)) from refusal
    except IntegrityError:
        return _same(get_object_or_404(known), wanted), True


def _same(known: TicketExport, wanted: TicketExport) -> TicketExport:
    if not jobs.is_same(known, wanted):
        raise AnotherBody
    return known
