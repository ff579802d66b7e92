"""Tables of recipes, orders, runs, test results and workers."""

from recipes.models.baseline import Baseline
from recipes.models.detection import DetectionPower
from recipes.models.order import Order
from recipes.models.progress import Progress
from recipes.models.recipe import CommitIndex, RecipeVersion, Schedule
from recipes.models.result import TestResult
from recipes.models.run import Attempt, DatasetAccess, NodeRun, OrderRun, RunLock
from recipes.models.series import TestSeries
from recipes.models.worker import Lease, Worker

__all__ = [
    "Attempt",
    "Baseline",
    "CommitIndex",
    "DatasetAccess",
    "DetectionPower",
    "Lease",
    "NodeRun",
    "Order",
    "OrderRun",
    "Progress",
    "RecipeVersion",
    "RunLock",
    "Schedule",
    "TestResult",
    "TestSeries",
    "Worker",
]
