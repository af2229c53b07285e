"""A table of the register as pages: list, details, forms, several rows at once, download."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import Any, cast
from urllib.parse import urlencode

import peewee
from flask import abort, current_app, flash, g, redirect, request, url_for
from flask_admin import expose
from flask_admin.contrib.peewee import ModelView
from flask_admin.contrib.peewee.form import CustomModelConverter
from werkzeug.wrappers import Response
from wtfpeewee.orm import FieldInfo

from core import access_log, audit, export
from core.accounts import RIGHTS, visible
from core.admin import Page, needs
from core.dates import now, today
from core.db import MonthField, constraint_name, locked, transaction
from core.errors import DomainError
from core.formats import counted
from core.log_chain import pseudonym
from core.pages.cells import cell_text, changed_values, downloaded, recorded
from core.pages.fields import CHANGED_MEANWHILE, LARGEST_INTEGER, Required, SafeForm, TextField
from core.pages.lists import Column, Filter, RowList
from core.pages.model_forms import Choices, form_field
from core.pages.tables import (
    BulkAction,
    forget_filter,
    keep_filter,
    own_filters,
    remove_row,
    what_hangs_on,
)

MOST_AT_ONCE = 500
"""Rows that one action on several changes at most."""


class _RowRefusedError(Exception):
    """A row of several was refused; its form says why."""


class _OnlyLookedError(Exception):
    """Takes a change back of which only the effect was asked."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self.lines = lines


def _query(arguments: Mapping[str, str], *, without: str) -> str:
    """The same address without one part of it."""
    rest = {name: value for name, value in arguments.items() if name != without}
    return f"?{urlencode(rest)}" if rest else ""


class _Converter(CustomModelConverter):
    """Makes form fields our way, whatever the column."""

    def convert(self, model: Any, field: peewee.Field, field_args: Any) -> FieldInfo:
        """Make one field."""
        del model, field_args
        return FieldInfo(field.name, self.view.form_field(field))


GENERAL_REFUSALS = (
    ("unique", "Deze gegevens bestaan al. Kies een andere waarde of wijzig de bestaande rij."),
    ("foreign key", "Dit verwijst naar iets dat er niet meer is. Laad de pagina opnieuw."),
    ("not null", "Er ontbreekt een verplicht gegeven. Vul alle verplichte velden in."),
    ("check", "Deze waarden passen niet bij elkaar. Controleer wat je hebt ingevuld."),
)


class SafeModelView(Page, ModelView):
    """A table of the register: list, details, and, where the rights say so, create and change.

    What a view sets:

    ``thing``               the word in RIGHTS; rows come through ``visible(model, account)``
    ``column_list``         columns of the list, as paths: ``("code", "provider.name")``
    ``column_details_list`` columns of the details page and the download (default: the list's)
    ``form_columns``        columns of the form; none means that nothing can be created or changed
    ``joined``              foreign keys to fetch in the same query: ``(Location.provider,)``
    ``choices``             ``{"status": [(1, "actief"), ...]}`` for columns that hold a code
    ``labels``              words for columns that the model does not name itself
    ``cells``               ``{"price_cents": lambda row: euro_text(row.price_cents)}``
    ``foreign_labels``      ``{"provider": "code"}``: which column names a row (default "name")
    ``search_columns``      columns that the search box looks in
    ``search_from_start``   search by first letters only, for tables of millions of rows
    ``search_by``           a search of its own: makes the condition of what was typed
    ``list_filters``        see ``core.pages.lists.Filter``
    ``brief_columns``       those of ``column_list`` that a telephone shows first; all when empty
    ``default_sort``        a column of the list, "-" in front for the other way round
    ``refusals``            ``{"location_provider_id_name": ("name", "Deze locatie bestaat al.")}``
    ``inline_columns``      columns of the form that can be changed in the list itself
    ``bulk_actions``        what can be done to several rows at once
    ``removable``           whether a row on which nothing hangs may be removed
    ``owned``               tables whose rows go along with a removed row
    ``ends_with``           column with the last day; a row that stays in use for others ends by it
    ``asks_reason``         whether a change asks why, and shows what it does to open months,
                            on every road: form, list, several rows at once, removal

    ``check(row)`` raises ``DomainError``; ``store(row)`` saves and may call an operation instead.
    """

    can_delete = False
    after_save: Callable[[Any, dict[str, Any] | None], object] | None = None
    """What the shell lets follow a saved row, in its transaction: row, and what it was before."""
    watch_effects: Callable[[], Callable[[], list[str]]] | None = None
    """What the shell lets watch: called before a change, it gives what tells the effect after."""
    inline_columns: Sequence[str] = ()
    bulk_actions: Sequence[BulkAction] = ()
    removable = False
    owned: Sequence[type[peewee.Model]] = ()
    ends_with = ""
    asks_reason = False
    model_form_converter = _Converter
    form_base_class = SafeForm
    form_columns: Sequence[str] = ()
    joined: Sequence[peewee.ForeignKeyField] = ()
    choices: Mapping[str, Choices] = {}
    labels: Mapping[str, str] = {}
    cells: Mapping[str, Callable[[Any], Any]] = {}
    foreign_labels: Mapping[str, str] = {}
    search_columns: Sequence[peewee.Field] = ()
    search_from_start = False
    search_by: Callable[[str], Any] | None = None
    list_filters: Sequence[Filter] = ()
    brief_columns: Sequence[str] = ()
    default_sort = ""
    refusals: Mapping[str, tuple[str | None, str]] = {}

    # Routes of the stock view that have no place here: deleting removes children, actions and
    # inline edits look at no rights, and look-ups list what the account may not see.
    delete_view = action_view = ajax_lookup = ajax_update = export = None

    def __init__(
        self, model: type[peewee.Model], name: str, *, url: str, category: str | None = None
    ) -> None:
        if self.thing not in RIGHTS:
            raise ValueError(f"{type(self).__name__}.thing is not in RIGHTS: {self.thing!r}")
        ModelView.__init__(
            self, model, name, category, endpoint=type(self).__name__.lower(), url=url
        )

    def init_search(self) -> bool:
        """Leave searching to ``core.pages.lists``."""
        return False

    def get_query(self) -> Any:
        """Rows that this account may see, with what is joined; every door uses this."""
        models = [self.model, *(key.rel_model for key in self.joined)]
        query = visible(self.model, g.account, self.model.select(*models))
        for key in self.joined:
            kind = peewee.JOIN.LEFT_OUTER if key.null else peewee.JOIN.INNER
            query = query.join_from(key.model, key.rel_model, kind, on=key == key.rel_model.id)
        return query

    def get_one(self, id: Any) -> Any:  # noqa: A002  the name of the base
        """Give one row that this account may see, or answer that there is no such page."""
        text = str(id or "")
        if not (text.isascii() and text.isdigit() and int(text) <= LARGEST_INTEGER):
            abort(404)
        row = self.get_query().where(self.model._meta.primary_key == int(text)).get_or_none()
        return row or abort(404)

    def form_field(self, column: peewee.Field) -> Any:
        """Make the form field of one column."""
        return form_field(
            column,
            label=self.label(column.name),
            choices=self.choices.get(column.name),
            foreign_label=self.foreign_labels.get(column.name, "name"),
            description=self.column_descriptions.get(column.name, "")
            if self.column_descriptions
            else "",
        )

    def label(self, path: str) -> str:
        """Word for a column: from ``labels``, or the model's own."""
        if path in self.labels:
            return self.labels[path]
        model: Any = self.model
        *parents, last = path.split(".")
        for parent in parents:
            model = model._meta.fields[parent].rel_model
        if last == "name" and parents:
            return self.label(".".join(parents))
        column = model._meta.fields.get(last)
        return (column.verbose_name if column else None) or last

    def column(self, path: str) -> Column:
        """Describe one column of the list or the details."""
        model: Any = self.model
        *parents, last = path.split(".")
        for parent in parents:
            model = model._meta.fields[parent].rel_model
        field = model._meta.fields.get(last)
        words = dict(self.choices.get(path, ()))
        read = attrgetter(path)

        def value(row: Any) -> Any:
            if path in self.cells and field is None:
                return self.cells[path](row)
            raw = read(row)
            return words.get(raw, raw) if words else raw

        def text(row: Any) -> Any:
            return self.cells[path](row) if path in self.cells else cell_text(value(row), field)

        numbers = isinstance(field, peewee.IntegerField | peewee.DecimalField) and not words
        numeric = numbers and not isinstance(field, peewee.ForeignKeyField | MonthField)
        # Sorting on a code would sort on a number that nobody sees.
        sort = None if words else field
        on_one_line = isinstance(field, peewee.DateTimeField)
        return Column(path, self.label(path), value, text, sort, numeric, nowrap=on_one_line)

    def rows(self) -> RowList:
        """Make the list of this view."""
        brief = self.brief_columns
        return RowList(
            self.get_query(),
            key=self.model._meta.primary_key,
            columns=[
                replace(self.column(path), minor=bool(brief) and path not in brief)
                for path in self.column_list
            ],
            seal=str(current_app.secret_key),
            search=self.search_columns,
            search_from_start=self.search_from_start,
            search_by=self.search_by,
            filters=self.list_filters,
            sort=self.default_sort,
        )

    def name_of(self, row: Any) -> str:
        """What a row is called; of a school's rows also which: ``Taalhof Zilverlinde, D-01``."""
        first, second = (self.column(path) for path in self.column_list[:2])
        which = second.value(row) if "." in first.name else None
        return str(first.text(row)) + ("" if which is None else f", {second.text(row)}")

    def detail_columns(self) -> list[Column]:
        """Columns of the details page and the download."""
        return [self.column(path) for path in self.column_details_list or self.column_list]

    def details_url(self, row: Any) -> str:
        """Address of one row."""
        return url_for(".details_view", id=row.get_id())

    @property
    def changeable(self) -> bool:
        """Whether this account may change rows here."""
        return bool(self.form_columns) and self.can_edit and self.may("change")

    @property
    def creatable(self) -> bool:
        """Whether this account may make rows here."""
        return bool(self.form_columns) and self.can_create and self.may("create")

    @expose("/")
    def index_view(self) -> str:
        """Show the list; with ``bewerk`` in the address the cells that can be changed in it."""
        return self._list()

    def _list(self, forms: dict[str, SafeForm] | None = None, why: SafeForm | None = None) -> str:
        rows = self.rows()
        page = rows.page(request.args)
        edits = self.changeable and bool(self.inline_columns) and "bewerk" in request.args
        if edits and forms is None:
            forms = {str(row.get_id()): self._inline_form(row) for row in page.rows}
        return self.render(
            "admin/list.html",
            rows=rows,
            found=page,
            forms=forms if edits else None,
            why=(why or self.reason_form()) if edits else None,
            actions_here=self.bulk_actions if self.changeable else (),
            saved=own_filters(g.account.email, self.table),
        )

    def _inline_form(self, row: Any) -> SafeForm:
        """The form of one row of the list: only the columns that are safe to change there."""
        fields = {n: self.form_field(self.model._meta.fields[n]) for n in self.inline_columns}
        kind: Any = type("InlineForm", (SafeForm,), fields)
        form: SafeForm = kind(obj=row, prefix=f"r{row.get_id()}-", meta={"csrf": False})
        form.is_about(*self.audited_as(row))
        return form

    @expose("/bewerk/", methods=("POST",))
    @needs("change")
    def inline_view(self) -> Any:
        """Save the cells that were changed in the list: all of them, or none."""
        if not (self.changeable and self.inline_columns):
            abort(403)
        keys = {name[1:].partition("-")[0] for name in request.form if name.startswith("r")}
        forms = {key: self._inline_form(self.get_one(key)) for key in sorted(keys)}
        why = self.reason_form()
        wrong = [form for form in (why, *forms.values()) if not form.validate()]
        effect = [] if wrong or "bevestigd" in request.form else self._effect(
            lambda: self._save_inline(forms, why)
        )  # fmt: skip
        if effect:
            back = url_for(".index_view") + _query(request.args, without="")
            return self.render("admin/effect.html", effect=effect, back=back)
        count = -1
        if not wrong and not any(form.errors for form in forms.values()):
            try:
                with transaction():
                    count = self._save_inline(forms, why)
            except _RowRefusedError:
                pass
        if count < 0:
            flash("Niets is bewaard: in een cel klopt iets niet. Kijk bij de rode cellen.", "error")
            return self._list(forms, why), 422
        flash("1 rij is bewaard." if count == 1 else f"{count} rijen zijn bewaard.", "success")
        return redirect(url_for(".index_view") + _query(request.args, without="bewerk"))

    def _save_inline(self, forms: dict[str, SafeForm], why: SafeForm) -> int:
        """Save the rows of which a cell differs; how many those are."""
        count = 0
        for key, form in forms.items():
            row = self.get_one(key)
            before = self.described(row)
            row.change_reason = why.data.get("change_reason", "")
            form.populate_obj(row)
            if self.described(row) == before:
                continue
            if not self._saved_row(row, form, before):
                raise _RowRefusedError
            count += 1
        return count

    def _saved_row(self, row: Any, form: SafeForm, before: dict[str, Any] | None) -> bool:
        """Check, store and follow up a row whose values were set; a refusal goes to the form."""
        # The exception leaves the transaction before it is explained: PostgreSQL refuses
        # every further query inside a transaction that failed.
        try:
            with transaction():
                if before is not None:
                    self._still_the_same(row, before)
                self.check(row)
                self.store(row, created=before is None, before=before)
                self._still_visible(row)
                if self.after_save is not None:
                    self.after_save(row, before)
        except DomainError as error:
            form.fill_errors(error)
        except peewee.IntegrityError as error:
            form.fill_errors(self.explained(error))
        else:
            return True
        return False

    @expose("/samen/", methods=("POST",))
    @needs("change")
    def bulk_view(self) -> Any:
        """Ask once, then do the same to all chosen rows: all of them, or none."""
        wanted = request.form.get("handeling", "")
        action = next((one for one in self.bulk_actions if one.name == wanted), None)
        chosen = list(dict.fromkeys(request.form.getlist("rij")))
        if action is None or not self.changeable:
            abort(400)
        if not chosen:
            flash("Kies eerst een of meer rijen.", "error")
            return redirect(url_for(".index_view"))
        rows = [self.get_one(key) for key in chosen[:MOST_AT_ONCE]]
        fields = {} if action.field is None else {"value": action.field()}
        form = self.reason_form(**fields)
        confirmed = "bevestigd" in request.form
        if confirmed and form.validate_on_submit():
            try:
                with transaction():
                    for row in rows:
                        row.change_reason = form.data.get("change_reason", "")
                    action.run(self, rows, form.data.get("value"))
            except DomainError as error:
                form.fill_errors(error)
            else:
                count = counted(len(rows), "rij", "rijen")
                flash(f"{action.label}: {count}.", "success")
                return redirect(url_for(".index_view"))
        if not confirmed:
            form.process(formdata=None)
        seen = [self.get_one(key) for key in chosen[:MOST_AT_ONCE]]
        effect = [] if fields else self._effect(lambda: action.run(self, rows, None))
        columns = [self.column(path) for path in self.column_list]
        return self.render(
            "admin/bulk.html", rows=seen, columns=columns, action=action, form=form, effect=effect
        ), 422 if form.errors else 200

    def change_row(self, row: Any, **values: Any) -> None:
        """Change one row as its form would, for an action on several."""
        before = self.described(row)
        for name, value in values.items():
            setattr(row, name, value)
        self.check(row)
        self.store(row, created=False, before=before)
        if self.after_save is not None:
            self.after_save(row, before)

    @expose("/weg/", methods=("GET", "POST"))
    @needs("change")
    def remove_view(self) -> Any:
        """Ask first; remove a row on which nothing hangs, or end one that others still use."""
        row = self.get_one(request.args.get("id"))
        if not (self.removable and self.changeable):
            abort(403)
        hanging = what_hangs_on(row, self.owned)
        form = self.reason_form()
        if form.validate_on_submit():
            row.change_reason = form.data.get("change_reason", "")
            try:
                with transaction():
                    self._remove_or_end(row, hanging)
            except DomainError as error:
                form.fill_errors(error)
            else:
                flash("Buiten gebruik gezet." if hanging else "Verwijderd.", "success")
                return redirect(url_for(".index_view"))
        row = self.get_one(row.get_id())
        effect = self._effect(lambda: self._remove_or_end(self.get_one(row.get_id()), hanging))
        return self.render(
            "admin/remove.html", row=row, hanging=hanging, form=form, effect=effect
        ), 422 if form.errors else 200

    def _remove_or_end(self, row: Any, hanging: list[str]) -> None:
        if hanging and self.ends_with:
            self.change_row(row, **{self.ends_with: today()})
            return
        before, key = self.described(row), row.get_id()
        remove_row(row, self.owned)
        audit.record(
            at=now(), actor=g.account.email, action="remove", thing=self.table, thing_id=key,
            before=before, reason=getattr(row, "change_reason", None) or "",
        )  # fmt: skip
        if self.after_save is not None and "provider" in before:
            self.after_save(row, before)

    @expose("/filters/", methods=("POST",))
    @needs("read")
    def filter_view(self) -> Response:
        """Keep the list as it is searched, filtered and sorted now, or forget such a list."""
        if "vergeet" in request.form:
            forget_filter(g.account.email, self.table, request.form["vergeet"])
            return redirect(url_for(".index_view"))
        state = self.rows().state(request.args)
        try:
            keep_filter(g.account.email, self.table, request.form.get("naam", ""), state.url())
        except DomainError as error:
            flash(error.message, "error")
        else:
            flash("Het filter is bewaard.", "success")
        return redirect(url_for(".index_view") + state.url())

    @expose("/details/")
    def details_view(self) -> str:
        """Show one row."""
        row = self.get_one(request.args.get("id"))
        return self.render("admin/details.html", row=row, columns=self.detail_columns())

    @expose("/new/", methods=("GET", "POST"))
    @needs("create")
    def create_view(self) -> Response | str:
        """Make a row."""
        if not self.creatable:
            abort(403)
        return self._form_page(self.model(), self.create_form(), "admin/create.html", created=True)

    @expose("/edit/", methods=("GET", "POST"))
    @needs("change")
    def edit_view(self) -> Response | str:
        """Change a row."""
        if not (self.form_columns and self.changeable):
            abort(403)
        row = self.get_one(request.args.get("id"))
        return self._form_page(row, self.edit_form(obj=row), "admin/edit.html", created=False)

    @expose("/export/<any(csv, xlsx):kind>/")
    def export_view(self, kind: str) -> Response:
        """Download the list as it is searched and filtered; the download itself is recorded."""
        rows = self.rows()
        state = rows.state(request.args)
        columns = self.detail_columns()
        with transaction():
            audit.record(
                at=now(), actor=g.account.email, action="export", thing=self.table,
                thing_id=kind, after={"zoek": state.search} | self._asked(state.typed),
            )  # fmt: skip
            access_log.record(g.account, "export", at=now(), action="download", about=self.table)
        cells = (
            [downloaded(c.value(row)) for c in columns] for row in rows.every_row(request.args)
        )
        return export.download(self.table, kind, [c.label for c in columns], cells)

    def _asked(self, typed: Mapping[str, str]) -> dict[str, str]:
        secret = {one.name for one in self.list_filters if one.secret}
        return {name: pseudonym(text) if name in secret else text for name, text in typed.items()}

    @property
    def table(self) -> str:
        """Name of the table, for the audit trail and for downloads."""
        return str(self.model._meta.table_name)

    def check(self, row: Any) -> None:
        """Refuse a row with ``DomainError``; called inside the transaction, before saving."""

    def store(self, row: Any, *, created: bool, before: dict[str, Any] | None) -> None:
        """Save and leave an audit line; a view whose package has an operation calls that."""
        row.save(force_insert=created)
        before, after = changed_values(before, self.described(row))
        audit.record(
            at=now(), actor=g.account.email, action="create" if created else "change",
            thing=self.table, thing_id=row.get_id(), before=before, after=after,
            reason=getattr(row, "change_reason", None) or "",
        )  # fmt: skip

    def described(self, row: Any) -> dict[str, Any]:
        """What the form can change of a row, as the audit trail keeps it."""
        return {name: recorded(row.__data__.get(name)) for name in self.form_columns}

    def _form_page(self, row: Any, form: SafeForm, template: str, *, created: bool) -> Any:
        if not self.form_columns:
            abort(403)
        form.is_about(*self.audited_as(row))
        if form.validate_on_submit():
            if "bevestigd" not in request.form:
                effect = self._effect(lambda: self._save(row, form, created=created))
                if effect:
                    back = url_for(".edit_view", id=row.get_id())
                    if created:
                        back = url_for(".create_view")
                    return self.render("admin/effect.html", effect=effect, back=back)
                if not form.errors:
                    row = self.model() if created else self.get_one(row.get_id())
            if not form.errors and self._save(row, form, created=created):
                flash("Bewaard.", "success")
                return redirect(url_for(".details_view", id=row.get_id()))
        return self.render(template, row=row, form=form), 422 if form.errors else 200

    def _effect(self, change: Callable[[], object]) -> list[str]:
        """What a change would do to open months, found by making it and taking it back."""
        if not self.asks_reason or self.watch_effects is None:
            return []
        effects = self.watch_effects()
        try:
            with transaction():
                if change() is not False:
                    raise _OnlyLookedError(effects())
        except _OnlyLookedError as looked:
            return looked.lines
        except (DomainError, _RowRefusedError):
            return []  # said when the change is made
        return []

    def get_edit_form(self) -> Any:
        """Ask the reason of a change where it must be given."""
        return self._with_reason(super().get_edit_form())

    def reason_form(self, **fields: Any) -> SafeForm:
        """A form of these fields, and of the reason where it must be given."""
        return cast("SafeForm", self._with_reason(type("ReasonForm", (SafeForm,), fields))())

    def _with_reason(self, form: Any) -> Any:
        if not self.asks_reason:
            return form
        reason = TextField(
            "Reden van de wijziging",
            [Required("Vul in waarom dit verandert.")],
            description="Dit komt in het logboek te staan.",
            render_kw={"maxlength": 400},
        )
        return type("ReasonForm", (form,), {"change_reason": reason})

    def _save(self, row: Any, form: SafeForm, *, created: bool) -> bool:
        before = None if created else self.described(row)
        form.populate_obj(row)
        return self._saved_row(row, form, before)

    def audited_as(self, row: Any) -> tuple[str, object]:
        """Under which thing and which of them changes of a row are in the audit trail."""
        return self.table, row.get_id()

    def _still_the_same(self, row: Any, before: dict[str, Any]) -> None:
        """Refuse when another saved the row between our reading and our writing."""
        query = self.model.select().where(self.model._meta.primary_key == row.get_id())
        now_there = locked(query)
        if now_there is None or self.described(now_there) != before:
            raise DomainError("changed_meanwhile", CHANGED_MEANWHILE)

    def _still_visible(self, row: Any) -> None:
        key = self.model._meta.primary_key
        if not self.get_query().where(key == row.get_id()).exists():
            raise DomainError(
                "out_of_scope", "Deze gegevens horen niet bij jouw account. Kies iets van jezelf."
            )

    def explained(self, error: peewee.IntegrityError) -> DomainError:
        """Turn the refusal of a constraint into a sentence, beside its field if it has one."""
        name = constraint_name(error)
        if name in self.refusals:
            field, message = self.refusals[name]
            return DomainError(name, message, field=field)
        text = str(error).lower()
        for word, message in GENERAL_REFUSALS:
            if word in text:
                return DomainError("constraint", message)
        raise error
