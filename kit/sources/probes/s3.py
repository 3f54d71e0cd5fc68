"""A bucket of an S3-compatible storage, read only: versions, encryption, and who may read it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kit.sources.probes.model import S3Probe
from kit.sources.probes.targets import S3Target
from kit.sources.secrets.known import Known

if TYPE_CHECKING:
    from botocore.client import BaseClient

SECONDS = 5
_EVERYBODY = ("http://acs.amazonaws.com/groups/global/AllUsers", "http://acs.amazonaws.com/groups/global/Authenticated")
_ABSENT = frozenset(
    {
        "NoSuchBucketPolicy",
        "NoSuchPublicAccessBlockConfiguration",
        "ServerSideEncryptionConfigurationNotFoundError",
        "NotImplemented",
        "MethodNotAllowed",
    }
)
_WORDS = {
    "404": "there is no such bucket",
    "NoSuchBucket": "there is no such bucket",
    "403": "the keys may not see it",
    "InvalidAccessKeyId": "the keys were refused",
    "SignatureDoesNotMatch": "the keys were refused",
    "EndpointConnectionError": "the connection failed",
    "ConnectTimeoutError": "it did not answer in time",
    "ReadTimeoutError": "it did not answer in time",
}


@dataclass
class _Bucket:
    client: BaseClient
    name: str
    unseen: list[str] = field(default_factory=list)

    def ask(self, about: str, method: str) -> dict[str, Any]:
        """The answer to a question about the bucket; empty where there is none, noted where it may not be asked."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            answer: dict[str, Any] = getattr(self.client, method)(Bucket=self.name)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _ABSENT:
                self.unseen.append(about)
            return {}
        except BotoCoreError:
            self.unseen.append(about)
            return {}
        return answer


def probe(target: S3Target, known: Known) -> S3Probe:
    """What the bucket says; keys come from variables and from nowhere else."""
    from botocore.exceptions import BotoCoreError, ClientError

    asked = S3Probe(
        target.bucket,
        where=target.endpoint or f"AWS {target.region}",
        wants_versioning=target.versioning,
        wants_public=target.public,
    )
    names = [name for name in (target.key_env, target.secret_env, target.token_env) if name]
    if missing := [name for name in names if not os.environ.get(name)]:
        return replace(asked, error=f"the variable {missing[0]} is not set")
    try:
        client = _client(target, os.environ[target.key_env], os.environ[target.secret_env])
        client.head_bucket(Bucket=target.bucket)
        return _asked(asked, _Bucket(client, target.bucket), target)
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code"))
        return replace(asked, error=known.hide(_WORDS.get(code, code)))
    except (BotoCoreError, ValueError) as error:
        return replace(asked, error=known.hide(_WORDS.get(type(error).__name__, str(error).splitlines()[0][:200])))


def _client(target: S3Target, key: str | None, secret: str | None) -> BaseClient:
    """A client that reads no file and no variable but those that it is given, and goes through no proxy."""
    import botocore.session
    from botocore import UNSIGNED
    from botocore.config import Config

    session = botocore.session.Session(session_vars={"config_file": (None, None, os.devnull, None)})
    session.set_config_variable("credentials_file", os.devnull)
    config = Config(
        connect_timeout=SECONDS,
        read_timeout=SECONDS,
        retries={"total_max_attempts": 1},
        proxies={"http": "", "https": ""},
        s3={"addressing_style": "path"} if target.endpoint else {},
        signature_version=None if key else UNSIGNED,
    )
    return session.create_client(
        "s3",
        region_name=target.region,
        endpoint_url=target.endpoint,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=os.environ.get(target.token_env) if key and target.token_env else None,
        config=config,
    )


def _asked(asked: S3Probe, bucket: _Bucket, target: S3Target) -> S3Probe:
    versioning = bucket.ask("versioning", "get_bucket_versioning")
    seen = "versioning" not in bucket.unseen
    rules = bucket.ask("encryption", "get_bucket_encryption").get("ServerSideEncryptionConfiguration", {})
    algorithms = [
        rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm") for rule in rules.get("Rules", ())
    ]
    listed = _listed(target)
    return replace(
        asked,
        versioning=versioning.get("Status", "Off") if seen else None,
        public=(*_by_policy(bucket), *_by_acl(bucket), *(("it lists itself to a stranger",) if listed else ())),
        listed=listed,
        encrypted=next((a for a in algorithms if a), None),
        unseen=tuple(bucket.unseen),
    )


def _by_policy(bucket: _Bucket) -> list[str]:
    """What its policy allows to everybody, unless a block of public access overrules it."""
    block = bucket.ask("the block of public access", "get_public_access_block")
    if block.get("PublicAccessBlockConfiguration", {}).get("RestrictPublicBuckets"):
        return []
    try:
        policy = json.loads(bucket.ask("the policy", "get_bucket_policy").get("Policy") or "{}")
    except (ValueError, RecursionError):
        return []
    statements = policy.get("Statement", []) if isinstance(policy, dict) else []
    statements = statements if isinstance(statements, list) else [statements]
    return [f"its policy allows everybody {_actions(s)}" for s in statements if isinstance(s, dict) and _for_all(s)]


def _for_all(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    everybody = principal == "*" or (isinstance(principal, dict) and principal.get("AWS") in ("*", ["*"]))
    return statement.get("Effect") == "Allow" and everybody and not statement.get("Condition")


def _actions(statement: dict[str, Any]) -> str:
    actions = statement.get("Action", "")
    return ", ".join(map(str, actions)) if isinstance(actions, list) else str(actions)


def _by_acl(bucket: _Bucket) -> list[str]:
    grants = bucket.ask("the list of grants", "get_bucket_acl").get("Grants", ())
    return [
        f"its list of grants gives everybody {grant.get('Permission')}"
        for grant in grants
        if str(grant.get("Grantee", {}).get("URI", "")).startswith(_EVERYBODY)
    ]


def _listed(target: S3Target) -> bool | None:
    """Whether it lists itself to somebody without keys; None where that could not be tried."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        _client(target, None, None).list_objects_v2(Bucket=target.bucket, MaxKeys=1)
    except ClientError:
        return False
    except BotoCoreError:
        return None
    return True
