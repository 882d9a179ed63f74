"""What is known of backups."""

from django.db import models


class LastBackup(models.Model):
    """The newest backup that is whole: one row at most, for whoever asks how old it is."""

    made_at = models.DateTimeField()  # the moment whose state it holds
    size = models.BigIntegerField()  # in bytes
    file = models.TextField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.file} of {self.made_at}"
