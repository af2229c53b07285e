"""Turns the rules about one row into code: a quick test for all of them, and one for each.

Rules stay sentences (``rules.ROW_RULES``); a million rows are checked by one compiled condition
that says only *surely good* or not. Rows that are not surely good meet the rules one by one.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from string import Formatter
from typing import Any

from providers.feed.check.rules import ROW_RULES, WORDS, Rule
from providers.feed.columns import BY_NAME

Values = Mapping[str, int | str | None]
_NO_GLOBALS: dict[str, Any] = {}


@dataclass(frozen=True)
class Condition:
    """One ``broken_when``: told at ``column``, true when ``broken(values)``.

    ``names`` are the columns it depends on, ``quoted`` those whose cell its sentence repeats.
    """

    rule: Rule
    column: str
    names: frozenset[str]
    quoted: frozenset[str]
    source: str
    broken: Callable[[Values], bool]


class _NumbersForWords(ast.NodeTransformer):
    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(int(WORDS[node.id])) if node.id in WORDS else node


def _asked_for_none(tree: ast.AST) -> set[str]:
    return {
        node.left.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Name)
        and isinstance(node.ops[0], ast.Is | ast.IsNot)
    }


def _guarded(expression: str) -> tuple[str, frozenset[str]]:
    tree = ast.parse(expression, mode="eval")
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} - WORDS.keys()
    unknown = names - BY_NAME.keys() - {"einde_maand"}
    if unknown:
        raise ValueError(f"{expression}: {unknown} is no column")
    needed = [n for n in names - _asked_for_none(tree) if n in BY_NAME and not BY_NAME[n].required]
    source = ast.unparse(ast.fix_missing_locations(_NumbersForWords().visit(tree)))
    guards = [f"{name} is not None" for name in sorted(needed)]
    return " and ".join([*guards, f"({source})"]), frozenset(names)


def _test(source: str) -> Callable[[Values], bool]:
    code = compile(source, f"<rule: {source}>", "eval")
    # The text comes from rules.py and nowhere else; nothing a user sends is ever compiled.
    return partial(eval, code, _NO_GLOBALS)


def _quoted(rule: Rule, column: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(rule.provider) if name) | {column}


@cache
def conditions() -> tuple[Condition, ...]:
    """Every condition of the rules about one row, in the order of the rules."""
    every = []
    for rule in ROW_RULES:
        for column, expression in rule.broken_when.items():
            source, names = _guarded(expression)
            every.append(
                Condition(rule, column, names, _quoted(rule, column), source, _test(source))
            )
    return tuple(every)


def suspect_source(present: frozenset[str]) -> str:
    """One expression that is true when some rule may be broken, for the columns that are there.

    A condition that needs a column that is not there can never be true and is left out.
    """
    kept = [
        condition.source
        for condition in conditions()
        if all(f"{n} is not None" not in condition.source or n in present for n in condition.names)
    ]
    return " or ".join(f"({source})" for source in kept)
