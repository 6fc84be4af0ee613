"""How it is told what becomes of a cohort."""

from __future__ import annotations

from campaign_health.words.numbers import count, plural

_SOURCES = {"mixpanel": "Mixpanel", "amplitude": "Amplitude", "derived": "own daily run"}
MODE_WORDS = {
    "off": "It is turned off: what is told of it is not kept.",
    "shadow": "Nothing is done yet: `route cohorts` with --mode live fills the segment.",
    "live": "",
}


def source_of_cohort(source: str) -> str:
    """Who tells who is in it, for people."""
    return _SOURCES.get(source, source)


def loss_text(applied: int, people: int) -> str:
    """`25,000 people would become 12`."""
    return f"{plural(applied, 'person', 'people')} would become {count(people)}"


def held_text(applied: int, people: int) -> str:
    """Why what a cohort lost is kept back, and what to do."""
    return (
        f"{loss_text(applied, people)}: so looks a filter that broke. Its segment stays as it was. If it is right, "
        "`campaign-health route cohorts` with --release applies it; else mend the cohort, and it goes on by itself."
    )


def cohort_sentences(name: str, mode: str, nobody: int, trouble: str, *, is_whole: bool) -> list[str]:
    """What there is to say of a cohort besides its numbers and a loss that is kept back; nothing where all is well."""
    said = [MODE_WORDS[mode]]
    if not is_whole and mode != "off":
        said.append("No whole list of its people has come yet, and until then nothing is applied.")
    if nobody:
        said.append(f"{plural(nobody, 'person has', 'people have')} nothing that Customer.io knows people by.")
    if trouble:
        said.append(f"It could not be applied, and is tried again: {trouble}")
    return [f"{name}: {one}" for one in said if one]
