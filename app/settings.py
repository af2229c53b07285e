"""Every setting as data: name, how it is read, default, and one sentence for whoever sets it.

A setting comes from the environment, else from the file ``.env`` in the working directory.
"""

import os
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.errors import DomainError


@dataclass(frozen=True)
class Setting:
    """One environment variable."""

    name: str
    read: Callable[[str], Any]
    default: str
    help: str


def _text(value: str) -> str:
    return value.strip()


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        number = int(value)
        if not low <= number <= high:
            raise ValueError(value)
        return number

    read.__doc__ = f"een heel getal van {low} tot en met {high}"
    return read


def _yes_no(value: str) -> bool:
    """Read ja of nee."""
    return {"ja": True, "nee": False}[value.strip().lower()]


def _one_of(*words: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value.strip().lower() not in words:
            raise ValueError(value)
        return value.strip().lower()

    read.__doc__ = "een van: " + ", ".join(words)
    return read


_yes_no.__doc__ = "ja of nee"


def _database_url(value: str) -> str:
    if value and not value.startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise ValueError(value)
    return value


_database_url.__doc__ = "een adres dat begint met sqlite:/// of postgresql://"


def _secret(value: str) -> str:
    if value and len(value) < 32:
        raise ValueError(value)
    return value


def _web_address(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise ValueError(value)
    return value.rstrip("/")


_web_address.__doc__ = "een adres dat begint met https://, of leeg"


def _parts(value: str) -> tuple[str, ...]:
    return tuple(part for part in (one.strip() for one in value.split(",")) if part)


def _networks(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part) for part in _parts(value))


_networks.__doc__ = "adressen of netwerken met een komma ertussen, zoals 127.0.0.1,10.0.0.0/24"


def _hosts(value: str) -> tuple[str, ...]:
    hosts = _parts(value.lower())
    if not all(re.fullmatch(r"\.?[a-z0-9.-]+|\[[0-9a-f:]+\]", host) for host in hosts):
        raise ValueError(value)
    return hosts


_hosts.__doc__ = "namen zonder https:// en met een komma ertussen, zoals taal.regio.nl"


def _issuer(value: str) -> str:
    parts = urlsplit(value)
    own = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")
    if value and not own and not (parts.scheme == "https" and parts.hostname):
        raise ValueError(value)
    return value.rstrip("/")


_issuer.__doc__ = "een adres dat begint met https://, of leeg"


def _smtp_url(value: str) -> str:
    parts = urlsplit(value)
    if value and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
        raise ValueError(value)
    parts.port  # noqa: B018  refuses what is no port
    return value


_smtp_url.__doc__ = "een adres als smtps://gebruiker:wachtwoord@server, of leeg"


def _sender(value: str) -> str:
    if value and "@" not in parseaddr(value)[1]:
        raise ValueError(value)
    return value


_sender.__doc__ = "een e-mailadres, of leeg"


def _log_form(value: str) -> str:
    if value not in ("text", "json"):
        raise ValueError(value)
    return value


_log_form.__doc__ = "text of json"


def _folder(value: str) -> Path | None:
    return Path(value) if value else None


_folder.__doc__ = "een map, of leeg"


def _recipient(value: str) -> str:
    if value and not re.fullmatch(r"age1[0-9a-z]{58}", value):
        raise ValueError(value)
    return value


_recipient.__doc__ = "een openbare sleutel van age (age1...), of leeg"

_secret.__doc__ = "minstens 32 tekens, of leeg"


ENV_FILE = Path(".env")
ENV_LINE = re.compile(
    r"\s*(?P<name>\w+)\s*=\s*(?:(?P<quote>[\"'])(?P<quoted>.*)(?P=quote)|(?P<value>.*?))\s*"
)


def _ocds_prefix(value: str) -> str:
    if value and not re.fullmatch(r"ocds-[a-z0-9]{6}", value):
        raise ValueError(value)
    return value


_ocds_prefix.__doc__ = "ocds- met zes kleine letters of cijfers, of leeg"


SETTINGS = (
    Setting(
        "DATABASE_URL",
        _database_url,
        "",
        "Waar de gegevens staan: leeg voor een SQLite-bestand in de gegevensmap, "
        "of postgresql://gebruiker:wachtwoord@server/database voor gedeeld gebruik.",
    ),
    Setting(
        "TAALINKOOP_DATA_DIR",
        Path,
        "instance",
        "De gegevensmap: de SQLite-database, de ontvangen bestanden en de geheime sleutel.",
    ),
    Setting(
        "TAALINKOOP_SECRET_KEY",
        _secret,
        "",
        "De sleutel waarmee sessies getekend worden; leeg laat Taalinkoop er zelf een maken "
        "en in de gegevensmap bewaren. Geef hem op als er meer dan één server draait.",
    ),
    Setting(
        "TAALINKOOP_REGION",
        _text,
        "",
        "Hoe de regio heet, bijvoorbeeld Regio Zwolle; die naam staat boven elke pagina en in de "
        "rapporten.",
    ),
    Setting(
        "TAALINKOOP_MAX_UPLOAD_MB",
        _whole(1, 2000),
        "50",
        "Hoe groot een bestand mag zijn dat iemand in de browser verstuurt, in megabyte.",
    ),
    Setting(
        "TAALINKOOP_HTTPS",
        _yes_no,
        "nee",
        "Zet op ja als de site alleen via https te bereiken is: "
        "sessiekoekjes gaan dan nooit onversleuteld over het net.",
    ),
    Setting(
        "TAALINKOOP_TRUSTED_PROXIES",
        _whole(0, 9),
        "0",
        "Hoeveel eigen proxyservers er achter elkaar voor Taalinkoop staan en de kopregels "
        "X-Forwarded-For, -Proto, -Host en -Prefix zetten.",
    ),
    Setting(
        "TAALINKOOP_PROXY_ADDRESSES",
        _networks,
        "127.0.0.1,::1",
        "Vanaf welke adressen of netwerken die proxyservers verbinding maken, met een komma "
        "ertussen; van een ander adres telt geen X-Forwarded-*.",
    ),
    Setting(
        "TAALINKOOP_HOSTS",
        _hosts,
        "",
        "Onder welke namen de site te bereiken is, met een komma ertussen, zoals taal.regio.nl; "
        "een aanvraag voor een andere naam wordt geweigerd. Leeg: alleen deze machine zelf "
        "(localhost), of elke naam als serve --host een ander adres krijgt.",
    ),
    Setting(
        "TAALINKOOP_API_PER_MINUTE",
        _whole(1, 100_000),
        "300",
        "Hoeveel aanvragen per minuut een API-token mag doen, per server.",
    ),
    Setting(
        "TAALINKOOP_TALKS_FIRST_YEAR",
        _whole(0, 12),
        "2",
        "Hoeveel voortgangsgesprekken de regio in het eerste jaar afspreekt met elke cursist.",
    ),
    Setting(
        "TAALINKOOP_IDLE_MINUTES",
        _whole(5, 1440),
        "120",
        "Na hoeveel minuten zonder gebruik iemand opnieuw moet aanmelden.",
    ),
    Setting(
        "TAALINKOOP_SESSION_HOURS",
        _whole(1, 168),
        "12",
        "Na hoeveel uren iemand in elk geval opnieuw moet aanmelden, ook bij voortdurend gebruik.",
    ),
    Setting(
        "TAALINKOOP_SECOND_STEP",
        _one_of("ja", "rollen", "nee"),
        "rollen",
        "Wie bij het aanmelden met een wachtwoord ook een code uit een app moet gebruiken: rollen "
        "(de beheerder en wie rijen van deelnemers ziet), ja (iedereen) of nee (elk kiest zelf).",
    ),
    Setting(
        "TAALINKOOP_OIDC_ISSUER",
        _issuer,
        "",
        "Het adres van de aanmelddienst van de organisatie (OpenID Connect), de issuer; "
        "leeg: alleen aanmelden met een wachtwoord.",
    ),
    Setting(
        "TAALINKOOP_OIDC_CLIENT_ID",
        _text,
        "",
        "Onder welk nummer of welke naam de aanmelddienst Taalinkoop kent. Het adres om naar terug "
        "te sturen is /account/oidc/terug/ op deze site.",
    ),
    Setting(
        "TAALINKOOP_OIDC_CLIENT_SECRET",
        _text,
        "",
        "Het geheim dat de aanmelddienst daarbij gaf.",
    ),
    Setting(
        "TAALINKOOP_OIDC_NAME",
        _text,
        "je organisatie",
        "Hoe de aanmelddienst heet op de knop: Meld aan met ...",
    ),
    Setting(
        "TAALINKOOP_OIDC_VERIFIED_CLAIM",
        _text,
        "email_verified",
        "In welk gegeven de aanmelddienst zegt dat het e-mailadres gecontroleerd is; "
        "bij Microsoft Entra is dat xms_edov.",
    ),
    Setting(
        "TAALINKOOP_OIDC_ACR",
        _text,
        "",
        "Welke zekerheid de aanmelddienst moet geven (de waarde van acr, bijvoorbeeld die van een "
        "tweede stap); leeg: daarnaar wordt niet gekeken, en regelt de aanmelddienst het.",
    ),
    Setting(
        "TAALINKOOP_SMTP_URL",
        _smtp_url,
        "",
        "De mailserver: smtps://gebruiker:wachtwoord@server:poort of smtp://server:poort; "
        "leeg verstuurt nooit iets.",
    ),
    Setting(
        "TAALINKOOP_MAIL_FROM",
        _sender,
        "",
        "De afzender van e-mail, bijvoorbeeld Taalinkoop <taalinkoop@regio.nl>; "
        "nodig als er een mailserver is.",
    ),
    Setting(
        "TAALINKOOP_MAIL_LINKS",
        _web_address,
        "",
        "Het adres van de site, als er in e-mail links moeten staan in plaats van bijlagen; "
        "leeg stuurt rapporten als bijlage.",
    ),
    Setting(
        "TAALINKOOP_OCDS_PREFIX",
        _ocds_prefix,
        "",
        "Het voorvoegsel waarmee de regio bij de Open Contracting Partnership staat, bijvoorbeeld "
        "ocds-a1b2c3; leeg: de releases zijn alleen om te proberen.",
    ),
    Setting(
        "TAALINKOOP_OCDS_LICENSE",
        _web_address,
        "",
        "Het adres van de licentie waaronder de releases openbaar zijn; leeg: er staat geen "
        "licentie in.",
    ),
    Setting(
        "TAALINKOOP_KEEP_LEARNERS_MONTHS",
        _whole(18, 240),
        "24",
        "Hoeveel maanden na het einde van een traject de rijen van de deelnemer blijven, "
        "voordat taalinkoop retention --apply ze verwijdert.",
    ),
    Setting(
        "TAALINKOOP_KEEP_FILES_MONTHS",
        _whole(1, 240),
        "24",
        "Hoeveel maanden na ontvangst een ontvangen bestand blijft, met de meldingen die eruit "
        "citeren.",
    ),
    Setting(
        "TAALINKOOP_KEEP_ACCESS_LOG_MONTHS",
        _whole(6, 120),
        "24",
        "Hoeveel maanden het inzagelogboek bewaart wie naar gegevens van deelnemers keek.",
    ),
    Setting(
        "TAALINKOOP_KEEP_BIDS_YEARS",
        _whole(3, 30),
        "7",
        "Hoeveel jaar na de definitieve gunning een inschrijving blijft die niet won; het Europese "
        "recht vraagt minstens drie jaar (Richtlijn 2014/24/EU, artikel 84).",
    ),
    Setting(
        "TAALINKOOP_SECURITY_CONTACT",
        _text,
        "",
        "Waar iemand een beveiligingslek meldt: een e-mailadres of een adres dat begint met "
        "https://; het staat dan in /.well-known/security.txt.",
    ),
    Setting(
        "TAALINKOOP_RETENTION",
        _yes_no,
        "ja",
        "Of de server elke dag verwijdert wat over de bewaartermijn is; zet op nee als de regio "
        "dat zelf doet met taalinkoop retention --apply.",
    ),
    Setting(
        "TAALINKOOP_KEEP_LEFTOVERS_DAYS",
        _whole(1, 3650),
        "30",
        "Hoeveel dagen blijft wat niet meer nodig is: "
        "afgelopen tokens, afgeronde taken en de database van vóór een teruggezette reservekopie.",
    ),
    Setting(
        "TAALINKOOP_MUNICIPALITIES",
        _folder,
        "",
        "Een nieuwere lijst van gemeenten (CSV: gemeentecode, naam, van, tot, opgegaan_in), die "
        "over de meegeleverde heen gaat; leeg: alleen de meegeleverde.",
    ),
    Setting(
        "TAALINKOOP_BACKUP_DIR",
        _folder,
        "",
        "De map waarin de server elke nacht een reservekopie zet, liefst op een andere schijf; "
        "leeg: maak reservekopieën zelf.",
    ),
    Setting(
        "TAALINKOOP_BACKUP_RECIPIENT",
        _recipient,
        "",
        "De openbare sleutel (age1...) waarmee reservekopieën versleuteld worden; de geheime "
        "sleutel die erbij hoort, bewaar je ergens anders.",
    ),
    Setting(
        "TAALINKOOP_BACKUP_KEEP",
        _whole(1, 400),
        "14",
        "Hoeveel reservekopieën er in die map blijven; de oudste gaan weg.",
    ),
    Setting(
        "TAALINKOOP_LOG",
        _log_form,
        "text",
        "Hoe de server zijn log schrijft: text met waarschuwingen en fouten, of json met ook een "
        "regel per aanvraag.",
    ),
    Setting(
        "TAALINKOOP_METRICS_TOKEN",
        _secret,
        "",
        "Het geheim waarmee Prometheus /metrics leest; leeg: alleen vanaf de server zelf.",
    ),
)


def given_settings() -> dict[str, str]:
    """What the environment and the file ``.env`` in the working directory set; the former wins."""
    return {**read_env_file(ENV_FILE), **os.environ}


def read_env_file(path: Path) -> dict[str, str]:
    """Read lines ``NAME=value`` as systemd does: comments and empty lines skipped, quotes removed.

    ``DomainError`` names the line that is neither; a file that is not there sets nothing.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        raise DomainError("setting", f"Het bestand {path} is geen tekst in UTF-8.") from None
    values = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = ENV_LINE.fullmatch(line)
        if match is None:
            raise DomainError(
                "setting",
                f"Regel {number} van {path} is niet te lezen. Schrijf NAAM=waarde, "
                "of zet een # voor de regel.",
            )
        values[match["name"]] = match["value"] if match["quote"] is None else match["quoted"]
    return values


def unknown_settings() -> list[str]:
    """Names in ``.env``, or that begin with TAALINKOOP_ in the environment, which nothing reads."""
    names = {setting.name for setting in SETTINGS}
    ours = {name for name in os.environ if name.startswith("TAALINKOOP_")}
    return sorted((ours | set(read_env_file(ENV_FILE))) - names)


def read_settings(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Read and check every setting; a wrong one is a ``DomainError`` that says what to put."""
    given = given_settings() if environment is None else environment
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = given.get(setting.name, setting.default)
        try:
            values[setting.name] = setting.read(text)
        except (KeyError, ValueError):
            raise DomainError(
                "setting",
                f"De instelling {setting.name} klopt niet. "
                f"Vul in: {setting.read.__doc__}. Er staat nu: {without_password(text)!r}.",
            ) from None
    if values["TAALINKOOP_SMTP_URL"] and not values["TAALINKOOP_MAIL_FROM"]:
        raise DomainError(
            "setting", "Er is een mailserver, maar geen afzender. Vul TAALINKOOP_MAIL_FROM in."
        )
    complete = values["TAALINKOOP_OIDC_CLIENT_ID"] and values["TAALINKOOP_OIDC_CLIENT_SECRET"]
    if values["TAALINKOOP_OIDC_ISSUER"] and not complete:
        raise DomainError(
            "setting",
            "Er is een aanmelddienst, maar die kent Taalinkoop niet. "
            "Vul TAALINKOOP_OIDC_CLIENT_ID en TAALINKOOP_OIDC_CLIENT_SECRET in.",
        )
    if not values["DATABASE_URL"]:
        path = values["TAALINKOOP_DATA_DIR"].absolute() / "taalinkoop.sqlite"
        values["DATABASE_URL"] = f"sqlite:///{path}"
    return values


def without_password(text: str) -> str:
    """An address as it may be shown."""
    return re.sub(r"(://[^:/@]*):.*@", r"\1:***@", text)


def secret_key(values: Mapping[str, Any]) -> str:
    """Give the key that was set, or the one kept in the data directory (made at first use)."""
    if values["TAALINKOOP_SECRET_KEY"]:
        return str(values["TAALINKOOP_SECRET_KEY"])
    path = prepare_data_directory(values) / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key


def prepare_data_directory(values: Mapping[str, Any]) -> Path:
    """Make the data directory, readable by its owner only, and return it."""
    path: Path = values["TAALINKOOP_DATA_DIR"]
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise DomainError(
            "data_dir",
            f"De gegevensmap {path} is niet te maken ({error.strerror}). "
            "Kies met TAALINKOOP_DATA_DIR een map waarin Taalinkoop mag schrijven.",
        ) from error
    return path


def env_example() -> str:
    """Write ``.env.example``: each setting with its sentence and its default."""
    parts = [f"# {setting.help}\n{setting.name}={setting.default}\n" for setting in SETTINGS]
    return "\n".join(parts)
