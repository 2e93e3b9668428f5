"""What this version of Stepwell reads but cannot run yet: JSONata.

`check_runnable` is all that holds it back: a feature is switched on by taking it out of here.
"""

from stepwell.asl.diagnostics import Code
from stepwell.asl.place import Place


def check_runnable(place: Place) -> None:
    """Tell, once a state, of what would not run. `place` is the state, under its own query language."""
    if place.language == "JSONata":
        place.error("JSONata is not there yet in this version of Stepwell", Code.NOT_THERE_YET)
