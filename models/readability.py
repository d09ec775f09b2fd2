"""How hard a text is to read, as LIX (läsbarhetsindex, C. H. Björnsson 1968): a hint to the writer, never a gate."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

LONG = 6
"""A word of more letters than this is a long one."""

HARD_WORDS_SHOWN = 8

BODIES = frozenset(
    {
        "barnets lov",
        "folketing",
        "folketinget",
        "kommune",
        "kommunen",
        "-bekendtgørelsen",
        "-bestyrelse",
        "-byråd",
        "-byrådet",
        "-forvaltningen",
        "-handicaprådet",
        "-loven",
        "-ministeriet",
        "-nævnet",
        "-plejehjemsrådet",
        "-pårørenderådet",
        "-regionsrådet",
        "-reglementet",
        "-styrelsen",
        "-udvalg",
        "-udvalget",
        "-ældrerådet",
    }
)
"""Names of bodies and laws, which a writer can't make shorter. One that begins with a hyphen is the ending of many."""

# An address is no word, and a placeholder is none yet.
_NO_WORDS = re.compile(
    r"\{[^{}]*\}|(?:(?:https?://|www\.)|(?<!\S)[^\s@]+@)\S*[^\s.,:;!?)”»\"]",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+|(?<=\d)[.,:]\d+)*")
_STOP = re.compile(r"(?<![.:])[.:]+(?=[\s)\]”»\"']|$)|[!?…]+|[\r\n\u2028\u2029]+")
_ABBREVIATED = re.compile(r"(?:\d|\b(?:bl\.a|ca|evt|f\.eks|inkl|jf|kl|kr|max|min|nr|pkt|stk|tlf))\Z", re.IGNORECASE)
_GOES_ON = re.compile(r"[ \t\u00a0]+[a-zæøå\d]")


class Level(Enum):
    """How a LIX is told to the writer: aim at 25 or less, warned from 30."""

    EASY = "EASY"
    SOMEWHAT_HARD = "SOMEWHAT_HARD"
    HARD = "HARD"


@dataclass(frozen=True, slots=True)
class Readability:
    """LIX of some texts together, its level (both None where there is no word) and the words that make it hard."""

    lix: int | None
    level: Level | None
    hard_words: tuple[str, ...]


def lix(text: str) -> int | None:
    """Words per sentence plus long words per hundred words, rounded; None where there is no word.

    24 or less is easy for all, 25–34 for practised readers (fonologisk.dk, after Björnsson). A sentence ends at
    `.`, `!`, `?`, `:` and at a line break; a long word has more than 6 letters; a number is a word, and never long.
    """
    return _lix(_sentences([text], frozenset()))


def readability(texts: Sequence[str], names: Collection[str] = BODIES) -> Readability:
    """LIX over `texts`, each at least one sentence of its own, with `names` left out.

    A name is a word or several, or, beginning with a hyphen, the ending of words; case and a genitive s don't matter.
    Hard words are the long ones, in lower case, longest first and of equal length the most frequent first.
    """
    sentences = _sentences(texts, names)
    figure = _lix(sentences)
    return Readability(lix=figure, level=None if figure is None else level(figure), hard_words=_hard(sentences))


def level(figure: int) -> Level:
    """The level of a LIX: EASY up to 25, HARD from 30."""
    if figure <= 25:
        return Level.EASY
    return Level.SOMEWHAT_HARD if figure < 30 else Level.HARD


def _lix(sentences: Sequence[Sequence[str]]) -> int | None:
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return None
    long = sum(_letters(word) > LONG for word in words)
    return int(len(words) / len(sentences) + 100 * long / len(words) + 0.5)


def _hard(sentences: Iterable[Iterable[str]]) -> tuple[str, ...]:
    counted = Counter(word for sentence in sentences for word in sentence if _letters(word) > LONG)
    ranked = sorted(counted, key=lambda word: (-_letters(word), -counted[word]))
    return tuple(ranked[:HARD_WORDS_SHOWN])


def _letters(word: str) -> int:
    return sum(map(str.isalpha, word))


def _sentences(texts: Iterable[str], names: Collection[str]) -> list[list[str]]:
    """The words of every sentence that has one, in lower case and without `names`."""
    known = [name.lower() for name in names]
    endings = tuple(name[1:] for name in known if name.startswith("-"))
    phrases = [name for name in known if not _WORD.fullmatch(name) and not name.startswith("-")]
    single = frozenset(known)
    kept = []
    for text in texts:
        plain = _without(phrases, _NO_WORDS.sub(" ", unicodedata.normalize("NFC", text)))
        for sentence in _split(plain):
            words = [word.lower() for word in _WORD.findall(sentence)]
            kept.append([word for word in words if not _is_name(word, single, endings)])
    return [words for words in kept if words]


def _is_name(word: str, single: frozenset[str], endings: tuple[str, ...]) -> bool:
    return any(form in single or form.endswith(endings) for form in (word, word.removesuffix("s")))


def _without(phrases: Sequence[str], text: str) -> str:
    if not phrases:
        return text
    longest_first = "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{longest_first})s?(?!\w)", " ", text, flags=re.IGNORECASE)


def _split(text: str) -> Iterable[str]:
    """The sentences of a text. The point of `kl. 17.30` or `12. januar` ends none."""
    begin = 0
    for stop in _STOP.finditer(text):
        before = text[max(0, stop.start() - 8) : stop.start()]
        if stop[0] == "." and _GOES_ON.match(text, stop.end()) and _ABBREVIATED.search(before):
            continue
        yield text[begin : stop.start()]
        begin = stop.end()
    yield text[begin:]
