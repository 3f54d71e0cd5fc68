from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.model import At
from kit.sources.formats.documents import parse
from kit.sources.formats.nodes import Node
from kit.sources.kubernetes.kustomize_patch import PatchError, apply_operations, merge_patch

DEPLOYMENT = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: shop}
    spec:
      template:
        spec:
          containers:
            - name: web
              image: web:1
              args: [serve, now]
              env:
                - {name: A, value: one}
                - {name: B, value: two}
"""


def node(text: str, path: str = "base.yaml") -> Node:
    return parse(dedent(text), path).root


def merged(patch: str, base: str = DEPLOYMENT) -> Node:
    result = merge_patch(node(base), node(patch, "patch.yaml"))

    assert result is not None
    return result


def container(result: Node) -> Node:
    found = result.get("spec", "template", "spec", "containers", 0)

    assert found is not None
    return found


def web(body: str) -> str:
    return f"spec: {{template: {{spec: {{containers: [{{name: web, {body}}}]}}}}}}"


def test_containers_are_merged_by_name_and_keep_what_the_patch_does_not_say():
    result = container(merged(web("image: 'web:2'")))

    assert result.get("image").text == "web:2"
    assert result.get("args").value == ["serve", "now"]


def test_a_patched_value_has_the_place_of_the_patch_and_the_rest_that_of_the_base():
    result = container(merged(web("image: 'web:2'")))

    assert result.get("image").at == At("patch.yaml", 1, 1)
    assert result.get("args").at.path == "base.yaml"


def test_a_new_item_of_a_keyed_list_comes_first():
    result = container(merged(web("env: [{name: C, value: three}]")))

    assert [e["name"] for e in result.get("env").value] == ["C", "A", "B"]


def test_an_item_is_deleted_by_its_directive():
    result = container(merged(web("env: [{name: A, $patch: delete}]")))

    assert [e["name"] for e in result.get("env").value] == ["B"]


def test_a_list_without_a_key_is_replaced():
    assert container(merged(web("args: [work]"))).get("args").value == ["work"]


def test_null_takes_an_entry_away():
    assert "args" not in container(merged(web("args: null")))


def test_a_map_is_replaced_by_its_directive():
    result = merged("metadata: {$patch: replace, labels: {a: b}}")

    assert result.get("metadata").value == {"labels": {"a": "b"}, "name": "shop"}


def test_a_whole_object_is_deleted_by_its_directive():
    assert merge_patch(node(DEPLOYMENT), node("$patch: delete")) is None


def test_the_list_of_a_custom_resource_is_replaced_even_where_its_items_have_names():
    base = """
        apiVersion: example.com/v1
        kind: Thing
        metadata: {name: t}
        spec: {env: [{name: A, value: one}]}
    """

    assert merged("spec: {env: [{name: B}]}", base).get("spec", "env").value == [{"name": "B"}]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("{op: add, path: /metadata/labels, value: {a: b}}", {"name": "shop", "labels": {"a": "b"}}),
        ("{op: replace, path: /metadata/name, value: other}", {"name": "other"}),
        ("{op: remove, path: /metadata/name}", {}),
        ("{op: copy, from: /metadata/name, path: /metadata/alias}", {"name": "shop", "alias": "shop"}),
        ("{op: move, from: /metadata/name, path: /metadata/a~1b}", {"a/b": "shop"}),
    ],
)
def test_operations_of_json_6902(operation: str, expected: object):
    result = apply_operations(node(DEPLOYMENT), node(f"[{operation}]"))

    assert result.get("metadata").value == expected


def test_an_item_is_appended_with_a_dash():
    operation = "[{op: add, path: /spec/template/spec/containers/0/env/-, value: {name: C}}]"
    result = apply_operations(node(DEPLOYMENT), node(operation, "p.yaml"))

    assert container(result).get("env", -1).value == {"name": "C"}
    assert container(result).get("env", -1).at.path == "p.yaml"


@pytest.mark.parametrize(
    "operation",
    [
        "{op: replace, path: /spec/paused, value: true}",
        "{op: remove, path: /nowhere/at/all}",
        "{op: remove, path: /spec/template/spec/containers/7}",
        "{op: test, path: /metadata/name, value: other}",
        "{op: fly, path: /metadata}",
        "{op: add, path: no-slash, value: 1}",
        "{op: add, path: '', value: 1}",
    ],
)
def test_an_operation_that_cannot_be_applied_is_refused(operation: str):
    with pytest.raises(PatchError):
        apply_operations(node(DEPLOYMENT), node(f"[{operation}]"))


_values = st.recursive(
    st.one_of(st.none(), st.integers(0, 3), st.sampled_from(["a", "$patch", "delete", "web"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "env", "ports", "$patch", "spec"]), inner, max_size=3),
    ),
    max_leaves=12,
)


def _tree(value: object) -> Node:
    if isinstance(value, dict):
        return Node({k: _tree(v) for k, v in value.items()}, At("x"))
    if isinstance(value, list):
        return Node([_tree(v) for v in value], At("x"))
    return Node(value, At("x"))  # type: ignore[arg-type]


@given(_values, _values)
def test_any_patch_merges_into_anything_without_leaving_directives_behind(base: object, patch: object):
    clean = {"apiVersion": "v1", "kind": "Pod", "spec": patch}
    result = merge_patch(_tree({"apiVersion": "v1", "kind": "Pod"}), _tree(clean))

    assert result is not None
    assert not [n for n in result.walk() if "$patch" in n]
    merge_patch(_tree(base), _tree(patch))
