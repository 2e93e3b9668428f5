"""A drawing as PNG. Needs the extra `graph`: `pip install 'stepwell[graph]'`."""


class NoRenderer(Exception):
    """The library that makes pixels is not installed. The message says how to get it."""


def png(svg: str, *, zoom: int = 2) -> bytes:
    """The SVG in pixels, `zoom` to each of its own. Its colours must be light or dark: nobody is asked here."""
    try:
        import resvg_py
    except ImportError:
        raise NoRenderer("PNG needs one more library: pip install 'stepwell[graph]'. SVG needs none.") from None
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom))
