"""Which version of Stepwell this is."""

__version__ = "0.1.0"
