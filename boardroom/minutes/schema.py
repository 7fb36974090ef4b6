"""The published JSON schema of the minutes (draft 2020-12)."""

from __future__ import annotations

import json
from typing import Any

from boardroom.minutes.document import MinutesDocument
from boardroom.minutes.versions import SCHEMA_VERSION


def minutes_schema() -> dict[str, Any]:
    """The schema of an exported document: every field is written, so every field is required."""
    schema = MinutesDocument.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:boardroom:minutes:{SCHEMA_VERSION}",
    } | schema


def schema_text() -> str:
    """The schema as it stands in docs/minutes.schema.json."""
    return json.dumps(minutes_schema(), indent=2, ensure_ascii=False) + "\n"
