"""Errors that a person reads."""


class DomainError(Exception):
    """Something the user asked for is not allowed; the message says what to do instead.

    ``code`` is stable and in English, ``message`` is Dutch at B1 level, ``field`` is the name of
    the form field that it belongs beside, when there is one.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
