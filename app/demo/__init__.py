"""The demo region; who can sign in to it: one account per role, two gemeenten and aanbieders."""

from core.accounts import Role

MANAGER = "contractmanager@regio.example"
PASSWORD = "fietsbel-aardappel-molen"  # noqa: S105  shown to whoever starts the demo

ACCOUNTS: tuple[tuple[str, str, Role, str | None, tuple[str, ...]], ...] = (
    ("regio@regio.example", "Roos van de regio", Role.REGION, None, ()),
    (MANAGER, "Coen contractmanager", Role.CONTRACT_MANAGER, None, ()),
    ("zwolle@regio.example", "Zohra van Zwolle", Role.MUNICIPALITY, None, ("0193",)),
    ("dalfsen@regio.example", "Derk van Dalfsen", Role.MUNICIPALITY, None, ("0148",)),
    ("dewachter@regio.example", "Wim van De Wachter", Role.PROVIDER, "TA002", ()),
    ("ravelijn@regio.example", "Ria van Ravelijn", Role.PROVIDER, "TA007", ()),
    ("auditor@regio.example", "Anna auditor", Role.AUDITOR, None, ()),
    ("beheerder@regio.example", "Bas beheerder", Role.ADMINISTRATOR, None, ()),
)
