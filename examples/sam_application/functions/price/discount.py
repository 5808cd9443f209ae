"""Large orders are cheaper."""


def discounted(cents):
    return cents * 90 // 100 if cents >= 100_00 else cents
