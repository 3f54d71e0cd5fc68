"""The shapes of well-known secrets: keys that name their issuer, key blocks, URLs with a password."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of secret: `hints`, one of which is in any text that holds it, and its pattern, with the secret
    itself in the group "secret" where that is not all that matches."""

    kind: str
    hints: tuple[str, ...]
    pattern: re.Pattern[str]


def _format(kind: str, hints: str, pattern: str) -> Format:
    return Format(kind, tuple(hints.split()), re.compile(pattern))


# The quantifiers have limits so that no text makes a pattern slow.
FORMATS: tuple[Format, ...] = (
    _format("aws-access-key", "AKIA ASIA", r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _format("google-api-key", "AIza", r"(?<![\w-])AIza[\w-]{35}(?![\w-])"),
    _format("google-oauth-secret", "GOCSPX-", r"(?<![\w-])GOCSPX-[\w-]{28}"),
    _format("google-oauth-token", "ya29.", r"(?<![\w-])ya29\.[\w-]{20,400}"),
    _format("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", r"(?<!\w)gh[pousr]_[A-Za-z0-9]{36,255}"),
    _format("github-token", "github_pat_", r"(?<!\w)github_pat_\w{50,255}"),
    _format("gitlab-token", "glpat- glptt- gldt- glrt- glcbt-", r"(?<![\w-])gl(?:pat|ptt|dt|rt|cbt)-[\w-]{20,64}"),
    _format("slack-token", "xox", r"(?<!\w)xox[abeoprs]-[\w-]{10,250}"),
    _format(
        "slack-webhook",
        "hooks.slack.com",
        r"hooks\.slack\.com/services/(?P<secret>T\w{6,14}/B\w{6,14}/\w{16,32})",
    ),
    _format("discord-webhook", "/api/webhooks/", r"/api/webhooks/\d{16,20}/(?P<secret>[\w-]{60,80})"),
    _format("stripe-key", "k_live_ k_test_", r"(?<![A-Za-z0-9])[sr]k_(?:live|test)_[A-Za-z0-9]{16,250}"),
    _format("stripe-webhook-secret", "whsec_", r"(?<!\w)whsec_[A-Za-z0-9+/=]{24,100}"),
    _format("json-web-token", "eyJ", r"(?<![\w-])eyJ[\w-]{8,4000}\.eyJ[\w-]{8,8000}\.[\w-]{8,2000}"),
    _format("npm-token", "npm_", r"(?<!\w)npm_[A-Za-z0-9]{36}"),
    _format("pypi-token", "pypi-Ag", r"(?<!\w)pypi-Ag[\w-]{50,500}"),
    _format("sendgrid-key", "SG.", r"(?<![\w.])SG\.[\w-]{16,64}\.[\w-]{16,64}"),
    _format("twilio-key", "SK", r"(?<!\w)SK[0-9a-f]{32}(?!\w)"),
    _format("anthropic-key", "sk-ant-", r"(?<![\w-])sk-ant-[\w-]{20,200}"),
    _format(
        "openai-key",
        "sk-",
        r"(?<![\w-])sk-(?:proj-|svcacct-|admin-)[\w-]{20,200}|(?<![\w-])sk-[A-Za-z0-9]{40,64}",
    ),
    _format("azure-key", "AccountKey=", r"AccountKey=(?P<secret>[A-Za-z0-9+/]{40,120}={0,2})"),
    _format("azure-key", "SharedAccessKey=", r"SharedAccessKey=(?P<secret>[A-Za-z0-9+/]{40,120}={0,2})"),
    _format("azure-sas", "sig=", r"[?&;]sig=(?P<secret>[A-Za-z0-9%+/]{40,120})"),
    _format("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", r"(?<!\w)do[opr]_v1_[0-9a-f]{64}"),
    _format("huggingface-token", "hf_", r"(?<!\w)hf_[A-Za-z0-9]{30,50}"),
    _format("databricks-token", "dapi", r"(?<!\w)dapi[0-9a-f]{32}"),
    _format("vault-token", "hvs. hvb.", r"(?<![\w.])hv[sb]\.[\w-]{24,300}"),
    _format("terraform-token", ".atlasv1.", r"(?<!\w)[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,80}"),
    _format("grafana-token", "glsa_ glc_", r"(?<!\w)gl(?:sa|c)_[A-Za-z0-9+/=_]{32,300}"),
    _format("newrelic-key", "NRAK-", r"(?<!\w)NRAK-[A-Z0-9]{27}"),
    _format("sentry-token", "sntry", r"(?<!\w)sntry[su]_[A-Za-z0-9+/=_]{40,300}"),
    _format("shopify-token", "shp", r"(?<!\w)shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    _format("docker-token", "dckr_pat_", r"(?<!\w)dckr_pat_[\w-]{20,60}"),
    _format("mailgun-key", "key-", r"(?<![\w-])key-[0-9a-f]{32}(?!\w)"),
    _format(
        "mailchimp-key",
        "-us1 -us2 -us3 -us4 -us5 -us6 -us7 -us8 -us9",
        r"(?<!\w)[0-9a-f]{32}-us\d{1,2}(?!\w)",
    ),
    _format("telegram-token", ":AA", r"(?<!\w)\d{8,10}:AA[\w-]{33}(?![\w-])"),
    _format("supabase-token", "sbp_", r"(?<!\w)sbp_[0-9a-f]{40}"),
    _format("doppler-token", "dp.", r"(?<![\w.])dp\.(?:pt|st|ct|sa)\.[\w.-]{40,60}"),
    _format("age-key", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    _format("bcrypt-hash", "$2", r"(?<![\w$])\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}"),
    _format("url-password", "://", r"://[^\s/:@'\"`<>]{0,100}:(?P<secret>[^\s/@'\"`<>]{1,200})@[\w$\[{(<%]"),
    _format(
        "authorization",
        "earer asic BEARER BASIC",
        r"\b(?:[Bb]earer|[Bb]asic|BEARER|BASIC)[ \t]+(?P<secret>[A-Za-z0-9+/._~=-]{16,4000})",
    ),
)

PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
    r"(?P<secret>[A-Za-z0-9+/=\s\\:,.()*-]{1,20000}?)"
    r"(?=-----END |[^A-Za-z0-9+/=\s\\:,.()*-]|\Z)"
)
"""A private key with or without its end, in a file or in one line with `\\n` escapes."""
