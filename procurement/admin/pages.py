"""All planning pages under one address."""

from procurement.admin.decisions import DecisionPages
from procurement.admin.entry import EntryPages
from procurement.admin.files import FilePages
from procurement.admin.lists import ListPages
from procurement.admin.preparation import PreparationPages
from procurement.admin.process import ProcessPages


class PlanningPage(ListPages, DecisionPages, EntryPages, FilePages, PreparationPages, ProcessPages):
    """``/planning/`` and everything under it."""
