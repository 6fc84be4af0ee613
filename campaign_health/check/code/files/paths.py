"""Which files count as the product's own code: not tests, docs, translations, vendored, built or minified ones."""

from __future__ import annotations

import re
from functools import cache

from campaign_health.check.code.syntax.languages import language_of
from campaign_health.manifest.schema import CodeSettings


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TESTS = _words(
    """test tests __tests__ __test__ __mocks__ __fixtures__ spec specs fixtures testdata testing mocks e2e cypress
    playwright androidtest testfixtures unittests integrationtests unit-tests integration-tests e2e-tests
    test-fixtures test_helpers test-helpers testhelpers __snapshots__"""
)
_DOCS = _words("doc docs documentation wiki examples example")
_TRANSLATIONS = _words("locale locales i18n l10n translations translation lang langs")
_VENDORED = _words(
    """vendor vendors vendored third_party third-party thirdparty 3rdparty node_modules bower_components
    jspm_packages pods carthage .yarn site-packages venv .venv virtualenv external_libs"""
)
_BUILT = _words(
    """dist build out target deriveddata .build .next .nuxt .output .svelte-kit .gradle .cache _build
    storybook-static __pycache__ .git"""
)
# Inside sources, these name packages as often as what a build leaves behind.
_BUILT_UNLESS_SOURCE = _words("build out target")
_SOURCES = _words("src internal pkg cmd lib")
_BUILT_PUBLIC = re.compile(r"(^|/)public/(packs|assets|build|bundles|_next)(/|$)")
_SKIPPED_FOLDERS = _TESTS | _DOCS | _TRANSLATIONS | _VENDORED | _BUILT

_TEST_FILE = re.compile(
    r"""(?x)
    .+[._-](test|tests|spec|specs|stories|story|cy|e2e|mock|mocks|fixture|fixtures)\.\w+$   # cart.test.ts, user_spec.rb
    | (test|spec)[_-].+\.\w+$ | (conftest|test|tests|spec)\.py$ | (jest|vitest|cypress|playwright)\.(config|setup)\..+
    | (setupTests|setup-tests|jest-setup|spec_helper|rails_helper|test_helper)\.\w+$
    """
)
_TEST_CLASS = re.compile(
    r"([A-Za-z0-9_]*[a-z0-9_])?(Test|Tests|Spec|Specs|TestCase|IT|Mock|Fixture)\.(java|kt|swift|cs|php|scala|m|mm)$"
)
_TEST_TARGET = re.compile(r"\w*[a-z0-9](UI)?Tests$|^UITests$")
_BUILT_FILE = re.compile(
    r"(?i).+[.-](?:min|bundle|chunk)\.(?:js|mjs|cjs|json)|bundle\.js|.+[.-](?=[0-9a-f]*\d)[0-9a-f]{8,}\.(?:js|mjs)"
)
_WRAPPER = re.compile(
    rb"\s*(?:/\*.*?\*/\s*)?(?:[\"']use strict[\"'];)?[!+(;]*(?:function\s*\(|\(\w*(?:,\w+)*\)=>|\w=>)", re.DOTALL
)
# ISO 639-1, without `id` and `io`, which name data more often than a language.
_LANGUAGE_CODES = _words(
    """aa ab af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
    eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia ie ig ii ik is it iu ja jv ka
    kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne
    ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss
    st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"""
)
_TRANSLATION_FILE = re.compile(
    r"(?:(?:messages?|strings|translations?|translation|locale|lang|common|copy|devise)[._-]|\w+\.)?"
    r"([a-z]{2})(?:[-_](?:[A-Za-z]{2}|[A-Z][a-z]{3}|\d{3}))?\.(json|jsonc|json5|ya?ml)$"
)
_TRANSLATION_NAME = re.compile(r"(?i)^(translations?|locali[sz]ations?|messages?\.[a-z-]+)\.(json|ya?ml|js|ts)$")


def is_product_code(
    path: str, settings: CodeSettings, manifest_path: str | None = None, *, any_language: bool = False
) -> bool:
    """Whether a file is read at all, by its path from the repository's root and the manifest's patterns.

    With `any_language` the language does not count: whether it would be read, were there a grammar for it.
    """
    language = language_of(path)
    if (language is None and not any_language) or path == manifest_path:
        return False
    folder, _, name = path.rpartition("/")
    if _is_skipped(folder):
        return False
    if _TEST_FILE.fullmatch(name) or _TEST_CLASS.fullmatch(name) or _BUILT_FILE.fullmatch(name):
        return False
    if _TRANSLATION_NAME.match(name):
        return False
    translation = _TRANSLATION_FILE.fullmatch(name) if language and language.kind == "catalogue" else None
    if translation and translation[1] in _LANGUAGE_CODES:
        return False
    if settings.include and not any(matches(path, pattern) for pattern in settings.include):
        return False
    return not any(matches(path, pattern) for pattern in settings.exclude)


def is_skipped_folder(path: str) -> bool:
    """Whether a file lies in a folder that is left out: tests, docs, translations, vendored, built."""
    return _is_skipped(path.rpartition("/")[0])


@cache
def _is_skipped(folder: str) -> bool:
    in_sources = False
    for part in folder.split("/"):
        name = part.lower()
        if name in _SKIPPED_FOLDERS and not (in_sources and name in _BUILT_UNLESS_SOURCE):
            return True
        if part.endswith(".lproj") or _TEST_TARGET.match(part):
            return True
        in_sources = in_sources or name in _SOURCES
    return bool(_BUILT_PUBLIC.search(folder))


def is_minified(path: str, content: bytes) -> bool:
    """Whether a script was written by a machine to be small: long lines throughout, or a dense wrapper function."""
    if not path.lower().endswith((".js", ".mjs", ".cjs")):
        return False
    lines = [line for line in content.split(b"\n") if line.strip()]
    if not lines:
        return False
    size, longest = sum(len(line) for line in lines), max(len(line) for line in lines)
    average = size / len(lines)
    if longest > 500 and average > 110:  # as GitHub's Linguist counts
        return True
    blanks = sum(line.count(b" ") + line.count(b"\t") for line in lines) / size
    return blanks < 0.06 and (average > 150 or (average > 60 and bool(_WRAPPER.match(content))))


def matches(path: str, pattern: str) -> bool:
    """Whether a path pattern takes a path: `**` for any folders, `*` within one; a folder takes all inside it."""
    return bool(_compiled(pattern).fullmatch(path))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    text = pattern.strip().removeprefix("./")
    anchored = text.startswith("/") or "/" in text.rstrip("/")
    text = text.strip("/")
    out = ""
    at = 0
    while at < len(text):
        if text.startswith("**/", at):
            out, at = out + "(?:.*/)?", at + 3
        elif text.startswith("**", at):
            out, at = out + ".*", at + 2
        elif text[at] == "*":
            out, at = out + "[^/]*", at + 1
        elif text[at] == "?":
            out, at = out + "[^/]", at + 1
        else:
            out, at = out + re.escape(text[at]), at + 1
    return re.compile(f"{'' if anchored else '(?:.*/)?'}{out}(?:/.*)?")
