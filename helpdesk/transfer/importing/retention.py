"""Files and previews are kept as long as an import can be undone; what an import did stays on record."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django_tasks import task

from helpdesk.choices import AT_WORK
from helpdesk.transfer.importing import turns
from helpdesk.transfer.models import Import, StagedRow

PIECE = 500


@task()
def sweep() -> None:
    """Remove what is too old, one short transaction after the other."""
    oldest = timezone.now() - timedelta(days=settings.IMPORT_DAYS)
    for job in Import.objects.filter(created_at__lt=oldest).exclude(file="").exclude(state__in=AT_WORK):
        while ids := list(job.rows.order_by().values_list("pk", flat=True)[:PIECE]):
            StagedRow.objects.filter(pk__in=ids).delete()
            turns.let_others_write()
        job.file.delete(save=False)
        Import.objects.filter(pk=job.pk).update(file="", scan=None)
