"""The kernel: what every package stands on; imports none of them."""

from functools import cache


@cache
def version() -> str:
    """The version of this installation; empty when it runs from source."""
    from importlib import metadata  # noqa: PLC0415  slow to import

    try:
        return metadata.version("taalinkoop")
    except metadata.PackageNotFoundError:
        return ""
