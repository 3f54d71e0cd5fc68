"""What lookups find, and what only looks like it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from kit.claims.ground import Ground
from kit.claims.judge import judge
from kit.claims.lookups.trees import drawn
from kit.claims.lookups.variables import assigned
from kit.claims.model import Claim
from kit.claims.read import read
from kit.project import Project

FILES = {
    "package.json": """
        {"name": "a", "scripts": {"build": "tsc", "start": "node main.js"},
         "dependencies": {"express": "^4.18.0", "helmet": "^8.0.0", "prisma": "^5.8.0", "framer-motion": "^11.0.0", "pino-http": "9.0.0"}}
    """,
    "package-lock.json": """
        {"name": "a", "lockfileVersion": 3, "packages": {
          "": {"dependencies": {"express": "^4.18.0", "helmet": "^8.0.0", "prisma": "^5.8.0", "framer-motion": "^11.0.0", "pino-http": "9.0.0"}},
          "node_modules/express": {"version": "4.21.2"}, "node_modules/helmet": {"version": "8.0.0"},
          "node_modules/prisma": {"version": "5.22.0"}, "node_modules/framer-motion": {"version": "11.2.0"},
          "node_modules/pino-http": {"version": "9.0.0"}}}
    """,
    "main.js": """
        const express = require('express')
        const helmet = require('helmet')
        const { Server } = require('socket.io')
        const pinoHttp = require('pino-http')
        // jwt.sign( stands in a remark only
        const app = express()
        app.use(helmet())
        app.use(limiter({ windowMs: 60 * 1000, max: 60 }))
        const io = new Server(server)
        const expiresIn = process.env.TOKEN_TTL || '15m'
        const refresh = { expiresIn: '7d' }
        const settings = { maxDepth: 5, trustProxy: true }
        app.get('/health', (q, r) => r.send('ok'))
        app.get('/api/users', (q, r) => r.json(find().skip(q.query.offset)))
        app.post('/api/orders', (q, r) => r.json({}))
        app.listen(8080)
    """,
    "prisma/schema.prisma": """
        datasource db {
          provider = "postgresql"
          url      = env("DATABASE_URL")
        }
        model Order {
          id String @id
        }
        enum Status {
          OPEN
          PAID
        }
    """,
    "docker-compose.yml": "services:\n  api:\n    build: .\n  db:\n    image: postgres:15\n",
    "Dockerfile": 'FROM node:20\nCOPY . .\nCMD ["node", "main.js"]\n',
    "web/pages/AdminDashboard.jsx": "export default () => <div className='grid' />\n",
    "app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    "docs/GUIDE.md": "guide\n",
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    root = tmp_path_factory.mktemp("shop")
    for path, text in FILES.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(dedent(text).lstrip("\n"), "utf-8")
    return Ground(Project(root))


def said(ground: Ground, text: str) -> Claim:
    return judge(read(dedent(text), "REPORT.md").statements[-1], ground)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("## Features\n- WebSocket connections", "confirmed"),
        ("## Features\n- ✅ Pagination support", "confirmed"),
        ("## Features\n- WebSocket connections for the orders of customers", "partly"),
        ("## Features\n- Circuit breakers", "undecidable"),
        ("## Features\n- WebSocket connections should be added", "undecidable"),
        ("## Next steps\n- WebSocket connections", "undecidable"),
        ("## Features\n- ❌ WebSocket connections", "undecidable"),
        ("## Features\n- JWT tokens", "undecidable"),
        ("## Issues\n- **Issue:** No helmet package for security headers", "refuted"),
        ("## Issues\n- Issue: No error boundaries. The page goes white.", "confirmed"),
        ("## Issues\n- Issue: No frontend pagination", "undecidable"),
        ("## Results\n| What | Run | Passed |\n|---|---|---|\n| Pagination | 4 | 4 |", "undecidable"),
        ("## Features\n- Timeouts of the long jobs", "undecidable"),
    ],
)
def test_features_are_seen_at_work(ground: Ground, text: str, verdict: str) -> None:
    claim = said(ground, text)

    assert claim.verdict.value == verdict, claim.reason


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("- ORM: Prisma 5.22.0", "confirmed"),
        ("- ORM: Prisma 5.8.0", "confirmed"),
        ("- ORM: Prisma 6", "refuted"),
        ("- Security: Helmet 8", "confirmed"),
    ],
)
def test_a_release_is_the_one_that_is_asked_for_or_installed(ground: Ground, text: str, verdict: str) -> None:
    claim = said(ground, text)

    assert claim.verdict.value == verdict, claim.reason


@pytest.mark.parametrize(
    ("block", "verdict"),
    [
        ("DATABASE_URL=postgres://x\nTOKEN_TTL=15m", "confirmed"),
        ("DATABASE_URL=postgres://x\nNOBODY_READS=1", "partly"),
        ("NOBODY_READS=1\nNOR_THIS=2", "unsupported"),
        ("NOBODY_READS=1", "undecidable"),
    ],
)
def test_variables_of_a_block_are_read(ground: Ground, block: str, verdict: str) -> None:
    claim = said(ground, f"```env\n{block}\n```")

    assert claim.verdict.value == verdict, claim.reason


def test_a_block_that_computes_or_does_more_lists_no_variables() -> None:
    assert assigned("A_KEY=1\n# remark\nexport B_KEY=2") == ["A_KEY", "B_KEY"]
    assert assigned("TOKEN=$(curl x)") == []
    assert assigned("A_KEY=1\nnpm start") == []


def test_a_drawing_of_files_is_held_against_them(ground: Ground) -> None:
    whole = "```\nshop/\n├── prisma/\n│   └── schema.prisma\n└── main.js\n```"
    part = "```\n├── main.js\n└── gone.js\n```"
    none = "```\n├── gone.js\n└── lost.js\n```"

    assert said(ground, whole).verdict.value == "confirmed"
    assert said(ground, part).verdict.value == "partly"
    assert "gone.js" in said(ground, part).reason
    assert said(ground, none).verdict.value == "unsupported"


def test_a_drawing_has_paths_below_those_that_they_stand_under() -> None:
    text = "a/\n├── b/\n│   ├── c.py  # remark\n│   └── d.py\n└── e.py"

    assert drawn(text) == ["b", "b/c.py", "b/d.py", "e.py"]
    assert drawn("/app/a/b.ts   # remark\nc.md (new)") == ["app/a/b.ts", "c.md"]
    assert drawn("npm install\nc.md") == []


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("### Models\n- **Order** - what is bought", "confirmed"),
        ("### Enums\n- **Status** - OPEN, PAID", "confirmed"),
        ("### Enums\n- **Status** - OPEN, SHIPPED", "partly"),
        ("### Models\n- **Invoice** - what is owed", "undecidable"),
        ("### Owners\n- **Order** - the team of Anna", "undecidable"),
    ],
)
def test_models_and_enumerations_are_declared(ground: Ground, text: str, verdict: str) -> None:
    claim = said(ground, text)

    assert claim.verdict.value == verdict, claim.reason


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("- maxDepth: 5", "confirmed"),
        ("- relationMode: prisma", "unsupported"),
        ("- The server is set up with `trustProxy: true`", "undecidable"),
        ("- Quoted `trustProxy: true` for the proxy in front", "partly"),
        ("- Quoted `trustProxy: false` for the proxy in front", "undecidable"),
        ("- Removed `trustProxy: true` for the proxy", "undecidable"),
    ],
)
def test_quoted_code_and_settings_stand_in_the_files(ground: Ground, text: str, verdict: str) -> None:
    claim = said(ground, text)

    assert claim.verdict.value == verdict, claim.reason


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("- Requests: 60 requests per minute, throttled", "confirmed"),
        ("- Throttled at 100 requests/minute", "refuted"),
        ("- JWT with access (15m) and refresh (7d) tokens", "confirmed"),
        ("- JWT with access (15m) and refresh (30d) tokens", "partly"),
        ("- JWT tokens live 7d", "partly"),
        ("- The meeting takes 15 min", "undecidable"),
    ],
)
def test_rates_and_lifetimes_are_those_of_the_code(ground: Ground, text: str, verdict: str) -> None:
    claim = said(ground, text)

    assert claim.verdict.value == verdict, claim.reason


@pytest.mark.parametrize(
    ("block", "verdict"),
    [
        ("curl http://localhost:8080/health", "confirmed"),
        ("curl http://localhost:8080/nowhere", "unsupported"),
        ("curl https://api.github.com/health", "undecidable"),
        ("uvicorn app.main:app --reload", "confirmed"),
        ("uvicorn app.gone:app", "unsupported"),
        ("docker-compose up -d db", "confirmed"),
        ("docker-compose up -d cache", "unsupported"),
        ("docker-compose exec api npm run what", "confirmed"),
        ("alembic upgrade head", "unsupported"),
        ("npx prisma migrate deploy", "confirmed"),
        ("cd web && ls", "undecidable"),
        ("npm start", "confirmed"),
    ],
)
def test_commands_reach_what_they_call(ground: Ground, block: str, verdict: str) -> None:
    claim = said(ground, f"```bash\n{block}\n```")

    assert claim.verdict.value == verdict, claim.reason


def test_requests_of_a_block_are_served_or_not(ground: Ground) -> None:
    assert said(ground, "```http\nGET /api/users\n```").verdict.value == "confirmed"
    assert said(ground, "```http\nGET /api/payments\n```").verdict.value == "unsupported"


def test_code_without_a_place_is_looked_for_where_nothing_is_proposed(ground: Ground) -> None:
    code = "```js\napp.use(helmet())\nconst io = new Server(server)\n```"

    assert said(ground, f"### Current state\n{code}").verdict.value == "confirmed"
    assert said(ground, f"### Required fix\n{code}").verdict.value == "undecidable"
    assert said(ground, "```js\napp.use(helmet())\napp.use(somethingElse())\n```").verdict.value == "undecidable"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("- Admin dashboard", "confirmed"),
        ("- Customer dashboard", "undecidable"),
        ("- No admin dashboard", "undecidable"),
        ("- ❌ Admin dashboard", "undecidable"),
    ],
)
def test_pages_have_a_file_of_their_name(ground: Ground, text: str, verdict: str) -> None:
    claim = said(ground, text)

    assert claim.verdict.value == verdict, claim.reason


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("- Framer Motion", "confirmed"),
        ("- Logging with `pino-http`", "confirmed"),
        ("- Lottie Player", "undecidable"),
        ("- No Framer Motion", "undecidable"),
        ("- Replaced Morgan with Express", "confirmed"),
        ("- Removed unused packages: `morgan`, `kafkajs`", "undecidable"),
    ],
)
def test_packages_are_named_as_their_manifests_do(ground: Ground, text: str, verdict: str) -> None:
    claim = said(ground, text)

    assert claim.verdict.value == verdict, claim.reason


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("- Guide: `docs/GUIDE.md`", "confirmed"),
        ("- Files: main.js lines 2-4, docs/GUIDE.md", "confirmed"),
        ("- `docs/GUIDE.md` tells how to restore", "partly"),
        ("- The restore is told in short words by `docs/GUIDE.md`", "undecidable"),
        ("## Appendix\n- `docs/GUIDE.md` - fix of the guide", "partly"),
        ("## Appendix\n- `docs/GUIDE.md` - to be removed", "undecidable"),
        ("- `docs/GUIDE.md` should tell how to restore", "undecidable"),
    ],
)
def test_a_label_and_a_file_say_where_something_is(ground: Ground, text: str, verdict: str) -> None:
    claim = said(ground, text)

    assert claim.verdict.value == verdict, claim.reason


@pytest.mark.parametrize(
    "text",
    [
        "- ⚠️ Fix CORS configuration",
        "## Next steps\n- ✅ Fix CORS configuration",
        "- S105: possible hardcoded passwords - false positives with constants",
        "- The shop is ready for Railway deployment",
        "- Express build: PASS",
        "- No health endpoint (`/healthz` or `/api/health`)",
        "## Checklist\n- [x] Built\n- [ ] Smoke test: log in and out",
        "- No caching strategy",
        "- OrderLedger is the strongest on durable state and on storage of all",
    ],
)
def test_tasks_alarms_and_outcomes_decide_nothing(ground: Ground, text: str) -> None:
    claim = said(ground, text)

    assert claim.verdict.value == "undecidable", claim.reason


def test_a_name_elsewhere_bears_out_nothing_of_a_file_that_is_not_there(ground: Ground) -> None:
    assert said(ground, "- TOKEN_TTL variable added").verdict.value == "confirmed"
    assert said(ground, "- `server/.env` - TOKEN_TTL variable added").verdict.value == "unsupported"


def test_what_is_missing_is_a_statement_below_a_heading_of_plans(ground: Ground) -> None:
    assert said(ground, "## Improvements\n- No circuit breakers: calls fail together").verdict.value == "confirmed"
    assert said(ground, "## Improvements\n- Circuit breakers").verdict.value == "undecidable"


def test_a_hostile_name_is_looked_for_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("const a = 1\n" * 50, "utf-8")
    ground = Ground(Project(tmp_path))
    text = f"- `{'(' * 40}a+{')' * 40}` and `{'a' * 100}: (((` are there\n"

    assert judge(read(text, "R.md").statements[0], ground).verdict.value == "undecidable"


def test_a_denial_that_is_bound_to_a_place_is_not_refuted_by_use_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text("services:\n  api:\n    image: acme/api:1\n")
    project = Ground(Project(tmp_path))

    assert said(project, "- No Docker Compose validation in CI").verdict.value == "undecidable"
    assert said(project, "- No Docker Compose").verdict.value == "refuted"
