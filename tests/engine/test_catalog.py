"""The catalog: what exists survives a restart, and old revisions stay as long as there are histories."""

import asyncio
import json
from collections.abc import Callable, Coroutine

import pytest

from stepwell.clock import VirtualClock
from stepwell.engine.catalog import Catalog
from stepwell.engine.records import Settings
from stepwell.engine.shelf import Recent
from stepwell.errors import ResourceNotFound, StateMachineAlreadyExists, StateMachineDoesNotExist
from stepwell.store.memory import MemoryStore

PASS = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}})
SUCCEED = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
ARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:m"
ROLE = "arn:aws:iam::123456789012:role/any"


def create(catalog, arn=ARN, definition=PASS):
    return catalog.create_machine(
        arn=arn,
        type="STANDARD",
        definition=definition,
        role_arn=ROLE,
        settings=Settings(),
        tags={},
    )


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def catalog(store):
    return Catalog(store, VirtualClock())


def run(coroutine: Coroutine):
    return asyncio.run(coroutine)


def test_what_was_created_is_there_after_a_restart(store, catalog):
    machine = run(create(catalog))
    assert run(Catalog(store, VirtualClock()).machine(ARN)) == machine


def test_a_machine_that_was_created_is_compiled_already(catalog):
    machine = run(create(catalog))
    compiled = catalog.cached(ARN, machine.revision)
    assert compiled is not None
    assert compiled.start_at == "Done"


def test_after_a_restart_a_revision_is_compiled_when_first_asked_for(store, catalog):
    machine = run(create(catalog))
    later = Catalog(store, VirtualClock())
    assert later.cached(ARN, machine.revision) is None
    compiled = run(later.compiled(ARN, machine.revision))
    assert later.cached(ARN, machine.revision) is compiled


def test_the_revision_of_a_deleted_machine_stays_and_is_not_its_successors(catalog):
    async def story():
        old = await create(catalog)
        await catalog.delete_machine(ARN)
        assert await catalog.deleting() == {ARN}
        await catalog.forget_machine(ARN)
        assert await catalog.machine(ARN) is None
        new = await create(catalog, definition=SUCCEED)
        revision = await catalog.revision(ARN, old.revision)
        assert revision is not None
        assert (revision.definition, new.revision == old.revision) == (PASS, False)
        assert await catalog.deleting() == set()

    run(story())


def test_only_a_deleting_machine_can_be_forgotten(catalog):
    async def story():
        machine = await create(catalog)
        await catalog.forget_machine(ARN)
        assert await catalog.machine(ARN) == machine

    run(story())


def test_of_two_that_create_one_name_at_the_same_time_one_wins(catalog):
    async def story():
        return await asyncio.gather(create(catalog), create(catalog, definition=SUCCEED), return_exceptions=True)

    first, second = run(story())
    assert first.arn == ARN
    assert isinstance(second, StateMachineAlreadyExists)


def test_each_region_and_account_sees_its_own(catalog):
    arns = [
        ARN,
        ARN.replace("eu-west-1", "eu-west-2"),
        ARN.replace("123456789012", "999999999999"),
    ]

    async def story(listed: Callable):
        for arn in arns:
            await create(catalog, arn)
        return [machine.arn for machine in await listed("eu-west-1", "123456789012", None, 10)]

    assert run(story(catalog.machines)) == [ARN]


def test_a_large_definition_is_compiled_too(catalog):
    states = {f"s{n}": {"Type": "Pass", "Comment": "x" * 500, "Next": f"s{n + 1}"} for n in range(200)}
    definition = json.dumps({"StartAt": "s0", "States": {**states, "s200": {"Type": "Succeed"}}})
    machine = run(create(catalog, definition=definition))
    compiled = catalog.cached(ARN, machine.revision)
    assert compiled is not None
    assert len(compiled.states) == 201


def test_what_is_not_there_is_refused(catalog):
    with pytest.raises(StateMachineDoesNotExist):
        run(catalog.update_machine(ARN, role_arn=ROLE))
    with pytest.raises(StateMachineDoesNotExist):
        run(catalog.compiled(ARN, "nonsense"))
    with pytest.raises(ResourceNotFound):
        run(catalog.tag(ARN, {"a": "b"}))
    assert run(catalog.delete_machine(ARN)) is None


def test_the_key_of_a_revision_is_no_machine(catalog):
    machine = run(create(catalog))
    assert run(catalog.machine(f"{ARN}#{machine.revision}")) is None


def test_what_was_read_while_it_was_changed_is_not_remembered(store, catalog):
    async def story():
        await create(catalog)
        later = Catalog(store, VirtualClock())
        # Given somebody who reads the machine while it is deleted
        await asyncio.gather(later.machine(ARN), later.delete_machine(ARN))
        # Then the next one sees it as it is
        machine = await later.machine(ARN)
        assert machine is not None
        assert machine.status == "DELETING"

    run(story())


def test_the_cache_forgets_what_was_used_least_recently():
    recent = Recent[str](2)
    recent.put("a", "A")
    recent.put("b", "B")
    recent.get("a")
    recent.put("c", "C")
    assert [recent.get(key) for key in "abc"] == ["A", None, "C"]


def test_regions_are_those_of_machines_and_activities(catalog):
    async def told():
        assert await catalog.regions() == []
        for region in ("us-east-1", "us-east-10", "ap-south-1", "us-east-1"):
            for name in ("a", "~", "\U0001f355"):
                await create(catalog, f"arn:aws:states:{region}:123456789012:stateMachine:{name}")
        await catalog.create_activity("arn:aws:states:eu-west-1:123456789012:activity:a", Settings().encryption, {})
        return await catalog.regions()

    assert asyncio.run(told()) == ["ap-south-1", "eu-west-1", "us-east-1", "us-east-10"]
