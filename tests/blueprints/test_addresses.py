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


def test_the_port_that_a_proxy_adds_and_another_spelling_make_no_other_sender(app: Flask) -> None:
    for spellings in (
        ("203.0.113.7", "203.0.113.7:4711", "203.0.113.7:4712", "::ffff:203.0.113.7", "[::ffff:203.0.113.7]:1"),
        ("2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:4711"),
    ):
        assert len({subject_of(app, spelling) for spelling in spellings}) == 1, spellings
