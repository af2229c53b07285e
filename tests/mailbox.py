"""A mail server on this machine that keeps what it gets; enough of SMTP for our own client."""

import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path


class Mailbox:
    """What came in, and which addresses are refused.

    ``stop_after`` breaks off the line; ``hold_after`` keeps the client waiting until ``released``.
    """

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.stop_after: int | None = None
        self.hold_after: int | None = None
        self.held = threading.Event()
        self.released = threading.Event()
        self.said: list[str] = []
        self.url = ""

    @property
    def subjects(self) -> list[tuple[str, str]]:
        """Address and subject of every letter."""
        return [(letter["To"], letter["Subject"]) for letter in self.letters]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, box: Mailbox, later: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.box = box
        self.later = later

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that does not trust us: its own test looks at that."""


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    encrypted = False

    def reply(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        self.reply("220 mailbox")
        while line := self.rfile.readline():
            words = line.decode().strip()
            self.server.box.said.append(words)
            if not self.answer(words):
                return

    def answer(self, words: str) -> bool:
        """Answer one line; whether the client may go on."""
        box, verb = self.server.box, words.partition(" ")[0].upper()
        if verb == "EHLO":
            offered = "250-STARTTLS\r\n" if self.server.later and not self.encrypted else ""
            self.reply(f"250-mailbox\r\n{offered}250-AUTH PLAIN\r\n250 SMTPUTF8")
        elif verb == "STARTTLS":
            self.reply("220 go on")
            self.encrypt()
        elif verb == "AUTH":
            self.reply("235 welcome")
        elif verb == "RCPT" and any(address in words for address in box.refused):
            self.reply("550 unknown here")
        elif verb == "DATA":
            if box.stop_after is not None and len(box.letters) >= box.stop_after:
                return False
            if box.hold_after is not None and len(box.letters) >= box.hold_after:
                box.held.set()
                box.released.wait()
                return False
            self.reply("354 go on")
            box.letters.append(self.letter())
            self.reply("250 kept")
        else:
            self.reply("221 bye" if verb == "QUIT" else "250 fine")
        return verb != "QUIT"

    def encrypt(self) -> None:
        assert self.server.later is not None
        self.connection = self.server.later.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)
        self.encrypted = True

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def letter(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        result = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(result, EmailMessage)
        return result


def certificate(folder: Path, host: str = "localhost") -> Path:
    """A certificate that only who is told to will trust, with its key in the same file."""
    path = folder / f"{host}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}",
         "-keyout", str(path.with_suffix(".key")), "-out", str(path)],
        check=True, capture_output=True,
    )  # fmt: skip
    return path


@contextmanager
def mailbox(secured: Path | None = None, *, from_the_start: bool = False) -> Iterator[Mailbox]:
    """A server of its own port; with a certificate it speaks TLS, at once or when asked to."""
    box = Mailbox()
    context = None
    if secured is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(secured, secured.with_suffix(".key"))
    with _Server(box, None if from_the_start else context) as server:
        if context is not None and from_the_start:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "smtps" if from_the_start else "smtp"
        host = "127.0.0.1" if secured is None else "localhost"
        box.url = f"{scheme}://{host}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
