"""Tables of the register under Beheer: aanbieders, locaties, keurmerken, contracten, docenten."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import g
from flask_admin import BaseView
from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget

from core.accounts import visible
from core.dates import today
from core.errors import DomainError
from core.formats import euro_text, hours_text
from core.municipalities import name as municipality_name, names as municipality_names
from core.pages.fields import EuroField, HoursField, ParsedField, Required
from core.pages.lists import Filter, choice_filter, day_filters
from core.pages.model_view import SafeModelView
from core.pages.tables import BulkAction
from providers.codes import LearningRoute, MarkStatus, TeacherRegistration
from providers.models import (
    ClassInspection,
    Contract,
    ContractScope,
    LessonBreak,
    Location,
    Provider,
    QualityMark,
    Teacher,
    TeachingMethod,
    TravelTime,
)
from providers.register.cells import (
    WHOLE_REGION,
    chamber_number,
    email_address,
    provider_code,
    teacher_code,
)
from providers.register.operations import (
    GOES_ALONG,
    check_contract,
    check_mark,
    check_merger,
    check_period,
    follow_code,
    held_scopes,
    scope_list,
    set_scopes,
)
from providers.register.queries import PROMISED


class CheckboxesField(SelectMultipleField):
    """Several choices, each with a box of its own."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def routes_field(label: str, **about: Any) -> CheckboxesField:
    """Leerroutes as boxes; the value is a list of their numbers."""
    boxes = [SelectChoice(int(route), route.label) for route in LearningRoute]
    return CheckboxesField(label, choices=boxes, coerce=int, **about)


class CoveredField(ParsedField):
    """Gemeenten by name or code, or ``*`` for the whole region; the value is a list of codes.

    An empty list stands for the whole region, as it does in the register files.
    """

    def parse(self, text: str) -> list[str]:
        """Read names and codes."""
        if text in {WHOLE_REGION, "hele regio"}:
            return []
        by_name = {name.casefold(): code for code, name in municipality_names().items()}
        codes = []
        for part in filter(None, (p.strip() for p in re.split("[,;]", text))):
            code = by_name.get(part.casefold(), part)
            if code not in municipality_names():
                raise ValueError(f"De gemeente {part!r} is niet bekend. Controleer de naam.")
            codes.append(code)
        return sorted(set(codes))

    def present(self, value: list[str]) -> str:
        """Write names, or the star of the whole region."""
        return ", ".join(municipality_name(code) for code in value) or WHOLE_REGION


MARKS = [(int(mark), mark.label) for mark in MarkStatus]
REGISTRATIONS = [(int(entry), entry.label) for entry in TeacherRegistration]
CATEGORY = "Register"
WEEKLY = tuple(field.name for field in PROMISED.values())


def provider_filter() -> Filter:
    """A drop-down of the aanbieders that the account may see; the list joins them."""

    def choices() -> list[tuple[str, str]]:
        mine = visible(Provider, g.account).order_by(Provider.name)
        return [(one.code, one.name) for one in mine]

    return Filter(
        "aanbieder", "Aanbieder", lambda query, code: query.where(Provider.code == code),
        choices_of=choices,
    )  # fmt: skip


def _checked_today(view: SafeModelView, rows: Any, _: Any) -> None:
    """Say of marks that they were looked up in the register of Blik op Werk today."""
    for row in rows:
        view.change_row(row, checked_on=today())


class ProviderView(SafeModelView):
    """Aanbieders."""

    thing = "register"
    about = "Wie les geeft, met contactpersoon."
    column_list = ("code", "name", "city", "contact_person", "email")
    column_details_list = (
        "code",
        "name",
        "chamber_number",
        "institution_number",
        "city",
        "contact_person",
        "email",
        "tst_from",
        "tst_until",
        "merged_into",
        "merged_on",
    )
    form_columns = column_details_list
    search_columns = (Provider.code, Provider.name, Provider.city)
    inline_columns = ("contact_person", "email")
    removable = True
    owned = GOES_ALONG
    default_sort = "name"
    refusals = {"provider_code": ("code", "Deze code is al van een andere aanbieder.")}

    def check(self, row: Provider) -> None:
        """Refuse what breaks an address, a mailing or a check, and a recognition back in time."""
        row.code = provider_code(row.code)
        if row.email:
            row.email = email_address(row.email)
        if row.chamber_number:
            row.chamber_number = chamber_number(row.chamber_number)
        check_period(row.tst_from, row.tst_until, "tst_until")
        check_merger(row)

    def store(self, row: Any, *, created: bool, before: dict[str, Any] | None) -> None:
        """Save the provider; who is bound to its code follows it."""
        super().store(row, created=created, before=before)
        if before and before["code"] != row.code:
            follow_code(before["code"], row.code)


class LocationView(SafeModelView):
    """Leslocaties."""

    thing = "register"
    about = "Waar les wordt gegeven, en of dat 's avonds kan."
    column_list = ("name", "provider.name", "postcode4", "city", "evening_weekend")
    brief_columns = ("name", "provider.name", "city")
    form_columns = ("provider", "name", "postcode4", "city", "evening_weekend")
    joined = (Location.provider,)
    search_columns = (Location.name, Location.city, Provider.name)
    list_filters = (
        provider_filter(),
        choice_filter(
            "avond", "Avond of weekend", Location.evening_weekend, [(True, "ja"), (False, "nee")]
        ),
    )
    inline_columns = ("postcode4", "city", "evening_weekend")
    removable = True
    default_sort = "name"
    refusals = {
        "location_provider_id_name": ("name", "Deze aanbieder heeft al een locatie die zo heet.")
    }

    def check(self, row: Location) -> None:
        """Refuse letters in the postcode."""
        if row.postcode4 and not (row.postcode4.isascii() and row.postcode4.isdigit()):
            raise DomainError(
                "postcode4", "Vul alleen de vier cijfers van de postcode in.", field="postcode4"
            )


class MarkView(SafeModelView):
    """Keurmerken."""

    thing = "register"
    about = "De status van Blik op Werk, met de controle."
    column_list = ("provider.name", "status", "valid_from", "valid_until", "checked_on")
    brief_columns = ("provider.name", "status", "checked_on")
    column_details_list = (*column_list, "source")
    form_columns = ("provider", "status", "valid_from", "valid_until", "checked_on", "source")
    joined = (QualityMark.provider,)
    choices = {"status": MARKS}
    search_columns = (Provider.name, QualityMark.source)
    list_filters = (
        provider_filter(),
        choice_filter("status", "Status", QualityMark.status, MARKS),
        *day_filters("controle", "Gecontroleerd", QualityMark.checked_on),
    )
    inline_columns = ("checked_on",)
    bulk_actions = (BulkAction("gecontroleerd", "Keurmerk vandaag gecontroleerd", _checked_today),)
    removable = True
    ends_with = "valid_until"
    asks_reason = True
    default_sort = "-valid_from"

    def check(self, row: QualityMark) -> None:
        """Refuse a period that overlaps another of the same aanbieder."""
        check_mark(row)


def _routes_text(row: Any) -> str:
    routes = sorted({route for route, _ in held_scopes(row)})
    return ", ".join(LearningRoute(route).label for route in routes) or "–"


def _places_text(row: Any) -> str:
    places = {place for _, place in held_scopes(row)}
    if None in places:
        return "hele regio"
    return ", ".join(sorted(municipality_name(place) for place in places if place)) or "–"


def _hours_in(column: str) -> Callable[[Any], str]:
    return lambda row: hours_text(getattr(row, column))


class ContractView(SafeModelView):
    """Contracten, with the routes and gemeenten that they cover."""

    thing = "register"
    about = "Wat is afgesproken: leerroutes, gemeenten, norm, prijs."
    column_list = ("number", "provider.name", "valid_from", "valid_until", "due_workday")
    brief_columns = ("number", "provider.name", "valid_until")
    column_details_list = (
        *column_list[:4],
        "routes",
        "municipalities",
        "waiting_norm_days",
        "due_workday",
        "price_cents",
        "hour_price_cents",
        *WEEKLY,
        "teacher_exception_until",
    )
    form_columns = (
        "number",
        "provider",
        "valid_from",
        "valid_until",
        "waiting_norm_days",
        "due_workday",
        "price_cents",
        "hour_price_cents",
        *WEEKLY,
        "teacher_exception_until",
    )
    form_extra_fields = {
        "routes": routes_field(
            "Leerroutes", validators=[Required("Kies ten minste een leerroute.")]
        ),
        "municipalities": CoveredField(
            "Gemeenten",
            [Required("Vul de gemeenten in, of * voor de hele regio.")],
            description="Zet er komma's tussen: Zwolle, Kampen. Een * is de hele regio.",
        ),
    }
    labels = {
        "routes": "Leerroutes",
        "municipalities": "Gemeenten",
        "price_cents": "Prijs per traject",
        "hour_price_cents": "Prijs per lesuur",
    }
    cells = {
        "price_cents": lambda row: euro_text(row.price_cents),
        "hour_price_cents": lambda row: euro_text(row.hour_price_cents),
        **{name: _hours_in(name) for name in WEEKLY},
        "routes": _routes_text,
        "municipalities": _places_text,
    }
    joined = (Contract.provider,)
    search_columns = (Contract.number, Provider.name)
    list_filters = (provider_filter(), *day_filters("loopt", "Loopt af", Contract.valid_until))
    inline_columns = ("due_workday",)
    removable = True
    owned = (ContractScope,)
    ends_with = "valid_until"
    asks_reason = True
    default_sort = "number"
    refusals = {"contract_number": ("number", "Dit contractnummer bestaat al.")}

    def form_field(self, column: Any) -> Any:
        """Ask prices in euros, and what is promised a week in hours."""
        if column.name == "price_cents":
            return EuroField("Prijs per traject (euro)", low=0)
        if column.name == "hour_price_cents":
            return EuroField("Prijs per lesuur van een deelnemer (euro)", low=0)
        if column.name in WEEKLY:
            return HoursField(column.verbose_name, low=Decimal("0.25"), high=40)
        return super().form_field(column)

    def get_one(self, id: Any) -> Any:  # noqa: A002  the name of the base
        """Give one contract, with what it covers as the form shows it."""
        row = super().get_one(id)
        covered = held_scopes(row)
        row.routes = sorted({route for route, _ in covered})
        row.municipalities = sorted(place for place in {p for _, p in covered} if place)
        return row

    def check(self, row: Contract) -> None:
        """Refuse a contract without routes, or that ends before it starts."""
        check_contract(row)

    def store(self, row: Any, *, created: bool, before: dict[str, Any] | None) -> None:
        """Save the contract and what it covers."""
        if before is not None:
            before |= {"scopes": scope_list(held_scopes(row))}
        row.save(force_insert=created)
        places = row.municipalities or [None]
        set_scopes(row, {(route, place) for route in row.routes for place in places})
        super().store(row, created=False, before=before)

    def described(self, row: Any) -> dict[str, Any]:
        """Add what it covers to what the audit trail keeps."""
        values = super().described(row)
        return values | {"scopes": scope_list(held_scopes(row))} if row.get_id() else values


class TeacherView(SafeModelView):
    """Docenten, by their code."""

    thing = "register"
    about = "Docenten en hun bevoegdheid."
    column_list = ("provider.name", "teacher_ref", "registration", "valid_from", "valid_until")
    brief_columns = ("provider.name", "teacher_ref", "registration")
    form_columns = ("provider", "teacher_ref", "registration", "valid_from", "valid_until")
    joined = (Teacher.provider,)
    choices = {"registration": REGISTRATIONS}
    search_columns = (Provider.name, Teacher.teacher_ref)
    list_filters = (
        provider_filter(),
        choice_filter("registratie", "Registratie", Teacher.registration, REGISTRATIONS),
        *day_filters("tot", "Einddatum", Teacher.valid_until),
    )
    inline_columns = ("registration", "valid_until")
    removable = True
    ends_with = "valid_until"
    default_sort = "teacher_ref"
    refusals = {
        "teacher_provider_id_teacher_ref_valid_from": (
            "valid_from",
            "Deze docent heeft al een registratie vanaf deze dag.",
        )
    }

    def check(self, row: Teacher) -> None:
        """Refuse a code in which somebody is seen, and a period that ends before it starts."""
        row.teacher_ref = teacher_code(row.teacher_ref)
        check_period(row.valid_from, row.valid_until, "valid_until")


class LessonBreakView(SafeModelView):
    """Lesvrije weken; without an aanbieder they are for the whole region."""

    thing = "register"
    about = "Weken zonder les."
    removable = True
    column_list = ("provider.name", "valid_from", "valid_until")
    form_columns = ("provider", "valid_from", "valid_until")
    joined = (LessonBreak.provider,)
    search_columns = (Provider.name,)
    default_sort = "-valid_from"
    refusals = {
        "lesson_break_provider_id_valid_from": (
            "valid_from",
            "Deze aanbieder heeft al een lesvrije periode vanaf deze dag.",
        )
    }
    cells = {"provider.name": lambda row: row.provider.name if row.provider else "hele regio"}

    def check(self, row: LessonBreak) -> None:
        """Refuse a period that ends before it starts."""
        check_period(row.valid_from, row.valid_until, "valid_until")


class TeachingMethodView(SafeModelView):
    """Lesmethoden."""

    thing = "register"
    about = "Waarmee les wordt gegeven."
    removable = True
    column_list = ("provider.name", "name", "recognised")
    form_columns = ("provider", "name", "recognised")
    joined = (TeachingMethod.provider,)
    search_columns = (Provider.name, TeachingMethod.name)
    default_sort = "name"
    refusals = {
        "teaching_method_provider_id_name": ("name", "Deze aanbieder heeft deze methode al.")
    }


class InspectionView(SafeModelView):
    """Class inspections of Blik op Werk."""

    thing = "register"
    about = "Wat Blik op Werk in de klas zag."
    column_list = ("provider.name", "held_on", "finding", "follow_up")
    column_details_list = (*column_list, "source")
    form_columns = ("provider", "held_on", "finding", "follow_up", "source")
    joined = (ClassInspection.provider,)
    search_columns = (Provider.name, ClassInspection.finding)
    default_sort = "-held_on"
    refusals = {
        "class_inspection_provider_id_held_on": (
            "held_on",
            "Op deze dag is al een bezoek opgenomen.",
        )
    }


class TravelTimeView(SafeModelView):
    """Travel times from a kern to a lesson location."""

    thing = "register"
    about = "Hoe ver een gemeente van een locatie is."
    column_list = ("provider.name", "location", "place", "municipality", "minutes")
    brief_columns = ("provider.name", "place", "minutes")
    form_columns = ("provider", "location", "municipality", "place", "minutes")
    choices = {"municipality": sorted(municipality_names().items(), key=lambda item: item[1])}
    joined = (TravelTime.provider,)
    search_columns = (Provider.name, TravelTime.location, TravelTime.place)
    default_sort = "location"
    refusals = {
        "travel_time_provider_id_location_municipality_place": (
            "place",
            "Deze reistijd staat er al.",
        )
    }


def views() -> list[BaseView]:
    """Make the tables of the register."""
    return [
        ProviderView(Provider, "Aanbieders", url="/beheer/aanbieders", category=CATEGORY),
        ContractView(Contract, "Contracten", url="/beheer/contracten", category=CATEGORY),
        MarkView(QualityMark, "Keurmerken", url="/beheer/keurmerken", category=CATEGORY),
        TeacherView(Teacher, "Docenten", url="/beheer/docenten", category=CATEGORY),
        LessonBreakView(LessonBreak, "Lesvrij", url="/beheer/lesvrij", category=CATEGORY),
        TeachingMethodView(
            TeachingMethod, "Lesmethoden", url="/beheer/lesmethoden", category=CATEGORY
        ),
        LocationView(Location, "Locaties", url="/beheer/locaties", category=CATEGORY),
        TravelTimeView(TravelTime, "Reistijden", url="/beheer/reistijden", category=CATEGORY),
        InspectionView(
            ClassInspection, "Klasbezoeken", url="/beheer/klasbezoeken", category=CATEGORY
        ),
    ]
