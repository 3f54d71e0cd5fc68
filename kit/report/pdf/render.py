"""A document's data through Typst's compiler."""

from __future__ import annotations

import importlib.util
import json
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, cast

from kit.report.document import Document
from kit.report.pdf.data import SignOff, document_data
from kit.report.pdf.paper import for_paper
from kit.report.pdf.words import clean
from kit.report.texts import text

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
TEMPLATE = HERE / "report.typ"
MAIN = "main.typ"
STANDARD: Final = "ua-1"
"""PDF/UA: tags, alternative texts, language and title, for who reads with other means than eyes."""


UNDRAWN = "could not be displayed"
"""What Typst says of a letter that no font has."""


class PdfMissing(RuntimeError):
    """What sets the pages is not installed."""


def available() -> bool:
    """Whether Typst's compiler is installed."""
    return importlib.util.find_spec("typst") is not None


def render_pdf(document: Document, moment: str, sign_off: SignOff) -> bytes:
    """The document as a PDF; the same document at the same `moment` (ISO) gives the same bytes.

    Raises PdfMissing without the `pdf` extra.
    """
    if not available():
        raise PdfMissing(text("paper.missing"))
    with tempfile.TemporaryDirectory(prefix="readiness-pdf-") as folder:
        write_sources(Path(folder), for_paper(document), moment, sign_off)
        (Path(folder) / MAIN).write_text(f'#import "{TEMPLATE.name}": report\n#report\n', "utf-8")
        return compile_pdf(Path(folder), MAIN, moment)


def write_sources(folder: Path, document: Document, moment: str, sign_off: SignOff) -> None:
    """Write what Typst reads into a folder: the template, and the document as JSON."""
    data = clean(document_data(document, moment, sign_off))
    (folder / "report.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8", "replace")
    shutil.copyfile(TEMPLATE, folder / TEMPLATE.name)


def compile_pdf(folder: Path, main: str, moment: str) -> bytes:
    """The file `main` of a folder as a PDF; nothing outside of the folder is read, but for fonts."""
    import typst

    try:
        return _pdf(folder / main, moment, STANDARD, system_fonts=False)
    except typst.TypstError as error:
        if UNDRAWN not in str(error):
            raise
    # A script that our fonts lack: what this machine has may help, and PDF/UA allows no letter without a shape.
    return _pdf(folder / main, moment, None, system_fonts=True)


def _pdf(main: Path, moment: str, standard: Literal["ua-1"] | None, *, system_fonts: bool) -> bytes:
    import typst

    nowhere = str(main.parent / "packages")
    compiler = typst.Compiler(
        str(main),
        root=str(main.parent),
        font_paths=[str(FONTS)],
        ignore_system_fonts=not system_fonts,
        package_path=nowhere,
        package_cache_path=nowhere,
    )
    moment_of = datetime.fromisoformat(moment)
    return cast(bytes, compiler.compile(format="pdf", timestamp=moment_of, pdf_standards=standard))
