"""Every key of the recipe format, once: the reader, the JSON Schema and the documentation are made from these tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Form = Literal[
    "text", "name", "names", "whole", "number", "seconds", "boolean", "mapping", "any", "list", "writes"
]


@dataclass(frozen=True)
class Key:
    """One key: its form, what it is for, and what bounds it."""

    name: str
    form: Form
    about: str
    required: bool = False
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    default: Any = None


TYPES = ("text", "integer", "number", "boolean", "date", "datetime", "list", "dictionary")
KINDS = ("sql", "python", "shell", "synchronise")
MODES = ("replace", "append", "replace_partition", "merge")
FORMATS = ("csv", "dat", "json", "parquet", "arrow")

RECIPE = (
    Key("description", "text", "What the recipe makes, in a sentence"),
    Key(
        "dialect",
        "text",
        "Dialect of the SQL in this recipe",
        choices=("duckdb", "postgres"),
        default="duckdb",
    ),
    Key("values", "mapping", "Typed values by name; an order, a kitchen or a variation may set them"),
    Key("sources", "mapping", "Files, URLs and database tables outside the mesh, by name"),
    Key("nodes", "mapping", "The steps of the recipe by name", required=True),
    Key("tests", "mapping", "Statements about the data, by name"),
    Key(
        "monitors",
        "any",
        "What watches its datasets without a test: on, off, a list of kinds, or dataset → one of these",
        default="on",
    ),
    Key("variations", "mapping", "Ways to run the recipe, by name; without any there is one called default"),
    Key("ingredients", "mapping", "Variations offered to other recipes, by name"),
    Key(
        "fixtures",
        "mapping",
        "More about sets of small input tables, which lie in fixtures/<set>/<dataset>.csv",
    ),
)
VALUE = (
    Key("type", "text", "Type of the value", required=True, choices=TYPES),
    Key("default", "any", "Value where nobody gives another; may use {{ other values }} and filters"),
    Key(
        "required",
        "boolean",
        "There is no default: an order, kitchen or variation must give it",
        default=False,
    ),
    Key(
        "protected",
        "boolean",
        "Only an operator of the hub may override it, in a kitchen or an order",
        default=False,
    ),
    Key("description", "text", "What the value means; shown in the order form"),
    Key("choices", "list", "The only values allowed"),
    Key("min", "any", "The least allowed; of a text or list, its least length"),
    Key("max", "any", "The most allowed; of a text or list, its greatest length"),
)
SOURCE = (
    Key("location", "text", "Path below a folder the hub may read, or an http(s) URL; may use {{ values }}"),
    Key("format", "text", "Format of the file", choices=FORMATS),
    Key("options", "mapping", "How to read the file: header, delimiter, quote, nulls, columns …"),
    Key("connection", "text", "Name of a database connection (Settings, Connections); may use {{ values }}"),
    Key("table", "text", "Table of the connection, schema.table"),
    Key("query", "text", "SELECT that the connection runs; may use {{ values }}"),
)
NODE = (
    Key("kind", "text", "How the node works", required=True, choices=KINDS),
    Key("file", "text", "File beside recipe.yaml: the SELECT, the Python code or the shell script"),
    Key("command", "text", "Command of a shell node, in place of a file"),
    Key("description", "text", "What the node does"),
    Key("needs", "names", "Nodes that must have succeeded before; reading what they write implies it"),
    Key(
        "reads",
        "names",
        "Datasets and source.<name> that a Python or shell node reads; of SQL they are known",
    ),
    Key("writes", "writes", "Datasets it writes: a name, a list of names, or name → mode"),
    Key("connection", "text", "Connection whose limit of parallel nodes counts"),
    Key(
        "effects",
        "text",
        "external: it changes something outside the mesh",
        choices=("none", "external"),
        default="none",
    ),
    Key("retries", "whole", "How often a failed node is tried again", low=0, high=100, default=0),
    Key(
        "backoff",
        "seconds",
        "Wait before the first retry; doubles each time",
        low=0,
        high=86_400,
        default=5.0,
    ),
    Key("timeout", "seconds", "Longest run of one attempt", low=0.1, high=604_800, default=3600.0),
    Key(
        "memory_mb", "whole", "Limit of memory in MB; 0: the hub's default", low=0, high=1_048_576, default=0
    ),
    Key(
        "disk_mb",
        "whole",
        "Limit of what it writes, in MB; 0: the hub's default",
        low=0,
        high=1_073_741_824,
        default=0,
    ),
    Key(
        "cpu_seconds", "whole", "Limit of processor time in seconds; 0: none", low=0, high=604_800, default=0
    ),
)
TEST = (
    Key("node", "text", "Node whose work it judges", required=True),
    Key(
        "check",
        "text",
        "Kind of the test (row_count, unique …); each has parameters of its own",
        required=True,
    ),
    Key("dataset", "text", "Dataset it is about; may be left out where the node writes just one"),
    Key("severity", "text", "What a fail does", choices=("stop", "warn", "log"), default="stop"),
    Key("where", "text", "SQL condition that narrows the rows; may use {{ values }}"),
    Key("warn", "any", 'Threshold of the verdict warn, like "> 0" or "> 1 %"'),
    Key("fail", "any", 'Threshold of the verdict fail, like "> 0" or "> 1 %"'),
    Key("nulls", "text", "What a missing value counts as", choices=("ignore", "fail", "value")),
    Key("on_empty", "text", "What to say where no row is left to judge", choices=("fail", "skip", "pass")),
    Key("description", "text", "What the test is for; shown in the report"),
)
VARIATION = (
    Key("description", "text", "When to use it"),
    Key("nodes", "names", "The nodes to run; left out: all"),
    Key("values", "mapping", "Values of this variation; may use {{ other values }}"),
    Key(
        "schedule", "text", "Cron: minute, hour, day of month, month, day of week; six fields: seconds first"
    ),
    Key("timezone", "text", "Time zone of schedule, deadline and yesterday", default="UTC"),
    Key("start", "text", "Date or time from which the schedule fires"),
    Key("end", "text", "Date or time after which it no longer fires"),
    Key(
        "catch_up",
        "text",
        "What to do with missed slots",
        choices=("skip", "latest", "all"),
        default="latest",
    ),
    Key("deadline", "text", 'Time of day by which a run must have ended, like "06:30"'),
    Key(
        "timeout", "seconds", "Longest run of all nodes together; 0: none", low=0, high=2_592_000, default=0.0
    ),
    Key("priority", "whole", "Higher goes first", low=-1000, high=1000, default=0),
)
INGREDIENT = (
    Key("variation", "text", "The variation that runs", required=True),
    Key("takes", "names", "Values that the caller gives"),
    Key("gives", "names", "Measures that the caller gets"),
    Key("description", "text", "What it is for"),
    Key(
        "provisions",
        "boolean",
        "May run while a kitchen is made, to make what its domain needs",
        default=False,
    ),
    Key("rollback", "text", "Ingredient of this recipe that takes away again what this one made"),
)
FIXTURE = (
    Key("description", "text", "What the set is for"),
    Key("as_of", "text", "Date or time that a run with it has for its own; left out: that of the order"),
)
SECTIONS: Mapping[str, tuple[Key, ...]] = {
    "values": VALUE,
    "sources": SOURCE,
    "nodes": NODE,
    "tests": TEST,
    "variations": VARIATION,
    "ingredients": INGREDIENT,
    "fixtures": FIXTURE,
}
