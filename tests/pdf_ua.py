"""What a machine can check of PDF/UA-1, by the numbers of the Matterhorn Protocol 1.1.

A second opinion beside the compiler that made the file: read with another library, from the bytes.
"""

import io
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pikepdf

PAINTS = {"Tj", "TJ", "'", '"', "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "sh", "Do"}
TYPES = """
Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5
H6 L LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link
Annot Ruby RB RT RP Warichu WT WP Figure Formula Form
"""
STANDARD = set(TYPES.split())
PARENTS = {
    "TR": {"Table", "THead", "TBody", "TFoot"},
    "TH": {"TR"},
    "TD": {"TR"},
    "THead": {"Table"},
    "TBody": {"Table"},
    "LI": {"L"},
    "Lbl": {"LI"},
    "LBody": {"LI"},
}


def faults(content: bytes) -> list[str]:
    """Every fault, with its number; nothing when the file is sound."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        tree = Tree(pdf)
        return [
            *_document(pdf),
            *_content(pdf, tree),
            *tree.faults(),
            *(fault for page in pdf.pages for fault in _fonts(page)),
        ]


def _document(pdf: pikepdf.Pdf) -> Iterator[str]:
    root = pdf.Root
    with pdf.open_metadata() as metadata:
        if not metadata.get("dc:title"):
            yield "06-003 the metadata has no title"
    described = bytes(root.Metadata.read_bytes()) if "/Metadata" in root else b""
    if not re.search(rb"pdfuaid:part[>=\"' ]+1", described):
        yield "06-002 the metadata does not say PDF/UA-1"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "07-001 the title of the window is the name of the file"
    if not str(root.get("/Lang", "")):
        yield "11-006 the document has no language"
    if not root.get("/MarkInfo", {}).get("/Marked", False):
        yield "01-000 the document is not marked as tagged"
    if root.get("/MarkInfo", {}).get("/Suspects", False):
        yield "02-000 the tags are suspect"
    if pdf.is_encrypted:
        yield "26-001 the file is encrypted"
    if "/OCProperties" in root or "/AcroForm" in root:
        yield "20-001 layers or forms, that nothing here checks"


def _content(pdf: pikepdf.Pdf, tree: "Tree") -> Iterator[str]:
    for number, page in enumerate(pdf.pages, start=1):
        where = f"page {number}"
        if page.get("/Tabs") != "/S":
            yield f"28-000 {where}: the tab key does not follow the structure"
        if "/Annots" in page:
            yield f"28-002 {where}: annotations, that nothing here checks"
        seen: set[int] = set()
        yield from (f"{fault}, {where}" for fault in _marks(page, seen))
        marked = tree.contents.get(page.objgen, set())
        if seen != marked:
            only_seen, only_marked = sorted(seen - marked), sorted(marked - seen)
            yield f"01-005 {where}: marked {only_seen}, in the tree {only_marked}"


def _marks(page: pikepdf.Page, seen: set[int]) -> Iterator[str]:
    """Walk through the content of a page; what is painted is tagged or an artifact."""
    open_marks: list[str] = []
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator in {"BDC", "BMC"}:
            kind = "artifact" if instruction.operands[0] == "/Artifact" else "other"
            properties = instruction.operands[1] if operator == "BDC" else None
            if isinstance(properties, pikepdf.Dictionary) and "/MCID" in properties:
                kind = "tagged"
                seen.add(int(properties.MCID))
            if {kind, *open_marks} >= {"artifact", "tagged"}:
                yield "01-003 an artifact and tagged content are within each other"
            open_marks.append(kind)
        elif operator == "EMC":
            open_marks.pop()
        elif (operator in PAINTS or operator == "INLINE IMAGE") and not (
            {"artifact", "tagged"} & set(open_marks)
        ):
            yield f"01-005 {operator} is neither tagged nor an artifact"


class Tree:
    """The structure tree: its elements in reading order, and the content they hold."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.root = pdf.Root.get("/StructTreeRoot")
        self.roles = {} if self.root is None else self.root.get("/RoleMap", {})
        self.contents: dict[tuple[int, int], set[int]] = {}
        self.elements: list[tuple[str, str, Any]] = []
        if self.root is not None:
            self._walk(self.root, "", None)

    def _walk(self, node: Any, parent: str, page: Any) -> None:
        kind = self._kind(node) if "/S" in node else ""
        if kind:
            self.elements.append((kind, parent, node))
        page = node.get("/Pg", page)
        inside = node.get("/K", [])
        for child in inside if isinstance(inside, pikepdf.Array) else [inside]:
            if isinstance(child, int):
                self.contents.setdefault(page.objgen, set()).add(child)
            elif child.get("/Type") == "/MCR":
                self.contents.setdefault(child.get("/Pg", page).objgen, set()).add(int(child.MCID))
            else:
                self._walk(child, kind, page)

    def _kind(self, node: Any) -> str:
        """The standard type of an element, by way of the role map."""
        name, passed = str(node.S), set[str]()
        while name.lstrip("/") not in STANDARD and name in self.roles and name not in passed:
            passed.add(name)
            name = str(self.roles[name])
        return name.lstrip("/")

    def faults(self) -> Iterator[str]:
        """What is wrong with the elements."""
        if self.root is None:
            yield "01-000 there is no structure tree"
        for role in self.roles:
            if role.lstrip("/") in STANDARD:
                yield f"02-004 {role} is standard, and given another role"
        for kind, parent, node in self.elements:
            if kind not in STANDARD:
                yield f"02-001 {kind} is no standard type"
            if parent not in PARENTS.get(kind, {parent}):
                yield f"09-004 {kind} stands in {parent}"
            if kind in {"Figure", "Formula"} and not str(
                node.get("/Alt", node.get("/ActualText", ""))
            ):
                yield f"13-004 a {kind} has no text instead"
            if kind == "TH" and not _attribute(node, "/Scope"):
                yield "15-003 a heading of a table does not say what it heads"
        yield from self._rows()
        yield from self._headings()

    def _rows(self) -> Iterator[str]:
        """Rows below each other have a heading each, in a table that says what it is about."""
        for kind, _, body in self.elements:
            if kind != "TBody" or len(body.K) < 2:
                continue
            firsts = [row.K[0] for row in body.K]
            if any((self._kind(c), _attribute(c, "/Scope")) != ("TH", "/Row") for c in firsts):
                yield "15-000 a row of a table has no heading"

    def _headings(self) -> Iterator[str]:
        levels = [int(k[1]) for k, _, _ in self.elements if re.fullmatch(r"H\d", k)]
        if levels[:1] != [1]:
            yield "14-002 the first heading is not H1"
        for before, after in pairwise(levels):
            if after > before + 1:
                yield f"14-003 H{after} follows H{before}"


def _attribute(node: Any, name: str) -> Any:
    listed = node.get("/A", [])
    for one in listed if isinstance(listed, pikepdf.Array) else [listed]:
        if name in one:
            return one[name]
    return None


def _fonts(part: Any) -> Iterator[str]:
    """Fonts of a page, and of what is drawn on it: in the file, and readable as text."""
    resources = part.get("/Resources", {})
    for name, font in resources.get("/Font", {}).items():
        inside = font.DescendantFonts[0] if "/DescendantFonts" in font else font
        descriptor = inside.get("/FontDescriptor", {})
        if not {"/FontFile", "/FontFile2", "/FontFile3"} & set(descriptor.keys()):
            yield f"31-009 font {name} is not in the file"
        if "/ToUnicode" not in font:
            yield f"31-027 font {name} does not say which letters it shows"
    for drawn in resources.get("/XObject", {}).values():
        if drawn.get("/Subtype") == "/Form":
            yield from _fonts(drawn)
