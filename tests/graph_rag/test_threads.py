"""Comparing runs in threads that end, and what they opened ends with them; numpy multiplies with one."""

import os
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info

from hoptrace import Graph

DESCRIPTORS = Path("/proc/self/fd")


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="counts open files where the kernel shows them")
def test_comparing_many_times_leaves_no_files_open(graph: Graph) -> None:
    graph.compare("Does clarithromycin interact with simvastatin?")
    before = len(os.listdir(DESCRIPTORS))
    for _ in range(12):
        graph.compare("Does clarithromycin interact with simvastatin?")
    assert len(os.listdir(DESCRIPTORS)) <= before + 4


def test_numpy_multiplies_with_one_thread_once_a_question_was_asked(graph: Graph) -> None:
    graph.ask("Does clarithromycin interact with simvastatin?", method="vanilla")
    # Another library, such as scipy, may have brought a BLAS of its own since the first question.
    blas = [library for library in threadpool_info() if library["user_api"] == "blas"]
    numpys = [library for library in blas if "numpy" in library["filepath"]]
    assert {library["num_threads"] for library in numpys or blas} == {1}
