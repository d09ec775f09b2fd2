"""Talked about: what was explained again in the room, and which citizens have said whether it helped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.audit_acts import forget_acts, know_acts

revision = "20261123_talked_about"
down_revision = "20261123_the_main_job"


def upgrade() -> None:
    op.create_table(
        "talked_about",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_talked_about_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["point.id"], name=op.f("fk_talked_about_point_id_point"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_talked_about_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talked_about")),
    )
    op.create_index(op.f("ix_talked_about_meeting_id"), "talked_about", ["meeting_id"])
    op.create_index(op.f("ix_talked_about_point_id"), "talked_about", ["point_id"])

    op.create_table(
        "talk_reply",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("talked_about_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f("fk_talk_reply_answer_id_answer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["talked_about_id"],
            ["talked_about.id"],
            name=op.f("fk_talk_reply_talked_about_id_talked_about"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("answer_id", "talked_about_id", name=op.f("pk_talk_reply")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_talk_reply_talked_about_id"), "talk_reply", ["talked_about_id"])

    know_acts(revision)


def downgrade() -> None:
    forget_acts(revision)
    op.drop_table("talk_reply")
    op.drop_table("talked_about")
