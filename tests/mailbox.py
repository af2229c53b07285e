"""A mail server on this machine that keeps what it gets; enough of SMTP for our own client."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class Mailbox:
    """What came in, and which addresses are refused. ``stop_after`` breaks off the line."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.stop_after: int | None = None
        self.said: list[str] = []
        self.url = ""

    @property
    def subjects(self) -> list[tuple[str, str]]:
        """Address and subject of every letter."""
        return [(letter["To"], letter["Subject"]) for letter in self.letters]


def _handler(box: Mailbox) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def reply(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def handle(self) -> None:
            self.reply("220 mailbox")
            while line := self.rfile.readline():
                words = line.decode().strip()
                box.said.append(words)
                verb = words[:4].upper()
                if verb == "EHLO":
                    self.reply("250-mailbox\r\n250-AUTH PLAIN\r\n250 SMTPUTF8")
                elif verb == "AUTH":
                    self.reply("235 welcome")
                elif verb == "RCPT" and any(address in words for address in box.refused):
                    self.reply("550 unknown here")
                elif verb == "DATA":
                    if box.stop_after is not None and len(box.letters) >= box.stop_after:
                        return
                    self.reply("354 go on")
                    box.letters.append(self.letter())
                    self.reply("250 kept")
                elif verb == "QUIT":
                    self.reply("221 bye")
                    return
                else:
                    self.reply("250 fine")

        def letter(self) -> EmailMessage:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line.removeprefix(b"."))
            found = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(found, EmailMessage)
            return found

    return Handler


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A server of its own port, for as long as the test needs it."""
    box = Mailbox()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(box)) as server:
        server.daemon_threads = True
        box.url = f"smtp://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield box
        server.shutdown()
        thread.join()
