"""The audit's acts: a constraint lists them, so a new act needs a new one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


def know_acts(*acts: str) -> None:
    """The audit takes these acts and no others."""
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


def forget_acts(added: tuple[str, ...], *before: str) -> None:
    """The audit takes the acts of ``before`` alone again: entries of those that were added since are lost."""
    of_added = sa.text("DELETE FROM audit_entry WHERE act IN :added")
    op.execute(of_added.bindparams(sa.bindparam("added", added, expanding=True)))
    know_acts(*before)
