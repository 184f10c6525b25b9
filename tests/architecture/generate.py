"""Writes what is made from the code: JSON Schemas, OpenAPI and AsyncAPI, reference pages. Run by `make schemas`."""

import sys
from pathlib import Path

from tests.architecture import asyncapi, events_page, http_page, json_schemas, openapi, settings_page, topics_page
from tests.architecture.packages import ROOT, shown

SCHEMAS = ROOT / "libs/events/schemas"
REFERENCE = ROOT / "docs/reference"


def documents() -> dict[Path, str]:
    """Each file that is made, and its text: the same for the same code."""
    return {
        **{SCHEMAS / path: text for path, text in json_schemas.documents().items()},
        **{ROOT / "services" / name / "openapi.json": text for name, text in openapi.documents().items()},
        ROOT / "libs/events/asyncapi.json": asyncapi.document(),
        REFERENCE / "events.md": events_page.document(),
        REFERENCE / "http.md": http_page.document(),
        REFERENCE / "settings.md": settings_page.document(),
        REFERENCE / "topics.md": topics_page.document(),
    }


def left_over(made: dict[Path, str]) -> list[Path]:
    """Files of an event that is no more."""
    return sorted(
        path for folder in (SCHEMAS, REFERENCE) for path in folder.rglob("*") if path.is_file() and path not in made
    )


def main() -> None:
    made = documents()
    for path in left_over(made):
        path.unlink()
        print(f"removed {shown(path)}")
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"wrote {shown(path)}")


if __name__ == "__main__":
    sys.exit(main())
