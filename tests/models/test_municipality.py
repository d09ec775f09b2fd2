"""A municipality may raise its group limits, never lower them (rule 6)."""

import pytest
from sqlalchemy.exc import IntegrityError

from models.base import reading, session, writing
from models.municipality import Municipality
from tests.databases import Database
from tests.factories import Cast


@pytest.mark.parametrize(
    "columns",
    [{"room_limit": 2}, {"insight_limit": 4}, {"retention_days": 0}, {"question_days": 0}],
    ids=lambda columns: next(iter(columns)),
)
def test_the_database_itself_refuses_limits_below_the_smallest(cast: Cast, columns: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), writing() as database:
        database.add(Municipality(name="For små grupper", **columns))


def test_limits_may_be_raised(cast: Cast) -> None:
    with writing() as database:
        it = database.get_one(Municipality, cast.municipality.id)
        it.room_limit, it.insight_limit, it.retention_days = 10, 20, 30
    with reading():
        assert session().get_one(Municipality, cast.municipality.id).room_limit == 10


def test_answers_are_kept_180_days_and_questions_30_unless_changed(cast: Cast) -> None:
    with reading():
        it = session().get_one(Municipality, cast.municipality.id)
        assert (it.retention_days, it.question_days, it.room_limit, it.insight_limit) == (180, 30, 3, 5)


def test_the_only_municipality_of_a_server_is_known(database: Database) -> None:
    with reading():
        assert Municipality.only() is None
    for name, known in (("Eksempelby Kommune", "Eksempelby Kommune"), ("Nabokøbing Kommune", None)):
        with writing() as session:
            session.add(Municipality(name=name))
        with reading():
            only = Municipality.only()
            assert (only and only.name) == known
