"""How failures to sign in are counted; helpdesk.accounts.lockout tells what counts.

Axes keeps no log of who signed in, and deletes failures that count no more at the next attempt of anybody.
"""

from datetime import timedelta

AXES_HANDLER = "helpdesk.accounts.lockout.LockoutHandler"
AXES_USERNAME_CALLABLE = "helpdesk.accounts.lockout.name_tried"
AXES_CLIENT_IP_CALLABLE = "helpdesk.accounts.addresses.origin"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "csrfmiddlewaretoken"]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Its middleware would replace the page and the answer in which we say what to do.
SILENCED_SYSTEM_CHECKS = ["axes.W002"]
