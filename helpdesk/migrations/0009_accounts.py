from datetime import timedelta

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import migrations, models
from django.db.models import F, Q
from django.utils import timezone

GRACE = timedelta(days=30)
CHUNK = 1000


def take_over_sessions(apps, schema_editor):
    """Nobody has to sign in again because of the upgrade."""
    users = set(apps.get_model("auth", "User").objects.values_list("pk", flat=True))
    now, old, ours = timezone.now(), apps.get_model("sessions", "Session"), apps.get_model("helpdesk", "Session")
    alive = old.objects.filter(expire_date__gt=now).iterator(CHUNK)
    known = ((session, int(SessionStore().decode(session.session_data).get(SESSION_KEY, 0))) for session in alive)
    ours.objects.bulk_create(
        [
            ours(
                session_key=session.session_key,
                session_data=session.session_data,
                expire_date=session.expire_date,
                user_id=user,
            )
            for session, user in known
            if user in users
        ],
        batch_size=CHUNK,
    )


def shorten_tokens(apps, schema_editor):
    """Tokens that may not be made any more end after a grace period."""
    limit, until = settings.REST_KNOX["TOKEN_TTL"], timezone.now() + GRACE
    far = Q(expiry__gt=F("created") + limit + timedelta(minutes=5)) & Q(expiry__gt=until)
    beyond = Q(expiry__isnull=True) | far
    tokens = apps.get_model("knox", "AuthToken").objects.filter(beyond)
    use = apps.get_model("helpdesk", "TokenUse")
    use.objects.bulk_create(
        [use(token_id=digest, is_shortened=True) for digest in tokens.values_list("digest", flat=True)],
        batch_size=CHUNK,
    )
    tokens.update(expiry=until)


class Migration(migrations.Migration):
    dependencies = [
        ('helpdesk', '0008_workspace'),
        ('knox', '0009_extend_authtoken_field'),
        ('sessions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='TokenUse',
            fields=[
                ('token', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='use', serialize=False, to='knox.authtoken')),
                ('last_used_at', models.DateTimeField(null=True)),
                ('address', models.GenericIPAddressField(null=True)),
                ('is_shortened', models.BooleanField(default=False)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('last_used_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('address', models.GenericIPAddressField(null=True)),
                ('user_agent', models.CharField(max_length=255)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('unlock_sign_in', 'Can see failed sign-ins and unlock them')],
                'default_permissions': (),
            },
        ),
        migrations.RunPython(take_over_sessions, migrations.RunPython.noop),
        migrations.RunPython(shorten_tokens, migrations.RunPython.noop),
    ]
