"""Figures of a run: percentiles, a table, JSON and Markdown."""

import math
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct


class Figure(Struct, frozen=True, omit_defaults=True):
    """One line of the table. `bare` is the same without us, `ratio` how many times worse ours is."""

    part: str
    name: str
    unit: str
    ours: float
    bare: float | None = None
    ratio: float | None = None


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def slower(part: str, name: str, unit: str, ours: float, bare: float) -> Figure:
    """A figure of which more is worse, beside the bare one."""
    return Figure(part, name, unit, ours, bare, ours / bare)


def fewer(part: str, name: str, unit: str, ours: float, bare: float) -> Figure:
    """A figure of which less is worse, beside the bare one."""
    return Figure(part, name, unit, ours, bare, bare / ours)


def machine() -> str:
    """Return on what this ran, in general words."""
    return f"{os.cpu_count()} cores, {platform.system()}, Python {sys.version_info.major}.{sys.version_info.minor}"


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a Markdown table, which is readable as it stands."""
    rows = [("", "", "ours", "bare", "ratio", "unit")]
    part = ""
    for figure in figures:
        shown = "" if figure.part == part else figure.part
        part = figure.part
        numbers = [_number(value) for value in (figure.ours, figure.bare, figure.ratio)]
        rows.append((shown, figure.name, numbers[0], numbers[1], numbers[2], figure.unit))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = [
        "| "
        + " | ".join(_aligned(cell, widths[i], right=i in {2, 3, 4}) for i, cell in enumerate(row))
        + " |"
        for row in rows
    ]
    ruler = [("-" * (width - 1) + ":" if i in {2, 3, 4} else "-" * width) for i, width in enumerate(widths)]
    lines.insert(1, "| " + " | ".join(ruler) + " |")
    return "\n".join(lines)


def write(folder: Path, figures: Sequence[Figure]) -> None:
    """Write the figures as JSON and Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    document = msgspec.json.encode({"machine": machine(), "figures": figures})
    (folder / "figures.json").write_bytes(msgspec.json.format(document) + b"\n")
    (folder / "figures.md").write_text(f"{machine()}\n\n{table(figures)}\n", encoding="utf-8")


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _aligned(cell: str, width: int, *, right: bool) -> str:
    return cell.rjust(width) if right else cell.ljust(width)
