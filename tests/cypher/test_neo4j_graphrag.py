"""neo4j-graphrag's retrievers on a graph of ours, with our embedder and the queries of `cypher/retrieval/`.

`make install` puts neo4j-graphrag into a folder of its own: its bounds exclude versions that are pinned here.
"""

import importlib
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import neo4j
import pytest

import cypher
from graph_builder.embedding import open_embedder
from tests.neo4j_server import REQUIRED

pytestmark = pytest.mark.neo4j

INTEROP = Path(sys.prefix) / "interop"
QUESTION = "Does clarithromycin inhibit CYP3A4"
STATEMENT = "Clarithromycin inhibits CYP3A4"
WANTED = ["quote", "statement", "document_id", "start", "end"]
Texts = Mapping[str, str]


@pytest.fixture(scope="module")
def retrievers() -> Iterator[ModuleType]:
    """neo4j-graphrag's retrievers. What it has in common with us is ours: its own folder is looked into last."""
    sys.path.append(str(INTEROP))
    try:
        yield importlib.import_module("neo4j_graphrag.retrievers")
    except ModuleNotFoundError as error:
        message = f"NO NEO4J-GRAPHRAG ({error}): other tools were not tested; `make install` puts it into {INTEROP}"
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(message)
        pytest.skip(message)
    finally:
        sys.path.remove(str(INTEROP))


@pytest.fixture(scope="module")
def embedder(retrievers: ModuleType) -> object:
    """The bundled MiniLM under neo4j-graphrag's interface."""
    assert retrievers
    interface = importlib.import_module("neo4j_graphrag.embeddings.base").Embedder
    model = open_embedder("all-MiniLM-L6-v2")

    class Bundled(interface):  # type: ignore[misc]  # the base is known only when it is installed
        def embed_query(self, text: str) -> list[float]:
            vector: list[float] = model.encode([text])[0].tolist()
            return vector

    return Bundled()


@pytest.fixture(scope="module")
def texts(neo4j_graph: neo4j.Driver) -> Texts:
    """The text of each document, by id and by source."""
    rows = neo4j_graph.execute_query("MATCH (d:Document) RETURN d.id AS id, d.source AS source, d.text AS text").records
    return {key: row["text"] for row in rows for key in (row["id"], row["source"])}


def found_by(retriever: Any, question: str, *, top_k: int = 3) -> list[Any]:  # noqa: ANN401  # no types without the package
    return [item.content for item in retriever.search(query_text=question, top_k=top_k).items]


def whole(record: neo4j.Record) -> object:
    """A record as it is; neo4j-graphrag makes a string of it if it is not told otherwise."""
    return importlib.import_module("neo4j_graphrag.types").RetrieverResultItem(content=dict(record))


def stand(evidence: Iterable[Mapping[str, Any]], texts: Texts) -> list[str]:
    """The statements, after each quote was found where it is said to be."""
    found = list(evidence)
    assert found
    for held in found:
        assert texts[held["document"]][held["start"] : held["end"]] == held["quote"]
    return [held["statement"] for held in found]


def test_vector_retriever_finds_evidence(
    neo4j_graph: neo4j.Driver, retrievers: ModuleType, embedder: object, texts: Texts
) -> None:
    retriever = retrievers.VectorRetriever(neo4j_graph, "evidence_embedding", embedder, WANTED, result_formatter=whole)
    found = [record["node"] for record in found_by(retriever, QUESTION)]
    assert STATEMENT in stand([{**held, "document": held["document_id"]} for held in found], texts)


def test_hybrid_retriever_finds_evidence(
    neo4j_graph: neo4j.Driver, retrievers: ModuleType, embedder: object, texts: Texts
) -> None:
    indexes = ("evidence_embedding", "evidence_fulltext")
    retriever = retrievers.HybridRetriever(neo4j_graph, *indexes, embedder, WANTED, result_formatter=whole)
    found = [record["node"] for record in found_by(retriever, QUESTION)]
    assert STATEMENT in stand([{**held, "document": held["document_id"]} for held in found], texts)


def test_vector_cypher_retriever_gives_the_proof_of_each_statement(
    neo4j_graph: neo4j.Driver, retrievers: ModuleType, embedder: object, texts: Texts
) -> None:
    query = cypher.statement("retrieval/evidence")
    retriever = retrievers.VectorCypherRetriever(neo4j_graph, "evidence_embedding", query, embedder, result_formatter=whole)
    found = found_by(retriever, QUESTION)
    assert STATEMENT in stand([{**record, "quote": record["text"]} for record in found], texts)
    assert all(record["text"] in record["passage"] for record in found)


def test_vector_cypher_retriever_tells_of_an_entity(
    neo4j_graph: neo4j.Driver, retrievers: ModuleType, embedder: object, texts: Texts
) -> None:
    query = cypher.statement("retrieval/entities")
    retriever = retrievers.VectorCypherRetriever(neo4j_graph, "entity_embedding", query, embedder, result_formatter=whole)
    (found,) = found_by(retriever, "clarithromycin", top_k=1)
    assert (found["name"], found["type"]) == ("clarithromycin", "Drug")
    assert STATEMENT in stand(found["evidence"], texts)


def test_hybrid_cypher_retriever_gives_passages_with_what_they_state(
    neo4j_graph: neo4j.Driver, retrievers: ModuleType, embedder: object, texts: Texts
) -> None:
    query, indexes = cypher.statement("retrieval/passages"), ("chunk_embedding", "chunk_fulltext")
    retriever = retrievers.HybridCypherRetriever(neo4j_graph, *indexes, query, embedder, result_formatter=whole)
    found = found_by(retriever, QUESTION)
    assert all(texts[record["document"]][record["start"] : record["end"]] == record["text"] for record in found)
    assert STATEMENT in stand((held for record in found for held in record["evidence"]), texts)
    assert "CYP3A4 metabolizes Simvastatin" in stand((held for record in found for held in record["elsewhere"]), texts)


def test_hybrid_cypher_retriever_gives_chains_whose_hops_are_quoted(
    neo4j_graph: neo4j.Driver, retrievers: ModuleType, embedder: object, texts: Texts
) -> None:
    query, indexes = cypher.statement("retrieval/chains"), ("chunk_embedding", "chunk_fulltext")
    retriever = retrievers.HybridCypherRetriever(neo4j_graph, *indexes, query, embedder, result_formatter=whole)
    chains = [chain for record in found_by(retriever, QUESTION) for chain in record["chains"]]
    hops = {tuple(chain["names"]): stand(chain["hops"], texts) for chain in chains}
    assert hops["clarithromycin", "CYP3A4", "simvastatin"] == [STATEMENT, "CYP3A4 metabolizes Simvastatin"]


def test_the_example_of_the_readme_runs(neo4j_graph: neo4j.Driver, retrievers: ModuleType, repository: Path) -> None:
    assert retrievers
    examples = re.findall(r"```python\n(.*?)```", (repository / "README.md").read_text("utf-8"), re.DOTALL)
    (code,) = [example for example in examples if "neo4j_graphrag" in example]
    names: dict[str, Any] = {"driver": neo4j_graph, "__name__": "readme"}
    exec(code, names)  # noqa: S102  # it is ours
    said = " ".join(item.content for item in names["found"].items)
    assert "['clarithromycin', 'CYP3A4', 'simvastatin']" in said
    assert "Clarithromycin inhibits CYP3A4 and P-glycoprotein (P-gp)." in said
