"""What every answer carries, and what is refused before any page is asked."""

import pytest
from flask import Flask

from app import create_app
from core.errors import DomainError
from tests.pages import Client

PATHS = [
    "/",
    "/account/aanmelden/",
    "/toegankelijkheid/",
    "/static/app.css",
    "/nergens/",
    "/healthz",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_headers(client, path):
    client.sign_in("regio")
    headers = client.get(path, status=None).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; connect-src 'self'; ")
    assert "unsafe" not in policy
    for part in (
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ):
        assert part in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Permissions-Policy" in headers
    assert "Strict-Transport-Security" not in headers


def test_signed_in_pages_are_not_kept(client):
    client.sign_in("regio")
    assert client.get("/").headers["Cache-Control"] == "no-store"


def test_behind_tls_browsers_remember_it(client):
    page = client.browser.get("/healthz", base_url="https://localhost")
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client):
    cookie = client.browser.get("/account/eerste-beheerder/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_cookie_is_for_https_only_when_the_site_is(tmp_path):
    values = {"TAALINKOOP_DATA_DIR": tmp_path, "DATABASE_URL": f"sqlite:///{tmp_path}/x"}
    app = create_app(values | {"TAALINKOOP_HTTPS": True, "TAALINKOOP_TRUSTED_PROXIES": 1})
    assert app.config["SESSION_COOKIE_SECURE"]
    answer = app.test_client().get("/healthz", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" in answer.headers


def test_a_proxy_is_not_believed_unless_it_is_ours(client):
    page = client.browser.get("/healthz", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in page.headers


@pytest.mark.parametrize(
    "path", ["/account/afmelden/", "/account/", "/account/aanmelden/", "/beheer/accounts/new/"]
)
def test_a_form_without_its_token_is_refused(client, path, caplog):
    client.sign_in("beheerder")
    page = client.post(path, {"email": "a@b.nl"}, token=False, status=400)
    assert page.title == "Dit formulier is verlopen"
    assert "a form without its token" in caplog.text


def test_a_token_of_somebody_else_is_refused(client, app):
    client.sign_in("beheerder")
    other = Client(app)
    other.sign_in("beheerder")
    page = client.post("/account/afmelden/", {"csrf_token": other.token()}, token=False)
    assert page.status == 400


OUTSIDE = [
    "http://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example",
    "http:evil.example", "http://localhost\\@evil.example", "javascript:alert(1)", "/ok\\..",
    "/\tevil", " /a", "https:/evil.example", "///evil.example", "/a b", "evil.example",
]  # fmt: skip


@pytest.mark.parametrize("name", ["url", "volgende"])
@pytest.mark.parametrize("address", OUTSIDE)
def test_no_redirect_leaves_the_site(client, name, address):
    client.sign_in("beheerder")
    for method in (client.browser.get, client.browser.post):
        answer = method("/account/aanmelden/", query_string={name: address})
        assert answer.status_code == 400


def test_a_file_that_is_too_large_is_refused_with_a_sentence(client, app: Flask, monkeypatch):
    client.sign_in("beheerder")
    token = client.token()
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)
    page = client.post("/account/", {"csrf_token": token, "x": "y" * 2000}, token=False)
    assert (page.status, page.title) == (413, "Dit bestand is te groot")


def test_an_unexpected_error_is_a_page_without_a_traceback(client, app: Flask, monkeypatch, caplog):
    def broken() -> str:
        raise RuntimeError("geheim van de server")

    broken.declared_access = "public"  # type: ignore[attr-defined]
    monkeypatch.setitem(app.view_functions, "public.privacy", broken)
    page = client.get("/privacy/", status=500)
    assert page.title == "Er ging iets mis bij ons"
    assert "geheim" not in page.html
    assert "geheim van de server" in caplog.text


def test_a_domain_error_is_told_as_it_is(client, app: Flask, monkeypatch):
    def refused() -> str:
        raise DomainError("no", "Kies een andere maand.")

    refused.declared_access = "public"  # type: ignore[attr-defined]
    monkeypatch.setitem(app.view_functions, "public.privacy", refused)
    assert "Kies een andere maand." in client.get("/privacy/", status=400).text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nergens/", 404), ("DELETE", "/account/", 405), ("GET", "/account/afmelden/", 405)],
)
def test_error_pages_are_dutch_and_in_the_frame(client, method, path, status):
    client.sign_in("regio")
    answer = client.browser.open(path, method=method, data={"csrf_token": client.token()})
    assert answer.status_code == status
    assert 'lang="nl"' in answer.text


def test_watchers_get_an_answer_without_signing_in(client):
    for path in ("/healthz", "/readyz"):
        page = client.get(path)
        assert page.data == b"ok\n"
        assert page.headers["Content-Type"].startswith("text/plain")


def test_nothing_of_the_flask_admin_package_is_served(client):
    client.sign_in("beheerder")
    for path in ("/static/admin/admin/js/helpers.js", "/nergens/admin/js/helpers.js"):
        client.get(path, status=404)


def test_who_finds_a_flaw_reads_where_to_report_it(client, app, monkeypatch):
    client.get("/.well-known/security.txt", status=404)
    monkeypatch.setitem(app.config, "TAALINKOOP_SECURITY_CONTACT", "lek@regio.example")
    page = client.get("/.well-known/security.txt")
    assert page.data.startswith(b"Contact: mailto:lek@regio.example\nExpires: 20")


def test_a_page_with_errors_says_so_in_its_title(client):
    client.sign_in("contractmanager")
    page = client.post("/beheer/aanbieders/new/", {"code": ""}, status=None)
    assert "<title>Fout: " in page.html
    assert "<title>Fout" not in client.get("/beheer/aanbieders/new/").html
