"""Where a lead lets triage apply a category by itself."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from helpdesk.choices import Category


class ApplyRule(models.Model):
    """Per category: apply by itself at or above a confidence that the desk's own record supports.

    `target_precision` is what the lead asked for; `threshold`, `precision` and `cases` are what the record
    showed when the rule was switched on.
    """

    category = models.CharField(max_length=20, choices=Category, unique=True)
    is_on = models.BooleanField(default=False)
    target_precision = models.FloatField(
        default=0.95, validators=[MinValueValidator(0.5), MaxValueValidator(1.0)]
    )
    threshold = models.FloatField(default=1.0)
    precision = models.FloatField(default=0.0)
    cases = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["category"]
        constraints = [
            models.CheckConstraint(
                name="apply_rule_category_is_known", condition=Q(category__in=Category.values)
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()}: {'on' if self.is_on else 'off'}"
