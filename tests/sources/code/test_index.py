from __future__ import annotations

from pathlib import Path

import pytest
from code_project import code_of
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.sources.code.index import LANGUAGES, parse_tree
from kit.sources.code.syntax import read_python


def test_files_are_told_apart_by_language_and_tests_are_left_out(tmp_path: Path) -> None:
    code = code_of(tmp_path, {"app/main.py": "x = 1", "web/a.tsx": "1", "tests/test_main.py": "x = 1", "a.txt": ""})

    assert code.files() == ("app/main.py", "web/a.tsx")
    assert code.files("python") == ("app/main.py",)
    assert "tests/test_main.py" in code.files("python", every_class=True)


def test_a_language_that_the_library_lacks_gives_no_tree() -> None:
    assert parse_tree("print 1", "perl") is None
    assert all(parse_tree("", language) is not None for language in LANGUAGES.values())


def test_a_pattern_is_found_with_its_line_and_only_where_the_needle_is(tmp_path: Path) -> None:
    code = code_of(tmp_path, {"a.py": "import os\n\nprint(os.getcwd())\n", "b.py": "print(1)\n"})

    found = list(code.find("os.getcwd()", languages=("python",), needles=("getcwd",)))

    assert [str(match.at) for match in found] == ["a.py:3"]
    assert "b.py" not in code._trees


def test_every_file_is_parsed_once(tmp_path: Path) -> None:
    code = code_of(tmp_path, {"a.py": "x = 1"})

    assert code.tree("a.py") is code.tree("a.py")
    assert code.python("a.py") is code.python("a.py")


def test_imports_know_module_names_and_whether_they_are_relative(tmp_path: Path) -> None:
    code = code_of(
        tmp_path,
        {
            "a.py": "import os.path\nfrom .models import User, Item\n",
            "b.ts": "import x, { y } from './y';\nconst z = require('zlib');\nexport { q } from '../q';\n",
            "c.go": 'package c\nimport (\n\t"net/http"\n\tv1 "shop/v1"\n)\n',
        },
    )

    assert [(i.module, i.names, i.relative) for i in code.imports("a.py")] == [
        ("os.path", (), False),
        (".models", ("User", "Item"), True),
    ]
    assert [(i.module, i.relative, i.at.line) for i in code.imports("b.ts")] == [
        ("./y", True, 1),
        ("zlib", False, 2),
        ("../q", True, 3),
    ]
    assert [i.module for i in code.imports("c.go")] == ["net/http", "shop/v1"]


def test_a_syntax_error_is_a_problem_at_its_line(tmp_path: Path) -> None:
    code = code_of(tmp_path, {"a.py": "x = 1\ndef f(:\n    pass\n", "b.js": "const x = (;\n", "c.js": "f();\n"})

    assert [str(problem.at) for problem in code.syntax_errors] == ["a.py:2", "b.js:1"]


@pytest.mark.parametrize("pairs", [2_000, 40_000])
def test_a_long_line_of_a_program_is_no_syntax_error(pairs: int, tmp_path: Path) -> None:
    table = ", ".join(f'"k{n}": [{n}]' for n in range(pairs))

    code = code_of(
        tmp_path, {"a.py": f"A = {{{table}}}\nB = 1\n", "b.js": f"const a = {{{table}}}\n", "c.py": "x = (\n"}
    )

    assert [problem.at.path for problem in code.syntax_errors] == ["c.py"]
    read = code.python("a.py")
    assert read is not None
    assert len(read.body) == (2 if pairs == 2_000 else 1)


def test_broken_statements_are_left_out_and_the_others_keep_their_lines() -> None:
    module = read_python("x = 1\nprint 'old'\n\ny = 2\n").module

    assert [statement.lineno for statement in module.body] == [1, 4]


def test_an_exception_list_without_parentheses_is_read() -> None:
    module = read_python("try:\n    f()\nexcept KeyError, ValueError:\n    pass\nx = 1\n").module

    assert len(module.body) == 2


def test_a_unit_is_the_nearest_folder_with_a_manifest(tmp_path: Path) -> None:
    code = code_of(tmp_path, {"api/package.json": "{}", "api/src/a.js": "1", "b.js": "1"})

    assert code.unit("api/src/a.js") == "api"
    assert code.unit("b.js") == "."


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_a_parser_raise(text: str) -> None:
    read_python(text)
    for language in ("python", "javascript", "tsx", "go", "java"):
        assert parse_tree(text, language) is not None


def test_parameters_of_a_function_type_may_go_by_the_name_of_a_type(tmp_path: Path) -> None:
    text = "class A {\n  private t: (string) => any;\n}\nconst m: (a: X, any) => B = (r) => r;\n"
    code = code_of(tmp_path, {"a.ts": text, "b.ts": "const m: (any) => = 3;\n"})
    assert [str(problem.at) for problem in code.syntax_errors] == ["b.ts:1"]
