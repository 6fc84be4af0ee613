"""Pages cut into regions of code: whatever the bytes, in time that grows with the page, each byte in one region."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campaign_health.check.code.markup.kinds import cut_page
from campaign_health.check.code.syntax.languages import PAGES, language_of
from campaign_health.check.code.syntax.source import Source
from tests.check_corpus import build_repository, check

KINDS = [language.page for language in PAGES if language.page]
WORDS = [
    *(
        "<",
        ">",
        "</",
        "/>",
        "<a ",
        "<A ",
        "<script>",
        "</script>",
        "<style>",
        "<template>",
        "</template>",
        "<!--",
        "-->",
    ),
    *("{", "}", "{{", "}}", "{#if x}", "{/if}", "{:else}", "{@html ", "{...", "<%", "<%=", "%>", "-%>", "{%", "%}"),
    *(
        "<?php ",
        "?>",
        "---\n",
        "onclick=",
        "@click=",
        ":a=",
        "on:click=",
        "class=",
        "data-event=",
        "v-for=",
        "<>",
        "</>",
    ),
    *(
        '"',
        "'",
        "`",
        "${",
        "\\",
        "/",
        "//",
        "/*",
        "*/",
        "(",
        ")",
        "=>",
        "=",
        ",",
        ";",
        "\n",
        "\r\n",
        " ",
        "é",
        "&quot;",
    ),
    *("&amp;", "&#39;", "track('trial_started')", "x", "if", "end", "do |x|", "a as b", "b in c", "#", "\0", "𝒳"),
]
PAGE = st.one_of(
    st.binary(max_size=80), st.lists(st.sampled_from(WORDS), max_size=40).map(lambda w: "".join(w).encode())
)


@settings(deadline=None)
@given(PAGE, st.sampled_from(PAGES))
@example(b"<a onclick='<%= x %>'>", language_of("a.erb"))
def test_any_bytes_are_cut_into_regions_that_never_overlap(content: bytes, language: object) -> None:
    source = Source(content, language)  # type: ignore[arg-type]
    places = sorted(span for piece in source._pieces for span in piece.spans)
    assert all(0 <= start < end <= len(source.content) for start, end in places)
    assert all(one[1] <= other[0] for one, other in pairwise(places))
    starts = [literal.start for literal in source.literals]
    assert starts == sorted(set(starts))
    assert [token.start for token in source.tokens] == sorted({token.start for token in source.tokens})
    assert isinstance(source.rest, str)


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40), st.sampled_from(KINDS))
def test_a_page_keeps_its_length_and_its_lines(words: list[str], kind: str) -> None:
    content = "".join(words).encode()
    page = cut_page(kind, content)
    lines = [at for at, byte in enumerate(content) if byte == 10]
    for text in (page.content, page.rest(page.regions)):
        assert len(text) == len(content)
        assert [at for at, byte in enumerate(text) if byte == 10] == lines


CALL = {
    "vue": "<template><p>é {{ a }}</p>\n<b @click=\"track('trial_started')\"/></template>",
    "svelte": "<p>é {a}</p>\n<b on:click={() => track('trial_started')}/>",
    "astro": "---\nconst é = 1;\n---\n{a.map((x) => <b onclick={track('trial_started')}>{x}</b>)}",
    "html": "<p>é {{ a }}</p>\n<b onclick='track(&quot;trial_started&quot;)'>",
    "template": "<p>é {% if a %}</p>\n<script>{% if a %}track('trial_started', '{{ a }}'){% endif %}</script>",
    "ejs": "<p>é <% if (a) { %></p>\n<b><%= track('trial_started') %></b><% } %>",
    "erb": "<p>é <% if a %></p>\n<script>track('trial_started', <%= a.to_json %>)</script><% end %>",
    "eex": '<p>é <%= if @a do %></p>\n<b><%= track("trial_started", @a) %></b><% end %>',
    "php": "<?php if ($a): ?>\n<p>é</p><b onclick=\"f(<?= $a ?>); track('trial_started')\"><?php endif ?>",
    "erb script": "<% if a %>\nvar é = 1; track('trial_started', '<%= a %>');\n<% end %>",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_string_in_a_page_has_its_true_place(kind: str) -> None:
    content = CALL[kind].encode()
    language = next(one for one in PAGES if one.page == kind)
    source = Source(content, language)
    (literal,) = [one for one in source.literals if one.value == "trial_started"]
    assert b"trial_started" in content[literal.start : literal.end]
    assert literal.line == content.count(b"\n", 0, literal.start) + 1
    called = [token.text for token in source.tokens_around_call(content.index(b"track("))]
    assert called[:2] == ["track", "("]


def test_what_a_server_puts_into_a_string_leaves_its_value_open() -> None:
    source = Source(b"<script>track('trial_{{ kind }}'); track('trial_started')</script>", PAGES[3])
    assert [literal.value for literal in source.literals] == ["trial_started"]
    assert [text for text, _ in source.string_texts] == ["trial_{}", "trial_started"]


def test_an_error_in_one_region_loses_no_other() -> None:
    page = b"<a onclick='f((('></a><script>var a = 'x</script><b onclick=\"track('trial_started')\"></b>"
    assert "trial_started" in [literal.value for literal in Source(page, PAGES[3]).literals]
    ruby = b"<% if (((  %><%= f('one' %><% track('trial_started') %>"
    assert "trial_started" in [literal.value for literal in Source(ruby, PAGES[6]).literals]


MANY = 4_000
HOSTILE = {
    "attributes": ("<a @click=\"track('x', {a: 1})\" onclick='f(&quot;y&quot;)' class=\"z\">\n", MANY),
    "braces": ("{#if a}<b on:click={() => f('x')}>{y}</b>{/if}\n", MANY),
    "open braces": ("{", 70_000),
    "open tags": ("<a b=", 70_000),
    "open quotes": ("<a b=\"'", 35_000),
    "nested": ("{a && <b>", 17_000),
    "open scripts": ("<script>", 35_000),
    "open comments": ("<!--", 70_000),
    "server tags": ("<%= f('x') %>", 10_000),
    "open server tags": ("<%= {{ ", 35_000),
    "slashes": ("{a / b /", 17_000),
    "spaces": ("{" + " " * 1000 + "/", 170),
    "closing tags": ("</a", 70_000),
    "branches": ("{:else ", 35_000),
    "patterns": ("{(/[", 35_000),
    "braces in quotes": ("<a class='{a}{b}{c}", 7_000),
    "entities": ('<a onclick="f(&quot;x&quot;)">', MANY),
}


@pytest.mark.slow("large pages")
@pytest.mark.parametrize("shape", HOSTILE)
@pytest.mark.parametrize("kind", KINDS)
def test_a_large_page_is_read_in_seconds(kind: str, shape: str) -> None:
    piece, times = HOSTILE[shape]
    body = piece * times
    content = f"<template>{body}</template>" if kind == "vue" else body
    started = time.process_time()
    source = Source(content.encode(), next(one for one in PAGES if one.page == kind))
    assert isinstance(source.literals, list)
    assert time.process_time() - started < 8


MANIFEST = b"""version: 1
events: {trial_started: {}, project_created: {}}
campaigns:
  - {name: Welcome series, event: trial_started, state: running}
  - {name: Tips, event: project_created, state: running}
code: {calls: [trackEvent]}
"""


@pytest.mark.parametrize(
    ("path", "page"),
    [("a.astro", b"{<a b={" * 1000), ("a.php", b"<p></p><?php '" + b"\\'" * 100_000)],
    ids=["braces in attributes in braces", "a string that never ends"],
)
def test_a_page_that_was_never_closed_ends_in_seconds(path: str, page: bytes) -> None:
    began = time.monotonic()
    language = language_of(path)
    assert language is not None
    assert list(Source(page, language).literals) == []
    assert time.monotonic() - began < 10


@pytest.mark.slow("large pages")
def test_a_file_over_the_limit_is_read_by_quoted_name(tmp_path: Path) -> None:
    filler = b"var x = 1;\n" * 500_000
    folder = build_repository(
        tmp_path,
        {"manifest.yaml": MANIFEST, "a.js": b"trackEvent('trial_started');\ntrackEvent('project_created');\n"},
        {"a.js": b"trackEvent('project_created');\n", "big.js": filler + b"trackEvent('trial_started');\n"},
    )
    result = check(folder)
    assert result.coverage.too_large == ["big.js"]
    assert [(one.severity, one.rule, one.head_file) for one in result.findings] == [
        ("note", "event_in_unread_file", "big.js")
    ]


def test_where_an_event_stands_in_a_page_is_said(tmp_path: Path) -> None:
    page = b"<template>\n<a @click=\"trackEvent('trial_started')\" />\n</template>\n"
    pug = b'<template lang="pug">\na(@click="trackEvent(\'project_created\')")\n</template>\n'
    folder = build_repository(tmp_path, {"manifest.yaml": MANIFEST, "src/a.vue": page, "src/b.vue": pug}, {})
    said = {one.event: one.said() for one in check(folder).coverage.standings}
    assert said == {
        "trial_started": "sent by a call at src/a.vue:2",
        "project_created": "in a file that is not read (src/b.vue:2)",
    }
