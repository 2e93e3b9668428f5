"""State machines put together by a program: `from stepwell.blocks import chain, choice, machine, step`.

Here and not beside `@workflow`, since there `parallel(a(), b())` takes what calls give and gives a tuple, and here
`parallel(a, b)` takes what is still to be called and gives a state: one name could not have both types.
"""

from stepwell.sdk.blocks import *  # noqa: F403 (all of it, and nothing else)
from stepwell.sdk.blocks import __all__ as __all__
