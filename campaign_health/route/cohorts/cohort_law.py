"""When a session of a cohort may be applied, and when what a cohort lost is too much to be believed. Pure."""

from __future__ import annotations

from storage.outbox.cohorts.cohort_sessions import WHOLE, Session

QUIET_SECONDS = 30.0
"""Where nobody says which page is the last one, it is taken to be there when for so long none came."""
GIVEN_UP_SECONDS = 600.0
"""For so long a page that lacks is waited for, and with it what was told later."""


def session_verdict(session: Session, now: float) -> str:
    """What is to be done with a session: fold, close (and fold), wait, pass (to the next one), or give_up.

    A session that says how many pages it has is whole by that alone; while it is not, a newer one may be, and takes its
    place. One that does not say is whole where its pages are numbered without a gap and no other came for a while; a
    newer one waits for it, for it tells only who came and went.
    """
    if session.state == WHOLE:
        return "fold"
    if session.pages is not None:
        return "pass"
    has_gap = session.come != tuple(range(1, len(session.come) + 1))
    # A clock that was put back makes what came seem to lie ahead: nobody waits for that.
    silent = now - session.newest if session.newest <= now + QUIET_SECONDS else GIVEN_UP_SECONDS
    if has_gap or not session.come:
        return "give_up" if silent >= GIVEN_UP_SECONDS else "wait"
    return "close" if silent >= QUIET_SECONDS else "wait"


def is_too_great_a_loss(before: int, after: int) -> bool:
    """Whether a cohort lost half of its people or more: so looks a filter that broke, or an event that was renamed."""
    return before > 0 and after * 2 <= before
