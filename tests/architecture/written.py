"""What stands in the source beside a name and is no part of its value: comments, annotations, texts under aliases."""

import ast
import inspect
import io
import tokenize
from functools import cache
from types import ModuleType
from typing import Any


@cache
def comments(module: ModuleType) -> dict[int, str]:
    """Line -> the comment at its end."""
    lines = io.StringIO(inspect.getsource(module)).readline
    tokens = tokenize.generate_tokens(lines)
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}


def fields(model: type[Any]) -> dict[str, ast.AnnAssign]:
    """A class's own annotated names, in their order; class variables are left out."""
    [body] = [
        node for node in _tree(_module(model)).body if isinstance(node, ast.ClassDef) and node.name == model.__name__
    ]
    found = [node for node in body.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)]
    return {ast.unparse(node.target): node for node in found if "ClassVar" not in ast.unparse(node.annotation)}


def annotations(model: type[Any]) -> dict[str, str]:
    """Of a class and its bases, as they are written."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if base.__module__.startswith("arrears_"):
            found |= {name: ast.unparse(node.annotation) for name, node in fields(base).items()}
    return found


def comment_of(model: type[Any], field: str) -> str:
    node = fields(model)[field]
    return comments(_module(model)).get(node.end_lineno or node.lineno, "")


def aliases(module: ModuleType) -> dict[str, tuple[str, str]]:
    """Types named in a module: name -> how it is written, and the text under it."""
    body = _tree(module).body
    found: dict[str, tuple[str, str]] = {}
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            text = after.value if isinstance(after, ast.Expr) else None
            told = (
                inspect.cleandoc(text.value) if isinstance(text, ast.Constant) and isinstance(text.value, str) else ""
            )
            found[node.targets[0].id] = ast.unparse(node.value), told
    return found


@cache
def _tree(module: ModuleType) -> ast.Module:
    return ast.parse(inspect.getsource(module))


def _module(model: type[Any]) -> ModuleType:
    module = inspect.getmodule(model)
    assert module, f"{model} has no source"
    return module
