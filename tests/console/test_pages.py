"""The page and its files: for browsers, without a key, and with nothing in them but what was built."""

import asyncio
import gzip
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from api.live import LiveServer
from stepwell.api.keys import AccessKey, Keys
from stepwell.console.built import Built
from stepwell.console.pages import Pages

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SCRIPT = "export const told = 'é';\n" * 40
INDEX = """<!doctype html>
<meta property="csp-nonce" nonce="__STEPWELL_NONCE__">
<script type="module" src="/assets/index-1a2b.js"></script>
"""
FULL = AccessKey(name="owner", id="AKOWNER", secret="0123456789abcdef")
READER = AccessKey(name="reader", id="AKREADER", secret="fedcba9876543210", rights="read-only")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "built" / "assets").mkdir(parents=True)
    (tmp_path / "built" / "index.html").write_text(INDEX)
    (tmp_path / "built" / "assets" / "index-1a2b.js").write_text(SCRIPT)
    (tmp_path / "built" / "favicon.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("secret")
    return tmp_path / "built"


class Shown:
    """The pages of a directory, asked for as over HTTP."""

    def __init__(self, directory: Path) -> None:
        pages = Pages(built=Built(directory))
        self._app = Starlette(routes=[Route("/", pages.front), *pages.routes()])

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def get() -> httpx.Response:
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app)) as client:
                return await client.get(f"http://server{path}", headers=headers)

        return asyncio.run(get())


@pytest.fixture
def page(built: Path) -> Shown:
    return Shown(built)


def test_a_browser_is_shown_the_page_with_a_nonce_of_its_own_each_time(page: Shown) -> None:
    first, second = page.get("/", headers=BROWSER), page.get("/", headers=BROWSER)
    found = re.search(r'nonce="([\w-]{24})"', first.text)
    assert found is not None
    assert first.text == INDEX.replace("__STEPWELL_NONCE__", found[1])
    assert first.text != second.text
    assert dict(first.headers) == {
        "content-length": str(len(first.content)),
        "content-type": "text/html; charset=utf-8",
        "cache-control": "no-store",
        "content-security-policy": (
            f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{found[1]}'; img-src 'self' data: blob:; "
            "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
        ),
        "vary": "Accept",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-frame-options": "DENY",
    }


def test_a_program_is_greeted(page: Shown) -> None:
    answer = page.get("/")
    assert answer.text.startswith("Stepwell speaks the AWS Step Functions API at this address")
    assert answer.headers["vary"] == "Accept"


def test_an_asset_is_kept_for_ever_and_compressed_for_those_who_take_that(page: Shown) -> None:
    answer = page.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "gzip, br"})
    assert answer.text == SCRIPT
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert int(answer.headers["content-length"]) == len(gzip.compress(SCRIPT.encode(), 9, mtime=0))
    plain = page.get("/assets/index-1a2b.js", headers={"Accept-Encoding": "identity"})
    assert (plain.text, "content-encoding" in plain.headers) == (SCRIPT, False)


def test_other_files_are_asked_for_again(page: Shown) -> None:
    answer = page.get("/favicon.svg")
    assert (answer.text, answer.headers["content-type"]) == ("<svg/>", "image/svg+xml")
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/assets/../../secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/assets/none.js"])
def test_nothing_but_built_files_is_given_out(page: Shown, path: str) -> None:
    answer = page.get(path)
    assert (answer.status_code, "secret" in answer.text) == (404, False)


def test_what_was_built_anew_is_served_without_a_restart(page: Shown, built: Path) -> None:
    page.get("/assets/index-1a2b.js")
    (built / "assets" / "index-1a2b.js").write_text("new")
    (built / "index.html").write_text("the new page")
    assert page.get("/", headers=BROWSER).text == "the new page"
    assert page.get("/assets/index-1a2b.js").text == "new"


def test_where_nothing_was_built_a_plain_page_tells_how(tmp_path: Path) -> None:
    answer = Shown(tmp_path).get("/", headers=BROWSER)
    assert answer.status_code == 200
    assert "scripts/console" in answer.text
    assert "__STEPWELL_NONCE__" not in answer.text


def test_a_server_shows_browsers_the_page_and_programs_the_greeting(server: LiveServer) -> None:
    assert httpx.get(server.url, headers=BROWSER).headers["content-type"] == "text/html; charset=utf-8"
    assert httpx.get(server.url).headers["content-type"] == "text/plain; charset=utf-8"


def test_the_page_needs_no_key_and_asks_for_one_itself(serve: Callable[..., LiveServer]) -> None:
    server = serve(keys=Keys(fixed=(FULL, READER)))
    assert httpx.get(server.url, headers=BROWSER).status_code == 200
    assert httpx.get(f"{server.url}/assets/none.js").status_code == 404
    assert httpx.put(server.url).status_code == 401


def test_by_another_name_there_is_no_page_where_no_keys_are_asked_for(server: LiveServer) -> None:
    answer = httpx.get(server.url, headers={**BROWSER, "Host": "rebound.example"})
    assert answer.status_code == 421
