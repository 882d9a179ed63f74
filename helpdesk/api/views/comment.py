"""The conversation of a ticket."""

from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk import permissions
from helpdesk.api import schema
from helpdesk.api.ordering import Order
from helpdesk.api.serializers.comment import CommentSerializer
from helpdesk.api.views.base import PartRoutes
from helpdesk.choices import Channel
from helpdesk.tickets import comments
from helpdesk.tickets.models import Comment


@schema.comments
class CommentViewSet(PartRoutes):
    queryset = Comment.objects.all()
    serializer_class = CommentSerializer
    orderings = {"created_at": Order("created_at"), "-created_at": Order("created_at", descending=True)}
    requires = {"list": permissions.can_view, "create": permissions.can_comment}

    def list(self, request: Request, ticket_id: int) -> Response:
        conversation = self.get_ticket().comments.visible_to(request.user).for_conversation()
        page = self.page_of(conversation)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def create(self, request: Request, ticket_id: int) -> Response:
        ticket = self.get_ticket()
        comment = comments.add(ticket, **self.valid(), author=self.actor, channel=Channel.API)
        return Response(self.get_serializer(comment).data, status=201)
