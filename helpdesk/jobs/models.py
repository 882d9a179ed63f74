"""Who does the work: a row for each worker that runs."""

from django.db import models


class Worker(models.Model):
    """A running `db_worker`. It is known by the name that the tasks it has claimed carry."""

    name = models.CharField(max_length=64, primary_key=True)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        permissions = [
            ("manage_jobs", "Can see background work and run it again"),
            ("view_system", "Can see how the desk is run"),
        ]

    def __str__(self) -> str:
        return self.name
