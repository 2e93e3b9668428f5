"""Adds up an order; one without items is refused."""


class EmptyOrder(Exception):
    """An order must have at least one item."""


def handler(event, context):
    if not event["items"]:
        raise EmptyOrder(event["id"])
    return {"total": sum(item["price"] * item["count"] for item in event["items"])}
