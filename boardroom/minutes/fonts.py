"""The letters that a PDF can be drawn with.

An archival PDF may hold no missing glyph, and a blank in a record is worse than an ugly one. So a
character that no font has is written out, "[U+6F22]" or "[grinning face]", and the paper says so.
Fonts come from the environment's packages; further ones (.ttf, .otf) can be put into a folder.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typst

if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

PACKAGES = ("fontpkg_inter", "fontpkg_noto_sans_arabic", "fontpkg_heebo")
"""Latin, Greek and Cyrillic; Arabic; Hebrew. In the order in which they are asked for a glyph."""

_LONG = 28  # letters
_LONG_WORD = re.compile(rf"[^\s\u200b]{{{_LONG},}}")
# Joiners and selectors are drawn by no glyph of their own, so without their neighbours they go.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufe00-\ufe0f\U000e0100-\U000e01ef]")


class Fonts:
    """Fonts for one rendering: their families for the template, and what they can draw."""

    def __init__(self, files: Sequence[Path], folders: Sequence[Path]) -> None:
        self.loaded: Any = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(folder) for folder in folders],
        )
        families = self.loaded.families()
        ordered: list[str] = []
        self.characters: set[int] = set()
        for file in files:
            for font in _faces(file):
                names = {font["name"].getDebugName(n) for n in (1, 16)}
                ordered += [f for f in families if f in names and f not in ordered]
                self.characters |= set(font.getBestCmap() or {})
        # Characters without an agreed meaning may not be in an archival PDF, drawable or not.
        self.characters = {c for c in self.characters if unicodedata.category(chr(c)) != "Co"}
        self._letters = frozenset(map(chr, self.characters)) | set("\n\t ")
        self.families = tuple(ordered) or tuple(families)

    def drawable(self, text: str) -> str:
        """The text with every character written out that no font can draw.

        Composed where the fonts have the composed letter; very long words get places to break.
        """
        if not text.isascii():
            text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
            if not self._letters.issuperset(text):
                text = "".join(c if c in self._letters else _written_out(c) for c in text)
        return _LONG_WORD.sub(_breakable, text) if len(text) >= _LONG else text

    def lacks(self, text: str) -> bool:
        """Whether `drawable` has to write something out."""
        text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
        return not self._letters.issuperset(text)


# Latin, Greek, Cyrillic and signs, composed: each character is drawn by one glyph of its own.
_PLAIN = re.compile(
    "[\t\n -\u02ff\u0370-\u0482\u048a-\u058f\u1e00-\u1fff\u2000-\u20cf\u2100-\u2bff]*"
)


def needs_shaping(text: str) -> bool:
    """Whether a text has letters that join or carry marks; without, fonts need no look-ups."""
    return _PLAIN.fullmatch(unicodedata.normalize("NFC", text)) is None


def _faces(file: Path) -> Iterator[TTFont]:
    from fontTools.ttLib import TTCollection, TTFont  # here, for the server to be there sooner

    if file.suffix.lower() in {".ttc", ".otc"}:
        with TTCollection(file, lazy=True) as collection:
            yield from collection.fonts
    else:
        with TTFont(file, lazy=True) as font:
            yield font


def _written_out(character: str) -> str:
    if unicodedata.category(character).startswith("S"):
        name = unicodedata.name(character, "").lower()
        if name:
            return f"[{name}]"
    return f"[U+{ord(character):04X}]"


def _breakable(found: re.Match[str]) -> str:
    word = found.group()
    return "\u200b".join(word[i : i + 4] for i in range(0, len(word), 4))


@lru_cache(maxsize=4)
def load_fonts(extra: Path | None = None) -> Fonts:
    """The shipped fonts and those in the folder `extra`; read once for each folder.

    Raises RuntimeError where a font package is not installed.
    """
    folders = []
    for package in PACKAGES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise RuntimeError(f"The font package {package} is not installed")
        folders.append(Path(spec.origin).parent / "files")
    if extra is not None and extra.is_dir():
        folders.append(extra)
    files = [
        file
        for folder in folders
        for file in sorted(folder.iterdir())
        if file.suffix.lower() in {".ttf", ".otf", ".ttc", ".otc"} and "Italic" not in file.name
    ]
    return Fonts(files, folders)
