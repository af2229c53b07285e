"""A thousand spoilt files: every row is held as it was meant, or sent back by its number."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from providers.feed.table import RefusedFileError
from tests.benchmarks import Ratio
from tests.providers.feed.test_pollution import judge, spoilt_files

FILES, SEED = 1_000, 2026


def measure() -> Iterator[Ratio]:
    """How many files have a row that is lost, altered, doubled or gone without a word."""
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for names in spoilt_files(FILES, SEED):
            try:
                judge(Path(folder), *names)
            except (AssertionError, RefusedFileError) as error:
                wrong += 1
                print(f"    {' + '.join(names)}: {error!r:.120}")
    yield Ratio("files with a row that is not right or named", wrong, 0, f"{FILES} files", "files")
