"""The keys and values of an object, map, dictionary or hash, wherever its language lets one write it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from campaign_health.check.code.properties.given_properties import NONE_GIVEN, OPAQUE, GivenProperties, GivenProperty
from campaign_health.check.code.properties.property_kinds import BRACED_MAPS, kind_of, stripped
from campaign_health.check.code.properties.property_returns import SCRIPTS
from campaign_health.check.code.syntax.call_chains import ChainStep, chain_of
from campaign_health.check.code.syntax.languages import (
    ELIXIR,
    GO,
    JAVA,
    KOTLIN,
    PYTHON,
    RUBY,
    SCALA,
    SWIFT,
    Language,
)
from campaign_health.check.code.syntax.source import Token
from campaign_health.check.code.syntax.token_groups import closing, inside, is_whole, opens, split, text_of, top_level

SETTERS = frozenset(
    """put set Set putValue putString putInt putLong putDouble putBoolean store setValue setObject insert Add
    putIfAbsent""".split()  # noqa: SIM905
)
MERGERS = frozenset(
    """update putAll putAllProperties merge! merge plus addEntriesFrom addEntriesFromDictionary addAll
    extend""".split()  # noqa: SIM905
)
_SPREADS = frozenset({"...", "**", "*"})
_NOTHING = frozenset({"nil", "null", "None", "undefined", "NULL"})
_MAPS = frozenset({"mapOf", "mutableMapOf", "hashMapOf", "linkedMapOf", "bundleOf", "sortedMapOf"})
_SCALA_MAPS = frozenset({"Map", "mutable.Map", "immutable.Map", "Map.empty", "mutable.Map.empty"})
_MAPS_OF_PAIRS = frozenset({"Map.of", "ImmutableMap.of"})
_MAKERS = frozenset(
    """JSONObject HashMap LinkedHashMap TreeMap Properties NewProperties ValueMap Object.freeze Hash MutableMap
    Collections.unmodifiableMap ImmutableMap.builder Map.ofEntries ImmutableMap.copyOf types.MappingProxyType Bundle
    JsonObject Map.copyOf RudderProperty RudderProperties HashMap.new BTreeMap.new Map.new NSMutableDictionary.alloc
    NSMutableDictionary.dictionary NSMutableDictionary.dictionaryWithDictionary NSMutableDictionary.new
    """.split()  # noqa: SIM905
)
_BUILDERS = frozenset({"buildMap", "buildJsonObject"})
_KEEPS = frozenset(
    "build freeze toMap toMutableMap compact copy dup buildOrThrow to_h asJava mutableCopy init".split()  # noqa: SIM905
)
_BLOCK_KEEPS = frozenset({"apply", "also"})

NameReader = Callable[[str], GivenProperties]
ConstantReader = Callable[[Sequence[str]], "str | None"]


class ObjectReader:
    """Reads objects of one language. `follow` says what a local name holds, `resolve` what a constant stands for."""

    def __init__(self, language: Language, follow: NameReader, resolve: ConstantReader) -> None:
        self._language = language
        self._follow = follow
        self._resolve = resolve

    def read(self, tokens: Sequence[Token]) -> GivenProperties:
        """The properties that an expression gives; opaque where it cannot be told."""
        language = self._language
        found = stripped(tokens, language)
        if language is GO and found and found[0].text == "&":
            found = found[1:]
        if not found:
            return OPAQUE
        if len(found) == 1:
            if found[0].text in _NOTHING:
                return NONE_GIVEN
            return self._follow(found[0].text) if found[0].is_name else OPAQUE
        if is_whole(found, "{") and (language in SCRIPTS or language in BRACED_MAPS):
            return self.entries(split(found[1:-1], ","))
        if is_whole(found, "[") and language is SWIFT:
            if [token.text for token in found[1:-1]] == [":"]:
                return NONE_GIVEN
            return self.entries(split(found[1:-1], ","))
        if _is_empty_map(found, language):
            return NONE_GIVEN
        if language is GO and found[-1].text == "}":
            return self._go_literal(found)
        joined = {KOTLIN: "+", PYTHON: "|", SCALA: "++"}.get(language)
        if joined and len(parts := split(found, joined)) > 1:
            return self._merge([self.read(part) for part in parts])
        base, steps = self._leading_object(found)
        if base is None:
            whole = chain_of(found)
            if whole is None or (whole[0].arguments is None and whole[0].block is None and len(whole) == 1):
                return OPAQUE
            base, steps = self._made(whole[0]), whole[1:]
        for step in steps:
            base = self.after(base, step)
        return base

    def entries(self, parts: Sequence[Sequence[Token]]) -> GivenProperties:
        """The properties that the entries of an object give."""
        return self._merge([self._entry(part) for part in parts])

    def pair(self, key: Sequence[Token], value: Sequence[Token]) -> GivenProperties:
        """The one property of a key and its value; open where the key is put together while running."""
        name = self._key(key)
        return self._property(name, value, key[0].line) if name is not None else OPAQUE

    def after(self, base: GivenProperties, step: ChainStep) -> GivenProperties:
        """The properties after one more call in the chain that builds them."""
        name, given = step.last_name, step.arguments or []
        if step.block is not None and name in _BLOCK_KEEPS:
            return base.merged(self.block(step.block))
        if name in _KEEPS and not given:
            return base
        if (
            name in ("setObject", "setValue")
            and len(given) == 2
            and given[1][0].text in ("forKey", "forKeyedSubscript")
        ):
            return base.merged(self.pair(given[1][2:], given[0]))  # Objective-C
        if name in SETTERS and len(given) == 2:
            return base.merged(self.pair(given[0], given[1]))
        if name in MERGERS and given:
            if any(self._is_entry(part) for part in given):
                return base.merged(self.entries(given))
            return self._merge([base, *(self.read(part) for part in given)])
        return OPAQUE

    def block(self, tokens: Sequence[Token]) -> GivenProperties:
        """What a block that only puts properties gives: `put("a", 1); put("b", 2)`."""
        found, index = NONE_GIVEN, 0
        while index < len(tokens):
            token = tokens[index]
            if token.is_name and index + 1 < len(tokens) and tokens[index + 1].text == "(":
                given = split(inside(tokens, index + 1), ",")
                if token.text in SETTERS and len(given) == 2:
                    found = found.merged(self.pair(given[0], given[1]))
                    index = closing(tokens, index + 1) + 1
                    continue
                if token.text not in ("if", "for", "while", "when", "let"):
                    found = found.opened()
            elif token.text == "[" and index + 1 < len(tokens) and tokens[index + 1].is_string:
                end = closing(tokens, index)
                found = found.merged(self.pair(inside(tokens, index), tokens[end + 2 : end + 3]))
                index = end
            index += 1
        return found

    def _merge(self, parts: Sequence[GivenProperties]) -> GivenProperties:
        found = NONE_GIVEN
        for part in parts:
            found = found.merged(part)
        return found

    def _entry(self, part: Sequence[Token]) -> GivenProperties:
        if part[0].text in _SPREADS and not part[0].is_string:
            return self.read(part[1:])
        if (self._language is KOTLIN and part[0].text == "Pair") or self._language is JAVA:
            chain = chain_of(part)
            given = chain[0].arguments if chain and len(chain) == 1 else None
            if chain and given and len(given) == 2 and chain[0].last_name in ("Pair", "entry"):
                return self.pair(given[0], given[1])
            return OPAQUE
        marks = {KOTLIN: ("to",), SCALA: ("->",)}.get(self._language, (":", "=>", "="))
        at = next((i for i, token in top_level(part) if token.text in marks and not token.is_string and i), None)
        if at is not None:
            if len(part) == at + 1:  # Ruby's `{plan:}`
                return self.pair(part[:at], part[:at])
            return self.pair(part[:at], part[at + 1 :])
        if self._language in SCRIPTS and part[0].is_name:
            named = (
                part[1] if part[0].text in ("get", "set", "async") and len(part) > 1 and part[1].is_name else part[0]
            )
            value = part if len(part) == 1 else ()
            return self._property(named.text, value, named.line)  # `{plan}`, or a method
        return OPAQUE

    def _is_entry(self, part: Sequence[Token]) -> bool:
        marks = {KOTLIN: ("to",), SCALA: ("->",)}.get(self._language, (":", "=>", "="))
        return part[0].text in ("**", "...") or any(i and token.text in marks for i, token in top_level(part))

    def _key(self, tokens: Sequence[Token]) -> str | None:
        language = self._language
        if language in SCRIPTS and is_whole(tokens, "["):
            return self._key_of_expression(tokens[1:-1])
        if len(tokens) == 1:
            token = tokens[0]
            if token.is_string and token.text != "string":
                return token.value
            if language in SCRIPTS:
                return token.text
        return self._key_of_expression(tokens)

    def _key_of_expression(self, tokens: Sequence[Token]) -> str | None:
        if len(tokens) == 1 and tokens[0].is_string:
            return tokens[0].value
        if not all(token.is_name or token.text in (".", "::") for token in tokens):
            return None
        return self._resolve([token.text for token in tokens if token.is_name])

    def _property(self, name: str, value: Sequence[Token], line: int) -> GivenProperties:
        if self._language in SCRIPTS and [token.text for token in value] == ["undefined"]:
            return NONE_GIVEN  # JSON leaves such a key out
        kind = kind_of(value, self._language) if value else None
        text = text_of(stripped(value, self._language))
        return GivenProperties({name: GivenProperty(name, text, kind, line)}, closed=True)

    def _go_literal(self, tokens: list[Token]) -> GivenProperties:
        at = next((i for i, t in top_level(tokens) if t.text == "{" and closing(tokens, i) == len(tokens) - 1), 0)
        of_map = tokens[0].text == "map" or tokens[at - 1].text.endswith(("Properties", "Map", "H", "M", "Props"))
        return self.entries(split(tokens[at + 1 : -1], ",")) if at and of_map else OPAQUE

    def _leading_object(self, tokens: list[Token]) -> tuple[GivenProperties | None, list[ChainStep]]:
        """`{a: 1}.merge(x)`: what the object in front holds, and the steps after it."""
        if not (opens(tokens[0]) and tokens[0].text in ("{", "[", "(")):
            return None, []
        end = closing(tokens, 0)
        if end + 2 >= len(tokens) or tokens[end + 1].text != ".":
            return None, []
        steps = chain_of(tokens[end + 2 :])
        return (self.read(tokens[: end + 1]), steps) if steps else (None, [])

    def _made(self, step: ChainStep) -> GivenProperties:
        """What the first call of a chain makes."""
        name, given = step.name, step.arguments or []
        last = step.last_name
        if step.arguments is None and step.block is None:
            return self._follow(name) if "." not in name else OPAQUE
        if name in _MAPS or (self._language is SCALA and name in _SCALA_MAPS):
            return self.entries(given)
        if name in _MAPS_OF_PAIRS:
            pairs = zip(given[::2], given[1::2], strict=False)
            return self._merge([self.pair(key, value) for key, value in pairs])
        if name == "dict":
            return self._merge([self.named(part) if self._is_entry(part) else self.read(part) for part in given])
        if name == "Map.ofEntries":
            return self.entries(given)
        if self._language is ELIXIR and name in ("Map.put", "Map.merge") and len(given) > 1:
            held = self.read(given[0])
            return held.merged(self.pair(given[1], given[2]) if name == "Map.put" else self.read(given[1]))
        if name == "Object.assign":
            return self._merge([self.read(part) for part in given])
        if last in _BUILDERS and step.block is not None:
            return self.block(step.block)
        if name in _MAKERS or last in _MAKERS:
            of_a_size = bool(given) and all(token.text.isdigit() for token in given[0])
            made = NONE_GIVEN if not given or of_a_size else self.read(given[0])
            return made.merged(self.block(step.block)) if step.block else made
        holder, dot, _ = name.rpartition(".")
        return self.after(self._follow(holder), step) if dot and "." not in holder else OPAQUE

    def named(self, part: Sequence[Token]) -> GivenProperties:
        """A keyword argument, `plan=x` or `plan: x` or `**rest`, as a property."""
        if part[0].text in ("**", "..."):
            return self.read(part[1:])
        if len(part) > 2 and part[1].text in ("=", ":", "=>"):
            key = part[0].value if part[0].value is not None else part[0].text
            return self._property(key, part[2:], part[0].line)
        return self._entry(part) if self._language is RUBY else OPAQUE


def _is_empty_map(tokens: Sequence[Token], language: Language) -> bool:
    """`make(map[string]any)` and `[String: Any]()`."""
    texts = [token.text for token in tokens]
    if language is GO:
        return texts[:3] == ["make", "(", "map"] and closing(tokens, 1) == len(tokens) - 1
    return language is SWIFT and texts[0] == "[" and ":" in texts and texts[closing(tokens, 0) + 1 :] == ["(", ")"]
