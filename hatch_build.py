"""The build hook: wheels and editable installs get the console's page, built from console/."""

import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WITHOUT = os.environ.get("BUILD_WITHOUT_CONSOLE") == "1"


class ConsoleBuildHook(BuildHookInterface[Any]):
    """Builds the page where it is not there yet.

    An editable install goes on without it, and then the server shows a page that tells how to build it.
    BUILD_WITHOUT_CONSOLE=1 in the environment leaves it out.
    """

    def dependencies(self) -> list[str]:
        """Node, where the page must be built and none is there."""
        if WITHOUT:
            return []
        page = self._page()
        return [page.NODE_WHEEL] if page.needs_wheel() and not page.is_current() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a distribution is built. Raises CannotBuild."""
        if WITHOUT:
            return
        page = self._page()
        try:
            page.build()
        except page.CannotBuild as problem:
            if version != "editable":
                raise
            self.app.display_warning(f"The console was not built: {problem} Then run scripts/console.")

    def _page(self) -> ModuleType:
        path = Path(self.root) / "console" / "build_page.py"
        spec = importlib.util.spec_from_file_location("build_page", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
