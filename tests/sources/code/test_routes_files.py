from __future__ import annotations

from pathlib import Path

import pytest
from code_project import routes_of

from kit.sources.code.routes_files import remix_path, segments


def test_next_routes_by_place_and_exported_method(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "package.json": "{}",
            "next.config.js": "module.exports = {\n  basePath: '/shop',\n};\n",
            "app/(public)/api/items/[id]/route.ts": """
                export async function GET() { return new Response(); }
                export const DELETE = withAuth(async () => {});
                """,
            "pages/api/health.ts": "export default function handler(req, res) { res.end(); }\n",
        },
    )

    assert sorted(found) == [
        "ANY /shop/api/health",
        "DELETE /shop/api/items/{id}",
        "GET /shop/api/items/{id}",
    ]
    assert found["DELETE /shop/api/items/{id}"].auth is True


def test_a_handler_that_asks_for_a_session_is_guarded(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "app/api/me/route.ts": """
                export async function GET() {
                  const session = await getServerSession();
                  return Response.json(session);
                }
                """
        },
    )

    assert found["GET /api/me"].auth is True


def test_one_handler_per_method_behind_a_wrapper(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path, {"pages/api/x.ts": "export default wrap({ GET: async () => {}, POST: async () => {} });\n"}
    )

    assert sorted(found) == ["GET /api/x", "POST /api/x"]


def test_a_handler_that_is_exported_from_another_file_is_a_route(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "pages/api/items.ts": "export { items as default } from '../../lib/items';\n",
            "app/api/orders/route.ts": "export { list as GET } from '../../../lib/items';\n",
            "lib/items.ts": "export const items = () => {};\nexport async function list() {}\n",
        },
    )

    assert sorted(found) == ["ANY /api/items", "GET /api/orders"]
    assert str(found["GET /api/orders"].at) == "lib/items.ts:2"


def test_remix_layouts_guard_their_pages(tmp_path: Path) -> None:
    found = routes_of(
        tmp_path,
        {
            "package.json": '{"dependencies": {"react-router": "7"}}',
            "app/routes/_inner+/_layout.tsx": """
                export async function loader() { throw redirect('/signin'); }
                export default function Layout() { return null; }
                """,
            "app/routes/_inner+/orders.$id.tsx": "export default function Page() { return null; }\n",
            "app/routes/api+/health.ts": "export const loader = async () => new Response();\n",
        },
    )

    assert sorted(found) == ["GET /api/health", "GET /orders/{id}"]
    assert found["GET /orders/{id}"].auth is True and found["GET /api/health"].auth is False


def test_names_become_paths() -> None:
    assert segments("(group)/users/[id]/@modal/[...rest]") == "users/{id}/{rest*}"
    assert remix_path("_auth+/users.$id_.edit") == "users/{id}/edit"
    assert remix_path("files.$") == "files/{rest*}"
    assert remix_path("sitemap[.]xml") == "sitemap.xml"


@pytest.mark.parametrize(
    ("handler", "auth"),
    [
        ("export const POST = withApi({ auth: 'session', handler: async () => save() });", True),
        ("export const POST = withApi({ auth: 'none', handler: async () => save() });", False),
        ("export const POST = withApi({ handler: async () => save() });", None),
        ("export const POST = withLog({ handler: async () => save() });", False),
        ("export async function POST(request) { const { auth } = await parse(request); save(auth); }", None),
        ("export async function POST(request) { await parse(request, { skipAuth: true }); save(); }", False),
    ],
)
def test_what_wraps_or_reads_a_request_may_ask_who_calls(tmp_path: Path, handler: str, auth: bool | None) -> None:
    helpers = """
        export const withApi = (params) => async (req) => {
            const caller = await authenticateRequest(req);
            return params.handler(caller);
        };
        export const withLog = (params) => async (req) => { log(req.url); return params.handler(); };
        export async function parse(request, options) {
            const auth = options?.skipAuth ? null : await checkAuth(request);
            return { auth };
        }
        """
    head = "import { withApi, withLog, parse } from './lib';\n"
    found = routes_of(tmp_path, {"app/api/items/route.js": head + handler, "app/api/items/lib.js": helpers})

    assert found["POST /api/items"].auth is auth
