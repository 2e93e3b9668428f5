"""The documents say what is: their commands, options, settings, metrics and links exist, and their Python runs."""

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import click
import msgspec
import pytest

from cli.served import Server, environment, serving
from stepwell.cli import main
from stepwell.config import Config

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(path.relative_to(ROOT) for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
GUIDE = (ROOT / "docs/guide.md").read_text("utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text(document: Path | str) -> str:
    return (ROOT / document).read_text("utf-8")


def blocks(document: Path | str, language: str) -> list[str]:
    return [code for tongue, code in BLOCK.findall(text(document)) if tongue == language]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, moto_url: str) -> Iterator[Server]:
    aws = {"AWS_ENDPOINT_URL": moto_url, "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    with serving(tmp_path_factory.mktemp("docs"), **aws) as server:
        yield server


@pytest.mark.parametrize("name", main.commands)
def test_every_command_and_option_is_in_the_guide(name: str) -> None:
    assert f"`stepwell {name}" in GUIDE
    options = [option for parameter in main.commands[name].params for option in parameter.opts]
    assert [option for option in options if option.startswith("--") and option not in GUIDE] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_commands_in_documents_exist(document: Path) -> None:
    for line in "\n".join(blocks(document, "sh")).splitlines():
        program, *arguments = line.removeprefix(".venv/bin/").split() or [""]
        if program == "stepwell":
            command = main.commands[arguments[0]]
            known = {option for parameter in command.params for option in parameter.opts}
            assert {argument for argument in arguments if argument.startswith("--")} <= known, line
        elif "/" in program:
            assert os.access(ROOT / program, os.X_OK), line


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", text(document))
    here = (ROOT / document).parent
    assert [target for target in targets if "://" not in target and not (here / target).exists()] == []


PRINTED = {
    "README.md": "arn:aws:states:us-east-1:123456789012:execution:hello:",
    "docs/guide.md": 'SUCCEEDED {"text":"Hello Ada"}\n{"text":"Hello Bob"}\n{"approved": true}\n',
}


@pytest.mark.parametrize("document", PRINTED)
def test_python_in_documents_runs(
    document: str, server: Server, moto_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "\n".join(blocks(document, "python"))
    assert "http://127.0.0.1:8083" in code
    here = code.replace("http://127.0.0.1:8083", server.url).replace("http://127.0.0.1:5000", moto_url)
    exec(compile(here, document, "exec"), {})
    assert capsys.readouterr().out.startswith(PRINTED[document])


def test_the_programs_of_the_page_on_workers_work_together(server: Server, tmp_path: Path) -> None:
    for code in blocks("docs/workers.md", "python"):
        name = code.partition("\n")[0].removeprefix("# ")
        (tmp_path / name).write_text(code.replace("http://127.0.0.1:8083", server.url), "utf-8")
    here = environment(STEPWELL_URL=server.url, PYTHONUNBUFFERED="1")

    def python(*arguments: str) -> "subprocess.Popen[str]":
        return subprocess.Popen((sys.executable, *arguments), cwd=tmp_path, env=here, stdout=subprocess.PIPE, text=True)

    for worker in (("-m", "stepwell", "worker", "pizza"), ("serve.py",), ("timing.py",)):
        with python(*worker) as serving, python("order.py") as order:
            said = order.communicate(timeout=60)[0]
            serving.terminate()
            heard = serving.communicate(timeout=60)[0]
            assert (order.returncode, serving.returncode) == (0, 0)
            assert "= state machine pizza" in said or "+ state machine pizza" in said
            assert said.endswith("\n300 g of wheat, baked\n")
    assert re.search(r"^make_dough: 0\.\d+ s, {'grams': 300}$", heard, re.MULTILINE)
    with python("move.py") as move:
        assert move.wait(60) == 0


@pytest.mark.parametrize("page", sorted(ROOT.glob("docs/examples/*.md")), ids=lambda page: page.stem)
def test_the_page_of_an_example_shows_what_runs(page: Path) -> None:
    """tests/examples runs the files of which the page's blocks are parts."""
    files = [path.read_text("utf-8") for path in (ROOT / "examples" / page.stem).glob("*.py")]
    shown = blocks(page, "python")
    assert shown
    assert [block for block in shown if not any(block in file for file in files)] == []


def test_drawing_the_examples_again_changes_nothing() -> None:
    drawn = runpy.run_path(str(ROOT / "scripts/drawings.py"))["drawn"]
    pages = {page.stem: page.read_text("utf-8") for page in ROOT.glob("docs/examples/*.md")}
    assert {name: drawn(page) for name, page in pages.items()} == pages, "run .venv/bin/python scripts/drawings.py"


def test_every_setting_is_in_the_guide_with_its_default() -> None:
    told = dict(re.findall(r"^\| `(\w+)` \| (\S+) \|", GUIDE, re.MULTILINE))
    assert told == {field.name: str(field.default) for field in msgspec.structs.fields(Config)}


def test_metrics_in_the_guide_exist(server: Server) -> None:
    connection = HTTPConnection(server.url.removeprefix("http://"))
    connection.request("GET", "/metrics")
    exposed = connection.getresponse().read().decode()
    connection.close()
    assert [name for name in re.findall(r"`(stepwell_\w+)`", GUIDE) if name not in exposed] == []


def test_writing_the_page_of_compatibility_again_changes_nothing() -> None:
    write = runpy.run_path(str(ROOT / "scripts/compatibility.py"))["page"]
    assert write() == text("docs/compatibility.md"), "run .venv/bin/python scripts/compatibility.py"


def test_the_page_of_compatibility_takes_no_note_about_what_is_not_there() -> None:
    script = runpy.run_path(str(ROOT / "scripts/compatibility.py"))
    for notes, names in (({"Old": {"no": ""}}, ["New"]), ({"New": {"maybe": ""}}, ["New"])):
        with pytest.raises(script["Stale"]):
            script["_rows"](names, notes)


def test_the_ci_runs_the_readmes_test_command() -> None:
    [command] = [block.strip() for block in blocks("README.md", "sh") if "test" in block]
    assert text(".ci/run").strip().endswith(f"exec {command}")


def test_commands_are_described() -> None:
    for name, command in main.commands.items():
        assert command.get_short_help_str(200).endswith("."), name
        options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
        assert [option.name for option in options if not option.help] == [], name


def test_the_function_of_the_guide_runs(tmp_path: Path) -> None:
    [settings] = [block for block in blocks("docs/guide.md", "toml") if "[functions." in block]
    [handler] = [block for block in blocks("docs/guide.md", "python") if "def handler" in block]
    (tmp_path / "stepwell.toml").write_text(settings)
    (tmp_path / "price.py").write_text(handler)
    resource = "arn:aws:lambda:us-east-1:123456789012:function:price"
    with serving(tmp_path) as server:
        server.create("pricing", {"Price": {"Type": "Task", "Resource": resource, "End": True}})
        assert server.says("start", "pricing", "--input", '{"item": "dough"}', "--wait") == (
            '{"euros": 7, "item": "dough"}\n'
        )
        assert server.says("logs", "price").endswith("\tPrice\tpriced dough\n")
