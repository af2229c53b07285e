"""The page on which a provider says what its columns and codes are."""

from itertools import islice
from pathlib import Path
from typing import Any

from flask import abort, current_app, flash, g, redirect, request, url_for
from flask_admin import BaseView, expose
from werkzeug.wrappers import Response

from core.accounts import visible
from core.admin import Page, needs
from core.dates import now, today
from core.errors import DomainError
from core.pages.fields import SafeForm
from core.storage import Storage
from providers.deliveries.mapping import mapping_of, save_mapping
from providers.deliveries.operations import columns_chosen
from providers.deliveries.outcomes import RECEIVED
from providers.feed.columns import BY_NAME, COLUMNS, Context, Mapping, lay_out
from providers.feed.read.cleaning import copy_without, kept_file, kept_table, received_file
from providers.feed.read.guessing import Guess, guess_columns
from providers.feed.table import RefusedFileError
from providers.feed.values import fold
from providers.models import ColumnMapping, Contract, Delivery
from providers.scopes import restricted_numbers, sees_whole_files

LOOKED_AT = 2_000


class MappingPage(Page):
    """Columns of one delivered file, and what they are."""

    thing = "deliveries"

    @expose("/", methods=("GET", "POST"))
    @needs("create")
    def index(self, number: int) -> Response | str:
        """Show each column with five values and a guess; keep what the person chose."""
        delivery = self._delivery(number)
        mapping = mapping_of(delivery.provider.id)
        guesses, refusal = _guesses(delivery, mapping)
        form = SafeForm()
        if guesses and form.validate_on_submit():
            try:
                kept = save_mapping(
                    delivery.provider,
                    headers=_chosen_headers(guesses),
                    codes=_chosen_codes(guesses, mapping),
                    by=g.account.email,
                    at=now(),
                )
            except DomainError as error:
                form.form_errors.append(error.message)
            else:
                columns_chosen(delivery)
                flash(
                    "De kolommen zijn bewaard."
                    if kept
                    else "Er is niets veranderd aan de kolommen.",
                    "success",
                )
                return redirect(url_for("deliveries.one", number=number))
        versions: Any = (
            ColumnMapping.select()
            .where(ColumnMapping.provider == delivery.provider)
            .order_by(ColumnMapping.version.desc())
        )
        return self.render(
            "providers/mapping.html",
            delivery=delivery,
            guesses=guesses,
            refusal=refusal,
            mapping=mapping,
            columns=COLUMNS,
            by_name=BY_NAME,
            chosen=_shown_choices(guesses, mapping),
            form=form,
            versions=list(versions),
        )

    def _delivery(self, number: int) -> Delivery:
        """The delivery, for who may see every row of it."""
        delivery: Delivery | None = (
            visible(Delivery, g.account).where(Delivery.id == number).get_or_none()
        )
        if delivery is None or not delivery.size:
            abort(404)
        if not sees_whole_files(g.account):
            abort(403)
        return delivery


def _guesses(delivery: Delivery, mapping: Mapping) -> tuple[list[Guess], str]:
    """What the columns of a kept file may be, or why it cannot be read."""
    storage = Storage(current_app.config["TAALINKOOP_DATA_DIR"])
    source = received_file if delivery.state == RECEIVED else kept_file
    path: Path = source(storage, delivery.sha256)
    contracts = Contract.select(Contract.number, Contract.id).where(
        Contract.provider == delivery.provider
    )
    context = Context(
        provider_code=delivery.provider.code,
        today=today(),
        contracts={contract.number: contract.id for contract in contracts},
    )
    try:
        numbers = restricted_numbers(delivery.provider.id)
        with copy_without(path, mapping, numbers) as readable:
            header, rows = _table(readable, mapping)
    except RefusedFileError as error:
        return [], error.message
    return guess_columns(lay_out(header, mapping), rows, mapping=mapping, context=context), ""


def _table(path: Path, mapping: Mapping) -> tuple[tuple[str, ...], list[list[str]]]:
    """The header and the first rows; also of a file of which no header is known yet."""
    try:
        return _first_rows(path, mapping)
    except RefusedFileError as error:
        if error.code != "F003":
            raise
        # The refusal names the cells of the likeliest header: look again for exactly those.
        cells = error.details.get("found", "").split(", ")
        return _first_rows(path, Mapping(headers={cell: cell for cell in cells}))


def _first_rows(path: Path, mapping: Mapping) -> tuple[tuple[str, ...], list[list[str]]]:
    with kept_table(path, mapping=mapping) as table:
        return table.layout.header, [cells for _, cells in islice(table.records, LOOKED_AT)]


def _chosen_headers(guesses: list[Guess]) -> dict[str, str]:
    return {
        guess.header: request.form.get(f"kolom-{guess.index}", "")
        for guess in guesses
        if not guess.personal
    }


def _chosen_codes(guesses: list[Guess], mapping: Mapping) -> dict[str, dict[str, str]]:
    """Own codes that got a meaning; those of other files stay as they were."""
    codes = {column: dict(own) for column, own in mapping.codes.items()}
    for guess in guesses:
        column = BY_NAME.get(request.form.get(f"kolom-{guess.index}", ""))
        if column is None or column.codes is None:
            continue
        codes_of_column = {entry.code for entry in column.codes}
        for place, own in enumerate(guess.own_codes):
            meaning = request.form.get(f"code-{guess.index}-{place}", "")
            if meaning in codes_of_column:
                codes.setdefault(column.name, {})[own] = meaning
            else:
                codes.get(column.name, {}).pop(own, None)
    return codes


def _shown_choices(guesses: list[Guess], mapping: Mapping) -> dict[str, str]:
    """What each drop-down shows: what was sent, else the guess and the codes in use."""
    choices = {}
    for guess in guesses:
        name = f"kolom-{guess.index}"
        choices[name] = request.form.get(name, guess.column or "")
        own = mapping.own_codes(guess.column or "")
        for place, code in enumerate(guess.own_codes):
            name = f"code-{guess.index}-{place}"
            choices[name] = request.form.get(name, own.get(fold(code), ""))
    return choices


def views() -> list[BaseView]:
    """Make the page; it belongs to one application."""
    return [
        MappingPage("Kolommen", url="/leveringen/<int:number>/kolommen", endpoint="mappings"),
    ]
