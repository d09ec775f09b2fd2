"""The main job: municipalities, people, meetings, agreements and answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.audit_acts import acts_of

revision = "20261123_the_main_job"
down_revision = None

TABLES = (
    "heartbeat",
    "municipality",
    "person",
    "throttle",
    "audit_entry",
    "institution",
    "sign_in",
    "meeting",
    "membership",
    "agreement",
    "draft",
    "meeting_deputy",
    "point",
    "spent_key",
    "agreement_point",
    "answer",
    "doubt",
    "question",
)
#: A published row never changes: the database itself refuses.
FROZEN = ("agreement", "agreement_point", "point")
REFUSE_ON_SQLITE = "CREATE TRIGGER {0}_is_frozen BEFORE UPDATE ON {0} BEGIN SELECT RAISE(ABORT, '{0} is frozen'); END"
REFUSE_ON_POSTGRESQL = """
CREATE FUNCTION {0}_is_frozen() RETURNS trigger AS
$$ BEGIN RAISE EXCEPTION '{0} is frozen'; END $$ LANGUAGE plpgsql;
CREATE TRIGGER {0}_is_frozen BEFORE UPDATE ON {0} FOR EACH ROW EXECUTE FUNCTION {0}_is_frozen()
"""


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_heartbeat_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_heartbeat")),
    )

    op.create_table(
        "municipality",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("palette", sa.String(), nullable=False),
        sa.Column("privacy_contact", sa.String(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("question_days", sa.Integer(), nullable=False),
        sa.Column("room_limit", sa.Integer(), nullable=False),
        sa.Column("insight_limit", sa.Integer(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.CheckConstraint("insight_limit >= 5", name=op.f("ck_municipality_insight_limit_is_never_lowered")),
        sa.CheckConstraint(
            "retention_days > 0 AND question_days > 0", name=op.f("ck_municipality_answers_are_kept_for_some_time")
        ),
        sa.CheckConstraint("room_limit >= 3", name=op.f("ck_municipality_room_limit_is_never_lowered")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_municipality")),
        sa.UniqueConstraint("name", name=op.f("uq_municipality_name")),
    )

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_is_lower_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )

    op.create_table(
        "throttle",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_throttle")),
        sqlite_with_rowid=False,
    )

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column(
            "act",
            one_of("act", *acts_of(revision)),
            nullable=False,
        ),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["person.id"], name=op.f("fk_audit_entry_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_meeting_id"), "audit_entry", ["meeting_id"])

    op.create_table(
        "institution",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_institution_municipality_id_municipality")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
        sa.UniqueConstraint("municipality_id", "name", name=op.f("uq_institution_municipality_id_name")),
    )

    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_in_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_sign_in_person_id"), "sign_in", ["person_id"])

    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column(
            "form",
            one_of(
                "form",
                "PARENTS_MEETING",
                "BOARD",
                "RELATIVES_COUNCIL",
                "HEARING",
                "COMMITTEE_17_4",
                "PROJECT",
                "INDIVIDUAL_TALK",
            ),
            nullable=False,
        ),
        sa.Column(
            "method", one_of("method", "CO_CREATION", "STRENGTHENED_CONTACT", "HEARING", "OTHER"), nullable=False
        ),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("held_at", sa.Time(), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("contact_phone", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("page_revision", sa.Integer(), nullable=False),
        sa.Column("current_versions", sa.BigInteger(), nullable=False),
        sa.Column("new_keys", sa.Integer(), nullable=False),
        sa.Column("totals", sa.JSON(), nullable=True),
        sa.Column("totals_revision", sa.Integer(), nullable=True),
        sa.CheckConstraint("length(code) = 8", name=op.f("ck_meeting_code_has_8_characters")),
        sa.CheckConstraint(
            "opened_at IS NULL OR (closes_at IS NOT NULL AND held_on IS NOT NULL)",
            name=op.f("ck_meeting_open_has_an_end"),
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_meeting_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_meeting_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("code", name=op.f("uq_meeting_code")),
    )
    op.create_index(op.f("ix_meeting_held_on"), "meeting", ["held_on"])
    op.create_index(op.f("ix_meeting_institution_id"), "meeting", ["institution_id"])
    op.create_index(op.f("ix_meeting_owner_id"), "meeting", ["owner_id"])

    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", one_of("role", "PROFESSIONAL", "MANAGER", "ADMINISTRATOR"), nullable=False),
        sa.Column("institution_id", sa.Integer(), nullable=True),
        sa.Column("municipality_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(role = 'ADMINISTRATOR' AND municipality_id IS NOT NULL AND institution_id IS NULL)"
            " OR (role <> 'ADMINISTRATOR' AND institution_id IS NOT NULL AND municipality_id IS NULL)",
            name=op.f("ck_membership_role_fits_its_place"),
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["institution.id"], name=op.f("fk_membership_institution_id_institution")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"], name=op.f("fk_membership_municipality_id_municipality")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_membership_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "person_id", "role", "institution_id", name=op.f("uq_membership_person_id_role_institution_id")
        ),
        sa.UniqueConstraint(
            "person_id", "role", "municipality_id", name=op.f("uq_membership_person_id_role_municipality_id")
        ),
    )
    op.create_index(op.f("ix_membership_institution_id"), "membership", ["institution_id"])

    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.JSON(), nullable=False),
        sa.Column("decider", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 60", name=op.f("ck_agreement_number_is_in_range")),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_agreement_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["published_by_id"], ["person.id"], name=op.f("fk_agreement_published_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_agreement_meeting_id_number")),
    )

    op.create_table(
        "draft",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("saved_from", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_draft_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_draft_saved_by_id_person")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_draft")),
    )

    op.create_table(
        "meeting_deputy",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_deputy_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_meeting_deputy_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting_id", "person_id", name=op.f("pk_meeting_deputy")),
    )

    op.create_table(
        "point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("influence", one_of("influence", "YOU_DECIDE", "TOGETHER", "WE_LISTEN", "FIXED"), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_point_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_point")),
        sa.UniqueConstraint("meeting_id", "identity", name=op.f("uq_point_meeting_id_identity")),
    )

    op.create_table(
        "spent_key",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_spent_key_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("meeting_id", "key_hash", name=op.f("pk_spent_key")),
        sqlite_with_rowid=False,
    )

    op.create_table(
        "agreement_point",
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("how", sa.JSON(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_agreement_point_agreement_id_agreement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["point.id"], name=op.f("fk_agreement_point_point_id_point"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("agreement_id", "point_id", name=op.f("pk_agreement_point")),
        sa.UniqueConstraint("agreement_id", "position", name=op.f("uq_agreement_point_agreement_id_position")),
    )

    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("agreement", sa.Integer(), nullable=False),
        sa.Column("versions", sa.BigInteger(), nullable=False),
        sa.Column("understood_first", sa.Boolean(), nullable=False),
        sa.Column("first_minute", sa.Integer(), nullable=False),
        sa.Column("changed_minute", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("channel", one_of("channel", "OWN_PHONE", "SHARED", "PAPER"), nullable=False),
        sa.CheckConstraint("changed_minute >= first_minute", name=op.f("ck_answer_changed_after_first")),
        sa.CheckConstraint("versions > 0", name=op.f("ck_answer_covers_a_version")),
        sa.ForeignKeyConstraint(
            ["meeting_id", "agreement"],
            ["agreement.meeting_id", "agreement.number"],
            name=op.f("fk_answer_meeting_id_agreement_agreement"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_answer_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("meeting_id", "key_hash", name=op.f("uq_answer_meeting_id_key_hash")),
    )
    op.create_index(
        op.f("ix_answer_totals"), "answer", ["meeting_id", "versions", "agreement", "understood_first", "channel"]
    )

    op.create_table(
        "doubt",
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("raised_first", sa.Boolean(), nullable=False),
        sa.Column("unclear", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f("fk_doubt_answer_id_answer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["point_id"], ["point.id"], name=op.f("fk_doubt_point_id_point"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("answer_id", "point_id", name=op.f("pk_doubt")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_doubt_totals"), "doubt", ["point_id", "raised_first", "unclear", "answer_id"])

    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("deleted_digest", sa.LargeBinary(length=32), nullable=True),
        sa.CheckConstraint("(text IS NULL) <> (deleted_digest IS NULL)", name=op.f("ck_question_deleted_or_there")),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 280", name=op.f("ck_question_text_is_short")),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["answer.id"], name=op.f("fk_question_answer_id_answer"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["point_id"], ["point.id"], name=op.f("fk_question_point_id_point"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
        sa.UniqueConstraint("answer_id", "point_id", name=op.f("uq_question_answer_id_point_id")),
    )
    op.create_index(op.f("ix_question_point_id"), "question", ["point_id"])

    freeze = REFUSE_ON_POSTGRESQL if is_postgresql() else REFUSE_ON_SQLITE
    for table in FROZEN:
        op.execute(freeze.format(table))


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if is_postgresql():
        for table in FROZEN:
            op.execute(f"DROP FUNCTION {table}_is_frozen()")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
