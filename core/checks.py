"""Whether the data still add up. Packages register what they can check of their own tables."""

from collections.abc import Callable

from core.db import database, is_postgresql

Check = Callable[[], list[str]]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Register a check: it returns one Dutch sentence for each thing that does not add up."""
    CHECKS.append(function)
    return function


def all_findings() -> list[str]:
    """Run every check."""
    return [finding for function in CHECKS for finding in function()]


@check
def database_file_is_sound() -> list[str]:
    """Ask SQLite itself; PostgreSQL guards its own files."""
    if is_postgresql():
        return []
    broken = [row[0] for row in database.execute_sql("PRAGMA quick_check(20)") if row[0] != "ok"]
    findings = [f"Het databasebestand is beschadigd: {text}." for text in broken]
    for table, row, parent, _ in database.execute_sql("PRAGMA foreign_key_check"):
        findings.append(f"Rij {row} van {table} verwijst naar een rij van {parent} die ontbreekt.")
    return findings
