"""Documents: known by their content, stored whole, served in a cage."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document as WordDocument
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.audit import AuditEntry
from boardroom.cases import documents, operations
from boardroom.cases.models import Case, Document, Patient
from boardroom.db import write_transaction
from boardroom.refusals import Refused
from tests.papers import PDF

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00"
    b"\x00IEND\xaeB`\x82"
)
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    + b"\x00" * 64
    + b"\xff\xd9"
)


def word() -> bytes:
    made = WordDocument()
    made.add_paragraph("A report")
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def zipped(**files: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "/"), text)
    return out.getvalue()


@pytest.fixture
def case_id(app: Flask) -> int:
    with app.test_request_context(), write_transaction():
        made = operations.new_case(
            app.extensions["boards"]["liver"], actor=None, patient=Patient(name="Mx Invented")
        )
        made.referrer_hospital = "St Example"
        return made.id


def send(client: FlaskClient, case_id: int, *files: tuple[bytes, str], script: bool = False) -> Any:
    # Written by hand: the test client leaves the spool of a large body open.
    body = b"".join(
        f'--cut\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for content, name in files
    )
    return client.post(
        f"/cases/{case_id}/documents",
        data=body + b"--cut--\r\n",
        content_type="multipart/form-data; boundary=cut",
        headers={"X-Boardroom-Part": "1"} if script else {},
    )


@pytest.mark.parametrize(
    ("content", "name", "media_type", "disposition"),
    [
        (PDF, "CT report.pdf", "application/pdf", "inline"),
        (PNG, "slice.png", "image/png", "inline"),
        (JPEG, "slice.JPEG", "image/jpeg", "inline"),
        ("Befund: Zyste, größer".encode(), "letter.txt", "text/plain; charset=utf-8", "inline"),
        ("Befund: größer".encode("cp1252"), "latin.txt",
         "text/plain; charset=windows-1252", "inline"),
        (b"Copied from the portal:\n<script>alert(1)</script>\n<img src=x>", "portal.txt",
         "text/plain; charset=utf-8", "inline"),
        (b"<script>alert(1)</script> was in the letter", "report.txt",
         "text/plain; charset=utf-8", "inline"),
        (word(), "letter.docx",
         "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "attachment"),
    ],
)  # fmt: skip
def test_a_document_comes_back_as_it_went_in(
    app: Flask, coordinator: FlaskClient, case_id: int, rows: Callable[..., list[Any]],
    content: bytes, name: str, media_type: str, disposition: str,
) -> None:  # fmt: skip
    assert send(coordinator, case_id, (content, name)).status_code == 303
    (stored,) = rows(select(Document))
    answer = coordinator.get(f"/cases/{case_id}/documents/{stored.id}")
    assert answer.data == content
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["Content-Disposition"].startswith(f'{disposition}; filename="')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert ("sandbox" in policy) == (media_type != "application/pdf")
    assert "script-src" not in policy
    folder = Path(app.config["DOCUMENTS_DIR"])
    assert documents.path_of(folder, stored.sha256).read_bytes() == content
    assert stored.title in coordinator.get(f"/cases/{case_id}").text


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "empty.pdf", "is empty"),
        (b"<html><script>alert(1)</script>", "report.pdf", "not taken"),
        (b"\n  <!DOCTYPE html><p>", "report.txt", "not taken"),
        (b"\xef\xbb\xbf<html><p>", "report.txt", "not taken"),
        (b"no markup at all", "report.html", "not taken"),
        (b"alert(1)", "report.JS ", "not taken"),
        (b'<?xml version="1.0"?><svg onload="alert(1)"/>', "x.png", "not taken"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "setup.pdf", "not taken"),
        (b"\x7fELF\x02\x01\x01\x00", "a.txt", "not taken"),
        (zipped(a="b"), "letter.docx", "not taken"),
        (zipped(xl__workbook="x"), "table.docx", "not taken"),
        (zipped(**{"word__document.xml": "x"}), "fake.docx", "not taken"),
        (b"PK\x03\x04 broken", "letter.docx", "not taken"),
        (b"%PDF-1.7\nhalf of it", "half.pdf", "not whole"),
        (PNG[:12] + b"XXXX", "bad.png", "not taken"),
        (b"text\x00with zeros", "a.txt", "not taken"),
    ],
)
def test_what_is_not_what_it_says_is_refused(
    coordinator: FlaskClient, case_id: int, rows: Callable[..., list[Any]],
    content: bytes, name: str, words: str,
) -> None:  # fmt: skip
    answer = send(coordinator, case_id, (content, name))
    assert answer.status_code == 422
    assert words in answer.text
    assert 'id="f-file-error"' in answer.text, "beside the field"
    assert rows(select(Document)) == []


def test_a_word_document_with_macros_is_refused() -> None:
    with zipfile.ZipFile(io.BytesIO(word())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in {**files, "word/vbaProject.bin": b"x"}.items():
            archive.writestr(name, content)
    with pytest.raises(Refused, match="macros"):
        documents.check("letter.docx", out.getvalue(), 10**6)


def test_one_bad_file_among_good_ones_leaves_nothing(
    coordinator: FlaskClient, case_id: int, rows: Callable[..., list[Any]]
) -> None:
    answer = send(coordinator, case_id, (PDF, "a.pdf"), (b"MZ\x90", "b.pdf"))
    assert answer.status_code == 422
    assert rows(select(Document)) == []


def test_a_script_that_attaches_is_told_the_version(
    coordinator: FlaskClient, case_id: int, rows: Callable[..., list[Any]]
) -> None:
    refused = send(coordinator, case_id, (PDF, "CT.pdf"), (b"", "empty.pdf"), script=True)
    assert refused.status_code == 422
    assert "empty" in refused.json["error"]
    assert rows(select(Document)) == []
    taken = send(coordinator, case_id, (PDF, "CT.pdf"), (PNG, "slice.png"), script=True)
    (case,) = rows(select(Case).where(Case.id == case_id))
    assert taken.json["version"] == case.version > taken.json["before"]
    assert len(rows(select(Document))) == 2


def test_no_file_a_repeated_one_and_too_large_ones(
    app: Flask, coordinator: FlaskClient, case_id: int, rows: Callable[..., list[Any]]
) -> None:
    assert "Choose a file first" in send(coordinator, case_id).text
    send(coordinator, case_id, (PDF, "a.pdf"))
    assert "attached already" in send(coordinator, case_id, (PDF, "b.pdf")).text
    app.config["DOCUMENT_MAX_BYTES"] = 1024 * 1024
    large = send(coordinator, case_id, (b"a" * (1024 * 1024 + 1), "a.txt"))
    assert large.status_code == 422
    assert "larger than 1 MB" in large.text
    app.config["MAX_CONTENT_LENGTH"] = 2 * 1024 * 1024
    assert send(coordinator, case_id, (b"a" * (3 * 1024 * 1024), "a.txt")).status_code == 413
    assert len(rows(select(Document))) == 1


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\secret\\CT.pdf", "CT.pdf"),
        ('a"b\r\nX-Evil: 1.pdf', "a b X-Evil 1.pdf"),
        ("report.pdf.exe", "report.pdf.exe.pdf"),
        ("\u202efdp.exe", "fdp.exe.pdf"),
        (".pdf", "pdf.pdf"),
        ("x" * 400 + ".pdf", "x" * 150 + ".pdf"),
        ("Szűcs létété.pdf", "Szűcs létété.pdf"),
        ("", "document.pdf"),
    ],
)
def test_a_hostile_name_becomes_a_plain_one(name: str, title: str) -> None:
    assert documents.check(name, PDF, 10**6).title == title
    header = documents.disposition(title, inline=True)
    assert header.isascii()
    assert "\n" not in header


def test_only_readers_of_the_case_get_its_documents(
    coordinator: FlaskClient, case_id: int, person: Callable[..., int],
    sign_in: Callable[[int], FlaskClient], rows: Callable[..., list[Any]], app: Flask,
) -> None:  # fmt: skip
    send(coordinator, case_id, (PDF, "a.pdf"))
    (stored,) = rows(select(Document))
    url = f"/cases/{case_id}/documents/{stored.id}"
    observer = sign_in(person("observer"))
    assert observer.get(url).status_code == 403
    assert url not in observer.get(f"/cases/{case_id}").text
    assert url in coordinator.get(f"/cases/{case_id}").text
    assert sign_in(person("specialist", "surgery")).get(url).status_code == 200
    assert sign_in(person("referrer", hospital="St Example")).get(url).status_code == 200
    assert sign_in(person("referrer", hospital="St Elsewhere")).get(url).status_code == 404
    assert app.test_client().get(url).status_code == 302
    with app.test_request_context(), write_transaction():
        other = operations.new_case(app.extensions["boards"]["liver"], actor=None).id
    assert coordinator.get(f"/cases/{other}/documents/{stored.id}").status_code == 404
    assert coordinator.get(f"/cases/{case_id}/documents/999").status_code == 404
    readings = rows(select(AuditEntry).where(AuditEntry.action == "read a document"))
    assert len(readings) == 2


def test_a_removed_document_is_gone_and_the_trail_knows_it(
    coordinator: FlaskClient, case_id: int, rows: Callable[..., list[Any]]
) -> None:
    send(coordinator, case_id, (PDF, "a.pdf"))
    (stored,) = rows(select(Document))
    url = f"/cases/{case_id}/documents/{stored.id}"
    assert coordinator.post(f"{url}/remove").status_code == 303
    assert coordinator.get(url).status_code == 404
    (entry,) = rows(select(AuditEntry).where(AuditEntry.action == "removed a document"))
    assert any(
        c["did"] == "removed" and c["fields"]["title"] == ["a.pdf", None] for c in entry.changes
    )


def test_bytes_that_changed_on_disk_are_not_served(
    app: Flask, coordinator: FlaskClient, case_id: int, rows: Callable[..., list[Any]]
) -> None:
    send(coordinator, case_id, (PDF, "a.pdf"))
    (stored,) = rows(select(Document))
    path = documents.path_of(Path(app.config["DOCUMENTS_DIR"]), stored.sha256)
    path.write_bytes(b"something else")
    assert coordinator.get(f"/cases/{case_id}/documents/{stored.id}").status_code == 404
