"""What happens when something that the system calls is slow or gone."""

from __future__ import annotations

from conftest import Look

API = {
    "package.json": '{"name": "api", "dependencies": {"express": "^5.0.0"}}',
    "src/app.js": """
    import express from "express";
    const app = express();
    app.get("/orders", (req, res) => res.json([]));
    app.listen(3000);
    """,
}


def test_a_request_that_may_wait_for_ever_is_found_and_one_with_a_limit_is_not(look: Look) -> None:
    seen = look("RES-001", {
        "slow.py": "import requests\n\ndef go():\n    return requests.get('https://a.test/x')\n",
        "quick.py": "import requests\n\ndef go():\n    return requests.get('https://a.test/x', timeout=3)\n",
    })  # fmt: skip
    assert seen.failed == ["slow.py:4"]
    assert seen.passed == ["quick.py:4"]


def test_a_limit_around_the_request_counts_in_javascript(look: Look) -> None:
    seen = look("RES-001", {
        "server/a.js": "export async function a(url) {\n  const stop = new AbortController();\n  const given = { signal: stop.signal };\n  return fetch(url, given);\n}\n",
        "server/b.js": "export const b = () => fetch('https://a.test/x');\n",
    })  # fmt: skip
    assert seen.failed == ["server/b.js:1"]
    assert seen.findings[0].severity == "medium" or seen.findings[1].severity == "medium"


def test_requests_of_a_browser_weigh_least(look: Look) -> None:
    seen = look(
        "RES-001",
        {
            "src/components/List.tsx": 'import { useState } from "react";\nexport const load = () => fetch("/api/items");\n'
        },
    )
    assert seen.failed == ["src/components/List.tsx:2"]
    assert [f.severity for f in seen.findings] == ["low"]


def test_a_go_client_without_a_limit_is_found(look: Look) -> None:
    seen = look("RES-001", {
        "go.mod": "module x\n",
        "a.go": 'package x\n\nimport "net/http"\n\nvar slow = &http.Client{}\n',
        "b.go": 'package x\n\nimport ("net/http"; "time")\n\nvar quick = &http.Client{Timeout: time.Second}\n',
    })  # fmt: skip
    assert seen.failed == ["a.go:5"]
    assert seen.passed == ["b.go:5"]


def test_a_single_try_is_found(look: Look) -> None:
    call = "export const rates = () => fetch('https://rates.test/v1', { signal: AbortSignal.timeout(900) });\n"
    assert look("RES-002", {**API, "src/rates.js": call}).failed == ["src/rates.js:1"]


def test_growing_pauses_hold_and_unknown_pauses_hold_in_part(look: Look) -> None:
    call = "const rates = (attempt) => fetch('https://rates.test/v1');\n"
    assert look("RES-002", {**API, "src/rates.js": call}).outcomes == ["partial"]
    assert look(
        "RES-002", {**API, "src/rates.js": call + "const pause = (attempt) => 100 * 2 ** attempt;\n"}
    ).passed == ["src/rates.js:1"]


def test_tries_that_are_switched_off_are_none(look: Look) -> None:
    call = "const client = new Client({ retry: false, maxRetries: 0 });\nclient.use(fetch('https://rates.test/v1'));\n"

    assert look("RES-002", {**API, "src/rates.js": call}).outcomes == ["fail"]


def test_pauses_that_grow_by_the_number_of_the_try_hold(look: Look) -> None:
    call = "const rates = (attempt) => fetch('https://rates.test/v1').catch(() => sleep(100 * attempt));\n"

    assert look("RES-002", {**API, "src/rates.js": call}).outcomes == ["pass"]


def test_two_outside_systems_want_a_breaker(look: Look) -> None:
    files = {
        **API,
        "src/a.js": "export const a = () => fetch('https://a.test/');\n",
        "src/b.js": "export const b = () => fetch('https://b.test/');\n",
    }
    assert look("RES-003", files).failed == ["src/a.js:1"]
    files["package.json"] = '{"name": "api", "dependencies": {"express": "^5.0.0", "opossum": "^8.0.0"}}'
    assert look("RES-003", files).passed == ["package.json:1"]


def test_a_breaker_that_is_written_and_never_made_stands_before_nothing(look: Look) -> None:
    files = {
        **API,
        "src/a.js": "export const a = () => fetch('https://a.test/');\n",
        "src/b.js": "export const b = () => fetch('https://b.test/');\n",
        "src/breaker.js": "export class CircuitBreaker {\n  constructor(limit) { this.limit = limit; }\n}\n",
    }
    assert look("RES-003", files).failed == ["src/a.js:1"]
    files["src/b.js"] += "const breaker = new CircuitBreaker(5);\n"
    assert look("RES-003", files).passed == ["src/b.js:2"]


def test_a_breaker_that_comes_with_another_module_is_nobodys(look: Look) -> None:
    files = {
        "go.mod": "module a.test/api\n\ngo 1.22\n\nrequire github.com/sony/gobreaker v1.0.0 // indirect\n",
        "Dockerfile": 'FROM golang:1.22\nCOPY . .\nRUN go build -o /api .\nCMD ["/api"]\n',
        "main.go": 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.Get("https://a.test/")\n\thttp.ListenAndServe(":80", nil)\n}\n',
        "more.go": 'package main\n\nimport "net/http"\n\nfunc more() { http.Get("https://b.test/") }\n',
    }
    assert look("RES-003", files).passed == []
    files["go.mod"] = files["go.mod"].replace(" // indirect", "")
    assert look("RES-003", files).passed == ["go.mod:5"]


def test_one_outside_system_wants_no_breaker(look: Look) -> None:
    assert look("RES-003", {**API, "src/a.js": "export const a = () => fetch('https://a.test/');\n"}).failed == []


def test_a_payment_without_a_key_may_charge_twice(look: Look) -> None:
    seen = look("RES-009", {
        "pay.py": "import httpx\n\ndef pay(o):\n    return httpx.post('https://psp.test/v1/charges', json=o)\n",
        "kept.py": "import httpx\n\ndef pay(o):\n    return httpx.post('https://psp.test/v1/charges', json=o, headers={'Idempotency-Key': o['id']})\n",
    })  # fmt: skip
    assert seen.failed == ["pay.py:4"]
    assert seen.passed == ["kept.py:4"]


def test_the_script_of_a_health_check_has_its_limit_outside(look: Look) -> None:
    script = "import requests\n\ndef go():\n    return requests.get('http://shop.test/x')\n"
    image = "FROM python:3.12\nHEALTHCHECK CMD python ./ask.py\n"

    assert look("RES-001", {"ask.py": script, "other.py": script, "Dockerfile": image}).failed == ["other.py:4"]


def test_requests_of_one_service_are_told_together_and_options_leave_it_open(look: Look) -> None:
    one = "import requests\n\ndef go(options):\n    return requests.get('https://a.test/x'{})\n"

    seen = look("RES-001", {"a.py": one.format(""), "b.py": one.format(""), "c.py": one.format(", **options")})

    assert seen.failed == ["a.py:4"]
    assert "2 requests by requests in 2 files" in seen.text
    assert seen.unknown == ["c.py:4"]


def test_a_function_that_a_platform_ends_waits_no_longer(look: Look) -> None:
    source = "import requests\n\ndef handler(event, context):\n    return requests.get('https://a.test/x')\n"

    seen = look("RES-001", {"main.py": source})

    assert [f.severity for f in seen.findings] == ["medium"]
    assert "its own limit" in seen.text


def test_what_only_a_page_has_makes_it_a_page(look: Look) -> None:
    source = "import axios from 'axios';\nexport const refresh = () => axios.post(BASE + '/refresh', localStorage.getItem('t'));\n"

    assert [f.severity for f in look("RES-001", {**API, "lib/client.js": source}).findings] == ["low"]


def test_a_package_that_only_draws_pages_makes_its_requests_in_a_browser(look: Look) -> None:
    source = 'import axios from "axios";\nexport const f = () => axios.get("https://a.test/x");\n'

    def severities(manifest: str) -> list[str]:
        files = {"ui/package.json": manifest, "ui/src/api/a.ts": source}
        return [str(f.severity) for f in look("RES-001", files).findings]

    assert severities('{"name": "ui", "dependencies": {"react-dom": "18", "axios": "1"}}') == ["low"]
    assert severities('{"name": "ui", "dependencies": {"react-dom": "18", "next": "15", "axios": "1"}}') == ["high"]


def test_a_script_that_somebody_types_holds_up_nobody_else(look: Look) -> None:
    source = "import requests\n\ndef go():\n    return requests.get('https://a.test/x')\n"
    image = 'FROM python:3.12\nCOPY . .\nCMD ["python", "main.py"]\n'
    files = {"send_reports.py": source, "main.py": "import shop\n", "shop.py": source, "Dockerfile": image}
    files["compose.yaml"] = "services:\n  shop:\n    build: .\n"

    found = {f.evidence[0].path: str(f.severity) for f in look("RES-001", files).findings}

    assert found == {"shop.py": "high", "send_reports.py": "low"}


def test_what_is_no_request_is_none(look: Look) -> None:
    source = 'import axios, {{ isAxiosError }} from "axios";\nexport const f = (x) => {call};\n'
    asked = {"server/a.ts": source.format(call="isAxiosError(x)")}
    made = {"server/a.ts": source.format(call='axios("https://a.test/x")')}

    assert look("RES-001", asked).failed == []
    assert look("RES-001", made).failed == ["server/a.ts:2"]


def test_requests_of_a_phone_and_to_the_machine_itself_hold_up_nobody(look: Look) -> None:
    phone = '{"name": "app", "dependencies": {"react-native": "0.74.0", "axios": "1.7.0"}}'
    source = 'import axios from "axios";\nexport const f = () => axios.get("https://a.test/x");\n'
    seen = look("RES-001", {"mobile/package.json": phone, "mobile/src/api/a.ts": source})

    assert [f.severity for f in seen.findings] == ["low"]
    local = "import requests\n\nBASE = 'http://127.0.0.1:8000'\nprint(requests.get(f'{BASE}/x'))\n"
    assert "try_out" not in look("RES-001", {"try_out.py": local}).text
    assert "try_out.py:4" in look("RES-001", {"try_out.py": local.replace("127.0.0.1", "a.test")}).failed


def test_a_limit_at_the_end_of_a_chain_counts(look: Look) -> None:
    asks = "import superagent from 'superagent';\nexport const go = (u) => superagent.post('https://a.test/x').set('A', u){};\n"
    seen = look("RES-001", {"server/slow.js": asks.format(".send(u)"), "server/quick.js": asks.format(".timeout(900)")})

    assert (seen.failed, seen.passed) == (["server/slow.js:2"], ["server/quick.js:2"])


def test_an_image_that_serves_nobody_and_that_nothing_deploys_is_a_tool(look: Look) -> None:
    source = "import requests\n\ndef go():\n    return requests.get('https://a.test/x')\n\ngo()\n"
    files = {"notices/main.py": source, "notices/Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["python", "main.py"]\n'}

    assert [f.severity for f in look("RES-001", files).findings] == ["medium"]

    files["compose.prod.yaml"] = "services:\n  notices:\n    build: notices\n    restart: always\n"
    assert [f.severity for f in look("RES-001", files).findings] == ["high"]


def test_a_question_for_a_newer_release_is_less_grave(look: Look) -> None:
    source = "import requests\n\ndef ask():\n    return requests.get('https://api.test.com/repos/a/b/{}')\n"
    found = {
        last: [f.severity for f in look("RES-001", {"main.py": source.format(last)}).findings if f.outcome == "fail"]
        for last in ("releases/latest", "issues")
    }
    assert found == {"releases/latest": ["medium"], "issues": ["high"]}


def test_templates_without_a_limit_are_told_once_for_their_service(look: Look) -> None:
    java = "class A {\n  Object a() { return new RestTemplate(); }\n  Object b() { return new RestTemplate(); }\n}\n"

    seen = look("RES-001", {"pom.xml": "<project/>\n", "src/main/java/A.java": java})

    assert (len(seen.failed), "2 RestTemplates" in seen.text) == (1, True)
