"""How often may a client call?"""

from __future__ import annotations

import pytest
from conftest import Look

PACKAGE = '{"name": "shop", "dependencies": {"express": "4.19.2", "express-rate-limit": "7.0.0"}}'
BARE = '{"name": "shop", "dependencies": {"express": "4.19.2"}}'
HEAD = "const app = require('express')();\n"
MADE = "const { rateLimit } = require('express-rate-limit');\nconst slow = rateLimit({ windowMs: 1000 });\n"


def shop(source: str, package: str = PACKAGE, **more: str) -> dict[str, str]:
    return {
        "package.json": package,
        "app.js": HEAD + source + "app.post('/login', (q) => login(q.body.password));\napp.listen(3000);\n",
        **more,
    }


def test_nothing_at_all_is_told_once_at_the_login(look: Look) -> None:
    seen = look("SEC-003", shop("app.get('/things', list);\n", BARE))

    assert seen.failed == ["app.js:3"]
    assert seen.findings[0].severity == "high"


@pytest.mark.parametrize(
    ("path", "severity"), [("/auth/signIn", "high"), ("/sign-up", "medium"), ("/signs/in", "medium")]
)
def test_a_login_is_one_however_it_is_written(look: Look, path: str, severity: str) -> None:
    source = f"{HEAD}app.post('{path}', enter);\napp.listen(3000);\n"
    files = {"package.json": BARE, "app.js": source}

    assert (
        look("SEC-003", {**files, "login.js": "exports.enter = (q) => check(q.password);\n"}).findings[0].severity
        == severity
    )


def test_without_passwords_there_is_nothing_to_guess(look: Look) -> None:
    source = f"{HEAD}app.post('/login', enter);\napp.listen(3000);\n"
    files = {"package.json": BARE, "app.js": source, "login.js": "exports.enter = (q) => exchange(q.code);\n"}

    seen = look("SEC-003", files)

    assert seen.findings[0].severity == "medium"
    assert "guessed" not in seen.text


def test_failed_logins_that_are_counted_leave_it_open(look: Look) -> None:
    counts = "exports.fail = (user) => { user.failedLoginAttempts += 1; };\n"

    assert look("SEC-003", shop("", BARE, **{"users.js": counts})).outcomes == ["unknown"]


def test_a_limiter_that_nothing_mounts_is_found_where_it_is_made(look: Look) -> None:
    assert look("SEC-003", shop(MADE)).failed == ["app.js:3"]


@pytest.mark.parametrize(
    "mount", ["app.use(slow);\n", "app.post('/orders', slow, create);\n", "app.use('/api', slow);\n"]
)
def test_a_limiter_that_is_mounted_holds_under_any_name(look: Look, mount: str) -> None:
    seen = look("SEC-003", shop(MADE + mount))

    assert seen.failed == []
    assert seen.passed == ["app.js:4"]


def test_a_limiter_in_a_comment_is_not_mounted(look: Look) -> None:
    assert look("SEC-003", shop(MADE + "// app.use(slow);\n")).failed == ["app.js:3"]


def test_a_dependency_that_no_code_uses_is_found_in_the_manifest(look: Look) -> None:
    assert look("SEC-003", shop("")).failed == ["package.json:1"]


def test_a_proxy_with_a_limit_is_enough(look: Look) -> None:
    proxy = "http {\n  limit_req_zone $binary_remote_addr zone=one:10m rate=5r/s;\n  server {\n    listen 80;\n    limit_req zone=one;\n  }\n}\n"

    assert look("SEC-003", shop("", BARE, **{"nginx.conf": proxy})).passed == ["nginx.conf:5"]


def test_a_key_that_the_client_writes_holds_in_part(look: Look) -> None:
    source = "const { rateLimit } = require('express-rate-limit');\napp.use(rateLimit({ keyGenerator: (req) => req.headers['x-forwarded-for'] }));\n"

    assert look("SEC-003", shop(source)).outcomes == ["pass", "partial"]


def test_memory_of_one_process_does_not_count_for_replicas(look: Look) -> None:
    compose = "services:\n  shop:\n    build: .\n    deploy: {replicas: 3}\n"
    files = shop(
        "app.use(require('express-rate-limit').rateLimit({ limit: 5 }));\n",
        **{"compose.yaml": compose, "Dockerfile": "FROM node:22\nCOPY . .\n"},
    )

    assert "3 replicas" in look("SEC-003", files).text


@pytest.mark.parametrize(("decorator", "outcome"), [("@limiter.limit('5/minute')\n", "pass"), ("", "fail")])
def test_python_routes_are_limited_by_decorators(look: Look, decorator: str, outcome: str) -> None:
    source = f"from fastapi import FastAPI\nfrom slowapi import Limiter\napp = FastAPI()\nlimiter = Limiter(key_func=key)\n\n@app.post('/login')\n{decorator}def login(): ...\n"

    seen = look(
        "SEC-003",
        {"pyproject.toml": '[project]\nname = "shop"\ndependencies = ["fastapi", "slowapi"]\n', "shop/main.py": source},
    )

    assert seen.outcomes == [outcome]


def test_a_throttler_needs_its_guard(look: Look) -> None:
    package = '{"name": "shop", "dependencies": {"@nestjs/core": "10.0.0", "@nestjs/throttler": "5.0.0"}}'
    controller = "import { Controller, Post } from '@nestjs/common';\n@Controller('things')\nexport class Things { @Post() create() {} }\n"
    module = "import { ThrottlerModule } from '@nestjs/throttler';\n@Module({ imports: [ThrottlerModule.forRoot([{ ttl: 60, limit: 10 }])], controllers: [Things]%s })\nexport class AppModule {}\n"
    files = {"package.json": package, "src/things.ts": controller}

    assert look("SEC-003", {**files, "src/app.module.ts": module % ""}).failed == ["src/app.module.ts:2"]
    guarded = module % ", providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }]"
    assert look("SEC-003", {**files, "src/app.module.ts": guarded}).outcomes == ["pass"]


def test_routes_for_probes_alone_need_no_limit(look: Look) -> None:
    source = "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get('/health')\ndef health(): ...\n"

    assert look("SEC-003", {"pyproject.toml": '[project]\nname = "w"\n', "w/main.py": source}).outcomes == [
        "not_applicable"
    ]


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("if count > 5: return Response(status=429)", "pass"),
        ("if answer.status_code == 429: retry()", "fail"),
    ],
)
def test_code_that_turns_clients_away_itself_limits_them(look: Look, line: str, outcome: str) -> None:
    source = f"from flask import Flask\napp = Flask(__name__)\n@app.post('/login')\ndef login():\n    {line}\n"

    assert look("SEC-003", {"app.py": source, "requirements.txt": "flask==3.0.3\n"}).outcomes == [outcome]


def test_a_key_function_of_its_own_that_reads_a_header_is_followed(look: Look) -> None:
    files = {
        "requirements.txt": "flask==3.0.0\nflask-limiter==3.5.0\n",
        "app.py": """
            from flask import Flask, request
            from flask_limiter import Limiter
            def caller():
                return request.headers.get("X-Forwarded-For", "")
            app = Flask(__name__)
            limiter = Limiter(key_func=caller, app=app, storage_uri="redis://cache", default_limits=["10/minute"])
            @app.post("/login")
            def login():
                return {}
            """,
    }
    assert look("SEC-003", files).failed == ["app.py:6"]


def test_a_limit_in_the_memory_of_each_of_three_processes_is_told(look: Look) -> None:
    module = 'import { ThrottlerModule, ThrottlerGuard } from "@nestjs/throttler";\nexport const limits = ThrottlerModule.forRoot([{ ttl: 60000, limit: 10 }]);\n'
    files = {
        "package.json": '{"name": "shop", "dependencies": {"@nestjs/core": "10.0.0", "@nestjs/throttler": "6.0.0"}}',
        "src/limits.ts": module,
        "Dockerfile": 'FROM node:20\nCOPY . .\nCMD ["node", "dist/main.js"]\n',
        "docker-compose.prod.yml": "services:\n  api:\n    build: .\n    deploy:\n      replicas: 3\n",
    }
    seen = look("SEC-003", files)
    assert seen.failed == ["src/limits.ts:2"]
    shared = module.replace("forRoot([{ ttl: 60000, limit: 10 }])", "forRoot({ throttlers: [], storage: redis })")
    assert look("SEC-003", {**files, "src/limits.ts": shared}).failed == []


SECOND = MADE + "const strict = rateLimit({ windowMs: 60000, limit: 5 });\napp.use(slow);\n"


def test_a_second_limiter_that_nothing_mounts_is_told_beside_the_mounted_one(look: Look) -> None:
    forgotten = look("SEC-003", shop(SECOND))
    mounted = look("SEC-003", shop(SECOND + "app.post('/login', strict, enter);\n"))

    assert (forgotten.failed, "strict" in forgotten.text, mounted.failed) == (["app.js:4"], True, [])


@pytest.mark.parametrize(
    ("line", "failed"),
    [
        ("app.set('trust proxy', true);\n", ["app.js:5"]),
        ("app.enable('trust proxy');\n", ["app.js:5"]),
        ("app.set('trust proxy', 1);\n", []),
        ("app.set('trust proxy', 'loopback');\n", []),
    ],
)
def test_an_address_that_every_proxy_may_write_is_no_key(look: Look, line: str, failed: list[str]) -> None:
    assert look("SEC-003", shop(MADE + "app.use(slow);\n" + line)).failed == failed


@pytest.mark.parametrize(
    ("key", "failed"),
    [
        ("req => req.body.email", ["app.js:3"]),
        ("req => req.ip + req.body.email", []),
        ("req => req.user.id", []),
    ],
)
def test_a_field_of_the_body_alone_is_no_key(look: Look, key: str, failed: list[str]) -> None:
    text = MADE.replace("windowMs: 1000", f"windowMs: 1000, keyGenerator: {key}") + "app.use(slow);\n"

    assert look("SEC-003", shop(text)).failed == failed


@pytest.mark.parametrize(
    ("used", "outcome"), [("limits.RateLimit(10, time.Minute)", "pass"), ("middleware.Throttle(100)", "fail")]
)
def test_a_limiter_among_the_middlewares_of_a_go_router(look: Look, used: str, outcome: str) -> None:
    main = f"""
        package main
        import "github.com/gorilla/mux"
        func main() {{
            r := mux.NewRouter()
            r.Use(
                cors.Allow(cfg.Origins()),
                {used},
            )
            r.HandleFunc("/login", login).Methods("POST")
        }}
        """

    assert look("SEC-003", {"go.mod": "module shop\n", "main.go": main}).outcomes == [outcome]


def test_allauth_limits_tries_to_log_in_by_itself(look: Look) -> None:
    files = {
        "requirements.txt": "django==5.0\ndjango-allauth==65.0\n",
        "manage.py": "import django\n",
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['allauth']\n",
        "shop/urls.py": "from django.urls import include, path\n\nurlpatterns = [\n    path('accounts/', include('allauth.urls')),\n    path('login/', login),\n]\n",
    }

    assert look("SEC-003", files).passed == ["requirements.txt:2"]
    files["requirements.txt"] = "django==5.0\n"
    assert look("SEC-003", files).passed == []


@pytest.mark.parametrize(
    ("asked", "outcome"),
    [("await this.rateLimiter.assertLoginAllowed(q)", "pass"), ("await this.rateLimits.list(q)", "fail")],
)
def test_a_limiter_of_its_own_that_is_asked_limits(look: Look, asked: str, outcome: str) -> None:
    assert look("SEC-003", shop(f"app.post('/things', async (q) => {{\n  {asked};\n}});\n", BARE)).outcomes == [outcome]


@pytest.mark.parametrize(("path", "outcome"), [("/api/shop/login", "unknown"), ("/api/shop/register", "fail")])
def test_a_login_that_another_service_limits_is_left_open(look: Look, path: str, outcome: str) -> None:
    files = {
        "gate/package.json": PACKAGE.replace('"shop"', '"gate"'),
        "gate/app.js": HEAD + MADE + "app.use(slow);\napp.post('/login', forward);\napp.listen(3000);\n",
        "web/package.json": BARE.replace('"shop"', '"web"'),
        "web/app.js": HEAD + f"app.post('{path}', (q) => send(q.body.password));\napp.listen(3001);\n",
    }

    assert look("SEC-003", files).outcomes == ["pass", outcome]


@pytest.mark.parametrize(("mark", "said"), [("", "is a dependency"), (" // indirect", "Nothing limits")])
def test_a_library_that_another_one_brings_was_not_wanted(look: Look, mark: str, said: str) -> None:
    main = 'package main\nfunc main() {\n\tr := chi.NewRouter()\n\tr.Post("/things", save)\n}\n'
    files = {"go.mod": f"module shop\nrequire github.com/didip/tollbooth v4.0.0{mark}\n", "main.go": main}

    assert (
        said
        in look(
            "SEC-003",
            {**files, "main.go": main.replace("package main\n", 'package main\nimport "github.com/go-chi/chi/v5"\n')},
        ).text
    )
