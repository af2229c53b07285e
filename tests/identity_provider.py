"""An identity provider on this machine: as much of OpenID Connect as we use, with its own keys."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "taalinkoop", "een geheim voor deze proef"


class Provider:
    """What it says of a person, and how it can go wrong."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}, private=True)
        self.signs_with = self.key
        self.person: dict[str, Any] = {}
        self.issuer = self.says_issuer = ""
        self.asked: dict[str, str] = {}
        self.redirects = False

    def description(self) -> dict[str, Any]:
        """What stands at the well-known address."""
        return {
            "issuer": self.says_issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
        }

    def sign_in(self, address: str) -> str:
        """The person signs in there; return where the browser is sent."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert self.asked["code_challenge_method"] == "S256"
        assert self.asked["response_type"] == "code"
        back = urlencode({"code": "a code", "state": self.asked["state"]})
        return f"{urlsplit(self.asked['redirect_uri']).path}?{back}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        """Give the token for the code, to who asked for the code and knows the secret."""
        assert base64.b64decode(authorization.removeprefix("Basic ")).decode() == (
            f"{CLIENT}:{SECRET}"
        )
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        assert (form["code"], challenge) == ("a code", self.asked["code_challenge"])
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "person 1", "iat": now, "exp": now + 60,
            "nonce": self.asked["nonce"],
        } | self.person  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.signs_with)
        return {"access_token": "x", "token_type": "Bearer", "id_token": signed}


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self, document: dict[str, Any]) -> None:
            body = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            if provider.redirects and self.path != "/elsewhere":
                self.send_response(302)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif self.path == "/keys":
                self.answer({"keys": [provider.key.as_dict(private=False)]})
            else:
                self.answer(provider.description())

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(sent).items()}
            self.answer(provider.token(form, self.headers["Authorization"]))

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def identity_provider() -> Iterator[Provider]:
    """A provider at a port of its own, for as long as the test needs it."""
    provider = Provider()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider)) as server:
        provider.issuer = provider.says_issuer = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield provider
        server.shutdown()
        thread.join()
