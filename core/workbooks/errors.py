"""Why a workbook cannot be read."""

from enum import StrEnum


class Reason(StrEnum):
    """Kind of refusal; callers have their own code for each."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    PASSWORD = "password"  # noqa: S105  a kind of refusal  # nosec B105


class WorkbookError(Exception):
    """The workbook is refused; ``message`` is a Dutch sentence that says why."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def damaged(what: str = "") -> WorkbookError:
    """The workbook breaks its own rules."""
    more = f" {what}" if what else ""
    return WorkbookError(Reason.UNREADABLE, f"Dit werkboek is beschadigd.{more}")


def too_large(message: str = "Dit werkboek vraagt te veel geheugen of tijd.") -> WorkbookError:
    """Reading would take more memory or time than an honest workbook needs."""
    return WorkbookError(Reason.TOO_LARGE, message)
