"""Do routes that change state ask who calls?"""

from __future__ import annotations

import pytest
from conftest import Look

PACKAGE = {
    "package.json": '{"name": "shop", "dependencies": {"express": "4.19.2"}}',
    "Dockerfile": "FROM node:22\nCOPY . .\nCMD node app.js\n",
}
HEAD = """
const express = require('express');
const app = express();
const { requireAuth } = require('./auth');
"""
AUTH = "exports.requireAuth = (req, res, next) => { if (!req.user) return res.status(401).end(); next(); };\n"


def shop(routes: str) -> dict[str, str]:
    return {**PACKAGE, "auth.js": AUTH, "app.js": HEAD.lstrip("\n") + routes + "\napp.listen(3000);\n"}


def test_a_service_without_any_guard_is_told_once_and_is_critical(look: Look) -> None:
    seen = look(
        "SEC-001", shop("app.get('/orders', list);\napp.post('/orders', create);\napp.delete('/orders/:id', remove);")
    )

    assert seen.failed == ["app.js:5"]
    assert seen.findings[0].severity == "critical"
    assert "DELETE /orders/{id}" in seen.text


def test_one_open_route_among_guarded_ones_is_named(look: Look) -> None:
    seen = look("SEC-001", shop("app.post('/orders', requireAuth, create);\napp.put('/prices/:id', change);"))

    assert seen.failed == ["app.js:5"]
    assert "PUT /prices/{id}" in seen.text
    assert seen.passed == ["app.js:4"]


def test_a_handler_that_switches_the_question_off_itself_is_open_on_purpose(look: Look) -> None:
    routes = (
        "app.post('/orders', requireAuth, create);\napp.put('/batch', (req, res) => { %s; store.save(req.body); });"
    )

    assert look("SEC-001", shop(routes % "parse(req, { skipAuth: true })")).failed == []
    assert look("SEC-001", shop(routes % "parse(req, { skipAuth: false })")).failed == ["app.js:5"]


@pytest.mark.parametrize(("skip", "failed"), [("true", []), ("false", ["src/app/api/batch/route.ts:1"])])
def test_the_body_of_an_exported_handler_is_read(look: Look, skip: str, failed: list[str]) -> None:
    files = {
        "package.json": '{"name": "shop", "dependencies": {"next": "15.0.0"}, "scripts": {"start": "next start"}}',
        "src/app/api/batch/route.ts": "export async function POST(request: Request) {\n"
        f"  const body = await parse(request, {{ skipAuth: {skip} }});\n  return Response.json(await save(body));\n}}\n",
    }
    assert look("SEC-001", files).failed == failed


def test_ways_in_webhooks_and_reads_may_stand_open(look: Look) -> None:
    routes = "\n".join(
        f"app.post('{path}', handler);"
        for path in (
            "/login",
            "/users",
            "/forgotPassword",
            "/webhooks/pay",
            "/products/search",
            "/health",
            "/checkout/:clientSecret",
        )
    )

    seen = look("SEC-001", shop("app.post('/orders', requireAuth, create);\n" + routes))

    assert seen.failed == []
    assert seen.passed == ["app.js:4"]


def test_a_proxy_that_asks_leaves_it_open(look: Look) -> None:
    proxy = (
        "server {\n  listen 80;\n  location / {\n    auth_request /auth;\n    proxy_pass http://shop:3000;\n  }\n}\n"
    )

    seen = look("SEC-001", {**shop("app.post('/orders', create);"), "nginx.conf": proxy})

    assert seen.unknown == ["nginx.conf:4"]


def test_two_services_without_guards_are_one_finding(look: Look) -> None:
    files = {}
    for name in ("cart", "stock"):
        files[f"{name}/package.json"] = f'{{"name": "{name}", "dependencies": {{"express": "4.19.2"}}}}'
        files[f"{name}/Dockerfile"] = "FROM node:22\nCOPY . .\n"
        files[f"{name}/app.js"] = "const app = require('express')();\napp.put('/things/:id', change);\napp.listen(1);\n"

    seen = look("SEC-001", files)

    assert seen.failed == ["cart/app.js:2"]
    assert "Nothing in the system asks who calls" in seen.text


def test_an_inner_service_beside_a_guarded_one_weighs_less(look: Look) -> None:
    compose = """
    services:
      shop:
        build: shop
        ports: ["3000:3000"]
      stock:
        build: stock
    """
    files = {f"shop/{name}": text for name, text in shop("app.post('/orders', requireAuth, create);").items()}
    files["stock/package.json"] = '{"name": "stock", "dependencies": {"express": "4.19.2"}}'
    files["stock/Dockerfile"] = "FROM node:22\nCOPY . .\n"
    files["stock/app.js"] = "const app = require('express')();\napp.put('/things/:id', change);\napp.listen(1);\n"

    seen = look("SEC-001", {**files, "compose.yaml": compose})

    assert seen.failed == ["stock/app.js:2"]
    assert [f.severity for f in seen.findings if f.outcome == "fail"] == ["medium"]


SERVERLESS = """
service: todos
provider:
  name: aws
functions:
  create:
    handler: todos.create
    events:
      - http: {path: todos, method: post%s}
  remove:
    handler: todos.remove
    events:
      - http: {path: 'todos/{id}', method: delete}
  login:
    handler: todos.login
    events:
      - http: {path: login, method: post}
"""


def test_functions_without_an_authorizer_are_told_once_for_their_service(look: Look) -> None:
    seen = look(
        "SEC-001", {"serverless.yml": SERVERLESS % "", "todos.js": "exports.create = save;\n", "package.json": "{}"}
    )

    assert seen.failed == ["serverless.yml:8"]
    assert seen.findings[0].severity == "critical"
    assert "DELETE /todos/{id}" in seen.text


def test_a_function_beside_guarded_ones_is_named(look: Look) -> None:
    files = {
        "serverless.yml": SERVERLESS % ", authorizer: jwt",
        "todos.js": "exports.create = save;\n",
        "package.json": "{}",
    }

    seen = look("SEC-001", files)

    assert (seen.passed, seen.failed) == (["serverless.yml:8"], ["serverless.yml:12"])


def test_a_handler_that_looks_at_credentials_leaves_it_open(look: Look) -> None:
    handler = "exports.create = (event) => { if (!verify(event.headers.Authorization)) return { statusCode: 401 }; };\n"

    assert look("SEC-001", {"serverless.yml": SERVERLESS % "", "todos.js": handler, "package.json": "{}"}).unknown == [
        "serverless.yml:8"
    ]


def test_a_published_service_beside_a_guarded_one_weighs_in_full(look: Look) -> None:
    compose = """
    services:
      shop:
        build: shop
      stock:
        build: stock
        ports: ["4000:4000"]
    """
    files = {f"shop/{name}": text for name, text in shop("app.post('/orders', requireAuth, create);").items()}
    files["stock/package.json"] = '{"name": "stock", "dependencies": {"express": "4.19.2"}}'
    files["stock/Dockerfile"] = "FROM node:22\nCOPY . .\n"
    files["stock/app.js"] = "const app = require('express')();\napp.put('/things/:id', change);\napp.listen(1);\n"

    assert [
        f.severity for f in look("SEC-001", {**files, "compose.yaml": compose}).findings if f.outcome == "fail"
    ] == ["critical"]


def test_procedures_are_judged_and_what_dispatches_them_is_not(look: Look) -> None:
    routes = "app.post('/api/trpc', dispatch);\napp.post('/api/trpc/order.create', requireAuth, create);\napp.post('/api/trpc/order.cancel', cancel);"

    seen = look("SEC-001", shop(routes))

    assert (seen.passed, seen.failed) == (["app.js:5"], ["app.js:6"])


def test_routes_of_a_package_that_no_service_holds_are_judged(look: Look) -> None:
    routes = "app.post('/orders', requireAuth, create);\napp.put('/prices/:id', change);"
    package = {f"packages/api/{name}": text for name, text in shop(routes).items() if name != "Dockerfile"}
    web = {
        "apps/web/package.json": '{"name": "web"}',
        "apps/web/Dockerfile": "FROM node:22\nCOPY . .\n",
        "apps/web/a.js": "run();\n",
    }

    assert look("SEC-001", {**web, **package}).failed == ["packages/api/app.js:5"]


def test_a_handler_that_turns_strangers_away_leaves_it_open(look: Look) -> None:
    routes = "app.post('/orders', requireAuth, create);\napp.put('/a/:id', (req, res) => {\n  if (!req.user) return leave(res);\n});"

    seen = look("SEC-001", shop(routes))

    assert (seen.failed, seen.unknown) == ([], ["app.js:5"])


def test_a_guard_within_a_wrapper_of_the_project_guards(look: Look) -> None:
    wrapped = HEAD + "const wrap = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next);\n"
    routes = (
        "app.post('/orders', wrap(requireAuth), wrap(create));\napp.put('/prices/:id', wrap(change), wrap(save));\n"
    )

    seen = look(
        "SEC-001", {**PACKAGE, "auth.js": AUTH, "app.js": wrapped.lstrip("\n") + routes + "app.listen(3000);\n"}
    )

    assert seen.passed == ["app.js:5"]
    assert seen.failed == ["app.js:6"]


CONTROLLER = """
    package shop;
    @RestController
    class Orders {
        @PostMapping("/orders")
        public Object create(@RequestBody Order order) { return null; }

        @PostMapping("/orders/nearest")
        public Object findNearest(@RequestBody Place place) { return null; }
    }
    """
FILTER = """
    package shop;
    public class TokenFilter implements Filter {
        public void doFilter(ServletRequest req, ServletResponse res, FilterChain chain) throws IOException {
            if (!known(((HttpServletRequest) req).getHeader("Authorization"))) {
                ((HttpServletResponse) res).sendError(HttpServletResponse.SC_UNAUTHORIZED, "no");
                return;
            }
            chain.doFilter(req, res);
        }
    }
    """
JAVA = {
    "pom.xml": "<project><artifactId>shop</artifactId></project>",
    "Dockerfile": 'FROM eclipse-temurin:21\nCOPY target/app.jar /app.jar\nCMD ["java", "-jar", "/app.jar"]\n',
    "src/main/java/shop/App.java": "package shop;\n@SpringBootApplication\nclass App { public static void main(String[] a) {} }\n",
    "src/main/java/shop/Orders.java": CONTROLLER,
}


def test_a_servlet_filter_that_turns_strangers_away_leaves_it_open(look: Look) -> None:
    bare = look("SEC-001", JAVA)
    filtered = look("SEC-001", {**JAVA, "src/main/java/shop/TokenFilter.java": FILTER})

    assert bare.failed == ["src/main/java/shop/Orders.java:4"]
    assert "fail" not in filtered.outcomes


def test_a_question_that_is_asked_by_post_changes_nothing(look: Look) -> None:
    assert "nearest" not in look("SEC-001", JAVA).text


API = {
    "requirements.txt": "fastapi==0.115.0\n",
    "Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "main:app"]\n',
}
API_HEAD = (
    "from fastapi import FastAPI, Depends, HTTPException\n\napp = FastAPI()\nSTORE = {}\n\n"
    "def get_current_user():\n    raise HTTPException(status_code=401)\n\n"
    '@app.put("/orders/{id}")\ndef change(id: int, user=Depends(get_current_user)):\n    STORE[id] = user\n\n'
)


@pytest.mark.parametrize(
    ("handler", "outcome"),
    [
        (
            '@app.post("/prices")\nasync def prices(asked: Asked):\n    return await predict_price(asked.symbol)\n',
            "pass",
        ),
        ('@app.post("/prices")\ndef prices(asked: Asked):\n    return RunResponse(find(asked))\n', "pass"),
        ('@app.post("/later")\ndef later():\n    """Not yet."""\n    raise HTTPException(status_code=501)\n', "pass"),
        ('@app.post("/prices")\ndef prices(asked: Asked):\n    found = find(asked)\n    db.add(found)\n', "fail"),
        ('@app.post("/prices")\ndef prices(asked: Asked):\n    STORE[asked.id] = asked\n    return asked\n', "fail"),
        ('@app.post("/prices")\ndef prices(asked: Asked):\n    return begin_trade(asked)\n', "fail"),
        ('@app.post("/prices")\ndef prices(asked: Asked):\n    user = get_current_user()\n    add(user)\n', "unknown"),
    ],
)
def test_what_a_handler_does_tells_a_question_from_a_change(look: Look, handler: str, outcome: str) -> None:
    seen = look("SEC-001", {**API, "main.py": API_HEAD + handler})

    assert sorted({*seen.outcomes} - {"pass"}) == ([] if outcome == "pass" else [outcome])


def test_open_routes_are_told_once_for_their_router_and_for_a_service_that_is_full_of_them(look: Look) -> None:
    def router(number: int) -> str:
        return (
            f'from fastapi import APIRouter\n\nrouter = APIRouter(prefix="/r{number}")\n\n@router.put("/a/{{id}}")\ndef a(id: int):\n'
            f'    save(id)\n\n@router.delete("/b/{{id}}")\ndef b(id: int):\n    remove(id)\n'
        )

    def api(count: int) -> dict[str, str]:
        files = {f"r{n}.py": router(n) for n in range(count)}
        mounts = "".join(f"import r{n}\napp.include_router(r{n}.router)\n" for n in range(count))
        return {**API, **files, "main.py": API_HEAD + mounts}

    few, many = look("SEC-001", api(2)), look("SEC-001", api(10))

    assert few.outcomes.count("fail") == 1
    assert "4 routes in 2 files" in few.text
    assert many.outcomes.count("fail") == 1
    assert "20 routes in 10 files" in many.text


@pytest.mark.parametrize(
    ("route", "outcome"),
    [
        ("app.post('/prices', (req, res) => { res.send(table(req.body)); });", "unknown"),
        ("app.post('/prices', async (req, res) => { await db.prices.insert(req.body); res.send(1); });", "fail"),
        ("app.post('/prices', addPrice);", "fail"),
        ("app.post('/prices', price);\napp.delete('/prices/:id', price);", "fail"),
    ],
)
def test_a_post_counts_where_it_is_seen_to_change_something(look: Look, route: str, outcome: str) -> None:
    seen = look("SEC-001", shop(f"app.post('/orders', requireAuth, create);\n{route}"))

    assert [o for o in seen.outcomes if o != "pass"] == [outcome]


@pytest.mark.parametrize(
    ("body", "outcomes"),
    [
        ("    if not request.auth:\n        return HttpResponse(status=401)\n    request.user.save()\n", ["unknown"]),
        ("    request.user.save()\n", ["fail"]),
    ],
)
def test_a_view_of_django_that_turns_strangers_away_itself(look: Look, body: str, outcomes: list[str]) -> None:
    files = {
        "manage.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n",
        "requirements.txt": "django==5.0\ndjangorestframework==3.15\n",
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\n",
        "shop/urls.py": "from django.urls import path\nfrom shop.views import me, seen\n"
        "urlpatterns = [path('me', me), path('seen', seen)]\n",
        "shop/views.py": "@api_view(['PATCH'])\n@permission_classes([])\ndef me(request):\n" + body,
    }
    found = [f.outcome for f in look("SEC-001", files).findings if "/me" in f.message]

    assert found == outcomes


def test_a_handler_called_after_a_form_is_no_public_form(look: Look) -> None:
    changing = "app.post('/prices', requireAuth, create);\napp.put('/pets/:id', processUpdateForm);"

    assert look("SEC-001", shop(changing)).failed == ["app.js:5"]
    assert look("SEC-001", shop(changing.replace("/pets/:id", "/forms/:id"))).failed == []


@pytest.mark.parametrize(
    ("route", "outcome"),
    [
        ("// Public: no authentication required\napp.post('/reviews', (q, r) => db.save(q.body));", "unknown"),
        ("app.post('/reviews', optionalAuth, (q, r) => db.save(q.body));", "unknown"),
        ("// saves a review\napp.post('/reviews', (q, r) => db.save(q.body));", "fail"),
        ("// Public: no authentication required\napp.delete('/reviews', (q, r) => db.remove(q.body));", "fail"),
    ],
)
def test_what_the_code_says_is_for_everybody_may_be(look: Look, route: str, outcome: str) -> None:
    seen = look("SEC-001", shop(f"app.put('/orders', requireAuth, change);\n{route}"))

    assert outcome in seen.outcomes
    assert ("fail" in seen.outcomes) is (outcome == "fail")


@pytest.mark.parametrize(
    ("release", "outcomes"), [("zip -qr out.zip dist", ["not_applicable"]), ("sls deploy", ["fail"])]
)
def test_functions_that_the_framework_only_starts_locally_are_not_judged(
    look: Look, release: str, outcomes: list[str]
) -> None:
    files = {
        "serverless.yml": SERVERLESS % "",
        "todos.js": "exports.create = save;\n",
        "package.json": f'{{"scripts": {{"start": "serverless offline start", "pack": "{release}"}}}}',
    }
    assert look("SEC-001", files).outcomes == outcomes


@pytest.mark.parametrize(
    ("route", "failed"),
    [
        ("app.post('/videos/:id/events/view-started', (q, r) => db.save(q.body));", []),
        ("app.post('/calendars/:id/events', (q, r) => db.save(q.body));", ["app.js:5"]),
        ("app.put('/videos/:id', proxies.videos);", []),
        ("app.put('/proxy/:id', change);", ["app.js:5"]),
    ],
)
def test_what_is_told_of_a_visit_or_handed_on_is_no_change_of_its_own(
    look: Look, route: str, failed: list[str]
) -> None:
    assert look("SEC-001", shop(f"app.put('/orders', requireAuth, change);\n{route}")).failed == failed
