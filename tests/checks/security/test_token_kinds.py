"""Tokens that renew a login, and what takes them."""

from __future__ import annotations

import pytest
from conftest import Look

PACKAGE = '{"name": "shop", "dependencies": {"jsonwebtoken": "9.0.2"}}'
SIGNED = """import jwt from 'jsonwebtoken';

export function accessToken(id) {
  return jwt.sign({ sub: id, type: 'access' }, process.env.JWT_SECRET, { expiresIn: '15m' });
}

export function refreshToken(id) {
  return jwt.sign({ sub: id, type: 'refresh' }, %s, { expiresIn: '30d' });
}
"""
GUARD = """import jwt from 'jsonwebtoken';

export function guard(req, res, next) {
  const claims = jwt.verify(req.token, process.env.JWT_SECRET, { algorithms: ['HS256'] });
%s  req.user = claims.sub;
  next();
}
"""
ASKS = "  if (claims.type !== 'access') return res.status(401).end();\n"
NEST = """@Injectable()
export class Tokens {
  async issue(user) {
    const access = await this.jwtService.signAsync({ sub: user.id }, { expiresIn: '15m' });
    const refresh = await this.jwtService.signAsync({ sub: user.id }, { expiresIn: '30d'%s });
    return { access, refresh };
  }
  check(token) {
    return this.jwtService.verifyAsync<Claims>(token);
  }
}
"""


def shop(key: str = "process.env.JWT_SECRET", asks: str = "") -> dict[str, str]:
    return {"package.json": PACKAGE, "src/tokens.js": SIGNED % key, "src/guard.js": GUARD % asks}


def test_one_key_for_both_kinds_opens_every_route(look: Look) -> None:
    seen = look("SEC-028", shop())

    assert seen.failed == ["src/guard.js:4"]
    assert [f.severity.value for f in seen.findings] == ["medium"]
    assert [at.path for at in seen.findings[0].evidence] == ["src/guard.js", "src/tokens.js", "src/tokens.js"]


@pytest.mark.parametrize("files", [shop("process.env.REFRESH_SECRET"), shop(asks=ASKS)])
def test_a_key_of_its_own_or_a_guard_that_asks_tells_them_apart(look: Look, files: dict[str, str]) -> None:
    assert look("SEC-028", files).outcomes == ["pass"]


@pytest.mark.parametrize(("other", "outcome"), [("", "fail"), (", secret: this.config.refresh", "pass")])
def test_services_of_nestjs_are_read_by_their_options(look: Look, other: str, outcome: str) -> None:
    seen = look("SEC-028", {"package.json": PACKAGE, "src/token.service.ts": NEST % other})

    assert seen.outcomes == [outcome]


def test_a_guard_of_another_package_has_to_ask_itself(look: Look) -> None:
    moved = {
        "auth/package.json": PACKAGE,
        "auth/Dockerfile": "FROM node:22\nCOPY . .\nCMD node src/tokens.js\n",
        "auth/src/tokens.js": SIGNED % "process.env.JWT_SECRET",
        "auth/src/guard.js": GUARD % ASKS,
        "gate/package.json": PACKAGE,
        "gate/Dockerfile": "FROM node:22\nCOPY . .\nCMD node src/guard.js\n",
        "gate/src/guard.js": GUARD % "",
    }

    assert look("SEC-028", moved).failed == ["gate/src/guard.js:4"]


def test_one_kind_of_token_is_nothing_to_tell_apart(look: Look) -> None:
    alone = SIGNED.partition("export function refreshToken")[0]

    assert look("SEC-028", {**shop(), "src/tokens.js": alone}).outcomes == ["not_applicable"]
