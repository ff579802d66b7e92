"""The one signal of the product: sent once, after the commit that ended a run."""

from django.dispatch import Signal

order_run_ended = Signal()  # run_id: int, status: str
