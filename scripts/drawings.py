"""Draw the workflows of the examples' pages anew: the Mermaid block after each `<!-- graph of MODULE:NAME -->`.

Run it after a change of an example: `.venv/bin/python scripts/drawings.py`.
"""

import re
import sys
from importlib import import_module
from pathlib import Path

from stepwell.graph.mermaid import mermaid
from stepwell.graph.model import graph_of

ROOT = Path(__file__).parents[1]
DRAWING = re.compile(r"(<!-- graph of (\w+):(\w+) -->\n\n)(?:```mermaid\n.*?```\n)?", re.DOTALL)


def drawn(page: str) -> str:
    """The page with its drawings as `stepwell graph` makes them."""
    return DRAWING.sub(lambda found: f"{found[1]}```mermaid\n{_graph(found[2], found[3])}```\n", page)


def _graph(module: str, name: str) -> str:
    folder = str(ROOT / "examples" / module)
    sys.path.insert(0, folder)
    try:
        workflow = getattr(import_module(module), name)
    finally:
        sys.path.remove(folder)
    return f"{mermaid(graph_of(workflow.to_asl())).rstrip()}\n"


def main() -> None:
    for path in ROOT.glob("docs/**/*.md"):
        page = path.read_text("utf-8")
        if (anew := drawn(page)) != page:
            path.write_text(anew, "utf-8")
            print(f"{path.relative_to(ROOT)} is drawn anew.")


if __name__ == "__main__":
    main()
