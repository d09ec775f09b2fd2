"""Institution: a school, care home, day-care centre, office or project of a municipality."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, session
from models.municipality import Municipality
from models.person import Person, Viewer


class Institution(Base):
    __tablename__ = "institution"
    __table_args__ = (UniqueConstraint("municipality_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    name: Mapped[str]

    municipality: Mapped[Municipality] = relationship(lazy="joined", innerjoin=True)

    @staticmethod
    def of(municipality: Municipality) -> list[Institution]:
        """All institutions of a municipality, by name."""
        return _by_name(Institution.municipality_id == municipality.id)

    @staticmethod
    def written_for(viewer: Viewer) -> list[Institution]:
        """Where the viewer may make meetings: the institutions where they are a professional."""
        return _by_name(Institution.id.in_(viewer.professional_at))

    @staticmethod
    def followed_by(viewer: Viewer) -> list[Institution]:
        """What the viewer may export: a manager's institutions, all of an administrator's municipality."""
        return _by_name(
            Institution.id.in_(viewer.manager_at) | Institution.municipality_id.in_(viewer.administrator_of),
        )

    def professionals(self) -> list[Person]:
        """Those who may own or deputise a meeting here, by name."""
        return Person.professionals_at(self.id)


def _by_name(condition: ColumnElement[bool]) -> list[Institution]:
    return list(session().scalars(select(Institution).where(condition).order_by(Institution.name)))
