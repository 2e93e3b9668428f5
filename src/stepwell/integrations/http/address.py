"""Which URLs may be called, as far as they themselves say."""

from urllib.parse import urlsplit


def url_fault(url: str, plain: bool) -> str | None:
    """Why this URL may not be called, as the rest of a sentence; None if it may. `plain`: http:// may be called too."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port  # a wrong port is seen when it is asked for
    except ValueError:
        return "is no URL."
    if parts.scheme != "https" and not (plain and parts.scheme == "http"):
        return (
            f"must begin with https://: {_shown(url)}. For development, plain = true under [http] in stepwell.toml"
            " allows http:// too."
        )
    if not host or parts.username is not None or parts.password is not None:
        return f"must name a host, and no user: {_shown(url)}"
    return None


def _shown(url: str) -> str:
    """Without what may be secret: a user's password, the query."""
    return url.partition("?")[0].rpartition("@")[2]
