"""The house rules that a machine can check; import-linter checks the rest (pyproject.toml)."""

import ast
import importlib
import os
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import flask_admin
import peewee
import pytest
from flask_admin.contrib.peewee import ModelView
from playhouse.schema_diff import diff_models

from core.admin import Page
from core.db import BaseModel, is_postgresql
from quality.method.criteria import CRITERIA

ROOT = Path(__file__).parent.parent
PACKAGES = ("core", "procurement", "providers", "quality", "app")
OWN_FOLDERS = (*PACKAGES, "templates", "migrations", "docs", "tests", ".ci")
TEXT_FILES = {".py", ".html", ".md", ".css", ".toml", ".txt", ".mplstyle", ".typ", ".example"}
NAMED_FILES = {"Makefile", "LICENSE", "run"}
WEB = {"flask", "flask_admin", "flask_wtf", "werkzeug", "jinja2"}


def modules(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def own_files() -> Iterator[Path]:
    """Everything that belongs to the project, without asking git: it may not be there."""
    for folder, names, files in os.walk(ROOT):
        if Path(folder) == ROOT:
            names[:] = [name for name in names if name in OWN_FOLDERS]
        names[:] = [name for name in names if name != "__pycache__"]
        for file in files:
            if Path(file).suffix in TEXT_FILES or file in NAMED_FILES:
                yield Path(folder) / file


def is_door(path: Path) -> bool:
    """Only the shell and the pages read the clock and the signed-in user."""
    parts = path.relative_to(ROOT).parts
    return parts[0] == "app" or "admin" in parts or parts[:2] == ("core", "pages")


# Between layers inside a package -----------------------------------------------------------------


def layer_of(module: str) -> str:
    """Layer of a module by its last word; all in a folder ``admin`` is admin."""
    parts = module.split(".")
    if "admin" in parts:
        return "admin"
    last = parts[-1].rsplit("_", 1)[-1]
    return last if last in {"forms", "operations", "queries", "models", "scopes"} else "other"


MAY_NOT_IMPORT = {
    "forms": {"admin", "operations", "queries"},
    "operations": {"admin", "forms"},
    "queries": {"admin", "forms", "operations"},
    "models": {"admin", "forms", "operations", "queries"},
    "scopes": {"admin", "forms", "operations", "queries"},
    "other": {"admin", "forms"},
}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(imported: str) -> str:
    """``providers.models.Provider`` is found in the module ``providers.models``."""
    parts = imported.split(".")
    while len(parts) > 1 and not (
        (ROOT / Path(*parts)).with_suffix(".py").exists() or (ROOT / Path(*parts)).is_dir()
    ):
        parts.pop()
    return ".".join(parts)


@pytest.mark.parametrize("package", ["procurement", "providers", "quality"])
def test_layers_inside_a_package_point_one_way(package: str) -> None:
    wrong = []
    for path in modules(package):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        forbidden = MAY_NOT_IMPORT.get(layer_of(module), set())
        for imported in imports_of(path):
            top = imported.split(".")[0]
            if top in WEB and layer_of(module) not in {"admin", "forms"}:
                wrong.append(f"{module} imports {imported}")
            if top in PACKAGES and layer_of(module_of(imported)) in forbidden:
                wrong.append(f"{module} imports {imported}")
    assert wrong == []


def test_only_the_doors_read_the_clock() -> None:
    clock = {"today", "now", "utcnow"}
    read = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules(*PACKAGES)
        if not is_door(path) and name_of(path) != "core/dates.py"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and clock & {getattr(node.func, "id", ""), getattr(node.func, "attr", "")}
    ]
    assert read == []


# Pages -------------------------------------------------------------------------------------------


def import_everything() -> None:
    for package in PACKAGES:
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            importlib.import_module(module.name)


def all_subclasses(of: type) -> set[type]:
    direct = set(of.__subclasses__())
    return direct.union(*(all_subclasses(one) for one in direct))


def test_every_page_stands_on_the_safe_base() -> None:
    import_everything()
    unsafe = {
        f"{view.__module__}.{view.__name__}"
        for view in all_subclasses(flask_admin.BaseView) | all_subclasses(ModelView)
        if view.__module__.split(".")[0] in PACKAGES
        and not issubclass(view, Page)
        and view.__module__ not in {"core.admin", "app.admin"}
    }
    assert unsafe == set()


# Schema ------------------------------------------------------------------------------------------


def test_migrations_make_the_tables_of_the_models(db: peewee.Database) -> None:
    import_everything()
    models = [
        model for model in all_subclasses(BaseModel) if model.__module__.split(".")[0] in PACKAGES
    ]
    difference = diff_models(db, models)
    assert not difference, str(difference)


def checks_in(db: peewee.Database) -> int:
    if is_postgresql():
        query = """
            SELECT count(*) FROM pg_constraint JOIN pg_namespace ON pg_namespace.oid = connamespace
            WHERE contype = 'c' AND nspname = current_schema()"""
        return int(db.execute_sql(query).fetchone()[0])
    tables = db.execute_sql("SELECT sql FROM sqlite_master WHERE type = 'table'").fetchall()
    return sum(len(re.findall(r"\bCHECK\s*\(", sql)) for (sql,) in tables)


def test_migrations_keep_every_check_constraint(db: peewee.Database) -> None:
    written = sum(
        len(re.findall(r"\bCHECK\s*\(|\bCheck\(", path.read_text(encoding="utf-8")))
        for path in modules("migrations")
    )
    assert checks_in(db) >= written > 0


# One meaning, one place --------------------------------------------------------------------------

WHAT_A_CRITERION_IS = {
    "quality/method/criteria.py": "its one entry",
    "quality/method/model.py": "its weight and knots in the shipped model",
    "quality/admin/provider_pages/listed.py": "keurmerk is a field of the address there",
}


def branches(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every string that a choice is made on: compared with, matched, or looked up by."""
    for node in ast.walk(tree):
        chosen: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            chosen = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            chosen = [node.value]
        elif isinstance(node, ast.Subscript):
            chosen = [node.slice]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"get", "pop"}:
            chosen = node.args[:1]
        for one in chosen:
            for constant in ast.walk(one):
                if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                    yield constant.lineno, constant.value


def test_no_module_branches_on_the_code_of_a_criterion() -> None:
    paths = [*modules("quality"), ROOT / "app" / "commands" / "score.py"]
    results = [
        f"{name_of(path)}:{line} {text}"
        for path in paths
        if name_of(path) not in WHAT_A_CRITERION_IS
        for line, text in branches(tree_of(path))
        if text in CRITERIA
    ]
    assert results == []


JINJA = re.compile(r"\{[{%](.*?)[%}]\}", re.DOTALL)
THRESHOLD = re.compile(r"(?:[<>]=?|==|!=)\s*(?:5|10|25|60|80|90)(?![\d.%])")


def test_no_template_branches_on_a_criterion_or_holds_a_threshold() -> None:
    codes = re.compile("[\"'](" + "|".join(CRITERIA) + ")[\"']")
    wrong = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for block in JINJA.findall(text):
            if THRESHOLD.search(re.sub(r"\"[^\"]*\"", "", block)):
                wrong.append(f"{name_of(path)}: threshold in {block.strip()[:60]}")
            if "quality" in path.parts and codes.search(block):
                wrong.append(f"{name_of(path)}: criterion in {block.strip()[:60]}")
        if re.search(r"\bM(?:60|80)[ ,]", text):
            wrong.append(f"{name_of(path)}: a border is drawn at a fixed place")
    assert wrong == []


def test_no_form_leaves_a_sentence_to_the_browser() -> None:
    """A browser says what is missing in a language of its own, beside our sentences."""
    form = re.compile(r"<form\b(?:\{[{%].*?[}%]\}|[^>])*>", re.DOTALL)
    wrong = [
        f"{name_of(path)}: {tag[:80]}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for tag in form.findall(path.read_text(encoding="utf-8"))
        if "novalidate" not in tag
    ]
    assert wrong == []


# Files -------------------------------------------------------------------------------------------


def test_no_folder_holds_more_modules_than_a_newcomer_reads() -> None:
    per_folder = Counter(
        name_of(path.parent) for path in modules(*PACKAGES) if path.stem != "__init__"
    )
    assert {folder: count for folder, count in per_folder.items() if count > 20} == {}


def test_no_file_names_the_machine_it_was_made_on() -> None:
    # In pieces, so that this file does not name them either.
    places = ["/" + "work/", "/" + "farm/", "../" + "shared", "/" + "root/", "/" + "tmp/bare"]
    named = [
        f"{name_of(path)}: {place}"
        for path in own_files()
        if name_of(path) != ".ci/run"
        for place in places
        if place in path.read_text(encoding="utf-8")
    ]
    assert named == []


def test_nothing_is_left_for_later() -> None:
    words = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX"]) + r")\b")
    left = [
        f"{name_of(path)}: {match[0]}"
        for path in own_files()
        if (match := words.search(path.read_text(encoding="utf-8")))
    ]
    assert left == []
