"""Taking deliveries in beside sqlite-utils and django-import-export, which check nothing.

Both are installed in an environment of their own, made for the measurement and thrown away.
"""

import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import Ratio, timing
from tests.benchmarks.feed_files import HEADER, Installation, write_csv

UPSERT = (
    """
import csv, sys, sqlite_utils
"""
    + timing.STOPWATCH
    + """
with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
    rows = csv.DictReader(file, delimiter=";")
    sqlite_utils.Database(sys.argv[2])["progress"].upsert_all(
        rows, pk=("trajectnummer", "rapportagemaand"))
tell()
"""
)
IMPORT = (
    """
import sys
import django
from django.conf import settings
settings.configure(INSTALLED_APPS=["import_export"], USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": sys.argv[2]}})
django.setup()
from django.db import connection, models
from import_export import resources
import tablib
fields = {name: models.CharField(max_length=40, null=True) for name in sys.argv[3:]}
meta = type("Meta", (), {"app_label": "import_export",
    "unique_together": [("trajectnummer", "rapportagemaand")]})
Row = type("Row", (models.Model,), {**fields, "__module__": "bench", "Meta": meta})
with connection.schema_editor() as editor:
    editor.create_model(Row)
resource = resources.modelresource_factory(Row)
resource._meta.import_id_fields = ("trajectnummer", "rapportagemaand")
"""
    + timing.STOPWATCH
    + """
with open(sys.argv[1], encoding="utf-8-sig", newline="") as file:
    data = tablib.Dataset().load(file.read(), format="csv", delimiter=";")
resource().import_data(data, raise_errors=False)
assert Row.objects.count() > len(data) * 0.9, Row.objects.count()
tell()
"""
)


def measure() -> Iterator[Ratio]:
    """Our time as a part of theirs over the same rows; of neither is the start-up counted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = _environment(folder / "venv")
        if python is None:
            print("  overgeslagen: sqlite-utils en django-import-export zijn niet te installeren")
            return
        for rows, what, code, wanted in (
            (100_000, "sqlite-utils upsert", UPSERT, 4),
            (10_000, "django-import-export, rij voor rij", IMPORT, 50),
        ):
            feed = folder / f"{rows}.csv"
            write_csv(feed, rows, months=12)
            installation = Installation(folder / f"data-{rows}")
            ours = installation.deliver(feed)
            command = [python, "-c", code, feed, folder / f"{rows}.sqlite", *HEADER]
            theirs = timing.spend_inside(command)
            ratio = ours.clock / theirs.clock
            note = ours.compared_with(theirs)
            yield Ratio(f"CSV, {rows} rijen", ratio, 1 / wanted, what, note=note)


def _environment(folder: Path) -> Path | None:
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    wanted = ("sqlite-utils", "django-import-export")
    command = [str(python), "-m", "pip", "install", "-q", "--no-input", *wanted]
    done = subprocess.run(command, check=False, capture_output=True)
    if done.returncode:
        print(done.stderr.decode()[-300:], file=sys.stderr)
        return None
    return python
