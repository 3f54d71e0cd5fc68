"""Routers that are mounted where they are required: `app.use("/orders", require("./orders"))`."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.project import Project

ROUTER = "const express = require('express');\nconst router = express.Router();\nrouter.post('/new', add);\n{}\n"


@pytest.mark.parametrize(
    ("given", "exported", "mount"),
    [
        ("require('./orders')", "module.exports = router;", "/orders/new"),
        ("require('./orders').default", "exports.default = router;", "/orders/new"),
        ("guard, require('./orders')", "module.exports = router;", "/orders/new"),
    ],
)
def test_a_router_is_mounted_where_it_is_required(tmp_path: Path, given: str, exported: str, mount: str) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"express": "4"}}')
    (tmp_path / "orders.js").write_text(ROUTER.format(exported))
    app = f"const express = require('express');\nconst app = express();\napp.use('/orders', {given});\napp.listen(3000);\n"
    (tmp_path / "app.js").write_text(app)

    assert [(r.path, r.mounted, r.prefix_known) for r in Project(tmp_path).routes] == [(mount, True, True)]


def test_what_is_no_router_mounts_nothing(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"express": "4"}}')
    (tmp_path / "orders.js").write_text(ROUTER.format("module.exports = { add };"))
    app = "const express = require('express');\nconst app = express();\napp.use('/orders', require('./orders'));\napp.listen(3000);\n"
    (tmp_path / "app.js").write_text(app)

    assert [r.mounted for r in Project(tmp_path).routes] == [None]
