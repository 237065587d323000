"""Values made up from a JSON Schema: each is allowed by it, with a liking for the limits.

Chance comes in as a `Random`, either seeded or one of Hypothesis', which can then shrink what it found.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from random import Random
from typing import Any, Final
from uuid import UUID

Schema = dict[str, Any]

LETTERS: Final = (
    "abcXYZ 0189-_:./\\\"'{}[]<>&`$\t\n\x00\x1f\x7f\u00e9\u0416\u4e2d\u2028\ufeff\U0001f3cb\U0010ffff"
)
_MOST: Final = 40
"""How long a text gets that may be longer, most of the time."""
_OFTEN: Final = 0.5
_SELDOM: Final = 0.05
_YEAR_1: Final = datetime(1, 1, 2, tzinfo=UTC)
_YEARS: Final = datetime(9999, 12, 30, tzinfo=UTC) - _YEAR_1
_TODAY: Final = datetime(2026, 11, 21, 19, 30, tzinfo=UTC)


class Maker:
    """Makes values of schemas that refer to each other in `definitions`."""

    def __init__(self, random: Random, definitions: Schema) -> None:
        self.random = random
        self._definitions = definitions
        self._within = 0

    def named(self, name: str) -> Any:
        """Return a value of a definition."""
        return self.of(self._definitions[name])

    def of(self, schema: Schema) -> Any:
        """Return a value that the schema allows."""
        if "$ref" in schema:
            return self.named(schema["$ref"].rpartition("/")[2])
        if "anyOf" in schema:
            return self.of(self.random.choice(schema["anyOf"]))
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if "examples" in schema and self.random.random() < _OFTEN:
            return self.random.choice(schema["examples"])
        return getattr(self, f"_{schema.get('type', 'anything')}")(schema)

    def _object(self, schema: Schema) -> dict[str, Any]:
        required = schema.get("required", ())
        made = {
            name: self.of(part)
            for name, part in schema.get("properties", {}).items()
            if name in required or self.random.random() < _OFTEN
        }
        further = schema.get("additionalProperties")
        if isinstance(further, dict):
            for _ in range(self.random.randint(0, min(3, schema.get("maxProperties", 3)))):
                made[self._string(schema.get("propertyNames", {}))] = self.of(further)
        return made

    def _array(self, schema: Schema) -> list[Any]:
        items = schema["items"]
        if isinstance(items, list):
            return [self.of(item) for item in items]
        least = schema.get("minItems", 0)
        # Lists of lists of lists grow by themselves.
        self._within += 1
        made = [self.of(items) for _ in range(self.random.randint(least, max(least, 4 - self._within)))]
        self._within -= 1
        return made

    def _string(self, schema: Schema) -> str:
        match schema.get("format"):
            case "uuid":
                return self._uuid()
            case "date-time":
                return self._moment()
            case "decimal":
                return self._decimal()
            case _:
                return self._text(schema)

    def _text(self, schema: Schema) -> str:
        shortest, longest = schema.get("minLength", 0), schema.get("maxLength", _MOST)
        if self.random.random() < _SELDOM:
            length = self.random.choice((shortest, longest))
        else:
            length = self.random.randint(shortest, min(longest, _MOST))
        text = "".join(self.random.choice(LETTERS) for _ in range(length))
        fitting: list[str] = [text, "x" * length, *schema.get("examples", ())]
        return next(one for one in fitting if re.search(schema.get("pattern", ""), one))

    def _decimal(self) -> str:
        places = self.random.randint(0, 4)
        return str(Decimal(self.random.randint(-(10**3), 10**8)).scaleb(-places))

    def _uuid(self) -> str:
        return str(UUID(int=self.random.getrandbits(128)))

    def _moment(self) -> str:
        when = _TODAY + timedelta(seconds=self.random.uniform(-10.0, 10.0))
        if self.random.random() < _OFTEN:
            when = _YEAR_1 + _YEARS * self.random.random()
        if self.random.random() < _OFTEN:
            return when.isoformat().replace("+00:00", "Z")
        return when.astimezone(timezone(timedelta(minutes=self.random.randint(-1439, 1439)))).isoformat()

    def _integer(self, schema: Schema) -> int:
        least, most = schema.get("minimum", -(2**31)), schema.get("maximum", 2**53 - 1)
        near = min(most, least + 100)
        return self.random.choice(
            (least, most, self.random.randint(least, near), self.random.randint(least, most))
        )

    def _number(self, schema: Schema) -> float:
        lowest: float = schema.get("exclusiveMinimum", -1e9)
        least: float = schema.get("minimum", lowest)
        value = self.random.uniform(least, schema.get("maximum", 1e9))
        step = schema.get("multipleOf")
        return value if step is None else max(least, value // step * step)

    def _boolean(self, _schema: Schema) -> bool:
        return self.random.random() < _OFTEN

    def _null(self, _schema: Schema) -> None:
        return None

    def _anything(self, _schema: Schema) -> Any:
        kind = self.random.choice(("string", "integer", "number", "boolean", "null"))
        return self.of({"type": kind})
