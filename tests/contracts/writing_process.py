"""A process that writes numbered documents into a store and says each when it is written: to run two at once, or to kill.

python -m tests.contracts.writing_process STORE '{"home": …}' FIRST COUNT [LARGEST_FILE_IN_BYTES]
"""

import json
import resource
import sys

from graph_builder import registry, stores
from graph_builder.errors import StoreFull
from graph_builder.settings import Settings
from graph_builder.stores import Store
from tests.contracts.contributions import DIM, MODEL, many

FULL = 77
"""What the process exits with when the store was full."""


def run(store_name: str, settings: str, first: str, count: str, largest: str = "") -> int:
    opened = registry.load(stores, store_name, what="store")
    store: Store = opened.connect(Settings(**json.loads(settings)), embedding_model=MODEL, dim=DIM)
    if largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(largest), int(largest)))
    say("open")
    try:
        for contribution in many(int(count), first=int(first)):
            store.write(contribution)
            say(contribution.document.source)
    except StoreFull as error:
        say(str(error))
        return FULL
    store.close()
    return 0


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(run(*sys.argv[1:]))
