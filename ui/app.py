"""What Streamlit runs: `hoptrace ui` starts it. An argument is the home of the graph.

The layers below know nothing of the front door, so it is named here as servers name an application: "module:function".
"""

import sys
from pkgutil import resolve_name

from ui.page import show

FRONT_DOOR = "hoptrace.graph:Graph.open"

show(resolve_name(FRONT_DOOR), home=sys.argv[1] if len(sys.argv) > 1 else "")
