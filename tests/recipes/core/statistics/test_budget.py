"""The project's budget of false alarms, and what is loaded when."""

from __future__ import annotations

import subprocess
import sys

import pytest

from recipes.core.statistics.budget import risk
from recipes.core.statistics.run_lengths import limit_of_shewhart


@pytest.mark.parametrize(
    ("budget", "points", "wanted"), [(1, 7, 0.0027), (1, 7000, 1 / 7000), (19, 7000, 0.0027), (1, 1e9, 1e-6)]
)
def test_the_budget_is_shared_by_all_points_of_a_week(budget, points, wanted):
    assert risk(budget, points) == pytest.approx(wanted, rel=0.01)


def test_a_thousand_daily_series_at_three_sigma_are_nineteen_false_alarms_a_week():
    assert pytest.approx(19, abs=0.2) == 7000 / 370.4
    assert limit_of_shewhart(1 / risk(1, 7000)) > 3.6


def test_the_web_process_loads_neither_numpy_nor_scipy():
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'hub.settings'; django.setup();"
        " import hub.urls, recipes.core.checks, recipes.core.statistics.baseline;"
        " print(sorted({'numpy', 'scipy', 'pandas', 'holidays'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
