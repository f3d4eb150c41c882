import base64
import re
import xml.etree.ElementTree as ET
from html import unescape

import pytest

from graph_builder.model import Modality, Polarity
from graph_rag.model import Chain, Hop
from ui import chain_view
from ui.chain_view import WIDEST, alternative, colours, image, svg

NS = {"s": "http://www.w3.org/2000/svg"}


def hop(subject: str, object_: str, **changed: object) -> Hop:
    fields: dict[str, object] = {
        "polarity": Polarity.AFFIRMED,
        "modality": Modality.ASSERTED,
        "forward": True,
        "reads": "inhibits",
    }
    place = {"document": "d", "chunk": "c", "start": 0, "end": 1, "quote": "q", "verified": True}
    types = {"subject_type": "Drug", "object_type": "Enzyme"}
    return Hop(subject=subject, predicate="INHIBITS", object=object_, **{**fields, **place, **types, **changed})  # type: ignore[arg-type]


def drawn(*hops: Hop) -> ET.Element:
    return ET.fromstring(svg(Chain(1.0, True, hops), lambda _: 1))  # noqa: S314


def arrow(root: ET.Element) -> ET.Element:
    found = root.find("s:line", NS)
    assert found is not None
    return found


def points(root: ET.Element) -> tuple[float, float]:
    line = arrow(root)
    return float(line.attrib["x1"]), float(line.attrib["x2"])


def test_an_arrow_points_from_subject_to_object() -> None:
    start, end = points(drawn(hop("a", "b")))
    assert start < end
    start, end = points(drawn(hop("a", "b", forward=False)))
    assert start > end


def test_what_is_denied_is_red_and_dashed_and_what_is_possible_is_dashed() -> None:
    assert "stroke-dasharray" not in arrow(drawn(hop("a", "b"))).attrib
    denied = arrow(drawn(hop("a", "b", polarity=Polarity.NEGATED))).attrib
    possible = arrow(drawn(hop("a", "b", modality=Modality.POSSIBLE))).attrib
    assert denied["stroke"] != possible["stroke"]
    assert denied["stroke-dasharray"]
    assert possible["stroke-dasharray"]


def test_a_chain_that_is_too_wide_goes_down() -> None:
    names = [f"a rather long name of an entity, number {n}" for n in range(6)]
    root = drawn(*(hop(a, b) for a, b in zip(names, names[1:], strict=False)))
    assert float(root.attrib["width"]) < WIDEST
    tops = [float(box.attrib["y"]) for box in root.iterfind(".//s:rect", NS)]
    assert tops == sorted(set(tops))


def test_every_box_lies_inside_the_drawing() -> None:
    root = drawn(hop("clarithromycin", "CYP3A4"), hop("CYP3A4", "simvastatin"))
    for box in root.iterfind(".//s:rect", NS):
        right = float(box.attrib["x"]) + float(box.attrib["width"])
        assert right <= float(root.attrib["width"])


@pytest.mark.parametrize("name", ['"><script>alert(1)</script>', "a & b", "]]>", "\x00\x1b\u202e", "Ω 薬"])
def test_a_name_is_text_whatever_it_says(name: str) -> None:
    html = image(Chain(1.0, True, (hop(name, "b"),)), lambda _: 1)
    assert html.count("<") == 1
    source = re.search(r"base64,([^\"]+)", html)
    assert source
    root = ET.fromstring(base64.b64decode(source[1]))  # noqa: S314
    assert root.find(".//s:script", NS) is None
    if name.isprintable():
        assert any(text.text == name for text in root.iterfind(".//s:text", NS))
        assert name in unescape(html)


def test_the_alternative_says_the_chain() -> None:
    chain = Chain(1.0, True, (hop("a", "b"), hop("c", "b", forward=False, reads="does not inhibit")))
    assert alternative(chain) == "Chain, verified: a inhibits b; c does not inhibit b."


def test_the_types_of_a_pack_have_colours_of_their_own() -> None:
    for types in (
        ["Drug", "DrugClass", "Enzyme", "Transporter", "Condition", "Food"],
        ["Person", "Organization", "Place", "Work", "Event", "Thing"],
    ):
        assert len({colours(type_) for type_ in types}) == len(types)
    assert colours("Drug") == chain_view._PALETTE[0]
