"""Recipes: what a kitchen's newest commit holds, file by file, and whether some files would make a recipe."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import ConfigDict, Field, field_validator

from hub.common.errors import MissingError
from kitchens.api.access import may
from kitchens.api.paging import AfterName, Limit, Page, page
from kitchens.core.git import MeshRepository
from kitchens.queries.data import newest
from kitchens.queries.kitchens import get_kitchen
from recipes.core.spec import read_recipe
from recipes.core.spec.model import Fault, RecipeSpec
from recipes.models import RecipeVersion
from recipes.queries.recipes import get_recipe as find_recipe
from recipes.queries.recipes import recipe_versions

router = Router(tags=["Recipes"])
KitchenName = Annotated[str, Query(max_length=60, description="Name of the kitchen")]
Domain = Annotated[str, Path(max_length=60, examples=["flights"])]
Name = Annotated[str, Path(max_length=60, examples=["daily"])]
FilePath = Annotated[
    str, Path(max_length=240, description="Within the recipe's folder", examples=["clean.sql"])
]
MOST_FILES, MOST_TEXT = 200, 512 * 1024


class RecipeOut(Schema):
    domain: str = Field(examples=["flights"])
    name: str = Field(examples=["daily"])
    description: str
    tree: str = Field(description="Changes with the recipe's files, and with nothing else")
    faults: list[Fault] = Field(description="Empty where the recipe can run")


class RecipeDetailOut(RecipeOut):
    kitchen: str
    commit: str
    spec: RecipeSpec | None = Field(description="The recipe as the hub reads it; null where it has faults")


class FileOut(Schema):
    path: str = Field(examples=["clean.sql"])
    kind: str = Field(description="file, link or module", examples=["file"])


class FilesOut(Schema):
    items: list[FileOut]


class FileContentOut(Schema):
    path: str
    text: str | None = Field(description="Null where the file is not text")
    bytes: int


class CheckIn(Schema):
    """The files of one recipe folder, as they would be."""

    model_config = ConfigDict(extra="forbid")
    domain: str = Field(max_length=60, examples=["flights"])
    name: str = Field(max_length=60, examples=["daily"])
    files: dict[str, str] = Field(
        max_length=MOST_FILES, description="Path -> text", examples=[{"recipe.yaml": "nodes: {}\n"}]
    )

    store: Literal["", "embedded", "postgresql"] = Field(
        "", description="Kind of the store it has to run on; SQL that this store lacks is a fault then"
    )

    @field_validator("files")
    @classmethod
    def not_too_large(cls, files: dict[str, str]) -> dict[str, str]:
        if sum(map(len, files.values())) > MOST_TEXT:
            raise ValueError(f"All files together have at most {MOST_TEXT // 1024} KiB")
        return files


class CheckOut(Schema):
    ok: bool
    faults: list[Fault] = Field(description="All of them at once, each with file, line and remedy")


@router.get("/recipes", response=Page[RecipeOut], summary="List the recipes", **may("mesh.see"))
def list_recipes(
    request: HttpRequest,
    response: HttpResponse,
    kitchen: KitchenName = "production",
    domain: Annotated[str, Query(max_length=60, description="Only those of this domain")] = "",
    limit: Limit = 50,
    after: AfterName = None,
) -> dict[str, Any]:
    """The recipes of a kitchen as it is now, by `<domain>/<name>`, also those with faults."""
    found = recipe_versions(newest(get_kitchen(kitchen)).commit)
    names = sorted(name for name in found if name > (after or "") and domain in ("", found[name].domain))
    return page(request, response, [found[name] for name in names], limit, key=str)


@router.get("/recipes/{domain}/{name}", response=RecipeDetailOut, summary="Get a recipe", **may("mesh.see"))
def get_recipe(
    request: HttpRequest, domain: Domain, name: Name, kitchen: KitchenName = "production"
) -> dict[str, Any]:
    """One recipe as the hub reads it: values, nodes, tests, variations, ingredients; or its faults."""
    version, commit = _version(kitchen, domain, name)
    told = {
        field: getattr(version, field)
        for field in ("domain", "name", "description", "tree", "faults", "spec")
    }
    return {**told, "kitchen": kitchen, "commit": commit}


@router.get("/recipes/{domain}/{name}/files", response=FilesOut, summary="List the files", **may("mesh.see"))
def list_files(
    request: HttpRequest, domain: Domain, name: Name, kitchen: KitchenName = "production"
) -> dict[str, Any]:
    """The files of a recipe."""
    version, _ = _version(kitchen, domain, name)
    return {"items": list(_repository().entries(version.tree))}


@router.get(
    "/recipes/{domain}/{name}/files/{path:path}",
    response=FileContentOut,
    summary="Read a file",
    **may("mesh.see"),
)
def read_file(
    request: HttpRequest, domain: Domain, name: Name, path: FilePath, kitchen: KitchenName = "production"
) -> dict[str, Any]:
    """One file of a recipe. The path is looked up among the files there are, so it leads nowhere else."""
    version, _ = _version(kitchen, domain, name)
    repository = _repository()
    found = {entry.path: entry for entry in repository.entries(version.tree) if entry.kind == "file"}
    if path not in found:
        raise MissingError(f"The recipe {version} has no file {path[:240]!r}.")
    content = repository.read_blob(found[path].id)
    return {"path": path, "text": _text(content), "bytes": len(content)}


@router.post("/recipes/check", response=CheckOut, summary="Check files", **may("recipe.change"))
def check_recipe(request: HttpRequest, given: CheckIn) -> dict[str, Any]:
    """Say what is wrong with the files of a recipe. Nothing is kept and nothing is run."""
    files = {path: text.encode() for path, text in given.files.items()}
    result = read_recipe(files, domain=given.domain, name=given.name, store=given.store)
    return {"ok": result.spec is not None, "faults": list(result.faults)}


def _version(kitchen: str, domain: str, name: str) -> tuple[RecipeVersion, str]:
    there = get_kitchen(kitchen)
    commit = newest(there).commit
    return find_recipe(there, domain, name, commit), commit


def _repository() -> MeshRepository:
    return MeshRepository(settings.MESH_REPOSITORY)


def _text(content: bytes) -> str | None:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None
