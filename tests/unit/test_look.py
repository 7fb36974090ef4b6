"""The look's promises that can be read off its sources: contrast, icons, nothing inline."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOKENS = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

TEXT = ["ink", "muted", "accent", "accent-strong", "good", "caution", "danger", "against-text"]
SHAPES = ["prefer", "acceptable", "against", "outside", "awaited", "edge"]


def tokens(*selectors: str) -> dict[str, str]:
    """The hex colours that hold under these selectors, later ones over earlier ones."""
    found: dict[str, str] = {}
    for selector in selectors:
        for names, body in re.findall(r"^([^{}@]+)\{([^}]*)\}", TOKENS, re.MULTILINE):
            if selector in [name.strip() for name in re.sub(r"/\*.*?\*/", "", names).split(",")]:
                found |= dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", body))
    return found


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["ground", "raised", "sunken", "accent-wash"])
def test_text_and_shapes_can_be_seen_on_every_ground(theme: str, ground: str) -> None:
    colours = tokens(f'[data-bs-theme="{theme}"]')
    for name in TEXT:
        assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
    for name in SHAPES:
        assert contrast(colours[name], colours[ground]) >= 3, (name, ground)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_wall_is_read_from_the_last_row(theme: str) -> None:
    colours = tokens(f'[data-bs-theme="{theme}"]', f'.projector[data-bs-theme="{theme}"]')
    for name in ["ink", "muted", "accent", "good", "caution", "danger"]:
        assert contrast(colours[name], colours["ground"]) >= 7, name


def test_every_icon_that_a_template_names_is_drawn() -> None:
    sprite = (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    for template in TEMPLATES:
        text = template.read_text(encoding="utf-8")
        named = set(re.findall(r'icon(?:\(|_name=)"([\w-]+)"', text))
        assert named <= drawn, (template.name, named - drawn)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_a_template_has_nothing_inline_that_the_policy_would_refuse(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:", text)
