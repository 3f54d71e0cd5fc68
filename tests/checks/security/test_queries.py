"""Do queries take their values as parameters, and stores what is meant?"""

from __future__ import annotations

import pytest
from conftest import Look


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        ("cur.execute(f\"SELECT * FROM users WHERE name = '{name}'\")", "high"),
        ("cur.execute('SELECT * FROM users WHERE id = %s' % name)", "high"),
        ("cur.execute('SELECT * FROM users WHERE id = {}'.format(name))", "high"),
        ("q = 'DELETE FROM users WHERE id = ' + name\n    cur.execute(q)", "high"),
        ("session.execute(text(f'UPDATE users SET name = {name}'))", "high"),
        ("cur.execute('SELECT * FROM users ORDER BY ' + request.args.get('by'))", "critical"),
        ("by = request.args['by']\n    cur.execute(f'SELECT a FROM t ORDER BY {by}')", "critical"),
    ],
)
def test_python_queries_with_values_in_their_text(look: Look, body: str, severity: str) -> None:
    seen = look("SEC-006", {"shop/store.py": f"def find(name):\n    {body}\n"})

    assert [f.severity for f in seen.findings] == [severity]
    assert seen.failed[0].startswith("shop/store.py:")


@pytest.mark.parametrize(
    "body",
    [
        "cur.execute('SELECT * FROM users WHERE id = %s', (name,))",
        "cur.execute(f'SELECT * FROM {TABLE} WHERE id = %s', (name,))",
        "cur.execute(f'SELECT * FROM {self.table} WHERE id = %s', (name,))",
        "marks = ','.join('?' for _ in name)\n    cur.execute(f'SELECT * FROM t WHERE id IN ({marks})', name)",
        "cur.execute(f'SELECT * FROM t WHERE id = {int(name)}')",
        "limit = 5\n    cur.execute(f'SELECT a FROM t WHERE n < {limit}')",
    ],
)
def test_python_queries_that_hold(look: Look, body: str) -> None:
    assert look("SEC-006", {"shop/store.py": f"def find(self, name):\n    {body}\n"}).outcomes == ["pass"]


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("db.query(`SELECT * FROM users WHERE name = '${req.body.name}'`);", "critical"),
        ("const { name } = req.query; db.query('SELECT * FROM users WHERE name = ' + name);", "critical"),
        ("prisma.$queryRawUnsafe(`SELECT * FROM users WHERE name = '${name}'`);", "high"),
        ("const s = ids.map((id) => id).join(','); db.query(`SELECT * FROM users WHERE id IN (${s})`, ids);", "high"),
    ],
)
def test_javascript_queries_with_values_in_their_text(look: Look, line: str, severity: str) -> None:
    seen = look("SEC-006", {"app.js": f"function find(req, name) {{ {line} }}\n"})

    assert (seen.failed, [f.severity for f in seen.findings]) == (["app.js:1"], [severity])


@pytest.mark.parametrize(
    "line",
    [
        "db.query('SELECT * FROM users WHERE name = $1', [req.body.name]);",
        "db.query(`SELECT * FROM users WHERE id = $${index}`, values);",
        "prisma.$queryRaw`SELECT * FROM users WHERE name = ${name}`;",
        "logger.info(`SELECT * FROM users WHERE name = ${req.body.name}`);",
        "const s = ids.map(() => '?').join(','); db.query(`SELECT * FROM users WHERE id IN (${s})`, ids);",
    ],
)
def test_javascript_queries_that_hold(look: Look, line: str) -> None:
    assert look("SEC-006", {"app.js": f"function find(req, name, index) {{ {line} }}\n"}).failed == []


def test_go_and_java(look: Look) -> None:
    go = 'package main\n\nfunc find(db *sql.DB, name string, id int) {\n\tdb.Query("SELECT * FROM t WHERE n = \'" + name + "\'")\n\tdb.Query(fmt.Sprintf("SELECT * FROM t WHERE id = %d", id))\n}\n'
    java = 'class Store {\n  void find(String name) {\n    em.createQuery("SELECT u FROM User u WHERE u.name = \'" + name + "\'");\n    em.createQuery("SELECT u FROM User u WHERE u.name = :name");\n  }\n}\n'

    assert look("SEC-006", {"go.mod": "module x\n", "store.go": go, "src/main/java/Store.java": java}).failed == [
        "store.go:4",
        "src/main/java/Store.java:3",
    ]


@pytest.mark.parametrize(
    ("line", "failed"),
    [
        ("User.create(req.body);", ["app.js:2"]),
        ("User.update({ ...req.body });", ["app.js:2"]),
        ("User.create(schema.parse(req.body));", []),
        ("User.create({ name: req.body.name });", []),
    ],
)
def test_bodies_that_are_stored_whole(look: Look, line: str, failed: list[str]) -> None:
    assert look("SEC-012", {"app.js": f"app.post('/users', (req, res) => {{\n  {line}\n}});\n"}).failed == failed


def test_mongodb_takes_objects_for_operators(look: Look) -> None:
    source = "const { MongoClient } = require('mongodb');\napp.post('/login', (req, res) => {\n  users.findOne({ name: %s });\n});\n"

    assert look("SEC-012", {"app.js": source % "req.body.name,"}).failed == ["app.js:3"]
    assert look("SEC-012", {"app.js": source % "String(req.body.name)"}).failed == []


def test_where_runs_its_text(look: Look) -> None:
    assert look(
        "SEC-012", {"app.js": "col.find({ $where: `this.id == ${id}` });\ncol.find({ $where: 'this.a > 1' });\n"}
    ).failed == ["app.js:1"]


def test_python_models_that_take_everything(look: Look) -> None:
    assert look(
        "SEC-012", {"shop/views.py": "def new():\n    return User.objects.create(**request.json)\n"}
    ).failed == ["shop/views.py:2"]


def test_the_line_is_that_of_the_value(look: Look) -> None:
    source = "def ship(order_id: str):\n    db.execute(\n        f\"UPDATE orders SET a = 1 WHERE id = '{order_id}'\"\n    )\n"

    assert look("SEC-006", {"shop/store.py": source}).failed == ["shop/store.py:3"]


def test_a_body_that_the_route_validates_may_be_stored(look: Look) -> None:
    source = "app.post('/a', validateBody(thing), (req, res) => db.thing.create({ data: req.body }));\n"

    assert look("SEC-012", {"app.js": source}).failed == []


@pytest.mark.parametrize(("kind", "outcome"), [("Integer", "pass"), ("UUID", "pass"), ("String", "fail")])
def test_what_a_getter_answers_with_decides_in_java(look: Look, kind: str, outcome: str) -> None:
    files = {
        "src/main/java/Pet.java": f"public class Pet {{\n  private {kind} id;\n  public {kind} getId() {{ return id; }}\n}}\n",
        "src/main/java/Store.java": "class Store {\n  void delete(Pet pet) {\n"
        '    em.createQuery("DELETE FROM Pet p WHERE p.id=" + pet.getId().toString());\n  }\n}\n',
    }

    assert look("SEC-006", files).outcomes == [outcome]


@pytest.mark.parametrize(("kind", "outcome"), [("Integer", "pass"), ("String", "fail")])
def test_a_variables_type_decides_in_java(look: Look, kind: str, outcome: str) -> None:
    source = 'class A { void a() { KIND id = call(); em.createQuery("SELECT p FROM Pet p WHERE p.id=" + id); } }\n'

    assert look("SEC-006", {"src/main/java/A.java": source.replace("KIND", kind)}).outcomes == [outcome]


def test_what_is_handed_over_weighs_more_than_settings_and_rows(look: Look) -> None:
    source = """
        def find(db, name):
            db.execute("SELECT id FROM users WHERE name = '%s'" % name)

        class Source:
            def schema(self, db):
                db.execute("SELECT t FROM tables WHERE space = '%s'" % self.configuration["space"])

        def reset(db):
            for row in db.rows():
                db.execute("SELECT setval FROM s WHERE name = '%s'" % row.name)
        """

    seen = look("SEC-006", {"app.py": source})

    assert [(f.evidence[0].line, f.severity) for f in seen.findings] == [(2, "high"), (6, "medium"), (10, "medium")]


@pytest.mark.parametrize(
    ("answer", "outcomes"),
    [('"DATE_ADD(NOW(), INTERVAL ? HOUR)"', ["pass"]), ("this.given", ["fail"])],
)
def test_a_part_of_a_query_that_the_code_itself_writes(look: Look, answer: str, outcomes: list[str]) -> None:
    store = f"class Store {{\n  static hours() {{\n    return {answer};\n  }}\n}}\n"
    job = "db.query(`DELETE FROM beats WHERE time < ${Store.hours()}`, [-24]);\n"

    assert look("SEC-006", {"store.js": store, "job.js": job}).outcomes == outcomes


@pytest.mark.parametrize(("value", "severity"), [("clean(row[1])", "medium"), ("clean(name)", "high")])
def test_what_a_function_is_given_decides_where_a_value_comes_from(look: Look, value: str, severity: str) -> None:
    source = (
        "def run(name):\n    for row in cur.execute('SELECT a, b FROM t').fetchall():\n"
        "        cur.execute(f\"UPDATE t SET a = '{VALUE}'\")\n"
    )
    seen = look("SEC-006", {"shop/store.py": source.replace("VALUE", value)})

    assert [f.severity for f in seen.findings if f.outcome == "fail"] == [severity]


@pytest.mark.parametrize(("name", "severity"), [("cfg", "medium"), ("order", "high")])
def test_what_comes_from_settings_weighs_less(look: Look, name: str, severity: str) -> None:
    line = "db.Query(fmt.Sprintf(\"SELECT 1 FROM d WHERE n='%s'\", NAME.DB))"
    go = f"package main\n\nfunc f(db *sql.DB, NAME *T) {{\n\t{line}\n}}\n".replace("NAME", name)

    assert [f.severity for f in look("SEC-006", {"go.mod": "module x\n", "a.go": go}).findings] == [severity]
