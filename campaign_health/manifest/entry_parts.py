"""What the entries of a manifest are made of: names, texts, lengths of time, and what a mapping allows."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from campaign_health.manifest.durations import seconds_of


def _length(value: str) -> str:
    if seconds_of(value) is None:
        raise PydanticCustomError("no_length", "this is no length of time")
    return value


def _length_or_ever(value: str) -> str:
    if value != "ever" and seconds_of(value) is None:
        raise PydanticCustomError("no_length_or_ever", "this is no length of time")
    return value


def _condition(value: Any) -> Any:
    if isinstance(value, list) and value:
        return tuple(_condition(one) for one in value)
    if value is None or not isinstance(value, str | int | float):
        raise PydanticCustomError("no_condition", "this is no condition")
    return value


_Short = StringConstraints(strict=True, max_length=40)
Name = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=255, pattern=r"\S")]
Text = Annotated[str, StringConstraints(strict=True, max_length=2000)]
LengthText = Annotated[str, _Short, AfterValidator(_length)]
OnceText = Annotated[str, _Short, AfterValidator(_length_or_ever)]
WhenEntry = Annotated[Any, BeforeValidator(_condition)]


def empty_as_mapping(value: Any) -> Any:
    """What YAML reads as nothing, as a mapping without keys."""
    return {} if value is None else value


def empty_as_list(value: Any) -> Any:
    """What YAML reads as nothing, as a list without entries."""
    return [] if value is None else value


class Part(BaseModel):
    """A mapping of the manifest: only its own keys, and those that begin with `x-`, which are the user's own."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_extensions(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return {key: value for key, value in data.items() if not str(key).startswith("x-")}
        return data
