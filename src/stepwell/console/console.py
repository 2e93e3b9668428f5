"""The console's endpoints put together: the page, and what it reads."""

from starlette.routing import BaseRoute

from stepwell.console.pages import Pages
from stepwell.engine.engine import Engine


class Console:
    """What a server shows of its engine."""

    def __init__(self, engine: Engine) -> None:
        self.pages = Pages()
        self._engine = engine

    def routes(self) -> list[BaseRoute]:
        """All but `/`."""
        return self.pages.routes()
