"""Helpers: processes for work that the leader does not wait for."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

from hub.supervisor.housekeeping import Helper

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_a_helper_is_started_where_there_is_work_and_not_a_second_time_at_once():
    helper = Helper("version", lambda now: True, look_every=0.0, again_after=60.0)
    try:
        helper.look(NOW)
        first = helper.pid
        assert first
        helper.look(NOW)
        assert helper.pid == first
    finally:
        helper.stop()


def test_no_helper_is_started_where_there_is_nothing_to_do_or_before_it_is_time():
    idle = Helper("version", lambda now: False, look_every=0.0, again_after=0.0)
    early = Helper("version", lambda now: True, look_every=60.0, again_after=0.0, idle=60.0)

    idle.look(NOW), early.look(NOW)

    assert (idle.pid, early.pid) == (0, 0)


def test_the_web_process_never_loads_what_sends_alerts():
    code = "import django; django.setup(); import hub.urls, sys; print('apprise' in sys.modules)"

    around = os.environ | {"DJANGO_SETTINGS_MODULE": "hub.settings"}
    said = subprocess.run(
        [sys.executable, "-c", code], env=around, capture_output=True, text=True, check=True
    )

    assert said.stdout.strip() == "False"
