"""Forms of alerts. The rules themselves stand in the actions."""

from monitoring.forms.alerts import FORMS, ChannelForm, RouteForm

__all__ = ["FORMS", "ChannelForm", "RouteForm"]
