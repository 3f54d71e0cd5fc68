from __future__ import annotations

from pathlib import Path

from code_project import code_of

from kit.sources.code import facts as code_facts
from kit.sources.code.env import env_reads
from kit.sources.code.routes import routes


def ports(root: Path, files: dict[str, str]) -> list[tuple[str, int | None, str | None, str]]:
    facts = code_facts.listens(code_of(root, files))
    return sorted((fact.at.path, fact.number, fact.name, fact.role) for fact in facts)


def test_ports_that_javascript_listens_on(tmp_path: Path) -> None:
    found = ports(
        tmp_path,
        {
            "a.js": "app.listen(process.env.PORT || 3000, '0.0.0.0');\n",
            "b.ts": "import { config } from './config';\nserver.listen({ port: config.port });\n",
            "c.ts": "serve({ fetch: app.fetch, port: Number(process.env.HTTP_PORT ?? '8787') });\n",
            "config.ts": "export const config = { port: parseInt(process.env.APP_PORT || '4000', 10) };\n",
            "d.js": "emitter.listen('event', f);\n",
            "e.js": "server.bindAsync(`[::]:${PORT}`, f);\nconst PORT = process.env.PORT;\n",
            "f.js": "server.listen(settings.port);\n",
        },
    )

    assert found == [
        ("a.js", 3000, "PORT", "listen"),
        ("b.ts", 4000, "APP_PORT", "listen"),
        ("c.ts", 8787, "HTTP_PORT", "listen"),
        ("e.js", None, "PORT", "listen"),
        ("f.js", None, None, "listen"),
    ]


def test_ports_that_python_listens_on(tmp_path: Path) -> None:
    found = ports(
        tmp_path,
        {
            "a.py": """
                from flask import Flask
                app = Flask(__name__)
                if __name__ == "__main__":
                    app.run(host="0.0.0.0", port=80)
                """,
            "b.py": 'import os, uvicorn\nuvicorn.run("b:app", port=int(os.getenv("PORT", "8001")))\n',
            "c.py": 'def serve(server, port):\n    server.add_insecure_port("[::]:50051")\n',
            "gunicorn.conf.py": 'bind = "0.0.0.0:8002"\n',
            "d.py": 'import subprocess\nsubprocess.run(["ls"])\n',
        },
    )

    assert found == [
        ("a.py", 80, None, "script"),
        ("b.py", 8001, "PORT", "listen"),
        ("c.py", 50051, None, "listen"),
        ("gunicorn.conf.py", 8002, None, "listen"),
    ]


def test_ports_that_go_and_spring_listen_on(tmp_path: Path) -> None:
    found = ports(
        tmp_path,
        {
            "a/main.go": """
                package main
                import ("net/http"; "os"; "fmt")
                func main() {
                    port := "8080"
                    if value, ok := os.LookupEnv("PORT"); ok {
                        port = value
                    }
                    http.ListenAndServe(fmt.Sprintf(":%s", port), nil)
                }
                """,
            "b/pom.xml": "<dependency>spring-boot-starter-web</dependency>\n",
            "b/src/main/java/B.java": "class B {}\n",
            "c/pom.xml": "<dependency>spring-boot-starter-web</dependency>\n",
            "c/src/main/resources/application.properties": "server.port=${HTTP_PORT:9090}\n",
            "d/pom.xml": "<dependency>spring-boot-starter-web</dependency>\n",
            "d/src/main/resources/application.yml": "server.port: 81\n---\nspring.config.activate.on-profile: docker\nserver.port: 80\n",
        },
    )

    assert found == [
        ("a/main.go", 8080, "PORT", "listen"),
        ("b/pom.xml", 8080, "SERVER_PORT", "listen"),
        ("c/src/main/resources/application.properties", 9090, "HTTP_PORT", "listen"),
        ("d/src/main/resources/application.yml", 80, None, "listen"),
        ("d/src/main/resources/application.yml", 81, None, "listen"),
    ]


def test_requests_with_their_url_and_timeout(tmp_path: Path) -> None:
    code = code_of(
        tmp_path,
        {
            "a.py": """
                import requests, httpx
                BASE = "http://items:8000"
                requests.get(f"{BASE}/items/{id}")
                requests.post("http://x/", timeout=5)
                httpx.get("http://y/")
                """,
            "b.ts": """
                import axios from 'axios';
                const api = axios.create({ baseURL: 'http://z', timeout: 1000 });
                api.get('/a');
                axios.delete(`http://w/${id}`);
                fetch('/v', { method: 'POST', signal });
                """,
            "c.go": 'package c\nimport "net/http"\nfunc f() { http.Get("http://u/") }\n',
        },
    )

    found = [(fact.method, fact.url, fact.timeout) for fact in code_facts.calls(code)]

    assert found == [
        ("GET", "http://items:8000/items/{…}", False),
        ("POST", "http://x/", True),
        ("GET", "http://y/", True),
        ("GET", "/a", True),
        ("DELETE", "http://w/{…}", False),
        ("POST", "/v", True),
        ("GET", "http://u/", False),
    ]


def test_stores_are_told_by_the_client_libraries(tmp_path: Path) -> None:
    code = code_of(
        tmp_path,
        {
            "a.py": "import psycopg2.extras\nfrom redis.asyncio import Redis\nfrom .kafka import x\n",
            "b.ts": "import { Pool } from 'pg';\nimport { x } from 'pgrst';\n",
            "c.go": 'package c\nimport "github.com/jackc/pgx/v5/pgxpool"\n',
        },
    )

    found = [(fact.engine, fact.at.path) for fact in code_facts.stores(code)]

    assert found == [("postgres", "a.py"), ("redis", "a.py"), ("postgres", "b.ts"), ("postgres", "c.go")]


def test_stores_are_told_by_urls_and_dialects(tmp_path: Path) -> None:
    code = code_of(
        tmp_path,
        {
            "a.py": 'URL = "postgresql+psycopg://shop@db/shop"\nlabel = "redis"\n',
            "b.ts": "new Sequelize({ dialect: 'mysql' });\nconst u = process.env.MONGO || 'mongodb://localhost/x';\n",
            "pom.xml": "<project/>",
            "src/main/resources/application.properties": "spring.datasource.url=jdbc:postgresql://db/shop\n",
        },
    )

    found = [(fact.engine, fact.at.path) for fact in code_facts.stores(code)]

    assert found == [
        ("postgres", "a.py"),
        ("mysql", "b.ts"),
        ("mongodb", "b.ts"),
        ("postgres", "src/main/resources/application.properties"),
    ]


def test_metrics_have_the_names_that_are_exported(tmp_path: Path) -> None:
    code = code_of(
        tmp_path,
        {
            "a.py": """
                from prometheus_client import Counter, Histogram
                Counter("orders", "Orders", namespace="shop")
                Histogram("latency_seconds", "Latency")
                """,
            "b.ts": "import client from 'prom-client';\nnew client.Gauge({ name: 'queue_size', help: 'x' });\n",
            "c.go": """
                package c
                import "github.com/prometheus/client_golang/prometheus"
                var c = prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "shop", Name: "hits_total"}, nil)
                """,
            "d.py": "from collections import Counter\nCounter('abc')\n",
        },
    )

    assert {(fact.name, fact.kind) for fact in code_facts.metrics(code)} == {
        ("shop_orders_total", "counter"),
        ("latency_seconds", "histogram"),
        ("queue_size", "gauge"),
        ("shop_hits_total", "counter"),
    }


def test_middlewares_know_whether_what_they_are_put_on_is_served(tmp_path: Path) -> None:
    code = code_of(
        tmp_path,
        {
            "package.json": "{}",
            "app.js": """
                const express = require('express');
                const helmet = require('helmet');
                const used = require('./used');
                const app = express();
                app.use(helmet());
                app.use('/used', used);
                """,
            "used.js": "const r = require('express').Router();\nr.get('/', f);\nmodule.exports = r;\n",
            "lost.js": "const r = require('express').Router();\nr.use(require('express-rate-limit')());\n",
            "api.py": """
                from fastapi import FastAPI
                from fastapi.middleware.cors import CORSMiddleware
                app = FastAPI()
                app.add_middleware(CORSMiddleware, allow_origins=["*"])
                """,
        },
    )

    found = {fact.name: fact.mounted for fact in code_facts.middleware(code)}

    assert found["helmet"] is True and found["CORSMiddleware"] is True
    assert found["express-rate-limit"] is False


def test_entry_points(tmp_path: Path) -> None:
    code = code_of(
        tmp_path,
        {
            "main.py": 'from fastapi import FastAPI\napp = FastAPI()\nif __name__ == "__main__":\n    run()\n',
            "cmd/main.go": "package main\nfunc main() {}\n",
            "lib/a.go": "package lib\nfunc main() {}\n",
            "src/main/java/A.java": "class A { public static void main(String[] a) {} }\n",
            "server.js": "app.listen(80);\n",
        },
    )

    found = {(fact.at.path, fact.name, fact.kind) for fact in code_facts.entrypoints(code)}

    assert found == {
        ("main.py", "app", "server"),
        ("main.py", "__main__", "main"),
        ("cmd/main.go", "main", "main"),
        ("src/main/java/A.java", "main", "main"),
        ("server.js", "listen", "server"),
    }


def test_what_is_nested_too_deep_is_left_out_and_nothing_raises(tmp_path: Path) -> None:
    links = "".join(f"\n.get('/{i}', f)" for i in range(600))
    long = " +\n".join(["a"] * 2000)
    deep = "[\n" * 3000 + "]\n" * 3000
    code = code_of(
        tmp_path,
        {
            "a.py": "import os\nx = (" + " +\n".join(["os.getenv('A')"] * 400) + ")\n",
            "b.py": "from fastapi import FastAPI\nx = " + "(\n" * 90 + "FastAPI()" + ")\n" * 90 + "\n",
            "c.py": "import requests\nrequests.get(" + " +\n".join(["a"] * 400) + ")\n",
            "d.js": f"const app = require('express')();\napp{links};\n",
            "e.js": f"import axios from 'axios';\naxios.get({deep});\naxios.get({long});\na" + "\n.b" * 3000 + "();\n",
            "f.js": f"const app = require('express')();\napp.use({deep});\napp.get('/x', {deep});\n",
            "g.go": f'package f\nimport "net/http"\nfunc f() {{ http.Get({long}) }}\n',
            "H.java": f"@RestController class H {{ @GetMapping({long}) void h() {{}} }}\n",
        },
    )

    found = routes(code)
    env_reads(code)
    for read in (code_facts.listens, code_facts.calls, code_facts.stores, code_facts.metrics):
        read(code)
    code_facts.middleware(code)
    code_facts.entrypoints(code)

    assert len(code.files()) == 8
    assert "/599" in {route.path for route in found}
