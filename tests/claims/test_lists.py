"""Lists of packages, files, settings and commands, and what is said to stand nowhere any more."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from kit.claims.ground import Ground
from kit.claims.judge import judge
from kit.claims.model import Claim
from kit.claims.read import read
from kit.project import Project

FILES = {
    "pom.xml": """
        <project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>shop</artifactId><version>1</version>
        <dependencies>
        <dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId><version>42.7.1</version></dependency>
        <dependency><groupId>org.acme</groupId><artifactId>acme-starter-web</artifactId><version>2.1.0</version></dependency>
        </dependencies></project>
    """,
    "src/main/resources/application.yml": """
        server:
          port: 8080
          compression:
            enabled: true
            min-response-size: 1024
    """,
    "src/main/java/a/Shop.java": """
        package a;

        import jakarta.persistence.Entity;

        @Entity
        public class Shop {
            public static final String PATH = "path";
            // @Legacy stands in a remark only
        }
    """,
    "web/index.html": "<html>\n<title>The shop of many things</title>\n</html>\n",
    "web/a.module.css": ".a {}\n",
    "web/b.module.css": ".b {}\n",
    "web/logo.png": "x" * 2000,
    "tests/load_test.py": "from locust import HttpUser\n",
    "tests/integration/test_orders.py": "def test_orders():\n    assert True\n",
    ".env.example": "A=1\n",
    "README.md": "# Shop\n\n## Quick Start\n\n## Users (protected)\n",
    "docs/RUNNING.md": "# Running\n",
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


def verdict_of(ground: Ground, text: str) -> str:
    return said(ground, text).verdict.value


def row(cells: str, heading: str = "Dependencies") -> str:
    return f"## {heading}\n| Package | Purpose | Version |\n|---|---|---|\n| {cells} |\n"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (row("acme-starter-web | Web | 2.1.0"), "confirmed"),
        (row("acme-starter-web | Web | 3.0.0"), "partly"),
        (row("acme-starter-web | Web | Latest"), "partly"),
        (row("acme-starter-batch | Batches | 2.1.0"), "undecidable"),
        (row("acme-starter-batch | Deprecated | -", "Removed dependencies"), "confirmed"),
        (row("acme-starter-web | Deprecated | -", "Removed dependencies"), "undecidable"),
    ],
)
def test_the_package_at_the_head_of_a_row_is_declared_or_is_no_more(ground: Ground, text: str, verdict: str) -> None:
    claim = said(ground, text)

    assert claim.verdict.value == verdict, claim.reason


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("```yaml\nserver:\n  compression:\n    enabled: true\n    min-response-size: 1024\n```", "confirmed"),
        ("```yaml\nserver:\n  compression:\n    enabled: true\n    min-response-size: 2048\n```", "undecidable"),
        ("```yaml\nserver:\n  port: 8080\n```", "undecidable"),
        ("## Suggested fix\n```yaml\ncompression:\n  enabled: true\n  min-response-size: 1024\n```", "undecidable"),
    ],
)
def test_an_excerpt_of_settings_is_looked_for_as_a_whole(ground: Ground, text: str, verdict: str) -> None:
    claim = said(ground, text)

    assert claim.verdict.value == verdict, claim.reason


@pytest.mark.parametrize(
    ("block", "verdict"),
    [
        ("cd tests", "confirmed"),
        ("cd the-clone", "undecidable"),
        ("locust -f load_test.py --host=http://localhost", "confirmed"),
        ("locust -f gone_test.py", "undecidable"),
        ("export PATH=$JAVA_HOME/bin:$PATH", "undecidable"),
    ],
)
def test_tools_on_files_and_variables_of_machines(ground: Ground, block: str, verdict: str) -> None:
    claim = said(ground, f"```bash\n{block}\n```")

    assert claim.verdict.value == verdict, claim.reason


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("- Grep search for `javax.*` imports returned 0 matches", "confirmed"),
        ("- Grep search for `jakarta.persistence`: **0 matches**", "refuted"),
        ("- Removed deprecated `@Legacy`", "confirmed"),
        ("- Removed deprecated `@Entity`", "undecidable"),
        ("- File `Filter.java` deleted", "confirmed"),
        ("- File `Shop.java` deleted", "undecidable"),
        ("- Missing: `.env.example` file", "refuted"),
        ("- Missing: `.env.staging` file", "confirmed"),
        ("- Missing: comments in `.env.example`", "undecidable"),
    ],
)
def test_what_is_said_to_be_nowhere_is_looked_for(ground: Ground, text: str, verdict: str) -> None:
    claim = said(ground, text)

    assert claim.verdict.value == verdict, claim.reason


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("- CSS: 2 .module.css files (no global pollution)", "confirmed"),
        ("- CSS: 31 .module.css files (no global pollution)", "refuted"),
        ("- Mark: logo.png (2 KB)", "confirmed"),
        ("- Mark: logo.png (17 KB)", "refuted"),
        ('- Title: "The shop of many things" (index.html:2)', "confirmed"),
        ('- Title: "The shop of many things" (index.html:1-3)', "confirmed"),
        ('- Title: "The shop of other things" (index.html:2)', "undecidable"),
    ],
)
def test_endings_are_counted_and_quotations_stand_at_their_line(ground: Ground, text: str, verdict: str) -> None:
    claim = said(ground, text)

    assert claim.verdict.value == verdict, claim.reason


def test_a_link_to_a_file_says_that_it_is_there_and_one_to_a_site_nothing(ground: Ground) -> None:
    linked = said(ground, "## Related documents\n- [How it is run](./docs/RUNNING.md#start)")

    assert (linked.statement.text, linked.verdict.value) == ("How it is run (docs/RUNNING.md)", "confirmed")
    assert verdict_of(ground, "## Related documents\n- [How it is kept](docs/KEEPING.md)") == "unsupported"
    assert (
        verdict_of(ground, "## Technical references\n- [PostgreSQL documentation](https://postgresql.org)")
        == "undecidable"
    )


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("- [x] Quick start guide", "confirmed"),
        ("- [x] Running instructions", "confirmed"),
        ("- [x] User guide", "undecidable"),
        ("- [x] Migration guide", "undecidable"),
        ("- [ ] Quick start guide", "undecidable"),
        ("- [x] Integration test examples", "confirmed"),
        ("- Missing integration tests for the store", "undecidable"),
        ("- Missing: Integration tests", "refuted"),
        ("- Missing: Smoke tests", "confirmed"),
    ],
)
def test_guides_are_headings_or_documents(ground: Ground, text: str, verdict: str) -> None:
    claim = said(ground, text)

    assert claim.verdict.value == verdict, claim.reason


def test_a_constant_that_is_called_a_secret_leaves_open_that_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "keys.py").write_text("API_KEYS = {'first-client': 'reader'}\n", "utf-8")
    assert verdict_of(Ground(Project(tmp_path)), "- ✅ No hardcoded secrets") == "undecidable"

    (tmp_path / "keys.py").write_text("import os\n\nAPI_KEYS = os.environ['API_KEYS'].split()\n", "utf-8")
    assert verdict_of(Ground(Project(tmp_path)), "- ✅ No hardcoded secrets") == "confirmed"


def test_better_than_before_is_more_than_a_check_can_tell(tmp_path: Path) -> None:
    (tmp_path / "main.js").write_text(
        "const app = require('express')()\napp.get('/health', (q, r) => r.send('ok'))\napp.listen(1)\n", "utf-8"
    )
    ground = Ground(Project(tmp_path))

    assert verdict_of(ground, "- ✅ Health checks") == "confirmed"
    assert verdict_of(ground, "- ✅ Better health checks") == "partly"


def test_a_variable_in_a_remark_is_read_by_nobody(tmp_path: Path) -> None:
    (tmp_path / "db.ts").write_text(
        "// const url = process.env.REPLICA_URL\nconst main = process.env.MAIN_URL\n", "utf-8"
    )

    claim = said(Ground(Project(tmp_path)), "```env\nREPLICA_URL=a\nMAIN_URL=b\n```")
    assert (claim.verdict.value, "REPLICA_URL" in claim.reason) == ("partly", True)


def test_one_of_two_features_bears_out_a_part(tmp_path: Path) -> None:
    (tmp_path / "main.js").write_text("const io = new Server(server)\nio.on('connection', f)\n", "utf-8")
    ground = Ground(Project(tmp_path))

    assert verdict_of(ground, "- ✅ WebSocket support") == "confirmed"
    assert verdict_of(ground, "- ✅ WebSocket support and webhooks") == "partly"


def test_what_code_of_a_language_lacks_that_no_check_reads_is_left_open(tmp_path: Path) -> None:
    files = {
        "docker-compose.yml": "services:\n  api:\n    build: .\n    ports: ['8080:8080']\n",
        "Dockerfile": "FROM rust:1.80\nCOPY . .\nCMD cargo run\n",
        "src/main.rs": "fn main() {}\n",
        "src/api.rs": "fn metrics() {}\n",
    }
    for name, text in files.items():
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")

    assert verdict_of(Ground(Project(tmp_path)), "- ✅ Metrics endpoint available") == "undecidable"
