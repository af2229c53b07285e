"""The documentation says what the code does: commands, settings, words, rules, columns, links."""

import argparse
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from app.cli import GROUPS
from app.settings import SETTINGS, env_example
from providers.feed.check.rules import RULES
from providers.feed.columns import COLUMNS
from providers.feed.tell.documentation import feed_format

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# What others count on; every word is a command, then its subcommands.
COMMANDS = {
    "serve": [],
    "demo": [],
    "db": ["migrate", "status", "check"],
    "user": ["add"],
    "provider": ["import", "list"],
    "feed": ["import", "template", "check", "withdraw", "calendar"],
    "learner": ["import"],
    "score": [],
    "charts": [],
    "report": [],
    "plan": ["list", "show", "import", "export", "ics", "ocds", "baseline"],
    "backup": [],
    "restore": [],
    "doctor": [],
    "retention": [],
    "passport": [],
    "promises": [],
    "privacy": [],
    "regions": [],
}


def subcommands(parser: argparse.ArgumentParser) -> set[str]:
    return {
        name
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name in action.choices
    }


def test_help_lists_every_command() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "app.cli", "--help"],
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    listed = re.findall(r"^  (\w+)  ", answer.stdout, re.MULTILINE)
    assert set(COMMANDS) <= set(listed)


@pytest.mark.parametrize("name", GROUPS)
def test_every_command_has_what_others_count_on(name: str) -> None:
    parser = argparse.ArgumentParser()
    import_module(f"app.commands.{GROUPS[name][0]}").register(parser)
    assert set(COMMANDS.get(name, [])) <= subcommands(parser)


def test_env_example_is_written_from_the_settings() -> None:
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example()
    assert all(setting.help.endswith(".") for setting in SETTINGS)


def test_the_feed_is_documented_from_its_own_rules_and_columns() -> None:
    text = (ROOT / "docs" / "feed-format.md").read_text(encoding="utf-8")
    assert text == feed_format(), (
        "python -m providers.feed.tell.documentation > docs/feed-format.md"
    )
    assert all(f"| {code}" in text for code in RULES)
    assert all(f"| `{column.name}` |" in text for column in COLUMNS)


def test_every_word_of_the_glossary_is_in_the_code() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for package in ("app", "core", "procurement", "providers", "quality")
        for path in (ROOT / package).rglob("*.py")
    )
    words = set(re.findall(r"\w+", code))
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    identifiers = re.findall(r"`(\w+)`", glossary)
    assert len(identifiers) > 50
    assert [word for word in identifiers if word not in words] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert missing == []


def test_documents_name_only_files_that_are_there() -> None:
    named = re.compile(r"`((?:app|core|procurement|providers|quality|tests|docs)/[\w./-]+\.\w+)`")
    missing = [
        f"{document.name}: {path}"
        for document in DOCUMENTS
        for path in named.findall(document.read_text(encoding="utf-8"))
        if not (ROOT / path).exists()
    ]
    assert missing == []


def test_make_help_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in ("demo", "test"):
        assert f"make {command}" in readme
        assert re.search(rf"^{command}:.*## ", makefile, re.MULTILINE)


def test_every_decision_has_a_status_and_every_mention_a_decision() -> None:
    decisions = {int(path.name[:4]): path for path in (ROOT / "docs" / "decisions").glob("*.md")}
    status = re.compile(
        r"^\*\*Status\.\*\* (Accepted|Replaced by decision \d+), \d{4}-\d\d-\d\d\.$"
    )
    for path in decisions.values():
        assert status.match(path.read_text(encoding="utf-8").splitlines()[2]), path.name
    mentioned = {
        int(number)
        for document in DOCUMENTS
        for number in re.findall(r"\bdecision (\d+)", document.read_text(encoding="utf-8"))
    }
    assert mentioned <= set(decisions)


ASVS = (
    "1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 "
    "4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 "
    "7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 "
    "10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 "
    "13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 "
    "16.4:3 16.5:3 17.1:1 17.2:4 17.3:2"
)
"""Sections of OWASP ASVS 5.0.0 with how many requirements of level 1 and 2 each begins with."""
STATES = ("ja", "deels", "nee", "nvt")


def test_every_requirement_of_asvs_has_a_state_and_evidence_that_exists() -> None:
    text = (ROOT / "docs/security.md").read_text()
    rows = re.findall(r"^\| ((?:\d+\.\d+\.\d+ ?)+) \| (\w+) \| (.+) \| (.*) ?\|$", text, re.M)
    sections = (one.split(":") for one in ASVS.split())
    wanted = [f"{name}.{n}" for name, last in sections for n in range(1, int(last) + 1)]
    assert sorted(" ".join(row[0] for row in rows).split()) == sorted(wanted)
    count = {state: sum(len(row[0].split()) for row in rows if row[1] == state) for state in STATES}
    assert sum(count.values()) == len(wanted)
    message = (
        f"{count['ja']} gehaald, {count['deels']} deels, {count['nee']} niet, {count['nvt']} niet "
        "van toepassing"
    )
    assert message in text
    tests = {
        name for path in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)
    }  # fmt: skip
    settings = {setting.name for setting in SETTINGS}
    for requirement, state, _, evidence in rows:
        named = re.findall(r"`([^`]+)`", evidence)
        assert named or state in ("nvt", "nee"), f"{requirement} has no evidence"
        for one in named:
            exists = one in tests | settings | {"make lint"} or (ROOT / one).is_file()
            assert exists, f"{requirement} names {one}, which is not there"
