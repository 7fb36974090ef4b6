"""Files of a case: what may come in, where the bytes lie, how they go out.

Only a few kinds are taken, and each is known by its content: the browser's word and the file's name
count for nothing. The bytes are stored under their SHA-256, outside the web server's folders.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import puremagic

from boardroom.refusals import Refused

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LONGEST_TITLE = 150
_MOST_UNPACKED = 400 * 1024 * 1024
_TYPES = "[Content_Types].xml"
_LONGEST_TYPES = 1024 * 1024  # bytes; a real one has some thousand


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken. `inline`: a browser may show it by itself; `pictures`: it can
    hold the images of an examination, not only what was written about them."""

    name: str
    suffix: str
    inline: bool = True
    pictures: bool = True


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "application/pdf": Kind("PDF", ".pdf"),
        "image/png": Kind("PNG image", ".png"),
        "image/jpeg": Kind("JPEG image", ".jpg"),
        "image/gif": Kind("GIF image", ".gif"),
        "image/webp": Kind("WebP image", ".webp"),
        "text/plain": Kind("Text", ".txt", pictures=False),
        _DOCX: Kind("Word document", ".docx", inline=False, pictures=False),
    }
)

NOT_TAKEN = "This kind of file is not taken. Attach a PDF, an image, plain text or a Word document."


@dataclass(frozen=True)
class Checked:
    """A file fit to be stored."""

    title: str
    media_type: str
    content: bytes
    sha256: str


def check(name: str, content: bytes, largest: int) -> Checked:
    """What the file is, by its content. Raises Refused with what to do instead."""
    if not content:
        raise Refused("The file is empty. Choose another one.")
    if len(content) > largest:
        raise Refused(f"The file is larger than {largest // (1024 * 1024)} MB. Send a smaller one.")
    if Path(name.strip().lower()).suffix in _MARKUP_NAMES:
        raise Refused(NOT_TAKEN)
    media_type = _kind_of(content)
    title = clean_title(name, KINDS[media_type].suffix)
    return Checked(title, media_type, content, hashlib.sha256(content).hexdigest())


def _kind_of(content: bytes) -> str:
    if content.startswith(b"PK"):
        return _word_document(content)
    try:
        guesses = {match.mime_type for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        guesses = set()
    if content.lstrip(b"\xef\xbb\xbf \r\n\t\0")[:5] == b"%PDF-" and _is_pdf(content):
        return "application/pdf"
    for media_type, looks_right in _IMAGES.items():
        if looks_right(content) and (media_type in guesses or not guesses):
            return media_type
    if _is_text(content):
        return "text/plain"
    raise Refused(NOT_TAKEN)


def _is_pdf(content: bytes) -> bool:
    if b"%%EOF" not in content[-2048:] or b"obj" not in content:
        raise Refused("This PDF is not whole. Open it, save it anew and attach that copy.")
    return True


def _png(content: bytes) -> bool:
    return content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR"


def _jpeg(content: bytes) -> bool:
    return content.startswith(b"\xff\xd8\xff") and b"\xff\xd9" in content[-4096:]


def _gif(content: bytes) -> bool:
    return content[:6] in (b"GIF87a", b"GIF89a") and len(content) > 20


def _webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP" and content[12:15] == b"VP8"


_IMAGES = {"image/png": _png, "image/jpeg": _jpeg, "image/gif": _gif, "image/webp": _webp}


def _small_file(archive: zipfile.ZipFile, name: str) -> bytes:
    """A file of the archive, which is not unpacked where it is out of all proportion."""
    if archive.getinfo(name).file_size > _LONGEST_TYPES:
        raise ValueError(f"{name} is too long")
    return archive.read(name)


def _word_document(content: bytes) -> str:
    """A DOCX is a zip with certain parts inside; any other zip is refused, macros too."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            unpacked = sum(entry.file_size for entry in archive.infolist())
            types = _small_file(archive, _TYPES) if _TYPES in names else b""
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError, NotImplementedError) as error:
        raise Refused(NOT_TAKEN) from error
    macros = (
        any(name.lower().endswith("vbaproject.bin") for name in names) or b"macroEnabled" in types
    )
    if (
        "word/document.xml" not in names
        or b"wordprocessingml" not in types
        or unpacked > _MOST_UNPACKED
    ):
        raise Refused(NOT_TAKEN)
    if macros:
        raise Refused("This Word document contains macros. Save it as a plain .docx or a PDF.")
    return _DOCX


# A file that calls itself a page, or is one from its first line on, is no report.
_MARKUP_NAMES = {".html", ".htm", ".xhtml", ".shtml", ".mht", ".mhtml", ".svg", ".xml", ".js"}
_A_PAGE = re.compile(r"\s*<\s*(!doctype|html|head|body|svg|\?xml)\b", re.IGNORECASE)


def encoding_of(content: bytes) -> str | None:
    """How a text is written: "utf-8", "windows-1252", or None for what is neither."""
    for encoding in ("utf-8", "windows-1252"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


def _is_text(content: bytes) -> bool:
    """UTF-8 or Windows Latin without control characters, and no page of markup as a whole.

    What it quotes does not matter, a script's tag neither: it goes out as text/plain that is not
    to be guessed at, in a sandbox.
    """
    encoding = encoding_of(content)
    if encoding is None:
        return False
    text = content.decode(encoding).removeprefix("\ufeff")
    if any((ord(c) < 32 and c not in "\t\n\r\f") or c == "\x7f" for c in text):
        return False
    return not _A_PAGE.match(text)


def clean_title(name: str, suffix: str) -> str:
    """A file's name fit to be shown and saved: no path, no control characters, the right ending."""
    base = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(
        " " if c in '"<>|:*?%;' or unicodedata.category(c) == "Cc" else c
        for c in base
        if unicodedata.category(c) not in {"Cf", "Cs", "Co", "Cn"}
    )
    stem = re.sub(r"\s+", " ", kept).strip(" .")
    root, ending = Path(stem).stem, Path(stem).suffix
    if ending.lower() == suffix or (suffix == ".jpg" and ending.lower() in (".jpeg", ".jpe")):
        return f"{root[:_LONGEST_TITLE] or 'document'}{ending.lower()}"
    return f"{(stem.lstrip('.') or 'document')[:_LONGEST_TITLE]}{suffix}"


# ---- Where the bytes lie ------------------------------------------------------------------------


def path_of(folder: Path, sha256: str) -> Path:
    """Where a file with this digest lies. Raises ValueError for anything that is no digest."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError("not a SHA-256 digest")
    return folder / sha256[:2] / sha256


def store(folder: Path, checked: Checked) -> None:
    """Put the bytes down so that they survive a kill at any instant. Storing twice is harmless.

    It comes before the row that names them is committed: an orphaned file does no harm, a row
    without its file would.
    """
    target = path_of(folder, checked.sha256)
    if target.exists() and target.stat().st_size == len(checked.content):
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".coming-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(checked.content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read(folder: Path, sha256: str) -> bytes | None:
    """The bytes, or None where they are gone or are not what was stored."""
    try:
        content = path_of(folder, sha256).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def remove(folder: Path, sha256: str) -> None:
    """Take the bytes away; nothing where they are gone already."""
    path_of(folder, sha256).unlink(missing_ok=True)


def disposition(title: str, *, inline: bool) -> str:
    """The header that names the file, in ASCII and in full."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w. ()+-]", "_", plain) or "document"
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(title, safe='')}"
