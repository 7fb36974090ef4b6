"""What is done with documents' bytes once no case names them any more."""

from __future__ import annotations

import logging
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from boardroom.cases import documents
from boardroom.cases.models import Document
from boardroom.db import write_transaction

log = logging.getLogger(__name__)


def remove_unnamed(folder: Path, digests: Collection[str]) -> None:
    """Remove the bytes with these digests from the disk, but for those that a document still names.

    To be called when the rows are gone and that is committed. It is a writer of its own: whoever
    attaches the same file stores it and commits before it, and is seen, or comes after it and
    stores it anew. What cannot be removed stays, which does no harm.
    """
    if not digests:
        return
    try:
        with write_transaction() as session:
            query = select(Document.sha256).where(Document.sha256.in_(digests))
            for sha256 in set(digests) - set(session.scalars(query)):
                documents.remove(folder, sha256)
    except (OSError, DBAPIError, PoolTimeout) as error:
        log.warning("a discarded document's bytes stay on disk: %s", type(error).__name__)
