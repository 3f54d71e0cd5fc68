from __future__ import annotations

from pathlib import Path

from code_project import routes_of


def test_terminus_and_lightship_serve_their_paths(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "a.js": "createTerminus(server, { healthChecks: { '/healthcheck': f, verbatim: true } });\n",
            "b.ts": "const lightship = await createLightship({ port: 9000 });\n",
        },
    )

    assert sorted(found) == ["GET /health", "GET /healthcheck", "GET /live", "GET /ready"]


def test_the_health_service_of_grpc(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "main.go": "package main\nfunc main() { healthpb.RegisterHealthServer(srv, svc) }\n",
            "a.py": "health_pb2_grpc.add_HealthServicer_to_server(service, server)\n",
            "b.py": "orders_pb2_grpc.add_OrdersServicer_to_server(service, server)\n",
        },
    )

    assert list(found) == ["GRPC /grpc.health.v1.Health/Check"]
