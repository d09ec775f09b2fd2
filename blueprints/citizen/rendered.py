"""The citizen's page, rendered once per version, language and state in each worker; the key and the proof of the minute
in which it was shown are spliced in.

A worker asks the database at most every half second whether what it keeps still holds: a change shows within a second
everywhere. What a citizen sends is never judged from here.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from blueprints.compression import Spliced
from models.base import reading
from models.page_pulse import PagePulse, page_pulse

CHECKED_EVERY_SECONDS = 0.5
MOST_MEETINGS = 256
#: Where the key goes, and before it the proof: nothing that anybody could write into a text.
KEY_PLACE = secrets.token_hex(16)
SEEN_PLACE = secrets.token_hex(16)
MINUTE, NOTHING = timedelta(minutes=1), timedelta()
KEY_LENGTH = len(str(UUID(int=0)))

Sign = Callable[[datetime], str]


@dataclass
class Page:
    """One page's text with its places, and as it is ready for the readers of a minute. ``sign`` makes the proof of a
    minute; a page that nobody can answer has no proof, no ``sign``, and is ready once for all."""

    text: bytes
    sign: Sign | None
    ready: tuple[datetime, Spliced] | None = None

    def shown(self, now: datetime) -> Spliced:
        """For the readers of this minute; the proof is signed for the first of them."""
        ready = self.ready
        if ready is None or (self.sign and not NOTHING <= now - ready[0] < MINUTE):
            text = self.text.replace(SEEN_PLACE.encode(), self.sign(now).encode()) if self.sign else self.text
            ready = self.ready = (
                now.replace(second=0, microsecond=0),
                Spliced(text.split(KEY_PLACE.encode()), KEY_LENGTH),
            )
        return ready[1]


@dataclass
class Kept:
    """One meeting's pages by language, and until when they hold."""

    pulse: PagePulse
    checked_at: float
    languages: tuple[str, ...]
    pages: dict[str, Page] = field(default_factory=dict)

    def is_fresh(self) -> bool:
        return time.monotonic() - self.checked_at < CHECKED_EVERY_SECONDS


class RenderedPages:
    """The pages of one worker, the least used given up first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = threading.Lock()

    def kept(self, code: str, now: datetime) -> Kept | None:
        """What is kept of the meeting, checked against the database when it is due. None for an unknown code."""
        kept = self._kept.get(code)
        if kept is not None and kept.is_fresh() and kept.pulse.holds(now):
            return kept
        with reading():
            pulse = page_pulse(code)
        if pulse is None:
            self._kept.pop(code, None)
            return None
        if kept is None or not kept.pulse.shows_the_same(pulse, now):
            kept = Kept(pulse.at(now), time.monotonic(), pulse.languages)
        kept.checked_at = time.monotonic()
        self._keep(code, kept)
        return kept

    def page(self, kept: Kept, language: str, now: datetime, render: Callable[[], tuple[str, Sign | None]]) -> Spliced:
        """The page in that language as it is shown now, in pieces for a key. ``render`` makes it once, with how its
        version is signed."""
        page = kept.pages.get(language)
        if page is None:
            text, sign = render()
            page = kept.pages[language] = Page(text.encode(), sign)
        return page.shown(now)

    def _keep(self, code: str, kept: Kept) -> None:
        with self._lock:
            self._kept[code] = kept
            self._kept.move_to_end(code)
            if len(self._kept) > MOST_MEETINGS:
                self._kept.popitem(last=False)
