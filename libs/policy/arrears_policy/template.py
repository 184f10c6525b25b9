"""A message template (模板): one text in several languages, with places for the values that a message is about.

A place is `{name}` and nothing else: what is put there is put as it is, once, and no attribute of anything is reached.
An amount stands beside its `as_of` (SYS-02).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from types import MappingProxyType
from typing import Annotated, Any, Literal, NamedTuple

from arrears_events.catalogue.contact import Purpose
from pydantic import Field

from arrears_policy.characters import hidden_in
from arrears_policy.errors import Fault, PolicyWrong, RenderingWrong
from arrears_policy.reading import Name, Written, read, sure

SUBJECT_LENGTH_MAX = 200
BODY_LENGTH_MAX = {"sms": 670, "email": 20_000}
"""Characters, with the values in their places: ten parts of an SMS in Chinese have 670."""
VALUE_LENGTH_MAX = 200
AS_OF = "as_of"

VariableType = Literal["text", "money", "date"]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")]
"""BCP 47: language, script, region."""
_PLACE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


class Place(NamedTuple):
    """Where the value of a variable comes."""

    name: str


Parts = tuple[str | Place, ...]


@dataclass(frozen=True)
class Wording:
    """A subject has an e-mail alone."""

    subject: Parts | None
    body: Parts


@dataclass(frozen=True)
class Rendered:
    """`language`: of the text that was taken."""

    language: str
    subject: str | None
    body: str


@dataclass(frozen=True)
class Template:
    channel: Literal["sms", "email"]
    purpose: Purpose
    variables: Mapping[str, VariableType]
    texts: Mapping[str, Wording]

    def language(self, asked: str) -> str:
        """Of the text for a person who asked for `asked`: zh-Hans-CN, zh-CN, zh-Hans, zh, any Chinese, the first."""
        known = {tag.lower(): tag for tag in self.texts}
        language = asked.lower().partition("-")[0]
        found = [
            *(known[tag] for tag in _fallbacks(asked.lower()) if tag in known),
            *(tag for tag in self.texts if tag.partition("-")[0] == language),
            *self.texts,
        ]
        return found[0]

    def render(self, language: str, values: Mapping[str, str]) -> Rendered:
        """`values`: one for each variable, as it is to be read. Raises RenderingWrong."""
        self._check(values)
        tag = self.language(language)
        wording = self.texts[tag]
        body = _filled(wording.body, values)
        subject = _filled(wording.subject, values) if wording.subject else None
        if len(body) > BODY_LENGTH_MAX[self.channel] or len(subject or "") > SUBJECT_LENGTH_MAX:
            raise RenderingWrong("with these values the message is too long")
        return Rendered(tag, subject, body)

    def _check(self, values: Mapping[str, str]) -> None:
        if wrong := sorted(values.keys() ^ self.variables.keys()):
            raise RenderingWrong(f"missing, or unknown to the template: {', '.join(wrong)}")
        for name, value in values.items():
            if not 0 < len(value.strip()) <= len(value) <= VALUE_LENGTH_MAX:
                raise RenderingWrong(f"{name} has 1 to {VALUE_LENGTH_MAX} characters")
            if found := hidden_in(value):
                raise RenderingWrong(f"{name} has {found}")


class _Document(Written):
    channel: Literal["sms", "email"]
    purpose: Purpose
    variables: Annotated[dict[Name, VariableType], Field(max_length=20)]
    texts: Annotated[dict[Language, Any], Field(min_length=1, max_length=20)]


class _Sms(Written):
    body: Annotated[str, Field(min_length=1, max_length=BODY_LENGTH_MAX["sms"])]


class _Email(Written):
    subject: Annotated[str, Field(min_length=1, max_length=SUBJECT_LENGTH_MAX, pattern=r"^[^\n\t]+$")]
    body: Annotated[str, Field(min_length=1, max_length=BODY_LENGTH_MAX["email"])]


def parse(document: dict[str, Any]) -> Template:
    """`document`: a policy's text without its head. Raises PolicyWrong with every fault."""
    written = sure(*read(_Document.model_validate, document))
    faults = list(_without_as_of(written.variables))
    texts: dict[str, Wording] = {}
    for language, each in written.texts.items():
        where = f"texts.{language}"
        form = _Sms if written.channel == "sms" else _Email
        text, wrong = read(form.model_validate, each, where)
        if text is not None:
            texts[language], wrong = _wording(text, where, written.variables)
        faults += wrong
    if faults:
        raise PolicyWrong(tuple(faults))
    return Template(written.channel, written.purpose, MappingProxyType(written.variables), MappingProxyType(texts))


def _wording(text: _Sms | _Email, where: str, variables: Mapping[str, VariableType]) -> tuple[Wording, list[Fault]]:
    body, faults = _parts(text.body, f"{where}.body", variables)
    subject: Parts | None = None
    if isinstance(text, _Email):
        subject, wrong = _parts(text.subject, f"{where}.subject", variables)
        faults += wrong
    unused = [name for name in variables if Place(name) not in (*body, *(subject or ()))]
    faults += [Fault(where, "variable-unused", f"{name} is declared, and not in this text") for name in unused]
    return Wording(subject, body), faults


def _parts(text: str, where: str, variables: Mapping[str, VariableType]) -> tuple[Parts, list[Fault]]:
    try:
        parts = tuple(_parsed(text))
    except ValueError:
        return (), [Fault(where, "place-wrong", "A place is {name} and nothing else; a brace is written twice")]
    places = [part.name for part in parts if isinstance(part, Place)]
    faults = [Fault(where, "variable-unknown", f"{name} is not declared") for name in places if name not in variables]
    if any(variables.get(name) == "money" for name in places) and AS_OF not in places:
        faults.append(Fault(where, "as-of-missing", f"An amount stands beside its {AS_OF} (SYS-02)"))
    return parts, faults


def _parsed(text: str) -> Iterator[str | Place]:
    """Raises ValueError. What Formatter lets pass in silence, as `{name:}`, shows when the text is put together."""
    rest = ""
    for words, place, _, _ in Formatter().parse(text):
        rest += words.replace("{", "{{").replace("}", "}}")
        if words:
            yield words
        if place is not None:
            if not _PLACE.fullmatch(place):
                raise ValueError
            rest += f"{{{place}}}"
            yield Place(place)
    if rest != text:
        raise ValueError


def _without_as_of(variables: Mapping[str, VariableType]) -> Iterator[Fault]:
    if "money" in variables.values() and variables.get(AS_OF) != "date":
        yield Fault("variables", "as-of-missing", f"An amount asks for {AS_OF}, a date (SYS-02)")


def _fallbacks(tag: str) -> Iterator[str]:
    """From the whole tag to the language alone, without its script first, then without its region."""
    language, *rest = tag.split("-")
    yield tag
    yield from (f"{language}-{each}" for each in reversed(rest))
    yield language


def _filled(parts: Parts, values: Mapping[str, str]) -> str:
    return "".join(values[part.name] if isinstance(part, Place) else part for part in parts)
