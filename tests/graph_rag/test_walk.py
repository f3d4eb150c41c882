"""The walk against networkx on random graphs, and its promises about negation, loops and caps."""

from collections.abc import Sequence

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from graph_builder.model import Modality, Polarity, Relation
from graph_builder.stores import Expansion
from graph_rag.walk import Surroundings, between, reach


class _Triples:
    """The two methods of a store that a walk calls, over relations in memory."""

    def __init__(self, relations: list[Relation]) -> None:
        self._relations = relations

    def expand(self, entity_ids: Sequence[str], *, cap: int) -> Expansion:
        around = {id_: [r for r in self._relations if id_ in (r.subject, r.object)] for id_ in entity_ids}
        best = {r.id: r for relations in around.values() for r in relations[:cap]}
        return Expansion(tuple(best.values()), frozenset(id_ for id_, relations in around.items() if len(relations) > cap))

    def ties(self, pairs: Sequence[tuple[str, str]]) -> list[Relation]:
        wanted = {frozenset(pair) for pair in pairs}
        return [r for r in self._relations if frozenset((r.subject, r.object)) in wanted]


def _relation(subject: str, object_: str, polarity: Polarity = Polarity.AFFIRMED, n: int = 0) -> Relation:
    id_ = f"{subject}>{object_}#{polarity}{n}"
    return Relation(id_, subject, "R", object_, polarity, Modality.ASSERTED, "", 0.9, "", (id_,))


_PAIRS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda p: p[0] != p[1]), unique=True, max_size=16)


@given(_PAIRS, st.integers(1, 4))
@settings(max_examples=80)
def test_paths_are_exactly_the_simple_paths_of_networkx(pairs: list[tuple[int, int]], hops: int) -> None:
    relations = [_relation(str(a), str(b)) for a, b in pairs]
    found = between(Surroundings(_Triples(relations)), ["0"], ["1"], hops=hops, beam=100_000)
    graph = nx.MultiGraph()
    graph.add_nodes_from(["0", "1"])
    graph.add_edges_from((r.subject, r.object, r.id) for r in relations)
    expected = {tuple(key for _, _, key in path) for path in nx.all_simple_edge_paths(graph, "0", "1", cutoff=hops)}
    assert {tuple(step.relation.id for step in path) for path in found} == expected
    for path in found:
        assert [step.start for step in path][1:] == [step.end for step in path][:-1]


@given(_PAIRS)
@settings(max_examples=40)
def test_reach_is_the_distance_of_networkx(pairs: list[tuple[int, int]]) -> None:
    relations = [_relation(str(a), str(b)) for a, b in pairs]
    graph = nx.Graph([(r.subject, r.object) for r in relations])
    graph.add_node("0")
    expected = nx.single_source_shortest_path_length(graph, "0", cutoff=2)
    assert reach(Surroundings(_Triples(relations)), ["0"], hops=3) == expected


def test_a_negated_relation_is_no_step_but_can_be_said() -> None:
    denied = [_relation("a", "b", Polarity.NEGATED), _relation("b", "c")]
    surroundings = Surroundings(_Triples(denied))
    assert between(surroundings, ["a"], ["c"], hops=3) == []
    assert [path[0].relation for path in surroundings.negated(["b"], ["a"])] == [denied[0]]


def test_a_bounded_beam_keeps_the_strongest() -> None:
    relations = [_relation("a", f"m{i}") for i in range(20)] + [_relation(f"m{i}", "z") for i in range(20)]
    assert len(between(Surroundings(_Triples(relations)), ["a"], ["z"], hops=2, beam=5)) == 5


def _hub(name: str, others: int) -> list[Relation]:
    return [_relation(name, f"{name}{i}") for i in range(others)]


def test_a_path_through_a_hub_is_found_by_its_ends_however_many_relations_the_hub_has() -> None:
    relations = [*_hub("hub", 30), _relation("a", "hub"), _relation("hub", "b")]
    (path,) = between(Surroundings(_Triples(relations), cap=5), ["a"], ["b"], hops=3)
    assert [(step.start, step.end) for step in path] == [("a", "hub"), ("hub", "b")]


def test_what_two_hubs_deny_of_each_other_is_read_beyond_the_cap() -> None:
    affirmed, denied = _relation("x", "y"), _relation("x", "y", Polarity.NEGATED, n=1)
    relations = [affirmed, *_hub("x", 30), *_hub("y", 30), denied]
    surroundings = Surroundings(_Triples(relations), cap=5)
    surroundings.read(["x", "y"])
    assert surroundings.denial(affirmed) is None
    surroundings.tie([("x", "y")])
    assert surroundings.denial(affirmed) == denied
    assert [path[0].relation for path in Surroundings(_Triples(relations), cap=5).negated(["x"], ["y"])] == [denied]
