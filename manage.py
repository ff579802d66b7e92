#!/usr/bin/env python
"""Run a command of the hub: `manage.py help` lists them."""

import os
import sys

from django.core.management import execute_from_command_line

from hub.common.env import SettingError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    try:
        execute_from_command_line(sys.argv)
    except SettingError as error:
        sys.exit(str(error))
