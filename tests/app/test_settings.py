"""Settings: read, checked with a sentence, and written out for whoever sets them."""

import stat

import pytest

from app.cli import main
from app.settings import SETTINGS, env_example, prepare_data_directory, read_settings, secret_key
from core.errors import DomainError


def test_defaults_are_a_sqlite_file_in_the_data_directory(tmp_path):
    values = read_settings({"TAALINKOOP_DATA_DIR": str(tmp_path)})
    assert values["DATABASE_URL"] == f"sqlite:///{tmp_path}/taalinkoop.sqlite"
    assert values["TAALINKOOP_MAX_UPLOAD_MB"] == 50
    assert values["TAALINKOOP_HTTPS"] is False


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DATABASE_URL", "mysql://x"),
        ("TAALINKOOP_SECRET_KEY", "kort"),
        ("TAALINKOOP_MAX_UPLOAD_MB", "veel"),
        ("TAALINKOOP_MAX_UPLOAD_MB", "0"),
        ("TAALINKOOP_HTTPS", "true"),
        ("TAALINKOOP_TRUSTED_PROXIES", "-1"),
        ("TAALINKOOP_IDLE_MINUTES", "1"),
        ("TAALINKOOP_SMTP_URL", "mail.regio.nl"),
        ("TAALINKOOP_SMTP_URL", "smtp://mail.regio.nl:poort"),
        ("TAALINKOOP_MAIL_FROM", "Taalinkoop"),
        ("TAALINKOOP_MAIL_LINKS", "taalinkoop.regio.nl"),
        ("TAALINKOOP_KEEP_LEARNERS_MONTHS", "12"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_put(name, text):
    with pytest.raises(DomainError) as error:
        read_settings({name: text})
    assert error.value.message.startswith(f"De instelling {name} klopt niet. Vul in: ")
    assert error.value.message.endswith(f"Er staat nu: {text!r}.")


def test_a_password_in_an_address_is_not_told():
    address = "http://post:geheim" + "@mail.regio.nl"
    with pytest.raises(DomainError) as error:
        read_settings({"TAALINKOOP_SMTP_URL": address})
    assert "geheim" not in error.value.message
    assert "post:***@mail.regio.nl" in error.value.message


def test_a_mail_server_needs_a_sender():
    with pytest.raises(DomainError) as error:
        read_settings({"TAALINKOOP_SMTP_URL": "smtp://localhost"})
    assert "TAALINKOOP_MAIL_FROM" in error.value.message


def test_the_example_lists_every_setting_with_its_sentence(root):
    assert (root / ".env.example").read_text(encoding="utf-8") == env_example()
    for setting in SETTINGS:
        assert setting.help.endswith(".")


def test_makes_a_secret_key_once_and_keeps_it_to_itself(tmp_path):
    values = read_settings({"TAALINKOOP_DATA_DIR": str(tmp_path / "new")})
    key = secret_key(values)
    assert len(key) >= 48
    assert secret_key(values) == key
    path = tmp_path / "new" / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_key_that_is_set_is_used_and_not_kept(tmp_path):
    given = {"TAALINKOOP_DATA_DIR": str(tmp_path), "TAALINKOOP_SECRET_KEY": "x" * 40}
    assert secret_key(read_settings(given)) == "x" * 40
    assert not (tmp_path / "secret_key").exists()


def test_a_directory_that_cannot_be_made_is_explained(tmp_path):
    (tmp_path / "file").write_text("")
    values = read_settings({"TAALINKOOP_DATA_DIR": str(tmp_path / "file" / "in")})
    with pytest.raises(DomainError) as error:
        prepare_data_directory(values)
    assert "TAALINKOOP_DATA_DIR" in error.value.message


def test_a_file_env_sets_what_the_environment_leaves(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = (
        "# keuze van de regio",
        "",
        "TAALINKOOP_MAX_UPLOAD_MB=7",
        'DATABASE_URL="sqlite:///a b"',
    )
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.setenv("TAALINKOOP_IDLE_MINUTES", "30")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    values = read_settings()
    assert (values["TAALINKOOP_MAX_UPLOAD_MB"], values["DATABASE_URL"]) == (7, "sqlite:///a b")
    assert values["TAALINKOOP_IDLE_MINUTES"] == 30
    monkeypatch.setenv("TAALINKOOP_MAX_UPLOAD_MB", "9")
    assert read_settings()["TAALINKOOP_MAX_UPLOAD_MB"] == 9

    (tmp_path / ".env").write_text("TAALINKOOP_HTTPS ja\n", encoding="utf-8")
    with pytest.raises(DomainError, match=r"Regel 1 van \.env is niet te lezen"):
        read_settings()


def test_the_doctor_names_what_is_no_setting(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("TAALINKOOP_MAX_UPLAOD_MB=7\n", encoding="utf-8")
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert (
        "TAALINKOOP_MAX_UPLAOD_MB is geen instelling; bedoel je TAALINKOOP_MAX_UPLOAD_MB?" in said
    )
