from __future__ import annotations

from kit.model import At
from kit.sources.code.mounts import (
    OPEN,
    Guard,
    Mount,
    MountGraph,
    Prefix,
    RouterObject,
    absolute,
    angle_path,
    braced_path,
    colon_path,
    join_paths,
)
from kit.sources.code.records import RouteFact

APP, SUB, LOST = ("a", 1, 0), ("b", 1, 0), ("c", 1, 0)
CLOSED = Guard(True, At("b", 2))


def graph_with(*mounts: Mount) -> MountGraph:
    graph = MountGraph()
    graph.add(RouterObject(APP, "x", True))
    graph.add(RouterObject(SUB, "x", False, prefix=Prefix("/own")))
    graph.add(RouterObject(LOST, "x", False))
    for mount in mounts:
        graph.mount(mount)
    for key in (SUB, LOST):
        graph.route(key, RouteFact("GET", "/r", At(key[0], 9), auth=False))
    return graph


def test_a_route_appears_once_per_way_with_prefix_and_guard() -> None:
    graph = graph_with(Mount(APP, SUB, Prefix("/v1"), CLOSED), Mount(APP, SUB, Prefix("/v2")))

    found = {route.path: route.auth for route in graph.routes() if route.at.path == "b"}

    assert found == {"/v1/own/r": True, "/v2/own/r": False}


def test_a_router_that_nothing_mounts_is_called_so_only_where_others_are_mounted() -> None:
    alone, beside = graph_with(), graph_with(Mount(APP, SUB))

    assert alone.mounted(LOST) is None
    assert beside.mounted(LOST) is False
    assert beside.mounted(SUB) is True


def test_a_mount_that_cannot_be_told_leaves_the_others_in_doubt() -> None:
    graph = graph_with(Mount(APP, SUB))
    graph.dynamic("")

    assert graph.mounted(LOST) is None


def test_routers_that_mount_each_other_end() -> None:
    graph = graph_with(Mount(LOST, SUB), Mount(SUB, LOST))

    assert [route.prefix_known for route in graph.routes()] == [False, False]


def test_a_router_given_to_a_function_gets_what_that_does_to_its_parameter() -> None:
    graph, parameter = graph_with(), ("f", 1, 0)
    graph.add(RouterObject(parameter, "x", False, parameter=True))
    graph.mount(Mount(APP, parameter, Prefix("/p")))
    graph.alias(LOST, parameter)

    assert [route.path for route in graph.routes() if route.at.path == "c"] == ["/p/r"]


def test_of_two_guards_the_surer_one_is_kept() -> None:
    doubt = Guard(None, At("a", 1))

    assert OPEN.and_then(doubt) == doubt
    assert doubt.and_then(CLOSED) == CLOSED == CLOSED.and_then(OPEN)


def test_paths_are_joined_with_one_slash_and_parameters_in_braces() -> None:
    assert join_paths("/api/", "/users") == "/api/users"
    assert join_paths("", "/users") == "/users"
    assert absolute("a//b") == "/a/b"
    assert colon_path("/users/:id(\\d+)/files/*") == "/users/{id}/files/{rest*}"
    assert angle_path("/users/<int:id>/<path:file>") == "/users/{id}/{file*}"
    assert braced_path("/f/{name:path}/{id:[0-9]{2}}") == "/f/{name*}/{id}"
    assert braced_path("/owners/*/pets/**") == "/owners/{any}/pets/{rest*}"
