"""Exercises, and the libraries that they come from."""

import hashlib

import msgspec
from msgspec import Struct


class Exercise(Struct, frozen=True, kw_only=True):
    """One exercise, in its library's own words. `equipment` is empty where the library says nothing."""

    exercise_id: str
    name: str
    aliases: tuple[str, ...] = ()
    category: str
    equipment: tuple[str, ...]
    primary_muscles: tuple[str, ...]
    secondary_muscles: tuple[str, ...]
    level: str | None = None
    force: str | None = None
    mechanic: str | None = None
    instructions: tuple[str, ...] = ()


class Library(Struct, frozen=True, kw_only=True):
    """A named set of exercises, in the order of their ids, and what it may be used under."""

    name: str
    licence: str
    exercises: tuple[Exercise, ...]

    @property
    def fingerprint(self) -> str:
        """Two libraries with the same exercises have the same one."""
        return hashlib.sha256(msgspec.json.encode(self.exercises)).hexdigest()[:16]
