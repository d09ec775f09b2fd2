"""Every citizen: languages and contacts of a municipality, translations that wait, help, answers that arrive late."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.audit_acts import forget_acts, know_acts

revision = "20261123_every_citizen"
down_revision = "20261123_the_live_room"

ACTS_BEFORE = (
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
    "TALKED_ABOUT",
    "TALK_WITHDRAWN",
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
)
ACTS_ADDED = ("MUNICIPALITY_CHANGED",)
CONTACTS = ("address", "accessibility_email", "accessibility_phone", "accessibility_statement")
MARKS = ("helped", "late")


def upgrade() -> None:
    for contact in CONTACTS:
        op.add_column("municipality", sa.Column(contact, sa.String(), server_default=sa.text("''"), nullable=False))
    both = sa.text("'da,en'")
    op.add_column("municipality", sa.Column("listed_languages", sa.String(), server_default=both, nullable=False))
    op.add_column("draft", sa.Column("stale", sa.JSON(), nullable=True))
    for mark in MARKS:
        op.add_column("answer", sa.Column(mark, sa.Boolean(), server_default=sa.false(), nullable=False))
    know_acts(*ACTS_BEFORE, *ACTS_ADDED)


def downgrade() -> None:
    forget_acts(ACTS_ADDED, *ACTS_BEFORE)
    for mark in MARKS:
        op.drop_column("answer", mark)
    op.drop_column("draft", "stale")
    for column in ("listed_languages", *CONTACTS):
        op.drop_column("municipality", column)
