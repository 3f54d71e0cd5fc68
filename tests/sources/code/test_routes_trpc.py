from __future__ import annotations

from pathlib import Path

from code_project import routes_of

ROUTERS = {
    "server/root.ts": """
        import { router } from '@trpc/server';
        import { users } from './users';
        export const appRouter = router({ users });
        """,
    "server/users.ts": """
        import { router } from '@trpc/server';
        export const users = router({
          me: protectedProcedure.query(() => 1),
          join: publicProcedure.input(schema).mutation(() => 2),
        });
        """,
}


def test_procedures_are_named_through_their_routers(tmp_path: Path) -> None:
    found = routes_of(tmp_path, ROUTERS)

    assert {name: route.auth for name, route in found.items()} == {
        "GET /trpc/users.me": True,
        "POST /trpc/users.join": False,
    }
    assert not found["GET /trpc/users.me"].prefix_known


def test_the_route_that_serves_them_gives_the_prefix(tmp_path: Path) -> None:
    handler = {"pages/api/trpc/[trpc].ts": "export default createNextApiHandler({ router: appRouter });\n"}

    found = routes_of(tmp_path, {**ROUTERS, **handler})

    assert found["GET /api/trpc/users.me"].prefix_known
