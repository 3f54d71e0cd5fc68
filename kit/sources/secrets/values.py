"""Names that hold secrets, and values: placeholders, known defaults, references, and what looks real."""

from __future__ import annotations

import re
from typing import Literal

Context = Literal["code", "config", "prose"]
"""Where a value stands: in a program a bare word is an identifier, in a configuration it is the value."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _in_order(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_TAIL = _words("b64 base base64 current default dev hash hashed hex local new old plain prod raw staging test value")
_ENDINGS = _words(
    "accesskey accesstoken apikey authtoken clientsecret credential credentials creds pass passcode "
    "passphrase passwd password passwort pgpassword privatekey pwd requirepass secret secretkey secrets "
    "token"
)
_KEY_KINDS = _words(
    "access account admin aes api app auth crypto deploy encrypt encryption hmac jwt license master "
    "private role secret service session shared sign signing ssh subscription webhook"
)
_ACTIONS = _words(
    "checksum digest fingerprint guid regex uuid "
    "allow change check confirm count disable enable enabled enter existing forget forgot has hide incorrect "
    "invalid is label mandatory max min missing no num per placeholder public publishable repeat "
    "require required requires reset retype show strong toggle update use uses validate verify weak "
    "wrong"
)
_SIGNED = _words("change confirm forget forgot reset validate verify")
_PLACES = _words("continuation cursor file next page prev previous sync")
"""What has tokens that tell a place, and open nothing."""
_WORKING_DIRECTORY = _words("oldpwd pwd")

_DEFAULTS = _words(
    "000000 111111 123 1234 abc123 admin administrator airflow api app artifactory cassandra changeit "
    "bar baz clickhouse consul couchdb database db dba default demo dev develop development directus django "
    "docker dragon drupal elastic flask foo foobar gitlab grafana guest harbor hunter2 iloveyou influxdb jenkins "
    "kafka keyboardcat keycloak kibana letmein local manager mariadb metabase minio minioadmin mongo "
    "mongodb monkey mysql n8n nats neo4j nexus odoo oracle p@ssw0rd p@ssword pa$$word pass passw0rd "
    "passwd password pi postgres postgresql qwerty rabbit rabbitmq rails raspberry redis root s3cr3t "
    "s3cret sa secret solr sonar strapi supabase supersecret superset sysadmin system test testing "
    "tomcat toor topsecret ubuntu user vagrant vault web welcome wordpress zabbix"
) | {"keyboard cat"}
_DEFAULT_WITH_TAIL = re.compile(
    r"(?:my)?[-_]?(?:postgres|admin|password|passw0rd|p@ssw0rd|secret|root|test|user|guest|demo|dev|mysql|mongo"
    r"|redis|welcome|qwerty|super)[-_@!#]?(?:\d{1,4}|password|pass|secret|key|admin|root)?[!.#]{0,2}"
)
_SEQUENCE = re.compile(r"12345678|87654321|abcdefgh|qwertyui")
_DESCRIPTION = re.compile(
    r"(?:[a-z]+[-_ ]+)*(?:[a-z]*(?:secret|password|passwd|passphrase|token)|pass|key|pwd)(?:[-_ ]+[a-z]+)*"
    r"|[a-z]{0,12}secret[a-z]{0,8}|(?:[a-z]+[-_])*(?:token|secret|password|key|pass)[-_]?123\d{0,3}"
)

_PLACEHOLDER = re.compile(
    r"<[^<>]{0,200}>|\$\{\{.{0,200}\}\}|\$\{.{0,200}\}|\$\(.{0,200}\)|\$[A-Za-z_]\w{0,100}|\{\{.{0,200}\}\}"
    r"|\{%.{0,200}%\}|%[A-Za-z_]\w{0,60}%|@[A-Za-z_.]{1,60}@|__\w{1,60}__|\[[A-Za-z_ -]{2,60}\]"
    r"|\{[A-Za-z_.-]{0,60}\}|[xX]{3,}|-{3,}|_{3,}|\?{2,}"
    r"|none|null|nil|undefined|n/?a|true|false|yes|no|on|off|enabled|disabled|empty|unset|tbd|todo",
    re.IGNORECASE | re.DOTALL,
)
_PLACEHOLDER_WORD = re.compile(
    r"change[-_ ]?(?:me|this|it|in|before)|replace[-_ ]?(?:me|this|with|by|in)"
    r"|(?<![a-z])your(?=[-_ ]|[a-z]{0,12}$)|(?<![a-z])example(?![a-z])|example$"
    r"|(?<![a-z])(?:dummy|placeholder|(?:fixme|redacted|sample|fake|mock)(?![a-z]))|(?:fake){2}"
    r"|(?<![a-z])(?:insert|enter|put|fill|paste|add|set)[-_ ](?:your|a|the|in|here|me|this)"
    r"|(?<![a-z])(?:set|change|replace|fill|edit)[-_ ]?(?:it[-_ ]?)?please|please[-_ ]?(?:set|change|replace|fill|edit)"
    r"|(?<![a-z])to[-_ ]be[-_ ]|not[-_ ]?(?:a[-_ ])?(?:real|secure|secret)|do[-_ ]?not[-_ ]?use"
    r"|://<?(?:user|username)>?:<?(?:pass|password)>?@<?host"
    # What everybody's Azurite and emulator of Cosmos DB have for a key.
    r"|Eby8vdM02xNOcqFlqUwJPLlm|C2y6yDjf5/R\+ob0N8A7Cgv30"
    r"|generate[-_ ](?:a|with|me|one|your)|\*{3,}|x{6,}|(?<![a-z0-9])x{4,}(?![a-z0-9])|\.{3}|…|0{8,}",
    re.IGNORECASE,
)

_REFERENCE_START = _in_order("$ %( {{ < ! * & @ #/ ENC[ {cipher} vault: ssm: arn: file: classpath: env:")
_REFERENCE = re.compile(
    r"^[ ]?\+.*\+[ ]?$|[$#]\{|\$\(|\{\{|^:[A-Za-z_]\w*$|^%[sdvq]$|^\\#{0,3}\([\w.]+\)$|^[\w.]{1,60} ?[=<>] ?\?(?!\w)|^\.\*|process\.env|os\.environ|getenv|import\.meta|secretKeyRef|valueFrom|/run/secrets|op://"
    r"|secretsmanager|(?<![\w-])(?:env|secrets?|vars?|config|settings|self|this|data|local|module|props|req"
    r"|request|ctx|Values)[.\[(]"
)
_CALL_OR_BLOCK = re.compile(r"[\w\])]\(|^[\[({|>]|[{(\[]$|^(?:await|new|return|lambda|function|async|not|if|typeof)\b")
_IDENTIFIERS = re.compile(r"[A-Za-z_$][\w$]*(?:(?:\[\d{1,3}\])?(?:\?\.|!?\.|::|->)[A-Za-z_$][\w$]*)+(?:\[\d{1,3}\]?)?")
_CONSTANT_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_PLAIN_PATH = re.compile(
    r"(?:\.{1,2}|~)?/[a-z0-9._-]+(?:/[a-z0-9._-]+)*/?|[\w./-]+\.(?:pem|key|crt|txt|json|ya?ml|env|p12|jks)"
)
_NAME_OF_SECRET = re.compile(r"[a-z]{2,30}(?:-[a-z]{1,30}){0,6}-(?:credentials?|creds|auth|tls)")
"""Names of Secrets in a cluster, as charts are told them: `backup-credentials`."""
_DURATION = re.compile(r"(?:\d{1,6}(?:ns|us|ms|s|m|h|d|w|y))+")
_NUMBER_OR_VERSION = re.compile(r"[\^~<>=v ]*\d+(?:\.\d+)+[\w.+-]{0,20}|[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_HASHES = _in_order("$2a$ $2b$ $2y$ $argon2 $5$ $6$ $scrypt$ $pbkdf2")
_TYPES = _words("any boolean bytes char inherit number object optional required secretstr str string text varchar")


def is_secret_name(name: str) -> bool:
    """Whether what has this name is a secret: DB_PASSWORD, apiKey, jwt-secret; not passwordLength."""
    if name.lower() in _WORKING_DIRECTORY:
        return False
    words = [word.lower() for word in _WORD.findall(name)]
    while len(words) > 1 and (words[-1] in _TAIL or words[-1].isdigit()):
        words.pop()
    if not words or _ACTIONS & _ruling(words):
        return False
    last = words[-1]
    if last == "token" and len(words) > 1 and words[-2] in _PLACES:
        return False
    if last in _ENDINGS or last.endswith(("password", "passwd", "secret", "apikey")):
        return True
    if last.endswith("token") and len(last) > 5:
        return True
    return last == "key" and len(words) > 1 and words[-2] in _KEY_KINDS


def _ruling(words: list[str]) -> set[str]:
    """The words that may say that a name holds no secret: what a secret signs (AUTH_FORGOT_SECRET) says nothing."""
    return set(words) - _SIGNED if words[-1] in {"secret", "secretkey"} and len(words) > 1 else set(words)


def is_placeholder(value: str) -> bool:
    """Whether the value stands for one to be put there: empty, changeme, <token>, ${VAR}, your-key."""
    value = value.strip().strip("\"'`")
    if not value:
        return True
    return bool(_PLACEHOLDER.fullmatch(value[:400]) or _PLACEHOLDER_WORD.search(value[:400]))


def is_weak(value: str) -> bool:
    """Whether anybody guesses the value: a default (postgres, admin, password123, 123456) or words that
    say what it is (my-jwt-secret)."""
    value = value.strip().strip("\"'`").lower()[:80]
    if value in _DEFAULTS or _DEFAULT_WITH_TAIL.fullmatch(value) or _SEQUENCE.search(value):
        return True
    return (value.isdigit() and len(value) < 8) or _DESCRIPTION.fullmatch(value) is not None


def is_file(value: str) -> bool:
    """Whether the value is the path of a file that holds the secret."""
    return _PLAIN_PATH.fullmatch(value.removeprefix("classpath:").removeprefix("file:")[:400]) is not None


def is_reference(value: str, *, quoted: bool) -> bool:
    """Whether the value says where the secret is, not what it is: a variable, a call, a path, a type."""
    value = value[:400]
    if value.startswith(_HASHES):
        return False
    if value.startswith(_REFERENCE_START) or _REFERENCE.search(value) or _CONSTANT_NAME.fullmatch(value):
        return True
    if _NAME_OF_SECRET.fullmatch(value):
        return True
    if _PLAIN_PATH.fullmatch(value) or value.startswith(("http://", "https://")) or value.lower() in _TYPES:
        return True
    return not quoted and bool(_CALL_OR_BLOCK.search(value) or _IDENTIFIERS.fullmatch(value))


def looks_real(value: str, context: Context, *, quoted: bool, literal: bool) -> bool:
    """Whether the value of something with a secret's name is one that must not be shown.

    `quoted`: it stood in quotes. `literal`: where it stands nothing but a value can stand (`NAME=value` in an
    env file), so that a word is neither an identifier nor a type.
    """
    if len(value) < 4 or is_placeholder(value) or is_weak(value) or is_reference(value, quoted=quoted):
        return False
    if _DURATION.fullmatch(value):
        return False
    if _NUMBER_OR_VERSION.fullmatch(value):
        return value.isdigit() and (quoted or literal)
    if re.search(r"\s", value):
        return literal and _mixed(value)
    if not value.isascii():
        return any(c.isdigit() for c in value)
    if value.isalpha():
        return len(value) >= (6 if literal else 12 if quoted else _bare_length(context, 8))
    if _words_only(value):
        return len(value) >= (10 if literal else 24 if quoted else _bare_length(context, 16))
    return quoted or literal or context == "config" or _mixed_token(value)


def may_be_real(value: str, *, quoted: bool) -> bool:
    """Whether a literal that was given to a secret's name may be one for all that can be told: neither a reference
    nor a version, a span of time or a sentence. What is doubtful is not reported and not shown either."""
    if len(value) < 3 or len(value.split()) > 4 or not any(c.isalnum() for c in value):
        return False
    if _DURATION.fullmatch(value) or (_NUMBER_OR_VERSION.fullmatch(value) and not value.isdigit()):
        return False
    return not is_reference(value, quoted=quoted)


def names_itself(value: str, name: str) -> bool:
    """Whether the value only repeats a name, as in `access_token: "access_token"`."""
    if _flat(value) == _flat(name) or ("." in value and _flat(value.rpartition(".")[2]) == _flat(name)):
        return True
    named = re.fullmatch(r"[A-Za-z_]\w*", value) is not None and is_secret_name(value)
    return named and len(_WORD.findall(value)) > 1


def is_from_name(value: str, name: str) -> bool:
    """Whether the value is a word of its own name, once or twice: CLICKHOUSE_PASSWORD=clickhouse."""
    return any(value.lower() in (word, word * 2) for word in map(str.lower, _WORD.findall(name)))


def _flat(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


def _bare_length(context: Context, length: int) -> int:
    return length if context == "config" else 33


def _mixed(value: str) -> bool:
    """Whether a text with blanks is no sentence: few words, and digits or signs within them."""
    words = value.split()
    return len(words) <= 4 and any(re.search(r"[A-Za-z]\d|\d[A-Za-z]|[^\w\s.,:;!?'\"()<>/-]", w) for w in words)


def _mixed_token(value: str) -> bool:
    return len(value) >= 8 and re.search(r"[A-Za-z]\d[A-Za-z]|\d[A-Za-z]\d|[!#%^&*+=@~]", value) is not None


def _words_only(value: str) -> bool:
    return re.fullmatch(r"[-_.]*[A-Za-z]+(?:[-_. /:]+[A-Za-z]+)*[-_.:]?", value[:400]) is not None
