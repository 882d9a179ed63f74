"""Who said what in the conversations that exist, and where each of them stands; a thousand tickets at a time."""

from collections import defaultdict

from django.db import migrations, models, transaction
from django.db.models import F
from django.db.models.functions import Left

CHUNK = 1000
LENGTH = 120


def fill(apps, schema_editor):
    """May be interrupted and run again: what is filled is left."""
    tickets = apps.get_model("helpdesk", "Ticket").objects
    last = 0
    while ids := list(tickets.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            fill_chunk(apps, ids)
        last = ids[-1]


def fill_chunk(apps, ids):
    tickets, comments = (apps.get_model("helpdesk", name).objects for name in ("Ticket", "Comment"))
    tell_whose(apps, ids)
    said = defaultdict(list)
    begun = Left("body", 4 * LENGTH)
    listed = comments.filter(ticket__in=ids).annotate(begun=begun).defer("body")
    for comment in listed.order_by("created_at", "id"):
        said[comment.ticket_id].append(comment)
    empty = tickets.filter(pk__in=ids, last_message_at=None)
    empty.exclude(pk__in=list(said)).update(
        last_message_at=F("created_at"), waiting_since=F("created_at"), last_message_excerpt=Left("description", LENGTH)
    )
    talked = list(empty.filter(pk__in=list(said)).only("id", "created_at"))
    for ticket in talked:
        stand(ticket, said[ticket.pk])
    fields = ["last_message_at", "last_message_from", "last_message_by", "last_message_excerpt", "waiting_since"]
    tickets.bulk_update(talked, fields, batch_size=100)


def tell_whose(apps, ids):
    """A public comment without an author is the requester's, unless the admin wrote it: then its author left."""
    comments, events = (apps.get_model("helpdesk", name).objects for name in ("Comment", "Event"))
    channels = defaultdict(list)
    told = events.filter(ticket__in=ids, action="commented").values_list("channel", "changes")
    for channel, changes in told:
        channels[channel] += [pair[1] for name, pair in changes.items() if name in ("reply", "internal note")]
    for channel, numbers in channels.items():
        for start in range(0, len(numbers), CHUNK):
            comments.filter(pk__in=numbers[start : start + CHUNK], channel="").update(channel=channel)
    unsigned = comments.filter(ticket__in=ids, author=None, is_internal=False)
    unsigned.exclude(channel="admin").update(from_requester=True)


def stand(ticket, comments):
    """The same as the write path does with one comment after the other."""
    ticket.waiting_since = ticket.created_at
    for comment in comments:
        if comment.from_requester:
            ticket.waiting_since = ticket.waiting_since or comment.created_at
        elif not comment.is_internal:
            ticket.waiting_since = None
    last = comments[-1]
    ticket.last_message_at = last.created_at
    ticket.last_message_from = "requester" if last.from_requester else "staff"
    ticket.last_message_by_id = None if last.from_requester else last.author_id
    ticket.last_message_excerpt = " ".join(last.begun.split())[:LENGTH]


class Migration(migrations.Migration):
    # Each chunk is a transaction of its own: no lock for long, and an interruption loses little.
    atomic = False

    dependencies = [("helpdesk", "0006_conversation")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(models.F('waiting_since'), condition=models.Q(('status__in', ('open', 'in_progress')), ('waiting_since__isnull', False)), name='ticket_waiting'),
        ),
    ]
