class OutOfStock(Exception):  # noqa: N818 - its name is the error name in the state machine
    """There is not enough of an item; its text is the item's SKU."""
