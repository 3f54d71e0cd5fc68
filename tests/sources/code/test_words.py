from __future__ import annotations

import pytest

from kit.sources.code.words import (
    insists_on_auth,
    refuses,
    sends_to_login,
    suggests_auth,
    suggests_public,
    words_of,
)


@pytest.mark.parametrize(
    "name",
    ["get_current_user", "requireAuth", "passport.authenticate", "JwtAuthGuard", "isLoggedIn", "verify_token"]
    + ["api_key_header", "login_required", "requireAPIKey", "express-jwt", "ensureAdmin", "oauth2_scheme"],
)
def test_a_name_that_asks_who_calls_suggests_authentication(name: str) -> None:
    assert suggests_auth(name)


@pytest.mark.parametrize(
    "name",
    ["get_db", "listAuthors", "validateUser", "auth.optional", "get_current_user_optional", "OAuth2PasswordRequestForm"]
    + ["authRouter", "csrfProtection", "cors", "ThrottlerGuard", "handleOAuthCallback", "authController.login"],
)
def test_a_name_that_only_sounds_alike_does_not(name: str) -> None:
    assert not suggests_auth(name)


def test_words_are_told_apart_in_every_spelling() -> None:
    assert words_of("requireAPIKey") == words_of("require_api_key") == ("require", "api", "key")


def test_a_decorator_that_opens_a_route_is_known() -> None:
    assert suggests_public("Public") and suggests_public("SkipAuth") and suggests_public("AllowAnonymous")
    assert not suggests_public("Get")


def test_what_refuses_and_what_sends_to_the_login_is_seen_in_the_text() -> None:
    assert refuses("raise HTTPException(401)") and not refuses("raise HTTPException(400)")
    assert sends_to_login('res.redirect("/login")') and not sends_to_login('res.redirect("/home")')


def test_only_a_call_that_begins_with_a_demand_insists() -> None:
    assert insists_on_auth("requireUser") and insists_on_auth("assertAuthenticated")
    assert not insists_on_auth("createAuthToken")


def test_a_demand_of_what_authenticates_may_name_the_kind_of_caller() -> None:
    assert suggests_auth("authentication.RequireClient") and suggests_auth("auth.RequireElevatedClient")
    assert not suggests_auth("authentication.Optional") and not suggests_auth("auth.requirePublicClient")
    assert not suggests_auth("auth.Client") and not suggests_auth("config.RequireClient")
