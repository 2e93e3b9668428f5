"""Blocks: state machines put together by a program, of pieces that are data."""

from stepwell.sdk.blocks.block import Block, Blocklike
from stepwell.sdk.blocks.machine import Assembled, machine
from stepwell.sdk.blocks.making import (
    catch,
    chain,
    choice,
    each,
    fail,
    group,
    on,
    parallel,
    pass_,
    prefix,
    retry,
    step,
    succeed,
    wait,
    when,
)
from stepwell.sdk.blocks.values import Expression, Value, exists, expression, fn, one_of, states, text, var

__all__ = [
    "Assembled",
    "Block",
    "Blocklike",
    "Expression",
    "Value",
    "catch",
    "chain",
    "choice",
    "each",
    "exists",
    "expression",
    "fail",
    "fn",
    "group",
    "machine",
    "on",
    "one_of",
    "parallel",
    "pass_",
    "prefix",
    "retry",
    "states",
    "step",
    "succeed",
    "text",
    "var",
    "wait",
    "when",
]
