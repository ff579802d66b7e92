"""Template tags and filters of the hub."""

from django import template

register = template.Library()
