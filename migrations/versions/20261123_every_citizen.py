"""Every citizen: languages and contacts of a municipality, translations that wait, help, answers that arrive late."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.audit_acts import forget_acts, know_acts

revision = "20261123_every_citizen"
down_revision = "20261123_the_live_room"

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
    know_acts(revision)


def downgrade() -> None:
    forget_acts(revision)
    for mark in MARKS:
        op.drop_column("answer", mark)
    op.drop_column("draft", "stale")
    for column in ("listed_languages", *CONTACTS):
        op.drop_column("municipality", column)
