"""nano-graphrag's side: its defaults (NetworkX, NanoVectorDB, JSON files, gpt-4o), but for how much runs side by side.

Its insertion ends with a report on each community of the graph, which asks the model too.
"""

from typing import Any

import numpy as np
from nano_graphrag import GraphRAG
from nano_graphrag._utils import wrap_embedding_func_with_attrs
from side import AT_ONCE, FOLDER, Measured, report, texts


def main() -> None:
    """Insert the passages, all in one call."""
    embedder = Measured()

    @wrap_embedding_func_with_attrs(embedding_dim=embedder.dim, max_token_size=512)
    async def embed(found: list[str]) -> np.ndarray:
        # In the loop, as its own example of a local model does: while it waits for calls it polls without a pause, and a
        # thread beside it would hardly get the interpreter.
        return embedder.encode(found)

    def insert() -> dict[str, Any]:
        rag = GraphRAG(working_dir=str(FOLDER), embedding_func=embed, best_model_max_async=AT_ONCE, cheap_model_max_async=AT_ONCE)
        rag.insert(texts())
        graph = rag.chunk_entity_relation_graph._graph
        return {"entities": graph.number_of_nodes(), "relations": graph.number_of_edges()}

    report(insert, embedder)


if __name__ == "__main__":
    main()
