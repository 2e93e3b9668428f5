"""The console's page and its files, sent so that nothing but them runs in it and no other page can hold it."""

import secrets

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from stepwell.api.app import Endpoint, greet
from stepwell.console.built import Built

NONCE = "__STEPWELL_NONCE__"
"""What the built index.html has where the nonce of each answer belongs."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
"""Nothing is loaded from elsewhere, told to elsewhere or run from text; styles that scripts write need the nonce."""

GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
}
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""Assets have a digest of their content in their names."""
FRESH = {"Cache-Control": "no-cache"}

NOT_BUILT = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>Stepwell</title>
<style nonce="{NONCE}">
  body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 40em; margin: 4em auto; padding: 0 1em }}
</style>
<h1>Stepwell is running</h1>
<p>Its console has not been built here. In a clone of Stepwell, build it with</p>
<pre>scripts/console</pre>
<p>and load this page again. Everything else works: AWS SDKs and the CLI are served at this address,
and <code>stepwell --help</code> lists commands that show executions in a terminal.</p>
"""

FILES = ("/assets/{path:path}", "/favicon.svg", "/favicon.ico")
"""Where the page's files are, besides `/`."""


class Pages:
    """Serves the page at `/` to browsers, its files below `/assets`, and `greeting` at `/` to everybody else."""

    def __init__(self, greeting: Endpoint = greet, built: Built | None = None) -> None:
        self._greeting = greeting
        self._built = built or Built()

    async def front(self, request: Request) -> Response:
        """What is at `/`."""
        if "text/html" not in request.headers.get("accept", ""):
            greeting = await self._greeting(request)
            greeting.headers["Vary"] = "Accept"
            return greeting
        nonce = secrets.token_urlsafe(18)
        page = (self._built.index() or NOT_BUILT).replace(NONCE, nonce)
        headers = {
            **GUARDS,
            "Cache-Control": "no-store",  # the nonce is for this answer alone
            "Content-Security-Policy": POLICY.format(nonce=nonce),
            "Vary": "Accept",
        }
        return Response(page, headers=headers, media_type="text/html")

    async def asset(self, request: Request) -> Response:
        """A file of the page."""
        path = request.url.path.removeprefix("/")
        file = await self._built.file(path)
        if file is None:
            return PlainTextResponse("There is no such file of the console. Load the page again.\n", 404)
        headers = {**GUARDS, **(FOR_EVER if path.startswith("assets/") else FRESH), "Vary": "Accept-Encoding"}
        if file.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(file.gzipped, headers={**headers, "Content-Encoding": "gzip"}, media_type=file.type)
        return Response(file.body, headers=headers, media_type=file.type)

    def routes(self) -> list[BaseRoute]:
        return [Route(path, self.asset, methods=["GET"]) for path in FILES]
