"""Code parses, and its imports of the project's own files lead to files."""

from __future__ import annotations

import pytest
from conftest import Look

IMAGE = {"Dockerfile": 'FROM node:22\nWORKDIR /app\nCOPY . .\nCMD ["node", "src/main.js"]\n', "package.json": "{}"}
PYTHON = {"Dockerfile": 'FROM python:3.12\nWORKDIR /app\nCOPY . .\nCMD ["python", "main.py"]\n', "requirements.txt": ""}


def test_a_file_with_the_marks_of_a_merge_cannot_be_built(look: Look) -> None:
    main = "const a = 1;\n<<<<<<< HEAD\nconst b = 2;\n=======\nconst b = 3;\n>>>>>>> other\n"

    assert look("DEL-027", {**IMAGE, "src/main.js": main}).failed == ["src/main.js:2"]


def test_python_that_its_own_parser_refuses_cannot_be_built(look: Look) -> None:
    seen = look("DEL-027", {**PYTHON, "main.py": "import shop\n", "shop.py": "def total(:\n    return 1\n"})

    assert seen.failed == ["shop.py:1"]
    assert "Python syntax error" in seen.text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("src/main.ts", 'export type * from "./a";\nconst x = {} as Partial<Record<import("s").P["name"], string>>;\n'),
        ("src/main.js", "const t = `{{ name }}`;\n"),
        ("main.py", "type Row[T] = list[T]\nmatch x:\n    case {'a': 1}:\n        print(f'{x!r:>{width}}')\n"),
    ],
)
def test_newer_words_of_a_language_are_no_errors(look: Look, name: str, text: str) -> None:
    assert look("DEL-027", {**IMAGE, name: text}).failed == []


def test_what_one_grammar_alone_refuses_is_no_reason_to_stop(look: Look) -> None:
    strange = look("DEL-027", {**IMAGE, "src/main.js": "const f = <<< 1;\nconsole.log(f);\n"})
    assert [(str(f.severity), f.blocker) for f in strange.findings if f.outcome.open] == [("medium", None)]
    broken = look("DEL-027", {**IMAGE, "src/main.js": "const f = (1;\nconsole.log(f);\n"})
    assert [(str(f.severity), bool(f.blocker)) for f in broken.findings if f.outcome.open] == [("critical", True)]


def test_a_broken_script_that_nothing_builds_is_told_beside(look: Look) -> None:
    files = {**IMAGE, "src/main.js": "run();\n", "tools/old.py": 'print "done"\n'}

    assert look("DEL-027", files).failed == []
    assert look("DEL-029", files).failed == ["tools/old.py:1"]


def test_an_import_of_an_absent_file_is_found(look: Look) -> None:
    main = 'import { pay } from "./payments/pay.js";\nimport "./settings";\n// import "./gone";\npay();\n'
    files = {**IMAGE, "src/main.js": main, "src/settings.ts": "export const a = 1;\n"}

    assert look("DEL-028", files).failed == ["src/main.js:1"]


def test_another_spelling_is_found(look: Look) -> None:
    seen = look("DEL-028", {**IMAGE, "src/main.js": 'require("./Invoice");\n', "src/invoice.js": "x = 1;\n"})

    assert seen.failed == ["src/main.js:1"]
    assert "src/invoice.js" in seen.text


def test_a_file_that_an_ignore_rule_swallows_is_found(look: Look) -> None:
    files = {**IMAGE, "src/main.js": 'import "./lib/money.js";\n', ".gitignore": "lib/\n"}

    seen = look("DEL-028", files)

    assert seen.failed == ["src/main.js:1"]
    assert "ignore rule" in seen.text


def test_what_a_build_makes_or_a_bundler_takes_is_no_gap(look: Look) -> None:
    main = """
        import "./dist/x.js";
        import logo from "./logo.svg?react";
        import { a } from "./a.js";
        import type { Route } from "./+types/root";
        import screen from "./screen";
        import all from ".";
        import client from "./made/client.js";
        try { require("./optional"); } catch {}
    """
    files = {**IMAGE, "src/main.js": main, "src/logo.svg": "<svg/>", "src/a.ts": "export const a = 1;\n"}
    files |= {"src/screen.web.tsx": "export default 1;\n", "src/index.ts": "export default 1;\n"}
    files |= {"Makefile": "gen:\n\tgenerate --out src/made/client.js\n"}

    assert look("DEL-028", files).failed == []


def test_names_that_a_module_does_not_hold_are_found(look: Look) -> None:
    main = 'import { total, vat } from "./money";\n'
    files = {**IMAGE, "src/main.js": main, "src/money.js": "export const total = 1;\n"}

    seen = look("DEL-028", files)

    assert seen.failed == ["src/main.js:1"]
    assert "vat" in seen.text


def test_names_that_come_from_elsewhere_are_left_open(look: Look) -> None:
    files = {**IMAGE, "src/main.js": 'import { vat } from "./money";\n', "src/money.js": 'export * from "rates";\n'}

    assert look("DEL-028", files).failed == []


def test_python_imports_follow_packages(look: Look) -> None:
    main = """
        from shop.orders import total
        from shop.payments import pay
        from shop import orders, refunds
        from shop.orders import vat
        import email.message
        try:
            from shop.fast import total
        except ImportError:
            pass
    """
    files = {**PYTHON, "main.py": main, "shop/__init__.py": "", "shop/orders.py": "def total(): ...\n"}

    assert look("DEL-028", files).failed == ["main.py:2", "main.py:3", "main.py:4"]


def test_a_go_package_that_is_not_there_is_found(look: Look) -> None:
    files = {
        "Dockerfile": "FROM golang:1.24\nCOPY . .\nRUN go build -o /app .\n",
        "go.mod": "module example.com/shop\n\ngo 1.24\n",
        "main.go": 'package main\n\nimport (\n\t"example.com/shop/orders"\n\t"example.com/shop/payments"\n)\n\nfunc main() {}\n',
        "orders/orders.go": "package orders\n",
    }

    assert look("DEL-028", files).failed == ["main.go:5"]


def test_imports_beside_the_services_are_told_by_folder(look: Look) -> None:
    files = {**IMAGE, "src/main.js": "run();\n", "tools/a.js": 'require("./x");\n', "tools/b.js": 'require("./y");\n'}

    seen = look("DEL-029", files)

    assert seen.failed == ["tools/a.js:1"]


def test_whole_files_beside_the_services_hold(look: Look) -> None:
    assert look("DEL-029", {**IMAGE, "src/main.js": "run();\n", "tools/a.js": "run();\n"}).outcomes == ["pass"]


def test_a_script_copied_beside_a_program_is_no_part_of_it(look: Look) -> None:
    by_hand = 'from shop import gone\n\nif __name__ == "__main__":\n    gone()\n'
    files = {**PYTHON, "main.py": "from fastapi import FastAPI\nimport shop\n\napp = FastAPI()\n", "shop.py": "x = 1\n"}

    assert look("DEL-028", {**files, "routes_list.py": by_hand}).failed == []
    assert look("DEL-029", {**files, "routes_list.py": by_hand}).failed == ["routes_list.py:1"]
    assert look("DEL-028", {**files, "main.py": by_hand}).failed == ["main.py:1"]


def test_a_script_that_a_command_names_is_part_of_it(look: Look) -> None:
    by_hand = 'from shop import gone\n\nif __name__ == "__main__":\n    gone()\n'
    files = {**PYTHON, "main.py": "from fastapi import FastAPI\nimport shop\n\napp = FastAPI()\n", "shop.py": "x = 1\n"}
    start = "services:\n  api:\n    build: .\n    command: sh -c 'python prepare.py && python main.py'\n"

    assert look("DEL-028", {**files, "prepare.py": by_hand, "compose.yaml": start}).failed == ["prepare.py:1"]


def test_a_file_that_code_loads_by_its_name_is_part_of_it(look: Look) -> None:
    by_hand = 'from shop import gone\n\nif __name__ == "__main__":\n    gone()\n'
    main = 'import os\nfrom fastapi import FastAPI\n\nos.environ["SETTINGS"] = "conf.values"\napp = FastAPI()\n'
    files = {**PYTHON, "shop.py": "x = 1\n", "conf/values.py": by_hand}

    assert look("DEL-028", {**files, "main.py": main}).failed == ["conf/values.py:1"]
    assert look("DEL-028", {**files, "main.py": main.replace("conf.values", "conf")}).failed == []


def test_what_lies_in_a_folder_of_backups_counts_once_something_imports_it(look: Look) -> None:
    files = {
        **PYTHON,
        "backups/__init__.py": "from . import buyer\n",
        "backups/buyer.py": "from shop import gone\n",
        "shop.py": "x = 1\n",
    }

    assert look("DEL-028", {**files, "main.py": "import shop\n"}).failed == []
    assert look("DEL-028", {**files, "main.py": "from backups import buyer\n"}).failed == ["backups/buyer.py:1"]


def test_a_folder_in_the_shadow_of_a_module_cannot_be_imported(look: Look) -> None:
    files = {
        **PYTHON,
        "main.py": "from wallet.schemas.rates import Rate\n",
        "wallet/__init__.py": "",
        "wallet/schemas.py": "class Wallet: ...\n",
        "wallet/schemas/rates.py": "class Rate: ...\n",
    }
    seen = look("DEL-028", files)

    assert seen.failed == ["main.py:1"]
    assert "wallet/schemas.py before the folder" in seen.text
    assert look("DEL-028", {**files, "wallet/schemas/__init__.py": ""}).failed == []


def test_what_nothing_leads_to_stops_no_build(look: Look) -> None:
    files = {
        **IMAGE,
        "src/main.js": 'import "./shop.js";\n',
        "src/shop.js": 'import "./gone.js";\nexport const a = 1;\n',
    }
    files |= {"src/one.js": 'import "./two.js";\n', "src/two.js": 'import "./one.js";\nimport "./lost.js";\n'}

    found = {f.evidence[0].path: (str(f.severity), bool(f.blocker)) for f in look("DEL-028", files).findings}

    assert found == {"src/shop.js": ("critical", True), "src/two.js": ("medium", False)}


def test_files_that_an_image_lays_over_a_clone_are_no_program(look: Look) -> None:
    clone = "FROM node:22\nRUN git clone https://a.test/web /app\nCOPY src /app/src\nCMD node src/main.js\n"
    main = "".join(f'import "./gone{n}.js";\n' for n in range(6))
    files = {**IMAGE, "src/main.js": main}

    assert len(look("DEL-028", files).failed) == 6
    assert look("DEL-028", {**files, "Dockerfile": clone}).unknown == ["src/main.js"]


def test_a_name_that_is_not_there_and_not_used_harms_nobody(look: Look) -> None:
    files = {**IMAGE, "src/lib.js": "export const a = 1;\n", "src/main.js": 'import { b } from "./lib.js";\n'}
    idle, used = look("DEL-028", files), look("DEL-028", {**files, "src/main.js": files["src/main.js"] + "b();\n"})

    assert [str(f.severity) for f in (*idle.findings, *used.findings)] == ["medium", "high"]
