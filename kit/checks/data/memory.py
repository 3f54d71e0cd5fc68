"""Does what production writes outlive the process that writes it?"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kit.checks.data.common import ASIDE, owners
from kit.checks.shared.calls import runs
from kit.model import At, Clause, Fact, FileClass, Located, Severity, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT, Match
from kit.sources.code.java import JavaModules, relaxed
from kit.sources.formats.nodes import Node
from kit.system.model import Deployment
from kit.system.scope import within

_EMBEDDED = re.compile(r"\bjdbc:(?:h2:mem|hsqldb:mem|derby:memory)\b")
_SQLITE = re.compile(r"sqlite(?:\+\w+)?:(?://)?/?(?::memory:|$)|^:memory:|file::memory:")
_ADDRESS = re.compile(r"(?i)(?:^|_)(?:database|db|sqlalchemy_database)\w*_?(?:url|uri|dsn)$")
_VARIABLE = re.compile(r"\$\{([\w.-]+)(?::((?:[^{}]|\{[^{}]*\})*))?\}")
_FLAGGED = re.compile(r"spring\.profiles\.active[=\s\"',]+([\w,-]+)")
_OF_TESTS = re.compile(r"(?i)test|mock|dev|local|fake|demo|memory|seed|fixture")


@dataclass(frozen=True)
class _Kept:
    """A store that lives as long as the process: `words` say which, `why` what could have been otherwise."""

    words: str
    at: Located
    path: str
    replaced: Callable[[Deployment], bool]
    why: str = ""
    hidden: str = ""


@check("DAT-024", "The data of production is not kept in memory", Severity.HIGH, Clause.EXECUTION, effort_hours=3)
def data_outlives_the_process(project: Project) -> Iterator[Fact]:
    """
    A database in the memory of the program forgets every row at each restart, release and crash, and no two replicas
    hold the same. It was meant for tests.

    Decides: the database that a service takes where nobody says otherwise: `jdbc:h2:mem:`, HSQLDB or Derby in memory in
    Spring's settings, or no address and no other driver; SQLite in memory as the default of an address or in the code;
    `UseInMemoryDatabase`; `mongodb-memory-server` outside of tests. A variable or a profile of the deployment that
    names another database settles it.

    Fix: give the deployment the address of a database server or of a file on a volume, and keep the one in memory for the profile of
    the tests.
    - java: `SPRING_DATASOURCE_URL=jdbc:postgresql://db:5432/shop`, the driver in the build file, and H2 with the scope `test`.
    - dotnet: `options.UseNpgsql(configuration.GetConnectionString("Shop"))`.

    Blind to: settings that a configuration server or a console gives.

    See: https://www.h2database.com/html/features.html#in_memory_databases
    """
    for kept in (*_in_spring(project), *_as_default(project)):
        yield from _standing(project, kept)
    for words, at in (*_in_dotnet(project), *_in_javascript(project), *_in_python(project)):
        yield bad(f"{words}: the data is gone at every restart.", at)
    yield from _lasting(project)


def _standing(project: Project, kept: _Kept) -> Iterator[Fact]:
    """What the deployments make of a default: another store, the same, or nobody can say."""
    every = [d for service in owners(project, kept.path) for d in service.deployments]
    live = [d for d in every if d.environment not in ASIDE]
    taking = [d for d in live or every if not kept.replaced(d)]
    if every and not taking:
        yield ok("Deployments name another database than the one in memory.", kept.at)
    elif kept.hidden or (taking and not any(d.env_complete for d in taking)):
        why = kept.hidden or "what its deployments give could not be seen whole"
        yield unknown(f"{kept.words} unless something else is given; {why}.", kept.at)
    elif live:
        sure = next(d for d in taking if d.env_complete)
        yield bad(f"{kept.words}{kept.why}: the data is gone at every restart.", kept.at, sure.at)
    else:
        said = f"{kept.words}{kept.why}: whoever starts it without other settings loses the data at every restart."
        yield bad(said, kept.at, severity=Severity.MEDIUM)


@dataclass(frozen=True)
class _Stated:
    """An address in Spring's settings, and the profile that it belongs to; none means that it always holds."""

    profile: str
    node: Node

    @property
    def in_memory(self) -> bool:
        return _EMBEDDED.search(self.node.text) is not None


_URL = "spring.datasource.url"


def _in_spring(project: Project) -> Iterator[_Kept]:
    modules = project.code.once(JavaModules)
    for module in modules.roots:
        stated = list(_stated(modules, module))
        main = next((s for s in stated if not s.profile), None)
        if any(project.files.class_of(s.node.at.path) is not FileClass.PRODUCTION for s in stated):
            continue
        path = posixpath.join(module, "pom.xml")
        if main is not None and main.in_memory:
            at: Located = main.node
            words = f"{_EMBEDDED.findall(main.node.text)[0]} is the database of {_called(module)}"
        elif main is None and (driver := _only_embedded(project, modules, module)) is not None:
            at, words = driver, f"{_called(module)} has no driver but the one of a database in memory, and no address"
        else:
            continue
        others = [s.profile for s in stated if s.profile and not s.in_memory]
        real = [p for p in others if p not in ASIDE and not _OF_TESTS.search(p)]
        why = f", and no deployment switches on the profile {real[0]}" if real else ""
        hidden = _elsewhere(project, modules, module)
        yield _Kept(words, at, path, _other_database(project, modules, module, stated, main), why, hidden)


def _called(module: str) -> str:
    return module.rsplit("/", 1)[-1] or "the program"


def _stated(modules: JavaModules, module: str) -> Iterator[_Stated]:
    """The addresses of a module's settings, each with its profile."""
    for path, root in modules.settings(module):
        node = relaxed(root, _URL) or relaxed(root, "spring.datasource.jdbc-url")
        if node is not None and node.text:
            named = re.search(r"/(?:application|bootstrap)-([\w-]+)\.", path)
            inner = relaxed(root, "spring.config.activate.on-profile") or relaxed(root, "spring.profiles")
            yield _Stated(named[1] if named else inner.text if inner is not None else "", node)


def _elsewhere(project: Project, modules: JavaModules, module: str) -> str:
    """Why a module's settings may be others than those beside its code."""
    imported = any("configserver:" in project.files.text(path) for path, _ in modules.settings(module))
    return "a configuration server may name another" if imported or modules.configured_elsewhere(module) else ""


_JDBC = tuple(f"org.springframework.boot:spring-boot-starter-{name}" for name in ("data-jpa", "jdbc", "data-jdbc"))
_DRIVERS = (
    "postgresql", "mysql-connector-java", "mysql-connector-j", "mariadb-java-client", "mssql-jdbc", "ojdbc8", "ojdbc10",
    "ojdbc11", "ojdbc17", "sqlite-jdbc", "jcc", "postgres-socket-factory", "snowflake-jdbc", "clickhouse-jdbc", "redshift-jdbc42",
    "vertica-jdbc", "cockroachdb", "aws-advanced-jdbc-wrapper", "spanner-jdbc", "google-cloud-spanner-jdbc", "jaybird",
)  # fmt: skip


def _only_embedded(project: Project, modules: JavaModules, module: str) -> At | None:
    """The driver of a database in memory, where a module has no other and Spring is left to make the connection."""
    package = next(
        (p for p in project.packages if p.dir == (module or ".") and p.ecosystem in {"maven", "gradle"}), None
    )
    driver = package.depends_on("com.h2database:h2", "org.hsqldb:hsqldb", "org.apache.derby:derby") if package else None
    if package is None or driver is None or driver.kind != "prod" or package.depends_on(*_JDBC) is None:
        return None
    if modules.build_line(module, *_DRIVERS) is not None or not modules.settings(module):
        return None
    made = project.code.holding("DataSourceAutoConfiguration", "DataSourceBuilder", "HikariDataSource", "DriverManager")
    entities = project.code.holding(
        "persistence.Entity", "org.springframework.data", "JdbcTemplate", languages=("java", "kotlin")
    )
    own = [within(p, module or ".") for p in made], [within(p, module or ".") for p in entities]
    return driver.at if any(own[1]) and not any(own[0]) else None


def _other_database(
    project: Project, modules: JavaModules, module: str, stated: list[_Stated], main: _Stated | None
) -> Callable[[Deployment], bool]:
    """Whether a deployment names another database: by a variable, an option of the command, or a profile."""
    asked = {name for name, _ in _VARIABLE.findall(main.node.text)} if main is not None else set()
    names = {"SPRING_DATASOURCE_URL", "SPRING_DATASOURCE_JDBC_URL", "SPRING_APPLICATION_JSON", _URL} | asked
    own = [n.text for _, root in modules.settings(module) if (n := relaxed(root, "spring.profiles.active")) is not None]

    def replaced(deployment: Deployment) -> bool:
        given = {e.name: e.value for e in deployment.env}
        text = _started(project, deployment)
        if any(name in given and not _EMBEDDED.search(given[name] or "") for name in names) or f"{_URL}=" in text:
            return True
        chosen = given.get(_ACTIVE, ",".join(own))
        profiles = {p for one in (*_FLAGGED.findall(text), chosen or "") for p in _profiles(one)}
        return any(s.profile and not s.in_memory and (chosen is None or s.profile in profiles) for s in stated)

    return replaced


_ACTIVE = "SPRING_PROFILES_ACTIVE"


def _profiles(written: str) -> list[str]:
    """The names of a list of profiles; where a variable has a default, that."""
    return [p for p in re.split(r"[,\s]+", _VARIABLE.sub(lambda m: (m[2] or "").lstrip("-"), written)) if p]


def _started(project: Project, deployment: Deployment) -> str:
    """What a deployment starts, with its options: the command, variables, and the image's own words."""
    build = deployment.build
    image = project.files.text(build.dockerfile) if build is not None and build.dockerfile in project.files else ""
    return " ".join([deployment.command or "", *(e.value or "" for e in deployment.env), image])


def _as_default(project: Project) -> Iterator[_Kept]:
    """Addresses of databases that are SQLite in memory where nobody gives one."""
    for read in project.env_reads:
        if not (_ADDRESS.search(read.name) and read.default and runs(read.at.path)):
            continue
        if _SQLITE.search(read.default) and project.files.environment_of(read.at.path) not in ASIDE:
            name = read.name

            def replaced(deployment: Deployment, name: str = name) -> bool:
                given = [e for e in deployment.env if e.name == name]
                return any(not _SQLITE.search(e.value or "") for e in given)

            yield _Kept(f"{name} is SQLite in memory by default", read.at, read.at.path, replaced)


_CONDITIONS = frozenset({
    "if_statement", "ternary_expression", "conditional_expression", "catch_clause", "except_clause", "switch_statement",
    "switch_expression", "switch_section", "preproc_if", "else_clause", "binary_expression", "match_statement",
})  # fmt: skip
_NAMED = frozenset({
    "function_declaration", "method_definition", "method_declaration", "function_definition", "class_declaration",
    "class_definition", "local_function_statement", "variable_declarator",
})  # fmt: skip


def _is_chosen(match: Match) -> bool:
    """Whether a condition stands around a place, or a function that is named for tests: then something else may be taken."""
    around = match.node.ancestors()
    if any(n.kind() in _CONDITIONS for n in around):
        return True
    names = [named.text() for n in around if n.kind() in _NAMED and (named := n.field("name")) is not None]
    return any(_OF_TESTS.search(name) for name in names)


def _is_production(project: Project, path: str) -> bool:
    return (
        runs(path)
        and project.files.environment_of(path) not in ASIDE
        and not _OF_TESTS.search(posixpath.basename(path))
    )


_SERVERS = ("UseNpgsql(", "UseSqlServer(", "UseMySql(", "UseMySQL(", "UseSqlite(", "UseOracle(", "UseCosmos(")


def _in_dotnet(project: Project) -> Iterator[tuple[str, Located]]:
    for match in project.code.find(
        kind="invocation_expression", languages=("csharp",), needles=("UseInMemoryDatabase(",)
    ):
        called = match.text.split("(")[0]
        text = project.code.text(match.path)
        if not called.endswith("UseInMemoryDatabase") or not _is_production(project, match.path):
            continue
        if _is_chosen(match):
            yield from _chosen_by_settings(project, match)
        elif not any(server in text for server in _SERVERS):
            yield "`UseInMemoryDatabase` is the store of the service", match


def _chosen_by_settings(project: Project, match: Match) -> Iterator[tuple[str, Located]]:
    """The switch of `appsettings.json` that a condition asks, where it is on and nothing turns it off for production."""
    condition = next((n for n in match.node.ancestors() if n.kind() == "if_statement"), None)
    asked = condition.field("condition") if condition is not None else None
    name = re.search(r'^[^!]*"([\w:]+)"\)?$', asked.text()) if asked is not None else None
    if name is None:
        return
    variable = name[1].replace(":", "__").lower()
    given = [d for s in project.system.own for d in s.deployments if any(e.name.lower() == variable for e in d.env)]
    for path in project.files.glob("**/appsettings.json", classes={FileClass.PRODUCTION}):
        node = project.documents.get(path).get(*name[1].split(":"))
        beside = posixpath.join(posixpath.dirname(path), "appsettings.Production.json")
        other = project.documents.get(beside).get(*name[1].split(":")) if beside in project.files else None
        if node is not None and node.data is True and other is None and not given:
            yield f"{name[1]} is on, so `UseInMemoryDatabase` is the store of the service", node


def _in_javascript(project: Project) -> Iterator[tuple[str, Located]]:
    marks = ("MongoMemoryServer", "MongoMemoryReplSet")
    for match in project.code.find(
        languages=JAVASCRIPT,
        needles=marks,
        any=[{"pattern": p} for m in marks for p in (f"{m}.create($$$)", f"new {m}($$$)")],
    ):
        if _is_production(project, match.path) and not _is_chosen(match):
            yield "`mongodb-memory-server` is the database of the service", match
    for match in project.code.find(kind="pair", languages=JAVASCRIPT, needles=(":memory:",)):
        found = re.match(r"['\"]?(?:database|storage|filename)['\"]?\s*:\s*(['\"`]):memory:\1$", match.text)
        text = project.code.text(match.path)
        orm = any(word in text for word in ("typeorm", "TypeOrm", "sequelize", "Sequelize", "knex"))
        if found and orm and _is_production(project, match.path) and not _is_chosen(match):
            yield "SQLite in memory is the database of the service", match


def _in_python(project: Project) -> Iterator[tuple[str, Located]]:
    """Engines of SQLAlchemy over SQLite in memory, where the program makes no other."""
    every = [
        match
        for match in project.code.find(
            kind="call", languages=("python",), needles=("create_engine", "create_async_engine")
        )
        if re.match(r"(?:\w+\.)*create_(?:async_)?engine\(", match.text) and _is_production(project, match.path)
    ]
    units = {project.code.unit(m.path) for m in every if not _literal(m)}
    for match in every:
        if _literal(match) and project.code.unit(match.path) not in units and not _is_chosen(match):
            yield "SQLite in memory is the database of the service", match


def _literal(match: Match) -> bool:
    return re.match(r"[\w.]+\(\s*(['\"])sqlite(?:\+\w+)?:(?:///?:memory:|//)\1", match.text) is not None


def _lasting(project: Project) -> Iterator[Fact]:
    """The addresses of Spring's settings that name a server or a file."""
    modules = project.code.once(JavaModules)
    for module in modules.roots:
        main = next((s for s in _stated(modules, module) if not s.profile), None)
        if (
            main is not None
            and not main.in_memory
            and project.files.class_of(main.node.at.path) is FileClass.PRODUCTION
        ):
            yield ok(f"{_called(module)}: its database outlives the process.", main.node)
