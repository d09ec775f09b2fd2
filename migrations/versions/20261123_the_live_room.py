"""The live room: guesses, difficulties, offers, replies, voided spans, headcount, lent tablets, record numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.audit_acts import forget_acts, know_acts

revision = "20261123_the_live_room"
down_revision = "20261123_talked_about"

MOMENTS = {
    "meeting": ("questions_ended_at", "answers_ended_at"),
    "question": ("answered_at", "replied_at", "published_at"),
}
WORDS = ("journal_number", "kle_number")
ASKS = ("asks_guess", "asks_hands")


def upgrade() -> None:
    # Written out: SQLite takes a constraint with a new column only so, and otherwise makes the whole table anew.
    op.execute(
        "ALTER TABLE meeting ADD COLUMN headcount INTEGER"
        " CONSTRAINT ck_meeting_headcount_is_in_range CHECK (headcount BETWEEN 1 AND 9999)"
    )
    for word in WORDS:
        op.add_column("meeting", sa.Column(word, sa.String(), server_default=sa.text("''"), nullable=False))
    for table, moments in MOMENTS.items():
        for moment in moments:
            op.add_column(table, sa.Column(moment, sa.DateTime(timezone=True), nullable=True))
    op.add_column("question", sa.Column("reply", sa.JSON(), nullable=True))
    for asks in ASKS:
        op.add_column("agreement_point", sa.Column(asks, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("answer", sa.Column("voided", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("doubt", sa.Column("reasons", sa.Integer(), server_default=sa.text("0"), nullable=False))
    index_totals(
        answer=["meeting_id", "versions", "agreement", "understood_first", "channel", "voided"],
        doubt=["point_id", "raised_first", "unclear", "reasons", "answer_id"],
    )
    said_about_points("guess", sa.Column("expected", expectation(), nullable=False), "expected")
    said_about_points("offer")
    make_voiding()
    remake_sign_in(
        sa.Column("lent_meeting_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lent_meeting_id"], ["meeting.id"], name=op.f("fk_sign_in_lent_meeting_id_meeting"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_sign_in_lent_meeting_id"), "sign_in", ["lent_meeting_id"])
    know_acts(revision)


def downgrade() -> None:
    forget_acts(revision)
    # A tablet that is lent must not open up: its sign-in ends.
    op.execute("DELETE FROM sign_in WHERE lent_meeting_id IS NOT NULL")
    remake_sign_in()
    for table in ("voiding", "offer", "guess"):
        op.drop_table(table)
    index_totals(
        answer=["meeting_id", "versions", "agreement", "understood_first", "channel"],
        doubt=["point_id", "raised_first", "unclear", "answer_id"],
    )
    op.drop_column("doubt", "reasons")
    op.drop_column("answer", "voided")
    for asks in ASKS:
        op.drop_column("agreement_point", asks)
    for column in ("reply", *MOMENTS["question"]):
        op.drop_column("question", column)
    for column in ("headcount", *WORDS, *MOMENTS["meeting"]):
        op.drop_column("meeting", column)


def expectation() -> sa.Enum:
    return sa.Enum("YES", "NO", "UNSURE", name="expected", native_enum=False, create_constraint=True, length=24)


def index_totals(**columns: list[str]) -> None:
    """The indexes that the figures are counted from."""
    for table, indexed in columns.items():
        op.drop_index(op.f(f"ix_{table}_totals"), table)
        op.create_index(op.f(f"ix_{table}_totals"), table, indexed)


def said_about_points(table: str, column: sa.Column[str] | None = None, *indexed: str) -> None:
    """What an answer says about a point, found by both."""
    op.create_table(
        table,
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        *([] if column is None else [column]),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f(f"fk_{table}_answer_id_answer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["point.id"], name=op.f(f"fk_{table}_point_id_point"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("answer_id", "point_id", name=op.f(f"pk_{table}")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f(f"ix_{table}_totals"), table, ["point_id", *indexed, "answer_id"])


def make_voiding() -> None:
    op.create_table(
        "voiding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("first_minute", sa.Integer(), nullable=False),
        sa.Column("last_minute", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("last_minute >= first_minute", name=op.f("ck_voiding_span_runs_forward")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_voiding_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_voiding_by_id_person"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voiding")),
    )
    op.create_index(op.f("ix_voiding_meeting_id"), "voiding", ["meeting_id"])


def remake_sign_in(*added: sa.Column[int] | sa.ForeignKeyConstraint) -> None:
    """The table anew with what is added, its rows kept: SQLite can't give a table another foreign key."""
    op.execute("CREATE TABLE sign_in_kept AS SELECT * FROM sign_in")
    op.drop_table("sign_in")
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        *added,
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sign_in_person_id"), "sign_in", ["person_id"])
    columns = "token_hash, person_id, started_at, active_at"
    op.execute(f"INSERT INTO sign_in ({columns}) SELECT {columns} FROM sign_in_kept")  # noqa: S608
    op.drop_table("sign_in_kept")
