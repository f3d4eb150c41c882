"""Comparing runs in threads that end; what they opened must end with them."""

import os
from pathlib import Path

import pytest

from hoptrace import Graph

DESCRIPTORS = Path("/proc/self/fd")


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="counts open files where the kernel shows them")
def test_comparing_many_times_leaves_no_files_open(graph: Graph) -> None:
    graph.compare("Does clarithromycin interact with simvastatin?")
    before = len(os.listdir(DESCRIPTORS))
    for _ in range(12):
        graph.compare("Does clarithromycin interact with simvastatin?")
    assert len(os.listdir(DESCRIPTORS)) <= before + 4
