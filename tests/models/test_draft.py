"""The wording being written: nothing is lost, and two who write at once are told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.base import session, writing
from models.draft import KEPT_REMOVALS, MOST_POINTS, MOST_STEPS, Draft, DraftChanged, DraftFull
from models.meeting import Meeting
from models.publishing import NothingToPublish, discard_draft, publish_draft
from tests.factories import Cast, a_meeting, a_point, a_wording

NOW = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


def draft_of(meeting_id: int) -> Draft:
    return session().get_one(Meeting, meeting_id).draft


@pytest.fixture
def meeting(cast: Cast) -> int:
    return a_meeting(cast, state="draft", now=NOW)


def keys(draft: Draft) -> list[int]:
    return [point.key for point in draft.wording.points]


def test_what_was_written_is_kept(cast: Cast, meeting: int) -> None:
    new = a_wording(purpose={"da": "Noget nyt"})
    with writing():
        draft_of(meeting).save(new, cast.mette.id, NOW + timedelta(minutes=1))
    with writing():
        assert draft_of(meeting).wording == new
        assert draft_of(meeting).saved_at == NOW + timedelta(minutes=1)


def test_saving_raises_the_revision_and_saving_the_same_does_not(cast: Cast, meeting: int) -> None:
    with writing():
        draft = draft_of(meeting)
        before = draft.revision
        draft.save(draft.wording, cast.mette.id, NOW)
        assert draft.revision == before
        draft.save(a_wording(can=3), cast.mette.id, NOW)
        assert draft.revision == before + 1


def test_a_page_is_told_that_another_page_saved_in_between(cast: Cast) -> None:
    meeting = a_meeting(cast, state="draft", deputies=[cast.karen], now=NOW)
    with writing():
        draft = draft_of(meeting)
        seen = draft.revision
        draft.save_from("karen's", seen, a_wording(can=3), cast.karen.id, NOW)
    with writing():
        with pytest.raises(DraftChanged) as told:
            draft_of(meeting).save_from("mette's", seen, a_wording(can=4), cast.mette.id, NOW)
        assert (told.value.saved_by, told.value.saved_at) == ("Karen Lund", NOW)
        assert draft_of(meeting).wording == a_wording(can=3)


def test_a_page_whose_reply_was_lost_may_save_again(cast: Cast, meeting: int) -> None:
    with writing():
        draft = draft_of(meeting)
        seen = draft.revision
        draft.save_from("mette's", seen, a_wording(can=3), cast.mette.id, NOW)
        draft.save_from("mette's", seen, a_wording(can=4), cast.mette.id, NOW)
        assert draft.wording == a_wording(can=4)


def test_a_new_point_comes_last_under_a_key_of_its_own(cast: Cast, meeting: int) -> None:
    with writing():
        draft = draft_of(meeting)
        key = draft.add_point(cast.mette.id, NOW)
        assert keys(draft) == [1, 2, 3, key]
        assert key not in {step.key for step in draft.wording.steps}


def test_a_suggested_point_comes_with_its_words(cast: Cast, meeting: int) -> None:
    with writing():
        draft = draft_of(meeting)
        key = draft.add_point(cast.mette.id, NOW, a_point(77))
        assert draft.wording.point(key) == replace(a_point(77), key=key)


def test_a_new_step_comes_last(cast: Cast, meeting: int) -> None:
    with writing():
        draft = draft_of(meeting)
        key = draft.add_step(cast.mette.id, NOW)
        assert [step.key for step in draft.wording.steps] == [4, key]


def test_a_draft_holds_only_so_many_points_and_steps(cast: Cast, meeting: int) -> None:
    with writing():
        draft = draft_of(meeting)
        for _ in range(MOST_POINTS - 3):
            draft.add_point(cast.mette.id, NOW)
        for _ in range(MOST_STEPS - 1):
            draft.add_step(cast.mette.id, NOW)
        with pytest.raises(DraftFull):
            draft.add_point(cast.mette.id, NOW)
        with pytest.raises(DraftFull):
            draft.add_step(cast.mette.id, NOW)


def test_a_point_moves_up_and_down_and_stays_at_the_ends(cast: Cast, meeting: int) -> None:
    with writing():
        draft = draft_of(meeting)
        for key, by, order in [(1, 1, [2, 1, 3]), (3, -1, [2, 3, 1]), (2, -1, [2, 3, 1]), (1, 1, [2, 3, 1])]:
            draft.move_point(key, by, cast.mette.id, NOW)
            assert keys(draft) == order


@pytest.mark.parametrize("key", [1, 2, 3, 4])
def test_a_removed_point_or_step_comes_back_where_it_stood(cast: Cast, meeting: int, key: int) -> None:
    with writing():
        draft = draft_of(meeting)
        before = draft.wording
        draft.remove(key, cast.mette.id, NOW)
        assert draft.wording != before
        assert draft.undo_removal(cast.mette.id, NOW) == key
        assert draft.wording == before


def test_removals_are_undone_one_after_the_other(cast: Cast, meeting: int) -> None:
    with writing():
        draft = draft_of(meeting)
        before = draft.wording
        for key in (1, 3, 2):
            draft.remove(key, cast.mette.id, NOW)
        assert [draft.undo_removal(cast.mette.id, NOW) for _ in range(4)] == [2, 3, 1, None]
        assert draft.wording == before


def test_a_removed_point_keeps_its_key_from_others(cast: Cast, meeting: int) -> None:
    with writing():
        draft = draft_of(meeting)
        added = draft.add_point(cast.mette.id, NOW)
        draft.remove(added, cast.mette.id, NOW)
        assert draft.add_point(cast.mette.id, NOW) != added
        draft.undo_removal(cast.mette.id, NOW)
        assert len(set(keys(draft))) == len(keys(draft))


def test_only_the_latest_removals_are_kept(cast: Cast, meeting: int) -> None:
    with writing():
        draft = draft_of(meeting)
        for _ in range(KEPT_REMOVALS + 1):
            draft.remove(draft.add_point(cast.mette.id, NOW), cast.mette.id, NOW)
        assert len(draft.removed) == KEPT_REMOVALS


def test_removing_what_is_not_there_is_an_error(cast: Cast, meeting: int) -> None:
    with writing(), pytest.raises(KeyError):
        draft_of(meeting).remove(99, cast.mette.id, NOW)


def test_a_discarded_draft_says_what_is_published(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    with writing():
        draft_of(meeting).remove(1, cast.mette.id, NOW)
        discard_draft(session().get_one(Meeting, meeting), cast.mette, NOW)
    with writing():
        found = session().get_one(Meeting, meeting)
        assert not found.has_unpublished_changes
        assert found.draft.undo_removal(cast.mette.id, NOW) is None
        with pytest.raises(NothingToPublish):
            publish_draft(found, NOW, cast.mette)


def test_after_discarding_points_and_steps_still_have_keys_of_their_own(cast: Cast) -> None:
    meeting = a_meeting(cast, now=NOW)
    with writing():
        discard_draft(session().get_one(Meeting, meeting), cast.mette, NOW)
        wording = draft_of(meeting).wording
        assert not {point.key for point in wording.points} & {step.key for step in wording.steps}
        draft_of(meeting).remove(wording.steps[0].key, cast.mette.id, NOW)
        assert draft_of(meeting).wording.steps == ()
        assert draft_of(meeting).wording.points == wording.points
