"""The page behind the QR code: read, answer, receipt."""

from flask import Blueprint

from blueprints.headers import csrf

citizen = Blueprint("citizen", __name__, url_prefix="/m/<code:code>")

# Citizens have no cookie, so no authority for another site to borrow; `headers` refuses other sites anyway.
csrf.exempt(citizen)

from blueprints.citizen import answering, copies, guessing, invitations, receipts, views  # noqa: E402, F401
