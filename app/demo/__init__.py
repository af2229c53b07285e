"""The demo region; who can sign in to it: one account per role, two gemeenten and aanbieders."""

from core.accounts import Role

REGION_TEAM = "regio@regio.example"
MANAGER = "contractmanager@regio.example"
KEEPER = "beheerder@regio.example"
PASSWORD = "fietsbel-aardappel-molen"  # noqa: S105  shown to whoever starts the demo

ACCOUNTS: tuple[tuple[str, str, Role, str | None, tuple[str, ...]], ...] = (
    (REGION_TEAM, "Roos Terpstra", Role.REGION, None, ()),
    (MANAGER, "Coen Brouwer", Role.CONTRACT_MANAGER, None, ()),
    ("zwolle@regio.example", "Zohra Amrani", Role.MUNICIPALITY, None, ("0193",)),
    ("dalfsen@regio.example", "Derk Nijland", Role.MUNICIPALITY, None, ("0148",)),
    ("dewachter@regio.example", "Wim Schuttevaer", Role.PROVIDER, "TA002", ()),
    ("ravelijn@regio.example", "Ria Postma", Role.PROVIDER, "TA007", ()),
    ("auditor@regio.example", "Anna de Groot", Role.AUDITOR, None, ()),
    (KEEPER, "Bas Lenting", Role.ADMINISTRATOR, None, ()),
)
