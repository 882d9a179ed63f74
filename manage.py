#!/usr/bin/env python3
"""Django's command line for Helpdesk; what keeps a command from its work is told in one sentence."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import Error

from helpdesk.operations import obstacles

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, Error) as error:
        sentence = obstacles.sentence(error)
        if sentence is None or "--traceback" in sys.argv:
            raise
        sys.exit(sentence)
