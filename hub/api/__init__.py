"""The API under /api/v1: one document, one way to sign in, one form of error."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.urls import URLPattern, URLResolver, re_path
from ninja import NinjaAPI, Router
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from hub.api.answers import guarded, nothing_here
from hub.api.document import complete
from hub.api.errors import install
from hub.api.parser import StrictParser
from kitchens.api import ROUTERS as OF_KITCHENS
from monitoring.api import ROUTERS as OF_MONITORING
from recipes.api import ROUTERS as OF_RECIPES


class HubApi(NinjaAPI):
    """The API, with the same limits and errors also where Django or the framework would answer by themselves."""

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        patterns = super()._get_urls()
        for pattern in patterns:
            pattern.callback = guarded(pattern.callback)
        return [*patterns, re_path("", guarded(nothing_here))]

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        return _document(self, path_prefix)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_operation_url_name(self, operation: Operation, router: Router) -> str:
        return f"api-{operation.view_func.__name__.replace('_', '-')}"


@lru_cache(maxsize=2)
def _document(api: HubApi, prefix: str | None) -> OpenAPISchema:
    """Return the document, worked out once: it is the same for everybody."""
    return complete(NinjaAPI.get_openapi_schema(api, path_prefix=prefix))


api = HubApi(
    title="DataOps Hub",
    version="1",
    description="Domains, kitchens, recipes, orders, runs, tests and datasets of the mesh. docs/api.md tells more.",
    parser=StrictParser(),
    docs_url=None,
    urls_namespace="api",
)
install(api)
for prefix, router in (*OF_KITCHENS, *OF_RECIPES, *OF_MONITORING):
    api.add_router(prefix, router)
