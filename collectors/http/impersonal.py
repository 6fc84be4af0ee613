"""Takes people and keys out of what a service says of a failure, and keeps what explains it.

What is hidden is named by its kind in brackets, so that `Variable 'event.plan' is missing for (address)` still reads as
a sentence. In doubt a text is hidden: a reason is told to everybody who reads the digest or the published file.
"""

from __future__ import annotations

import re

# A text of this length is read; nobody explains a failure in more.
LONGEST_READ = 4000
_WEB_ADDRESS = re.compile(r"\b([a-z][a-z0-9+.-]*://)([^\s/?#\"'<>]*)([^\s?#\"'<>]*)([?#][^\s\"'<>]*)?", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:\"[^\"\n]{1,64}\"|[\w.+%'&=/-]+)(?:@|%40)[\w-]+(?:\.[\w-]+)*", re.IGNORECASE)
_NAME_BEFORE_ADDRESS = re.compile(
    r"(?i:(?<=\bto )|(?<=\bfor )|(?<=\bfrom )|(?<=\bof )|(?<=\bto: )|(?<=\brecipient )|(?<=\buser ))"
    r"[^\W\d_][\w.'-]*(?: [^\W\d_][\w.'-]*){0,3}(?= <\(address\)>)"
)
_NUMBER = re.compile(r"\+\d[\d ().-]{6,}\d|(?<![\w.])\d{10,}\b|(?<![\w.])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b")
_KEY = re.compile(
    r"(?i)\b(?<!missing )(?<!unexpected )(?<!unknown )"
    r"((?:[\w-]*(?:key|token|secret|password|signature)|authorization|auth|sig)[\"']?\s*[:=]\s*[\"']?)"
    r"((?:bearer |basic )?[^\s\"',;()&]+)"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic) [\w.~+/=-]{8,}")
_WRAPPED_TOKEN = re.compile(r"\b(\w*PushToken)\[[^\]\s]*\]")
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_HEX_BYTES = re.compile(r"<?\b[0-9a-f]{8}(?: [0-9a-f]{8}){3,}\b>?", re.IGNORECASE)
_LONG_RUN = re.compile(r"(?<![\w.])[A-Za-z0-9_:+/=~-]{12,}")
_PERSON_ID = re.compile(
    r"(?i)\b((?:person|people|user|customer|profile|recipient|subscriber|contact|member|device|cio|external|anonymous)"
    r"(?:(?:[ _-]?(?:ids?|identifier|number))[\"']?(?:\s*[:=#]\s*|\s+(?:is\s+)?)[\"']?(?=[^\s\"']*[\d@-])"
    r"|\s*[:=#]\s*[\"']?|\s+[\"']?(?=[\w-]*\d)))([\w:.|-]*[\w|-])"
)
_BARE_ID = re.compile(r"(?i)(?<![\w.])(id\s*[:=#]?\s*[\"']?)([\w|-]*\d[\w|-]*)")
_QUOTED = re.compile(r"(?<!\w)(['\"‘“`])(?! )([^'\"’”`\n]{1,200}(?:'\w[^'\"’”`\n]*)*)(?<! )(['\"’”`])(?!\w)")
_LIQUID_ROOT = re.compile(r"(?:event|customer|trigger|campaign|message|content|snippets|objects?|journey|forloop)[.\[]")
_NAME_OF_A_THING = re.compile(r"[A-Za-z_$][\w$]*(?:[.\[\]-][\w$\]-]*)*|[{%].*[%}]|[\W_]+")
# A quoted word is no person's where the words around it say what kind of thing it names.
_THING_BEFORE = re.compile(
    r"(?i)\b(?:variable|property|attribute|field|tag|filter|template|parameter|header|method|function|operator|snippet|"
    r"layout|type|status|code|error|reason|syntax|near|token|character|column|keyword|option|undefined|unexpected)s?:?"
    r"(?: named| called| is)? ?$"
)
_THING_AFTER = re.compile(r"(?i) (?:is|was) (?:missing|undefined|not defined|nil|null|blank|empty|required|not set)\b")


def without_keys(text: str) -> str:
    """`text` without keys, e-mail addresses, and what web addresses carry behind their path.

    For what a service says of a request: names of events and properties in it stay as they are.
    """
    text = _WEB_ADDRESS.sub(_web_address, text[:LONGEST_READ])
    text = _BEARER.sub(r"\1 (hidden)", _KEY.sub(r"\1(hidden)", text))
    return _ADDRESS.sub("(address)", text)


def impersonal(text: str) -> str:
    """`text` without keys and without people: addresses, telephone numbers, push tokens, ids and quoted names.

    For what a service says of a message that somebody did not get.
    """
    text = _NAME_BEFORE_ADDRESS.sub("(name)", without_keys(text))
    text = _WRAPPED_TOKEN.sub(r"\1[(token)]", text)
    text = _HEX_BYTES.sub("(token)", _UUID.sub("(id)", text))
    text = _LONG_RUN.sub(_long_run, text)
    text = _NUMBER.sub("(number)", text)
    text = _BARE_ID.sub(r"\1(id)", _PERSON_ID.sub(r"\1(id)", text))
    return _QUOTED.sub(_quoted, text)


def _web_address(match: re.Match[str]) -> str:
    scheme, host, path, rest = match.groups()
    parts = ["(hidden)" if _is_opaque(part, least=12) else part for part in path.split("/")]
    return scheme + host.rpartition("@")[2] + "/".join(parts) + ("?(hidden)" if rest else "")


def _long_run(match: re.Match[str]) -> str:
    return "(token)" if _is_opaque(match[0], least=12) else match[0]


def _is_opaque(run: str, least: int) -> bool:
    """Whether a run of characters is a token and not words joined by signs: some part mixes letters and digits."""
    if len(run) < least:
        return False
    parts = re.split(r"[_:+/=~-]", run)
    return any(
        len(part) >= 8 and any(letter.isdigit() for letter in part) and any(letter.isalpha() for letter in part)
        for part in parts
    ) or (len(run) >= 40 and len(parts) <= 3)


def _quoted(match: re.Match[str]) -> str:
    opened, inside, closed = match.groups()
    if inside.startswith("(") and inside.endswith(")"):
        return match[0]
    before, after = match.string[: match.start()][-40:], match.string[match.end() :][:40]
    is_thing = bool(_NAME_OF_A_THING.fullmatch(inside)) and (
        bool(_THING_BEFORE.search(before) or _THING_AFTER.match(after) or _LIQUID_ROOT.match(inside))
        or not inside[0].isalnum()
        or len(re.findall(r"[A-Z][a-z]+", inside)) >= 3
    )
    return match[0] if is_thing else f"{opened}(name){closed}"
