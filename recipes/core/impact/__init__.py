"""What a merge would do, told from recipes and schemas alone: which datasets change, who reads them, what breaks."""

from recipes.core.impact.folders import Folder, Side
from recipes.core.impact.told import work_out

__all__ = ["Folder", "Side", "work_out"]
