"""How much may a client send?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from kit.checks.security.common import flow
from kit.checks.shared.calls import JAVASCRIPT, calls, option, runs
from kit.checks.shared.services import line_of
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok
from kit.project import Project
from kit.registry import check


@check("SEC-015", "Uploads are limited in size", Severity.MEDIUM, Clause.EXECUTION, effort_hours=1)
def uploads_are_limited(project: Project) -> Iterator[Fact]:
    """
    An upload without a limit fills the disk or the memory of the service, one request is enough.

    Decides: multer, express-fileupload, @fastify/multipart and Flask's files: a limit of size among their options; FastAPI
    handlers that read an `UploadFile` whole. A limit of nginx in front, its default of 1 MB too, holds.

    Fix: limit the size and the kinds of what is taken.
    - node: `multer({ limits: { fileSize: 5 * 1024 * 1024 }, fileFilter })`.
    - flask: `MAX_CONTENT_LENGTH = 5 * 1024 * 1024`.
    - python: read that many bytes at most, and check the content's kind.
    - spring: `spring.servlet.multipart.max-file-size: 5MB`.
    - go: `http.MaxBytesReader(w, r.Body, 5<<20)`.
    - dotnet: `[RequestSizeLimit(5_242_880)]`.
    - php: `upload_max_filesize`, and the type of the content by `finfo`.

    Blind to: limits of a provider in front of the service.

    See: https://cheatsheetseries.owasp.org/cheatsheets/File_Upload_Cheat_Sheet.html
    """
    front = next(
        (
            d
            for c in project.nginx
            if project.files.class_of(c.path) is FileClass.PRODUCTION
            for d in c.walk()
            if d.name == "proxy_pass"
        ),
        None,
    )
    lifted = next(
        (d for c in project.nginx for d in c.walk() if d.name == "client_max_body_size" and d.value == "0"), None
    )
    for at, limited, what in _uploads(project):
        if limited:
            yield ok(f"{what} takes files up to a limit.", at)
        elif front is not None and lifted is None:
            yield ok(f"{what} sets no limit; the proxy in front has one.", at, front)
        else:
            yield bad(f"{what} takes files of any size.", at)


def _uploads(project: Project) -> Iterator[tuple[At, bool, str]]:
    for call in calls(project, "multer", languages=JAVASCRIPT):
        if call.callee == "multer":
            limits = _value(project, call.option("limits"), call.path)
            yield (
                call.at,
                limits is not None and (limits.kind() != "object" or option(limits, "fileSize") is not None),
                "multer",
            )
    for call in calls(project, "fileUpload", languages=JAVASCRIPT, needles=("express-fileupload",)):
        yield call.at, call.option("limits") is not None, "express-fileupload"
    for call in calls(project, "FileInterceptor", "FilesInterceptor", languages=JAVASCRIPT):
        options = next((a for a in call.args if a.kind() == "object"), None)
        if options is not None and not mentions_limit(project, call.path):
            yield call.at, option(options, "limits") is not None, call.name
    for path in project.code.holding("request.files", "UploadFile", languages=("python",)):
        yield from _python_uploads(project, path)


def mentions_limit(project: Project, path: str) -> bool:
    """Whether a module beside configures uploads for all of its handlers."""
    folder = posixpath.dirname(path)
    return any(
        "MulterModule" in project.code.text(p) and "fileSize" in project.code.text(p)
        for p in project.code.holding("MulterModule")
        if posixpath.dirname(p).startswith(folder)
    )


def _python_uploads(project: Project, path: str) -> Iterator[tuple[At, bool, str]]:
    text = project.code.text(path)
    flask = "request.files" in text and "flask" in text
    limited = bool(project.code.holding("MAX_CONTENT_LENGTH", languages=("python",)))
    sized = re.search(r"\.size\b|content-length|max_size|MAX_(?:FILE|UPLOAD|CONTENT)", text, re.IGNORECASE) is not None
    pattern = r"request\.files" if flask else r"await\s+\w+\.read\(\s*\)"
    at = line_of(project, path, pattern)
    if at is not None and runs(path):
        yield at, limited or sized, "Flask" if flask else "The handler"


def _value(project: Project, node: SgNode | None, path: str) -> SgNode | None:
    if node is None or node.kind() != "identifier":
        return node
    return next((d.value for d in flow(project).definitions(node, path) if d.value is not None), node)
