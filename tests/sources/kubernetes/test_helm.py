from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.sources.formats.documents import Documents
from kit.sources.kubernetes.go_template import TemplateSyntaxError, parse_template
from kit.sources.kubernetes.go_values import TemplateError
from kit.sources.kubernetes.helm import Chart, find
from kit.sources.kubernetes.helm_render import Budget, Rendered, Renderer
from kit.sources.tree.files import FileIndex

CHART = "apiVersion: v2\nname: shop\nversion: 0.1.0\nappVersion: 1.10\n"


def render(text: str, **values: object) -> str:
    return rendered(text, **values).text


def rendered(text: str, **values: object) -> Rendered:
    template = parse_template(text)
    return Renderer(template.defines).render(template, {"Values": values})


def charts(root: Path, files: dict[str, str]) -> dict[str, Chart]:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text).lstrip("\n"))
    index = FileIndex.of(root)
    return {chart.dir: chart for chart in find(index, Documents(index))}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("a {{- 1 -}} b", "a1b"),
        ("{{/* nothing */}}x", "x"),
        ("{{ .Values.name }}", "web"),
        ("{{ .Values.gone }}", ""),
        ("{{ .Values.gone | default 8080 }}", "8080"),
        ("{{ .Values.port | quote }}", '"80"'),
        ("{{ if and .Values.on (eq .Values.port 80) }}y{{ else }}n{{ end }}", "y"),
        ("{{ if .Values.gone }}a{{ else if .Values.on }}b{{ else }}c{{ end }}", "b"),
        ("{{ with .Values.map }}{{ .a }}{{ $.Values.name }}{{ end }}", "oneweb"),
        ("{{ with .Values.gone }}x{{ else }}none{{ end }}", "none"),
        ("{{ range $k, $v := .Values.map }}{{ $k }}={{ $v }};{{ end }}", "a=one;b=two;"),
        ("{{ range .Values.list }}{{ if eq . 2 }}{{ continue }}{{ end }}{{ . }}{{ end }}", "13"),
        ("{{ range .Values.gone }}x{{ else }}empty{{ end }}", "empty"),
        ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"),
        ('{{ define "n" }}[{{ .a }}]{{ end }}{{ include "n" .Values.map | upper }}', "[ONE]"),
        ('{{ define "n" }}n{{ end }}{{ template "n" . }}', "n"),
        ('{{ printf "%s-%05d-%q" .Values.name 7 "x" | trunc 9 }}', "web-00007"),
        ("{{ .Values.map | toYaml | nindent 2 }}", "\n  a: one\n  b: two"),
        ('{{ tpl "{{ .Values.name }}!" . }}', "web!"),
        ('{{ (dict "a" (list 1 2)).a | toJson }}', "[1,2]"),
        ('{{ ternary "y" "n" (hasKey .Values.map "a") }}', "y"),
        ('{{ semverCompare ">=1.19-0" "v1.31.0" }}{{ semverCompare "<1.19" "1.31.0" }}', "truefalse"),
        ("{{ (.Values.gone).a }}{{ $x := .Values.gone }}{{ $x.a.b }}", ""),
        ('{{ index .Values.list 1 }}{{ dig "x" "y" "d" .Values.map }}', "2d"),
    ],
)
def test_the_subset_of_templates_gives_what_helm_gives(template: str, expected: str):
    values = {"name": "web", "port": 80, "on": True, "map": {"b": "two", "a": "one"}, "list": [1, 2, 3]}

    assert render(template, **values) == expected


@pytest.mark.parametrize(
    ("template", "kind"),
    [
        ("{{ .Values.a.b }}", "error"),
        ('{{ include "none" . }}', "error"),
        ("{{ $gone }}", "error"),
        ('{{ add "a" }}{{ len 5 }}', "error"),
        ('{{ required "a host is needed" .Values.host }}', "required"),
        ('{{ fail "no" }}', "required"),
        ("{{ genSelfSignedCert 1 }}", "unsupported"),
        ('{{ regexMatch "(a+)+" "aa" }}', "unsupported"),
        ("{{ until 99999999 }}", "unsupported"),
        ('{{ repeat 9999 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }}', "unsupported"),
        ('{{ printf "%99999d" 1 }}', "unsupported"),
        ('{{ $d := dict }}{{ set $d "d" $d }}', "unsupported"),
        ('{{ define "n" }}{{ include "n" . }}{{ end }}{{ include "n" . }}', "error"),
        ("{{ range until 9999 }}{{ range until 9999 }}{{ end }}{{ end }}", "unsupported"),
    ],
)
def test_what_cannot_be_rendered_says_of_which_kind_it_is(template: str, kind: str):
    with pytest.raises(TemplateError) as caught:
        render(template)

    assert caught.value.kind == kind


@pytest.mark.parametrize(
    "text", ["{{ if }}", "{{ if 1 }}", "{{ end }}", "{{ 'a", "{{ ( 1 }}", "{{/* a", "{{ a b | }}", "{{}}"]
)
def test_a_broken_template_is_a_syntax_error_or_an_error_of_rendering(text: str):
    with pytest.raises((TemplateSyntaxError, TemplateError)):
        render(text)


def test_each_line_of_the_output_knows_its_line_of_the_template():
    template = dedent(
        """\
        a: 1
        {{- if .Values.on }}
        b: 2
        {{- end }}
        {{- range .Values.list }}
        c{{ . }}: 3
        {{- end }}
        d:
          {{- toYaml .Values.map | nindent 2 }}
        e: 4
        """
    )
    result = rendered(template, on=True, list=[1, 2], map={"x": 1, "y": 2})

    assert list(zip(result.text.splitlines(), result.lines, strict=False)) == [
        ("a: 1", 1),
        ("b: 2", 3),
        ("c1: 3", 6),
        ("c2: 3", 6),
        ("d:", 8),
        ("  x: 1", 9),
        ("  y: 2", 9),
        ("e: 4", 10),
    ]


def test_a_random_value_makes_the_output_uncertain():
    assert not rendered("{{ randAlphaNum 5 }}").certain
    assert rendered("{{ 5 }}").certain


def test_a_budget_ends_what_takes_too_long():
    template = parse_template("{{ range until 5000 }}x{{ end }}")

    with pytest.raises(TemplateError, match="too long"):
        Renderer({}, Budget(steps=100)).render(template, {})


DEPLOYMENT = """
    {{- if .Values.enabled }}
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: {{ include "shop.name" . }}
      labels: {version: {{ .Chart.AppVersion | quote }}}
    spec:
      replicas: {{ .Values.replicas }}
    {{- end }}
"""
FILES = {
    "chart/Chart.yaml": CHART,
    "chart/values.yaml": "enabled: true\nreplicas: 1\n",
    "chart/templates/_helpers.tpl": '{{ define "shop.name" }}{{ .Release.Name }}-web{{ end }}',
    "chart/templates/web.yaml": DEPLOYMENT,
    "chart/templates/NOTES.txt": "{{ .Values.nothing.at.all }}",
}


def test_a_chart_gives_manifests_at_the_lines_of_its_templates(tmp_path):
    chart = charts(tmp_path, FILES)["chart"]
    (web,) = chart.manifests

    assert (web.title, web.replicas, web.origin) == ("Deployment/shop-web", 1, "helm:chart")
    assert str(web.node.get("spec", "replicas").at) == "chart/templates/web.yaml:8"
    assert web.labels == {"version": "1.10"}
    assert not chart.unrendered


def test_values_of_an_environment_give_a_release_of_their_own_and_supersede_the_default(tmp_path):
    more = {"chart/values-prod.yaml": "replicas: 3\n", "chart/values-example.yaml": "replicas: 9\n"}
    chart = charts(tmp_path, {**FILES, **more})["chart"]

    assert [(m.environment, m.scope, m.replicas, m.superseded) for m in chart.manifests] == [
        ("unknown", "", 1, True),
        ("production", "chart/values-prod.yaml", 3, False),
    ]


def test_values_of_staging_alone_leave_the_default_to_production(tmp_path):
    staging = {"chart/values-staging.yaml": "replicas: 2\n"}
    chart = charts(tmp_path, {**FILES, **staging})["chart"]

    assert [(m.environment, m.replicas, m.superseded) for m in chart.manifests] == [
        ("unknown", 1, False),
        ("staging", 2, False),
    ]


def test_a_template_that_cannot_be_rendered_is_named_with_line_and_reason(tmp_path):
    bad = "kind: Secret\ndata: {{ genCA 1 }}\n"
    chart = charts(tmp_path, {**FILES, "chart/templates/bad.yaml": bad})["chart"]
    (failed,) = chart.unrendered

    assert (str(failed.at), failed.kind) == ("chart/templates/bad.yaml:2", "unsupported")
    assert "genCA" in failed.reason
    assert [m.companions_known for m in chart.manifests] == [False]


def test_output_that_is_no_yaml_is_an_error_at_the_line_of_the_template(tmp_path):
    chart = charts(tmp_path, {**FILES, "chart/templates/bad.yaml": "a: b\n  {{ 1 }}: {{ 2 }}\n"})["chart"]

    assert [(u.kind, str(u.at)) for u in chart.unrendered] == [("error", "chart/templates/bad.yaml:2")]


SUBCHART = {
    "chart/charts/cache/Chart.yaml": "name: cache\nversion: 1\n",
    "chart/charts/cache/values.yaml": "size: 1\n",
    "chart/charts/cache/templates/c.yaml": """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: "{{ .Chart.Name }}"}
        data: {size: "{{ .Values.size }}", zone: "{{ .Values.global.zone }}"}
    """,
}


def test_a_subchart_takes_part_with_the_values_that_its_parent_gives(tmp_path):
    values = "enabled: false\ncache: {size: 9}\nglobal: {zone: eu}\n"
    found = charts(tmp_path, {**FILES, **SUBCHART, "chart/values.yaml": values})

    assert [m.node.get("data").value for m in found["chart"].manifests] == [{"size": "9", "zone": "eu"}]
    assert found["chart/charts/cache"].superseded
    assert all(m.superseded for m in found["chart/charts/cache"].manifests)


def test_a_condition_turns_a_dependency_off_and_one_from_elsewhere_is_known_to_be_absent(tmp_path):
    needs = """
        dependencies:
          - {name: cache, version: "1", repository: "", condition: cache.enabled}
          - {name: postgresql, version: "15", repository: "https://charts.example.com"}
    """
    files = {**FILES, **SUBCHART, "chart/Chart.yaml": CHART + dedent(needs)}
    files["chart/values.yaml"] = "enabled: true\nreplicas: 1\ncache: {enabled: false}\n"
    chart = charts(tmp_path, files)["chart"]

    assert [m.kind for m in chart.manifests] == ["Deployment"]
    assert [d.path for d in chart.dependencies] == ["chart/charts/cache", None]
    assert not chart.manifests[0].companions_known


def test_files_outside_of_the_chart_are_not_given_to_its_templates(tmp_path):
    text = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: a}
        data:
          in: {{ .Files.Get "conf/a.txt" | quote }}
          out: {{ .Files.Get "../secret.txt" | quote }}
        {{ (.Files.Glob "conf/*").AsConfig | indent 2 }}
    """
    more = {"chart/templates/web.yaml": text, "chart/conf/a.txt": "inner", "secret.txt": "outer"}
    chart = charts(tmp_path, {**FILES, **more})["chart"]

    assert chart.manifests[0].node.get("data").value == {"in": "inner", "out": "", "a.txt": "inner"}


_fragments = st.lists(
    st.sampled_from(
        ["{{", "}}", "{{-", " -}}", "if ", "range ", "end", "else", ".Values", ".a", "$x", ":=", "|", "(",
         ")", '"s"', "1", "default ", "include ", "toYaml ", "define ", "\n", "text", "/*", "*/", "`", "'"]
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(_fragments)
def test_no_text_makes_the_parser_or_the_renderer_raise_anything_else(parts: list[str]):
    with suppress(TemplateSyntaxError, TemplateError):
        render("".join(parts), a=[1, {"b": None}])
