"""Templates in recipe files: `{{ day | add_days(-1) }}`. Names and filters only, in a sandbox, within limits.

No file of a recipe is a template: SQL gets values as literals in its tree (recipes.core.sql), Python and shell nodes get
them from their context. So nothing here can loop, call or reach an attribute of an object.
"""

from recipes.core.templates.filters import FILTERS
from recipes.core.templates.sandbox import TemplateError, evaluate, has_template, names, render

__all__ = ["FILTERS", "TemplateError", "evaluate", "has_template", "names", "render"]
