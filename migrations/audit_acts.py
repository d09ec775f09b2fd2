"""The audit's acts: a constraint lists them, so a new act needs a new one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

#: What each revision added, in their order. A constraint is made of what stands here until then, so nothing that stands
#: here changes.
ADDED = {
    "20261123_the_main_job": (
        "PERSON_ADDED",
        "MEETING_CREATED",
        "MEETING_COPIED",
        "MEETING_OPENED",
        "MEETING_CLOSED",
        "MEETING_REOPENED",
        "MEETING_DELETED",
        "AGREEMENT_PUBLISHED",
        "DRAFT_WRITTEN",
        "DRAFT_DISCARDED",
        "FACTS_CHANGED",
        "DEPUTIES_NAMED",
        "QUESTION_HIDDEN",
        "QUESTION_SHOWN",
        "QUESTION_DELETED",
    ),
    "20261123_talked_about": (
        "TALKED_ABOUT",
        "TALK_WITHDRAWN",
    ),
    "20261123_the_live_room": (
        "QUESTION_ANSWERED",
        "QUESTION_REOPENED",
        "QUESTION_PUBLISHED",
        "QUESTION_WITHDRAWN",
        "HEADCOUNT_SET",
        "RECORD_NUMBERED",
        "ANSWERS_VOIDED",
        "VOIDING_UNDONE",
        "TABLET_LENT",
        "TABLET_RETURNED",
        "PAPER_TYPED",
        "PAPER_UNDONE",
    ),
    "20261123_every_citizen": ("MUNICIPALITY_CHANGED",),
}


def acts_of(revision: str) -> list[str]:
    """The acts that the audit takes at a revision."""
    revisions = list(ADDED)
    return [act for each in revisions[: revisions.index(revision) + 1] for act in ADDED[each]]


def know_acts(revision: str) -> None:
    """The audit takes the acts of this revision and no others."""
    acts = acts_of(revision)
    if op.get_bind().dialect.name == "postgresql":
        listed = ", ".join(f"'{act}'" for act in acts)
        op.drop_constraint(op.f("ck_audit_entry_act"), "audit_entry")
        op.create_check_constraint(op.f("ck_audit_entry_act"), "audit_entry", f"act IN ({listed})")
        return
    # SQLite can't change a constraint: the rows wait in another table while theirs is made anew.
    op.execute("CREATE TABLE audit_entry_kept AS SELECT * FROM audit_entry")
    op.drop_table("audit_entry")
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column(
            "act", sa.Enum(*acts, name="act", native_enum=False, create_constraint=True, length=24), nullable=False
        ),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_audit_entry_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_meeting_id"), "audit_entry", ["meeting_id"])
    columns = "id, at, by_id, act, meeting_id, details"
    op.execute(f"INSERT INTO audit_entry ({columns}) SELECT {columns} FROM audit_entry_kept")  # noqa: S608
    op.drop_table("audit_entry_kept")


def forget_acts(revision: str) -> None:
    """The audit takes the acts of the revision before alone again: entries of those that this one added are lost."""
    of_added = sa.text("DELETE FROM audit_entry WHERE act IN :added")
    op.execute(of_added.bindparams(sa.bindparam("added", ADDED[revision], expanding=True)))
    revisions = list(ADDED)
    know_acts(revisions[revisions.index(revision) - 1])
