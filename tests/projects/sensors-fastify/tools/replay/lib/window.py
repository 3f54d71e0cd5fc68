from datetime import date, timedelta


def last(days: int) -> date:
    return date.today() - timedelta(days=days)
