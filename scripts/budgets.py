"""Keep modules and function bodies short.

Gates: a module under 350 lines, a function body under 40. Medians are printed and gate nothing: they are the
aim (modules under 150, bodies under 8), and a gate on them would be met by splitting what belongs together.
A body is counted from its first statement to its last line, without the docstring. Generated modules are not
counted: nobody reads them, and their opening line says so.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

MODULE_LINES = 350
BODY_LINES = 40
GENERATED = "Made by `make generate`"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def main(folders: list[str]) -> int:
    """Print the medians per folder and what is over budget; return the exit status."""
    over: list[str] = []
    for folder in folders:
        lengths, bodies = [], []
        for path in sorted(Path(folder).rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if GENERATED in source.partition("\n")[0]:
                continue
            lengths.append(len(source.splitlines()))
            measured = list(_bodies(ast.parse(source)))
            bodies += [lines for _, _, lines in measured]
            over += _over_budget(path, lengths[-1], measured)
        if lengths:
            print(_summary(folder, lengths, bodies))
    for line in over:
        print(line, file=sys.stderr)
    return 1 if over else 0


def _bodies(tree: ast.AST) -> Iterator[tuple[str, int, int]]:
    """Name, first line and body lines of each function."""
    for node in ast.walk(tree):
        if isinstance(node, FunctionNode):
            statements = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
            lines = (statements[-1].end_lineno or 0) - statements[0].lineno + 1 if statements else 0
            yield node.name, node.lineno, lines


def _over_budget(path: Path, length: int, bodies: list[tuple[str, int, int]]) -> list[str]:
    found = [
        f"{path}:{line}: body of {name} has {lines} lines, under {BODY_LINES} is the budget"
        for name, line, lines in bodies
        if lines >= BODY_LINES
    ]
    if length >= MODULE_LINES:
        found.append(f"{path}:1: module has {length} lines, under {MODULE_LINES} is the budget")
    return found


def _summary(folder: str, lengths: list[int], bodies: list[int]) -> str:
    return (
        f"{folder:<16} modules {len(lengths):>4}  median {median(lengths):>5.0f} lines"
        f"   functions {len(bodies):>5}  median {median(bodies) if bodies else 0:>4.0f} lines"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
