"""Every page and state for everybody: axe, letters twice as large, 320 px, wide spacing, the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

import pytest
from playwright.sync_api import BrowserContext

from config import LANGUAGES, STAFF_LANGUAGES
from tests.browser.conftest import Devices, Live, axe, signed_in
from tests.browser.looks import both_schemes, focus_is_seen, reflows
from tests.browser.walks import citizens, staff, switch_on_all_languages, tablets
from tests.factories import Cast

NewDevice = Callable[..., BrowserContext]
#: One language of each direction: a page is as wide in the others.
MEASURED = ("da", "ar")
#: Of those that a citizen goes through; the others are looked at in every language.
STATES_AT_FIRST = 6


def test_what_a_citizen_sees(live: Live, cast: Cast, devices: Devices) -> None:
    switch_on_all_languages(cast)
    page = devices.phone().new_page()
    for _ in islice(citizens(live, cast, devices, page, "ar"), STATES_AT_FIRST):
        axe(page)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_citizen_sees_in_every_language(live: Live, cast: Cast, devices: Devices, language: str) -> None:
    switch_on_all_languages(cast)
    page = devices.phone().new_page()
    for _ in citizens(live, cast, devices, page, language):
        both_schemes(page)
        if language in MEASURED:
            reflows(page)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_tablet_shows_in_every_language(live: Live, cast: Cast, devices: Devices, language: str) -> None:
    switch_on_all_languages(cast)
    page = signed_in(devices.tablet(), live, cast.mette)
    for _ in tablets(live, cast, devices, page, language):
        both_schemes(page)
        if language in MEASURED:
            reflows(page)


@pytest.mark.slow
@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_what_staff_see(live: Live, cast: Cast, devices: Devices, language: str) -> None:
    switch_on_all_languages(cast)
    page = signed_in(devices.laptop(), live, cast.mette)
    for _ in staff(live, cast, devices, page, language):
        both_schemes(page)
        reflows(page)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["citizens", "tablets", "staff"])
def test_the_focus_is_seen_wherever_the_keyboard_goes(live: Live, cast: Cast, devices: Devices, who: str) -> None:
    switch_on_all_languages(cast)
    walk = {"citizens": citizens, "tablets": tablets, "staff": staff}[who]
    page = signed_in(devices.laptop(), live, cast.mette)
    for _ in walk(live, cast, devices, page, "da"):
        focus_is_seen(page)
