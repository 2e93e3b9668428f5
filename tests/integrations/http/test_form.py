"""Form data, with arrays as each ArrayFormat writes them."""

from typing import Any
from urllib.parse import unquote

import pytest

from stepwell.integrations.http.form import encode_form


@pytest.mark.parametrize(
    ("array_format", "written"),
    [
        ("INDICES", "list[0]=a&list[1]=b c&list[2][k]=1"),
        ("REPEAT", "list=a&list=b c&list[k]=1"),
        ("COMMAS", 'list=a,b c,{"k":1}'),
        ("BRACKETS", "list[]=a&list[]=b c&list[][k]=1"),
    ],
)
def test_arrays_are_written_as_the_format_says(array_format: str, written: str) -> None:
    assert unquote(encode_form({"list": ["a", "b c", {"k": 1}]}, array_format)) == written


@pytest.mark.parametrize(
    ("body", "written"),
    [
        ({"metadata": {"order details": "a report"}}, "metadata%5Border%20details%5D=a%20report"),
        ({"text": "a&b=c+d", "n": 1.5, "yes": True, "none": None}, "text=a%26b%3Dc%2Bd&n=1.5&yes=true&none="),
        ({"nested": [[1], [2]]}, "nested%5B0%5D%5B0%5D=1&nested%5B1%5D%5B0%5D=2"),
        ({"ü": "€"}, "%C3%BC=%E2%82%AC"),
        ({}, ""),
    ],
)
def test_keys_and_values_are_escaped(body: dict[str, Any], written: str) -> None:
    assert encode_form(body) == written
