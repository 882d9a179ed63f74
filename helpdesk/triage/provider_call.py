"""Every question put to a remote provider: what the budget counts and the triage page shows."""

from django.db import models
from django.utils import timezone


class ProviderCall(models.Model):
    """One call. Latency in milliseconds; `failure` says why there was no answer, empty when there was one."""

    provider = models.CharField(max_length=40)
    model = models.CharField(max_length=100)
    latency_ms = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index("provider", "created_at", name="provider_call_budget")]

    def __str__(self) -> str:
        return f"{self.provider}: {self.failure or 'answered'}"
