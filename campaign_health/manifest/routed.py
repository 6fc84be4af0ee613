"""What of an event goes to Customer.io: under which name, about whom, and with which attributes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from campaign_health.manifest.entry_parts import LengthText, Name, Part, empty_as_mapping

RESERVED = frozenset(("recipient", "from_address", "reply_to"))
"""In an event's attributes, these send a campaign's message elsewhere than its own settings say."""
_IDENTIFIERS = frozenset(("id", "cio_id"))
"""In a person's attributes, these make another person of them."""

CastTo = Literal["string", "integer", "number", "boolean"]
StripeField = Literal["tier", "seats", "status", "trial_day", "quantity"]
_TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def _scalar(value: Any) -> Any:
    if not isinstance(value, str | int | float) or (isinstance(value, float) and not math.isfinite(value)):
        raise PydanticCustomError("no_plain_value", "this is no plain value")
    return value


def _event_attribute(name: str) -> str:
    if name.strip().lower() in RESERVED:
        raise PydanticCustomError("reserved_attribute", "this attribute redirects a campaign's message")
    return name


def _person_attribute(name: str) -> str:
    if name.strip().lower() in _IDENTIFIERS:
        raise PydanticCustomError("identifier_as_attribute", "this attribute says who a person is")
    return name


def _time_of_day(value: Any) -> Any:
    if not isinstance(value, str) or not _TIME_OF_DAY.fullmatch(value):
        raise PydanticCustomError("no_time_of_day", "this is no time of day")
    return value


def _some(value: Any) -> Any:
    # Pydantic's own `min_length` counts the entries that it took, and so calls a list of wrong ones empty.
    if value in ([], ()):
        raise PydanticCustomError("too_short", "there is nothing in it")
    return value


TimeOfDay = Annotated[str, BeforeValidator(_time_of_day)]
_AT_LEAST_ONE = (BeforeValidator(_some), Field(json_schema_extra={"minItems": 1}))
Scalar = Annotated[str | int | float | bool, BeforeValidator(_scalar)]


class ValueSpec(Part):
    """A property of the event, cast or with a default."""

    value: Name = Field(description="The property's name, or a dotted path into it; an exact name wins over a path.")
    cast: CastTo | None = Field(
        default=None, alias="as", description='What it is made of, where nothing is guessed: `12` from "12".'
    )
    default: Scalar | None = Field(default=None, description="What is sent where the event does not have it.")


class ConstantSpec(Part):
    """The same value for every event."""

    constant: Scalar = Field(description="A text, a number, true or false.")


class CountSpec(Part):
    """How many of these events the person had, this one included."""

    count: Literal["this"] = Field(description="`this` event.")
    within: LengthText = Field(description="In how long before this event, such as `7 days`.")


class StripeSpec(Part):
    """What Stripe says of the person's subscription."""

    stripe: StripeField = Field(description="Which of Stripe's facts.")
    otherwise: Scalar = Field(default="unknown", description="What is sent where Stripe does not say it in time.")
    required: bool = Field(default=False, strict=True, description="Rather wait for Stripe than send `otherwise`.")


def _form(value: Any) -> str | None:
    """Which of the forms of an attribute is meant; None for none of them."""
    if isinstance(value, str):
        return "[property]"
    found = {"value", "constant", "first_of", "count", "stripe"} & set(value if isinstance(value, dict) else ())
    return f"[{found.pop()}]" if len(found) == 1 else None


def _simple_form(value: Any) -> str | None:
    """The same within `first_of`, which holds no second one."""
    form = _form(value)
    return None if form == "[first_of]" else form


_Simple = (
    Annotated[Name, Tag("[property]")]
    | Annotated[ValueSpec, Tag("[value]")]
    | Annotated[ConstantSpec, Tag("[constant]")]
    | Annotated[CountSpec, Tag("[count]")]
    | Annotated[StripeSpec, Tag("[stripe]")]
)


def _choice(form: Callable[[Any], str | None]) -> Discriminator:
    return Discriminator(form, custom_error_type="no_attribute", custom_error_message="this is no attribute")


class FirstOfSpec(Part):
    """The first of several that the event, or Stripe, has."""

    first_of: Annotated[tuple[Annotated[_Simple, _choice(_simple_form)], ...], *_AT_LEAST_ONE] = Field(
        description="In this order; a count, which there always is, comes last."
    )

    @model_validator(mode="after")
    def _can_be_reached(self) -> FirstOfSpec:
        counts = [isinstance(one, CountSpec) for one in self.first_of]
        asks = any(isinstance(one, StripeSpec) for one in self.first_of)
        if any(counts[:-1]) or (counts[-1] and asks):
            raise PydanticCustomError("count_not_last", "a count stands before others or beside `stripe`")
        return self


AttributeSpec = Annotated[_Simple | Annotated[FirstOfSpec, Tag("[first_of]")], _choice(_form)]
SPEC_TAGS = frozenset(("[property]", "[value]", "[constant]", "[count]", "[stripe]", "[first_of]"))
"""What pydantic adds to the path of a mistake in an attribute."""


class RoutedPerson(Part):
    """Which properties say whom an event is about."""

    id: Name | None = Field(default=None, description="The property with their id in Customer.io.")
    email: Name | None = Field(default=None, description="The property with their e-mail address.")


class RouteEntry(Part):
    """What of an event goes to Customer.io. Nothing else of it does."""

    to: Name | None = Field(default=None, description="Its name in Customer.io; without it, the same.")
    person: Annotated[RoutedPerson, BeforeValidator(empty_as_mapping)] = Field(
        default_factory=RoutedPerson, description="Whom it is about; without it, `$user_id` or the e-mail address."
    )
    attributes: Annotated[
        dict[Annotated[Name, AfterValidator(_event_attribute)], AttributeSpec], BeforeValidator(empty_as_mapping)
    ] = Field(default_factory=dict, description="Its attributes in Customer.io, each with where it comes from.")
    also_sent_by: Name | None = Field(
        default=None, description="Who else sends it to Customer.io on purpose, such as `segment`."
    )


class DerivedEntry(Part):
    """An event that is made where others do not come."""

    absent: Annotated[tuple[Name, ...], *_AT_LEAST_ONE] = Field(
        description="The events of which a person has had none."
    )
    period: LengthText = Field(alias="for", description="For how long, such as `7 days`.")
    at: TimeOfDay = Field(
        description="When it is looked each day, such as `06:00`, in the time zone of the project's days."
    )


Profile = Annotated[dict[Name, Annotated[Name, AfterValidator(_person_attribute)]], BeforeValidator(empty_as_mapping)]


def alternatives(spec: Any) -> tuple[Any, ...]:
    """What an attribute may come from, in order: its own form, or those of `first_of`."""
    return spec.first_of if isinstance(spec, FirstOfSpec) else (spec,)


def paths_of(spec: Any) -> Iterator[str]:
    """The properties, as names or dotted paths, that an attribute may come from."""
    for one in alternatives(spec):
        if isinstance(one, str):
            yield one
        elif isinstance(one, ValueSpec):
            yield one.value


def declared_name(path: str, declared: Collection[str]) -> str | None:
    """The declared property that a name or dotted path reads; None where the event declares none of it."""
    if path in declared:
        return path
    root = path.split(".", 1)[0]
    return root if root in declared else None
