"""What is known of files in and out: imports with their rows, exports, and the mark of this desk."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from helpdesk.choices import Channel, ImportState, JobState, Standing


def stored_name(row: models.Model, name: str) -> str:
    """Where a file lies in the storage: nobody can guess it, and nothing of it comes from its sender."""
    return f"{row._meta.model_name}s/{uuid.uuid4().hex}"


class Desk(models.Model):
    """This desk. Its exports carry the mark, by which it knows its own tickets again; there is one row."""

    mark = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.mark)


class Import(models.Model):
    """One file on its way in.

    `reading`, `scan` and `mapping` are those of `transfer.reading` and `transfer.mapping`. The counts of the
    preview are by `Standing`; `done_…` count what was really written. Its events carry `batch`. `cursor` is
    the number of the last row that the present step has finished, `announced` that of the last row of which
    others have heard. `ends_in` is the state after the present one, where that is not the usual one.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    channel = models.CharField(max_length=20, choices=Channel)
    name = models.CharField(max_length=200)
    file = models.FileField(upload_to=stored_name, blank=True)
    size = models.BigIntegerField()
    digest = models.CharField(
        max_length=64, help_text="SHA-256 of the file and the choices, where the request has a key."
    )
    state = models.CharField(max_length=20, choices=ImportState, default=ImportState.SCANNING)
    ends_in = models.CharField(max_length=20, choices=ImportState, blank=True, default="")
    profile = models.CharField(max_length=50, blank=True, default="")
    reading = models.JSONField(default=dict)
    scan = models.JSONField(null=True)
    mapping = models.JSONField(null=True)
    labels_right = models.BooleanField(default=False, help_text="Labels in the file may be learned from.")
    all_or_nothing = models.BooleanField(default=True)
    waits_in = models.CharField(
        max_length=20, choices=ImportState, blank=True, default="", help_text="Where a person is asked."
    )
    key = models.CharField(max_length=200, blank=True, default="", help_text="Of a request sent again.")
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    warned = models.PositiveIntegerField(default=0)
    done_new = models.PositiveIntegerField(default=0)
    done_changed = models.PositiveIntegerField(default=0)
    done_skipped = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    announced = models.BigIntegerField(default=0)
    restores = models.BooleanField(default=False, help_text="An export of a desk, into an empty one.")
    batch = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(default=timezone.now, help_text="When it was last heard of.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "helpdesk"
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="import_state_is_known", condition=models.Q(state__in=ImportState.values)
            ),
            models.UniqueConstraint(
                "owner", "key", name="import_is_asked_for_once", condition=~models.Q(key="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class StagedRow(models.Model):
    """One row of a file, converted and judged.

    `values` are fields in JSON by name, a person by id. `extra` is what else a new ticket brings, and of a
    refused row its `cells`. `differences` are ``{field: [old, new]}`` of a known ticket. `problems` and
    `warnings` are ``[[column, value, reason, cure], …]``. `seen_at` is the ticket's `updated_at` when it was
    judged; `identity` is the same for rows about the same ticket; `number_wanted` is the id that a new
    ticket had in the desk it comes from.
    """

    job = models.ForeignKey(Import, on_delete=models.CASCADE, db_index=False, related_name="rows")
    number = models.BigIntegerField()
    standing = models.CharField(max_length=20, choices=Standing)
    identity = models.CharField(max_length=64, blank=True, default="")
    ticket_id = models.BigIntegerField(null=True)
    seen_at = models.DateTimeField(null=True)
    number_wanted = models.BigIntegerField(null=True)
    values = models.JSONField(default=dict)
    extra = models.JSONField(default=dict)
    differences = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    is_warned = models.BooleanField(default=False)
    is_written = models.BooleanField(default=False)

    class Meta:
        app_label = "helpdesk"
        default_permissions = ()
        indexes = [
            models.Index("job", "standing", "number", name="staged_standing"),
            models.Index("job", "identity", name="staged_identity", condition=~models.Q(identity="")),
        ]
        constraints = [models.UniqueConstraint("job", "number", name="staged_once")]

    def __str__(self) -> str:
        return f"{self.job_id}: row {self.number} {self.standing}"


class TicketExport(models.Model):
    """Who took which tickets out, and the file while it can be fetched; one that was sent at once has none.

    `query` are the filters of the list, with its words (`q`) and its order (`o`). `rows` of `total` tickets
    are written. `expires_at` is when the file is removed.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    channel = models.CharField(max_length=20, choices=Channel)
    format = models.CharField(max_length=10)
    columns = models.JSONField()
    parts = models.JSONField(default=list, help_text="What goes along: comments, history, source.")
    query = models.JSONField(default=dict)
    key = models.CharField(max_length=200, blank=True, default="", db_default="")
    state = models.CharField(max_length=20, choices=JobState, default=JobState.WAITING)
    rows = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0, db_default=0)
    file = models.FileField(upload_to=stored_name, blank=True)
    message = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "helpdesk"
        ordering = ["-created_at", "-id"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                "owner", "key", name="export_is_asked_for_once", condition=~models.Q(key="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rows} tickets as {self.format}"

    @property
    def is_fetchable(self) -> bool:
        return bool(
            self.state == JobState.DONE and self.file and self.expires_at and self.expires_at > timezone.now()
        )

    @property
    def download_name(self) -> str:
        return f"tickets-{timezone.localdate(self.created_at).isoformat()}.{self.format}"
