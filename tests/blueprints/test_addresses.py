"""How the throttle knows a sender."""

from __future__ import annotations

from flask import Flask

from blueprints.addresses import hashed_address


def subject_of(app: Flask, address: str) -> bytes:
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        return hashed_address()


def test_an_address_is_itself_and_an_ipv6_network_is_one_sender(app: Flask) -> None:
    assert subject_of(app, "192.0.2.1") != subject_of(app, "192.0.2.2")
    assert subject_of(app, "2001:db8:1:2::1") == subject_of(app, "2001:db8:1:2:ffff::9")
    assert subject_of(app, "2001:db8:1:2::1") != subject_of(app, "2001:db8:1:3::1")
    assert len(subject_of(app, "192.0.2.1")) == 32
