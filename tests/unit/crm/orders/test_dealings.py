"""What a customer's orders come to."""

from __future__ import annotations

from datetime import date

from crm.orders.dealings import Dealing, figures_of, rhythm_of

TODAY = date(2026, 11, 3)


def order(state: str, day: str, gross_minor: int, currency: str = "CNY") -> Dealing:
    return Dealing(state, date.fromisoformat(day), currency, gross_minor)


def test_sums_are_of_calendar_years_and_leave_out_what_was_refused() -> None:
    figures = figures_of(
        [
            order("settled", "2025-03-01", 100),
            order("closed", "2026-01-01", 10),
            order("approved", "2026-10-01", 5),
            order("rejected", "2026-10-02", 1_000),
            order("draft", "2026-10-03", 1_000),
            order("refunded", "2026-10-04", 1_000),
        ],
        currency="CNY",
        limit_minor=None,
        today=TODAY,
    )
    assert (figures.this_year_minor, figures.this_year_orders) == (15, 2)
    assert (figures.last_year_minor, figures.last_year_orders) == (100, 1)
    assert figures.last_on == date(2026, 10, 1)


def test_orders_in_another_currency_are_counted_and_not_added() -> None:
    figures = figures_of(
        [order("approved", "2026-10-01", 5, "EUR")], currency="CNY", limit_minor=4, today=TODAY
    )
    assert (figures.this_year_minor, figures.this_year_orders) == (0, 1)
    assert (figures.open_minor, figures.open_orders, figures.free_minor) == (0, 1, 4)


def test_what_is_free_goes_below_nothing() -> None:
    figures = figures_of([order("submitted", "2026-10-01", 5)], currency="CNY", limit_minor=4, today=TODAY)
    assert figures.free_minor == -1


def test_rhythm_is_the_usual_gap_and_not_the_average() -> None:
    days = [date(2026, 1, day) for day in (1, 8, 15, 22)] + [date(2026, 6, 1)]
    assert rhythm_of(days) == 7
    figures = figures_of(
        [order("closed", day.isoformat(), 1) for day in days], currency="CNY", limit_minor=None, today=TODAY
    )
    assert figures.expected_on == date(2026, 6, 8)


def test_two_days_with_orders_are_no_rhythm() -> None:
    assert rhythm_of([date(2026, 1, 1), date(2026, 2, 1)]) is None


def test_several_orders_of_one_day_are_one_visit() -> None:
    figures = figures_of(
        [order("closed", day, 1) for day in ("2026-01-01", "2026-01-01", "2026-01-11")],
        currency="CNY",
        limit_minor=None,
        today=TODAY,
    )
    assert figures.rhythm_days is None
