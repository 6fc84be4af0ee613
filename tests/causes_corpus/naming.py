"""Event names as product teams write them, and the ways in which they rename them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tests.causes_corpus.words import ACTIONS, NAMESPACES, OBJECTS, QUALIFIERS, SPECIAL, STYLES, WHOLE_WORDS


@dataclass(frozen=True)
class Name:
    """An event name in parts, written in a style."""

    object: str
    action: str
    form: int = 1  # which form of the action: plain, past, noun
    style: str = "snake"
    namespace: str = ""
    qualifier: str = ""
    suffix: str = ""
    verb_first: bool = False
    action_word: str = ""
    literal: str = ""

    def __str__(self) -> str:
        if self.literal:
            return self.literal
        verb = self.action_word or ACTIONS[self.action][self.form]
        words = [*self.object.split(), *self.qualifier.split(), *verb.split("_")]
        if self.verb_first:
            words = [*verb.split("_"), *self.object.split(), *self.qualifier.split()]
        if self.suffix:
            words.append(self.suffix)
        return self._written(words)

    def _written(self, words: list[str]) -> str:
        ns = self.namespace
        match self.style:
            case "title":
                text = " ".join(word.title() for word in words)
                return f"{ns.title()} {text}" if ns else text
            case "sentence":
                text = " ".join(words).capitalize()
                return f"{ns}: {text}" if ns else text
            case "camel":
                words = [ns, *words] if ns else words
                return words[0] + "".join(word.title() for word in words[1:])
            case "pascal":
                return "".join(word.title() for word in ([ns, *words] if ns else words))
            case "dot":
                head = ".".join(["_".join(words[:-1]), words[-1]]) if len(words) > 2 else ".".join(words)
                return f"{ns}.{head}" if ns else head
            case "colon":
                return ":".join([*([ns] if ns else []), "_".join(words[:-1]), words[-1]])
            case "kebab":
                return "-".join([ns, *words] if ns else words)
            case "upper":
                return "_".join([ns, *words] if ns else words).upper()
            case "dash_words":
                text = f"{' '.join(words[:-1]).title()} - {words[-1].title()}"
                return f"[{ns}] {text}" if ns else text
        return "_".join([ns, *words] if ns else words)


def project_names(rng: np.random.Generator, count: int) -> list[Name]:
    """`count` different names of one project: mostly one style, families of siblings, some stray styles."""
    style = str(rng.choice(STYLES))
    verb_first = rng.random() < 0.15
    form = int(rng.choice([1, 1, 1, 0, 2]))
    namespace = str(rng.choice(NAMESPACES)) if rng.random() < 0.2 else ""
    objects = list(rng.permutation(OBJECTS)[: max(8, min(len(OBJECTS), count // 3))]) + list(
        rng.permutation(SPECIAL)[: int(rng.integers(1, 8))]
    )
    actions = list(ACTIONS)
    found: dict[str, Name] = {}
    meant: set[tuple[str, str, str]] = set()  # one event is not written in two ways
    while len(found) < count:
        name = Name(
            object=str(rng.choice(objects)),
            action=str(rng.choice(actions)),
            form=form if rng.random() < 0.9 else int(rng.integers(0, 3)),
            style=style if rng.random() < 0.85 else str(rng.choice(STYLES)),
            namespace=namespace if rng.random() < 0.8 else "",
            verb_first=verb_first,
            qualifier=str(rng.choice(QUALIFIERS)) if rng.random() < min(0.1 + count / 1500, 0.75) else "",
        )
        if rng.random() < (0.35 if count > 400 else 0.05):
            name = replace(name, object=f"{name.object} {rng.choice(OBJECTS)}")
        meaning = (name.object, name.action, name.qualifier)
        if meaning not in meant and str(name) not in found:
            meant.add(meaning)
            found[str(name)] = name
    return list(found.values())


RENAME_KINDS = (
    "style",
    "style",
    "case",
    "tense",
    "prefix",
    "prefix_dropped",
    "suffix",
    "synonym",
    "reorder",
    "typo_fixed",
    "style_tense",
    "object_word",
    "whole_words",
)


def renamed(
    rng: np.random.Generator, name: Name, taken: set[str], kind: str | None = None, same_old: bool = False
) -> tuple[Name, Name, str]:
    """(old name, new name, how): the new one is not among `taken`. The old name may have to change
    for it (whole new words, a dropped prefix, a mended slip) unless `same_old`."""
    for _ in range(60):
        how = kind or str(
            rng.choice(
                [
                    k
                    for k in RENAME_KINDS
                    if same_old is False or k not in ("whole_words", "prefix_dropped", "typo_fixed")
                ]
            )
        )
        old, new = name, name
        if how.startswith("prefix:"):
            new = replace(name, namespace=how.removeprefix("prefix:"))
        match how:
            case "style":
                new = replace(name, style=str(rng.choice([s for s in sorted(set(STYLES)) if s != name.style])))
            case "case":
                text = str(name)
                new = replace(name, literal=text.lower() if text != text.lower() else text.title())
            case "tense":
                new = replace(name, form=int(rng.choice([f for f in (0, 1, 2) if f != name.form])), action_word="")
            case "prefix":
                new = replace(name, namespace=str(rng.choice([n for n in NAMESPACES if n != name.namespace])))
            case "prefix_dropped":
                old = replace(name, namespace=name.namespace or str(rng.choice(NAMESPACES)))
                new = replace(name, namespace="")
            case "suffix":
                new = replace(name, suffix=str(rng.choice(["v2", "2", "new", "event", "v3", "server"])))
            case "synonym":
                new = replace(name, action_word=str(rng.choice(ACTIONS[name.action][3])))
            case "reorder":
                new = replace(name, verb_first=not name.verb_first)
            case "typo_fixed":
                text = str(name)
                cut = int(rng.integers(1, max(len(text) - 1, 2)))
                old = replace(name, literal=text[:cut] + text[cut + 1 :])
            case "style_tense":
                new = replace(name, style=str(rng.choice(STYLES)), form=(name.form + 1) % 3)
            case "object_word":
                extra = str(rng.choice(OBJECTS))
                new = replace(name, object=f"{name.object} {extra}")
            case "whole_words":
                one, other = WHOLE_WORDS[int(rng.integers(len(WHOLE_WORDS)))]
                old, new = replace(name, literal=one), replace(name, literal=other)
        if str(old) != str(new) and str(new) not in taken and (str(old) == str(name) or str(old) not in taken):
            return old, new, how
    return name, replace(name, suffix=f"v{int(rng.integers(2, 9))}x"), "suffix"
