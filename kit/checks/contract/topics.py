"""Does something write to the topics that the services of a project listen to?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kit.checks.shared.calls import runs
from kit.checks.shared.crowd import by_file, gathered
from kit.checks.shared.judged import owner
from kit.checks.shared.submodules import kept_elsewhere
from kit.checks.shared.texts import at_offset, without_comments
from kit.model import At, Clause, Fact, FileClass, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.code.index import JAVASCRIPT
from kit.sources.commands.command import word_set

_JVM = ("java", "kotlin")
_TEXT = r"['\"`][^'\"`\n]{1,200}['\"`]"
_SAID = rf"(?:{_TEXT}|[A-Za-z_$][\w$.]{{0,200}})"
_LIST = rf"(?:[\[{{(]\s{{0,40}}{_SAID}(?:\s{{0,40}},\s{{0,40}}{_SAID}){{0,20}}\s{{0,40}},?\s{{0,40}}[\]}})]|{_SAID})"
_LISTENER = re.compile(
    rf"@(?P<kind>Kafka|Rabbit)Listener\s{{0,40}}\((?:[^()]|\([^()]{{0,200}}\)){{0,800}}?\b(?:topics|queues)\s{{0,40}}=\s{{0,40}}(?P<said>{_LIST})(?=[\s,)])"
)
_PATTERN = re.compile(
    rf"@(?P<kind>Event|Message)Pattern\(\s{{0,40}}(?:\{{\s{{0,40}}\w{{1,80}}\s{{0,40}}:\s{{0,40}})?(?P<said>{_SAID})"
)
_OPTION = re.compile(rf"\.subscribe\(\s{{0,40}}\{{[^{{}}]{{0,300}}?\btopics?\s{{0,40}}:\s{{0,40}}(?P<said>{_LIST})")
_CALLED = re.compile(
    rf"\.(?:subscribe|Subscribe|SubscribeTopics|QueueSubscribe|basic_consume|consume)\(\s{{0,40}}(?:(?:ctx|context\.\w{{1,20}}\(\)|\w{{1,20}}\.ctx)\s{{0,40}},\s{{0,40}})?(?:queue\s{{0,40}}=\s{{0,40}}|\[\]string)?(?P<said>{_LIST}(?:\s{{0,40}},\s{{0,40}}{_SAID}){{0,20}})\s{{0,40}}[,)]"
)
_READER = re.compile(
    rf"\bReaderConfig\{{[^{{}}]{{0,600}}?\b(?:Topic|GroupTopics)\s{{0,40}}:\s{{0,40}}(?:\[\]string)?(?P<said>{_LIST})\s{{0,40}}[,}}\n]"
)
_PYTHON = re.compile(rf"\b(?:AIO)?KafkaConsumer\(\s{{0,40}}(?P<said>{_TEXT}(?:\s{{0,40}},\s{{0,40}}{_TEXT}){{0,10}})")
_ONE = re.compile(_SAID)
_BROKER = re.compile(
    r"(?i)\b(?:i?o?redis|nats|kafka\w{0,80}|confluent_kafka|aiokafka|amqplib|amqp\w{0,80}|pika|rabbitmq\w{0,80})\b|kafkajs|StringIORedis|go-redis"
)
_NOT_HERE = re.compile(r"(?i)\bmqtt|socket\.io|@stomp|graphql-subscriptions|pusher|ably|centrifug")
_LANGUAGES = (*_JVM, *JAVASCRIPT, "go", "python")
_FORMS = (
    (_LISTENER, _JVM, ("KafkaListener", "RabbitListener")),
    (_PATTERN, JAVASCRIPT, ("@EventPattern(", "@MessagePattern(")),
    (_OPTION, JAVASCRIPT, (".subscribe(",)),
    (_CALLED, (*JAVASCRIPT, "go", "python"), (".subscribe(", ".Subscribe", "QueueSubscribe(", "basic_consume(", ".consume(")),
    (_READER, ("go",), ("ReaderConfig{",)),
    (_PYTHON, ("python",), ("KafkaConsumer(",)),
)  # fmt: skip
_TOLD = (
    (re.compile(rf"\.send(?:Batch)?\(\s{{0,40}}\{{[^{{}}]{{0,300}}?\btopic\s{{0,40}}:\s{{0,40}}(?P<said>{_SAID})\s{{0,40}}[,}}]"), JAVASCRIPT, ("kafka", "Kafka")),
    (re.compile(rf"[kK]afkaTemplate\w{{0,20}}\.send\(\s{{0,40}}(?P<said>{_SAID})\s{{0,40}},"), _JVM, ("afkaTemplate",)),
    (re.compile(rf"\bkafka\.(?:Message|WriterConfig|Writer)\{{[^{{}}]{{0,300}}?\bTopic\s{{0,40}}:\s{{0,40}}(?P<said>{_SAID})\s{{0,40}}[,}}\n]"), ("go",), ("Topic",)),
    (re.compile(rf"\.[pP]ublish\(\s{{0,40}}(?:(?:ctx|context\.\w{{1,20}}\(\)|\w{{1,20}}\.ctx)\s{{0,40}},\s{{0,40}})?(?P<said>{_SAID})\s{{0,40}},"), ("go", "python", *JAVASCRIPT), ("redis", "nats")),
    (re.compile(rf"\.emit\(\s{{0,40}}(?P<said>{_TEXT})\s{{0,40}},"), JAVASCRIPT, ("ClientProxy", "ClientKafka")),
)  # fmt: skip
_WRITES = word_set(
    "publish produc .send send( sendto send_ emit write writer dispatch enqueue outbox xadd notify notifies push broadcast "
    "convertandsend raise trigger .add("
)
"""What text speaks of where it writes, in small letters."""
_PLAIN = frozenset([
    "topic", "topics", "queue", "queues", "channel", "channels", "pattern", "routing_key", "routingkey",
    "name", "event", "event_name", "eventname", "event_type", "eventtype", "type", "subject", "key",
    "exchange", "destination", "id", "value", "cmd", "action", "target", "source", "kind", "default", "stream",
    "title", "label", "path", "group",
])  # fmt: skip
"""Names under which anything may stand."""
_KEPT_APART = re.compile(r"(?i)dlt\b|dlq|dead|retry|^[_$/]|[*#>+{}%\s]|^.{0,3}$")
"""Topics that libraries fill, that the broker fills, patterns, and names too short to be looked for."""
_PATTERNS = re.compile(r"[*#>+{}%]")
_CAPTURES = word_set("debezium connector.class kafka-connect kafka_connect kafka_topic_create mirrormaker")
_SETTINGS = ("**/*.yml", "**/*.yaml", "**/*.json", "**/*.env", "**/.env*", "**/*.properties", "**/*.sh", "**/*.tf", "**/*.toml",
             "**/*.xml", "**/*.sql", "**/*.tpl", "**/*.conf", "**/Dockerfile*", "**/*.ini", "**/*.hcl")  # fmt: skip
_MADE_OF = re.compile(
    r"`([^`\n]{0,200}\$\{[^`\n]{0,200})`|[fF][\"']([^\"'\n]{0,200}\{[^\"'\n]{0,200})[\"']|\"([^\"\n]{0,100}(?:%[sdv]|\{\}|\$\{?\w)[^\"\n]{0,100})\""
)
_JOINED = re.compile(r"['\"]([\w:./-]{2,100})['\"]\s{0,5}\+|\+\s{0,5}['\"]([\w:./-]{2,100})['\"]")
_CODE = (".ts", ".js", ".tsx", ".jsx", ".mjs", ".go", ".java", ".kt", ".py", ".cs")
_CREATES = re.compile(r"(?i)kafka-topics|--create|\bNewTopic\(|TopicBuilder\.name|createTopics?\(|topic create")
_ASIDE = frozenset({FileClass.TEST, FileClass.DOCUMENTATION, FileClass.EXAMPLE, FileClass.VENDORED})


class _Heard(NamedTuple):
    """A topic that somebody listens to; `answers` where callers wait for the answer, `names` what stands for it."""

    topic: str
    at: At
    answers: bool
    names: frozenset[str]


class _Topic(NamedTuple):
    """A topic by all who listen to it."""

    name: str
    heard: tuple[_Heard, ...]

    @property
    def names(self) -> frozenset[str]:
        return frozenset().union(*(h.names for h in self.heard))

    @property
    def at(self) -> At:
        return self.heard[0].at


@check("CTR-019", "Topics that are listened to are written to", Severity.MEDIUM, Clause.SPECIFICATION, effort_hours=2)
@gathered(by_file)
def topics_are_written(project: Project) -> Iterator[Fact]:
    """
    A consumer of a topic that nobody writes to waits for ever: it starts, connects, and its feature does nothing. No error
    says so. Mostly the writer names the topic otherwise, or was never written.

    Decides: topics, channels and patterns that services listen to under a name that code or settings show (listeners of
    Spring, patterns of NestJS, kafkajs, kafka-go, Redis, NATS, clients of Kafka in Python): some other place of the
    project names the topic, or what stands for it. What only answers calls weighs less, as does what is written and, where
    all that is listened to is known, that nobody takes up.

    Fix: write to the topic under the name that is listened to, or take the consumer out.

    Blind to: writers in other repositories; names that are put together, about which nothing is said; queues of RabbitMQ
    that exchanges lead to.

    See: https://microservices.io/patterns/communication-style/messaging.html
    """
    topics = _topics(project)
    if not topics:
        return
    first = topics[0].at
    services = [s for s in project.system.own if s.language is not None]
    if len({s.root for s in services}) < 2:
        yield unknown(
            "Who writes to the topics that are listened to is not seen: this is the only service here.", first
        )
        return
    texts = dict(_texts(project))
    yield from _unheard(project, topics, texts)
    used = {topic: next(_uses(project, topic, texts), None) for topic in topics}
    silent = None in used.values()
    hidden = silent and (
        any(_speaks(text, _CAPTURES) for text in texts.values()) or kept_elsewhere(project, ".") is not None
    )
    made = _made(texts) if silent and not hidden else []
    for topic, use in used.items():
        if use is not None:
            yield ok(f"{topic.name} is listened to, and named where it may be written.", topic, use)
        elif hidden or any(m.fullmatch(topic.name) for m in made):
            yield unknown(
                f"Whether something writes to {topic.name} is not seen: it may be written by what is not code here, or under a name that is put together.",
                topic,
            )
        else:
            yield _lost(topic)


def _unheard(project: Project, topics: list[_Topic], texts: dict[str, str]) -> Iterator[Fact]:
    """Topics that code writes to and that nothing else names, where all that is listened to is known and several services
    speak with each other."""
    if not all(h.topic and not _PATTERNS.search(h.topic) for h in _heard(project)):
        return
    told: dict[str, list[_Heard]] = defaultdict(list)
    for one in _told(project):
        told[one.topic].append(one)
    places = [at.path for group in (*told.values(), *(t.heard for t in topics)) for at in (h.at for h in group)]
    if len({owner(project, path) for path in places}) < 2:
        return
    for name, group in told.items():
        topic = _Topic(name, tuple(group))
        if (
            not _KEPT_APART.search(name)
            and name not in {t.name for t in topics}
            and not any(_uses(project, topic, texts))
        ):
            said = f"{name} is written to, and no other place of the project names it: unless something outside listens, nobody takes it up."
            yield partial(said, *(h.at for h in group[:6]), severity=Severity.LOW)


def _told(project: Project) -> Iterator[_Heard]:
    """The topics that code writes to under names that are known."""
    for pattern, languages, needles in _TOLD:
        for path in project.code.holding(*needles, languages=languages):
            body = without_comments(path, project.code.text(path))
            for found in pattern.finditer(body) if runs(path) and not _NOT_HERE.search(body) else ():
                at = at_offset(path, body, found.start("said"))
                yield from (h for h in _named(project, at, found["said"], answers=False, bound=False) if h.topic)


def _lost(topic: _Topic) -> Fact:
    places = [h.at for h in topic.heard[:6]]
    if all(h.answers for h in topic.heard):
        return partial(
            f"{topic.name} is answered, and no other place of the project asks for it.", *places, severity=Severity.LOW
        )
    said = f"{topic.name} is listened to, and no other place of the project names it: unless something outside writes to it, nothing ever arrives."
    return bad(said, *places)


def _topics(project: Project) -> list[_Topic]:
    found: dict[str, list[_Heard]] = defaultdict(list)
    for heard in _heard(project):
        if not _KEPT_APART.search(heard.topic):
            found[heard.topic].append(heard)
    return [_Topic(name, tuple(heard)) for name, heard in found.items()]


def _heard(project: Project) -> Iterator[_Heard]:
    for pattern, languages, needles in _FORMS:
        for path in project.code.holding(*needles, languages=languages):
            body = without_comments(path, project.code.text(path))
            if not runs(path) or _NOT_HERE.search(body) or (pattern is _CALLED and not _BROKER.search(body)):
                continue
            for found in pattern.finditer(body):
                kind = found.groupdict().get("kind")
                bound = kind == "Rabbit" or "consume(" in found[0]
                for one in _ONE.findall(found["said"]):
                    at = at_offset(path, body, found.start("said"))
                    yield from _named(project, at, one, answers=kind == "Message", bound=bound)


def _named(project: Project, at: At, said: str, *, answers: bool, bound: bool) -> Iterator[_Heard]:
    """The topic that a text or a name in code stands for, "" where that is not certain; none for a queue that an exchange
    may lead to."""
    if said[0] not in "'\"`":
        topic, names = _constant(project, said, at.path)
    else:
        topic, names = _setting(project, said[1:-1], at.path)
    if not (topic and bound and _is_bound(project, topic, names)):
        yield _Heard(topic, at, answers, names)


def _constant(project: Project, said: str, path: str) -> tuple[str, frozenset[str]]:
    """What a constant or a member holds by its definition here, else by the only one of the project, with its name where
    that stands for the same everywhere; "" where that is not certain: a variable may hold anything."""
    name = said.rsplit(".", 1)[-1]
    if len(name) < 5 or (name == said and not name[0].isupper()):
        return "", frozenset()
    word = re.escape(name)
    made = re.compile(
        rf"\b{word}\b(?:\s{{1,40}}string)?(?:\s{{0,40}}:\s{{0,40}}[\w<>]{{1,40}})?\s{{0,40}}[:=]+\s{{0,40}}(?:[\w.]{{1,60}}\(\s{{0,40}}{_TEXT}\s{{0,40}},\s{{0,40}}|process\.env\.\w{{1,60}}\s{{0,40}}(?:\|\||\?\?)\s{{0,40}})?(?P<text>{_TEXT})\s{{0,40}}(?:[,;)}}\n]|as\b|$)"
    )
    here = {m["text"][1:-1] for m in made.finditer(project.code.text(path))}
    held = {
        m["text"][1:-1]
        for p in project.code.holding(name, languages=_LANGUAGES)
        for m in made.finditer(project.code.text(p))
    }
    if len(held) == 1 and name.lower() not in _PLAIN:
        return next(iter(held)), frozenset({name})
    return (next(iter(here)) if len(here) == 1 and said.startswith(("this.", "self.")) else ""), frozenset()


_PROPERTY = re.compile(r"\$\{([\w.-]{1,100})(?::([\w.:-]{0,100}))?\}")


def _setting(project: Project, text: str, path: str) -> tuple[str, frozenset[str]]:
    """A topic as a text says it, or as the property that it names is set; with the property as its name."""
    found = _PROPERTY.fullmatch(text)
    if found is None:
        return ("" if "${" in text or "#{" in text else text), frozenset()
    key, default = found[1], found[2] or ""
    leaf = re.compile(
        rf"(?m)^[ \t]{{0,40}}(?:[\w.-]{{1,100}}\.)?{re.escape(key.rsplit('.', 1)[-1])}[ \t]{{0,40}}[:=][ \t]{{0,40}}[\"']?(?:\$\{{\w{{1,80}}:)?([\w.:-]{{1,100}})\}}?[\"']?[ \t]{{0,40}}$"
    )
    unit = project.code.unit(path)
    paths = project.files.glob("**/application*.yml", "**/application*.yaml", "**/application*.properties")
    own = {v for p in paths if project.code.unit(p) == unit for v in leaf.findall(project.files.text(p))}
    values = own or ({default} if default else set())
    return (next(iter(values)) if len(values) == 1 else ""), frozenset({key})


def _is_bound(project: Project, topic: str, names: frozenset[str]) -> bool:
    """Whether an exchange may lead to a queue: who writes to it then names the exchange."""
    holding = project.code.holding(topic, *names, languages=_LANGUAGES)
    return any(re.search(r"(?i)bind|exchange", project.code.text(p)) for p in holding)


def _texts(project: Project) -> Iterator[tuple[str, str]]:
    """All texts that may name a topic: code, settings and scripts, no tests and no documents."""
    paths = [*project.code.files(every_class=True), *project.files.glob(*_SETTINGS)]
    for path in dict.fromkeys(paths):
        if project.files.class_of(path) not in _ASIDE and not path.endswith(("package-lock.json", "package.json")):
            text = project.files.text(path)
            if len(text) < 2_000_000:
                yield path, without_comments(path, text)


def _speaks(text: str, words: frozenset[str]) -> bool:
    small = text.lower()
    return any(word in small for word in words)


def _made(texts: dict[str, str]) -> list[re.Pattern[str]]:
    """The names that code puts together, as patterns: those that are put together only of what is not seen are left out."""
    found = set()
    for text in texts.values():
        if _speaks(text, _WRITES):
            for parts in _MADE_OF.findall(text):
                pieces = re.split(r"\$\{[^}]*\}?|\{[^}]*\}?|%[sdv]|\$\w{1,80}", next(filter(None, parts), ""))
                if (
                    len(pieces) < 6
                    and re.search(r"\w{3}", "".join(pieces))
                    and re.fullmatch(r"[\w:./-]+", "".join(pieces))
                ):
                    found.add(r"[\w:./-]+".join(map(re.escape, pieces)))
            for before, after in _JOINED.findall(text):
                found.add(rf"{re.escape(before)}[\w:./-]+" if before else rf"[\w:./-]+{re.escape(after)}")
    return [re.compile(one) for one in sorted(found)]


def _uses(project: Project, topic: _Topic, texts: dict[str, str]) -> Iterator[At]:
    """The places that name the topic, other than its consumers and its definitions."""
    heard = {(h.at.path, h.at.line) for h in topic.heard}
    units = {project.code.unit(h.at.path) for h in topic.heard}
    names = set(topic.names)
    for path, place, defined in _said(texts, topic.name):
        if (path, place.line) in heard or not _may_write(texts[path], path, heard):
            continue
        if (
            defined is None
            or defined.lower() in _PLAIN
            or (project.code.language(path) is None and project.code.unit(path) not in units)
        ):
            yield place
        else:
            names.add(defined)
    for name in names:
        pattern = re.compile(
            rf"(?<![\w-]){re.escape(name)}(?![\w-])(?!\s{{0,40}}(?::\s{{0,40}}\w{{1,80}}\s{{0,40}})?[:=]+\s{{0,40}}(?:[\w.]{{1,60}}\(\s{{0,40}}{_TEXT}\s{{0,40}},\s{{0,40}})?['\"`])"
        )
        for path, text in texts.items():
            if name in text and project.code.language(path) is not None and _may_write(text, path, heard):
                for found in pattern.finditer(text):
                    place = at_offset(path, text, found.start())
                    if (path, place.line) not in heard and not _is_import(text, found.start()):
                        yield place


def _said(texts: dict[str, str], topic: str) -> Iterable[tuple[str, At, str | None]]:
    """Each place that says a topic, and the name that it is given there."""
    pattern = re.compile(rf"(?<![\w-])(?<!\w\.){re.escape(topic)}(?![\w-])(?!\.\w)")
    for path, text in texts.items():
        for found in pattern.finditer(text) if topic in text else ():
            before = text[max(0, found.start() - 200) : found.start()].rpartition("\n")[2]
            if _CREATES.search(before) or (path.endswith(_CODE) and not re.search(r"['\"`]", before)):
                continue  # what makes a topic writes nothing; names in code only read alike
            name = re.search(
                r"([\w.-]{1,80})['\"]?\s{0,40}(?::\s{0,40}[\w<>]{1,40}\s{0,40})?(?:[:=]|\bstring\s{0,40}=)+\s{0,40}(?:[\w.]{1,60}\(\s{0,40}['\"][\w.]{1,80}['\"]\s{0,40},\s{0,40}|\$\{\w{1,80}:-?|process\.env\.\w{1,80}\s{0,40}(?:\|\||\?\?)\s{0,40})?['\"`]?$",
                before,
            )
            yield path, at_offset(path, text, found.start()), name[1].rsplit(".", 1)[-1] if name else None


def _may_write(text: str, path: str, heard: set[tuple[str, int | None]]) -> bool:
    """Whether a place in the file may write: not where it only listens."""
    return path not in {p for p, _ in heard} or _speaks(text, _WRITES)


def _is_import(text: str, offset: int) -> bool:
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    return re.match(r"\s{0,40}(?:import|from)\b|\s{0,40}(?:const|let|var)\s{0,40}\{[^=]*$", line) is not None
