"""A tablet in citizens' hands, as a test holds it."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from models.answer import Answer
from models.audit import Act, AuditEntry
from models.base import reading
from tests.factories import (
    PASSWORD,
    Cast,
    csrf_token,
    sign_in,
)


class Tablet:
    """A browser that is lent to a meeting, and what people do with it."""

    def __init__(self, client: FlaskClient, cast: Cast, meeting: int) -> None:
        self.client, self.meeting, self.page = client, meeting, f"/meetings/{meeting}/shared"
        sign_in(client, cast.mette)
        self.lent = client.post(f"/meetings/{meeting}/lending", data={"csrf_token": csrf_token(client)})

    def start(self, **query: str) -> dict[str, str]:
        """The next person's page: its hidden fields."""
        return hidden(self.client.get(self.page, query_string=query).text)

    def send(self, fields: dict[str, Any], **more: Any) -> TestResponse:
        return self.client.post(f"{self.page}/answers", data={**fields, **more})

    def take_back(self, password: str = PASSWORD) -> TestResponse:
        data = {"csrf_token": csrf_token(self.client), "password": password}
        return self.client.post(f"{self.page}/return", data=data)


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the page's last form."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.rpartition("<form")[2]))


def stored(meeting: int) -> list[Answer]:
    with reading() as database:
        return list(database.scalars(select(Answer).where(Answer.meeting_id == meeting).order_by(Answer.id)))


def acts(meeting: int) -> list[Act]:
    with reading() as database:
        mine = select(AuditEntry.act).where(AuditEntry.meeting_id == meeting).order_by(AuditEntry.id)
        return [act for act in database.scalars(mine) if act.name.startswith("TABLET")]
