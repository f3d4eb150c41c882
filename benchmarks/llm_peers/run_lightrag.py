"""LightRAG's side: its defaults (NetworkX, NanoVectorDB, JSON files, gpt-4o-mini), but for how much runs side by side."""

import asyncio
from typing import Any

import numpy as np
from lightrag import LightRAG
from lightrag.llm.openai import gpt_4o_mini_complete
from lightrag.utils import EmbeddingFunc
from side import AT_ONCE, FOLDER, Measured, report, texts


def main() -> None:
    """Insert the passages, all in one call."""
    embedder = Measured()

    async def embed(found: list[str], **_: object) -> np.ndarray:
        return await asyncio.get_running_loop().run_in_executor(embedder.thread, embedder.encode, found)

    async def insert() -> dict[str, Any]:
        rag = LightRAG(
            working_dir=str(FOLDER),
            llm_model_func=gpt_4o_mini_complete,
            llm_model_max_async=AT_ONCE,
            max_parallel_insert=AT_ONCE,
            max_parallel_parse_native=AT_ONCE,
            queue_size_insert=AT_ONCE,
            embedding_func=EmbeddingFunc(embedding_dim=embedder.dim, max_token_size=512, func=embed),
        )
        await rag.initialize_storages()
        passages = texts()
        await rag.ainsert(passages, file_paths=[f"{n}.txt" for n in range(len(passages))])
        await rag.finalize_storages()
        graph = await rag.chunk_entity_relation_graph._get_graph()
        states = await rag.doc_status.get_status_counts()
        return {
            "entities": graph.number_of_nodes(),
            "relations": graph.number_of_edges(),
            "documents": states.get("processed", 0),
            "failed": states.get("failed", 0),
        }

    report(lambda: asyncio.run(insert()), embedder)


if __name__ == "__main__":
    main()
