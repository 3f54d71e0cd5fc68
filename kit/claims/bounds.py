"""What no file of a project can show: plans, measurements, the past, other places, people. And what would show it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kit.claims.catalogue import named
from kit.claims.lookups.files import named_paths
from kit.claims.model import Stated, Statement
from kit.claims.sections import is_advice
from kit.claims.understand import to_be_done


@dataclass(frozen=True, slots=True)
class Reach:
    """Why files do not decide a statement. `measured`: a file that another tool wrote would; `asks`: it is no statement
    about what is, but says what to do."""

    reason: str
    measured: bool = False
    asks: bool = False


_PLAN_SECTION = re.compile(
    r"\b(?:next steps?|recommend(?:ation|ed|ations)|action (?:required|items?|plan)|actions? required|required (?:for|actions?|before)"
    r"|to[- ]?do|roadmap|future|road to|immediate actions?|short[- ]term|medium[- ]term|long[- ]term|must do|must fix|fix required"
    r"|remediation|what (?:to|you should) do|improvements?|enhancements?|mitigations?|before (?:launch|deployment|production|going)"
    r"|suggest(?:ed|ions)|remaining work|phase \d|week \d|day \d|how to|instructions|pre-launch|nice to have|planned|needed\b|plan\b|timeline|steps? to)",
    re.IGNORECASE,
)
_PLAN_HEAD = re.compile(
    r"^(?:(?:action required|fix required|fix|run|required|(?:recommended|suggested|proposed) fix|recommendation|recommended|next|todo|to do|risk|impact|consequence|estimated"
    r"|mitigation|solution|remediation|suggestion)\b\s*:(?!\s*(?:added|changed|enforced|implemented|replaced|moved|introduced|switched|created|updated|fixed|wrapped|extracted)\b)|(?:please|let'?s|consider|we (?:will|plan|should|need)|you (?:should|must|need"
    r"|can|may)|will be|to be|should|must|need to|needs to)\b)",
    re.IGNORECASE,
)
_IMPERATIVE = re.compile(
    r"^(?:\*\*)?(?:do not|don't|never|avoid|always|add|implement|configure|set(?: up)?|create|define|deploy|run|test|enable|establish|execute|validate|review|update|fix"
    r"|remove|replace|increase|enforce|increase|integrate|migrate|monitor|perform|provide|ensure|verify|wire|profile|audit|complete"
    r"|conduct|document|generate|obtain|rotate|schedule|schedule|upgrade|use|write|move|refactor|extend|improve|introduce|install|check"
    r"|confirm|consider|build|apply|restrict|harden|make|prepare|plan|push|merge|change|avoid|switch|expand|train|announce|notify"
    r"|start|stop|open|go to|navigate|click|copy|export|import|clone|choose|select|sign|send|backup|back up|restore|purchase|buy)\b"
    r"(?!-|\s*[:|])",
    re.IGNORECASE,
)
_FUTURE = re.compile(
    r"\b(?:will (?:be|need|have|require)|going to be|in (?:the )?future|planned for|is planned|are planned|scheduled for|upcoming|coming soon"
    r"|once (?:deployed|live|in production)|post-launch|by (?:q[1-4]|end of)|roadmap|phase \d+ (?:will|is))\b",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"^(?:todo|optional(?: enhancements?)?|future(?: work)?|planned|nice to have)\b\s*[:—–-]|\((?:planned|future|todo|later|optional|deferred|post-launch)\)",
    re.IGNORECASE,
)
_MEASURED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), what)
    for pattern, what in (
        (
            r"\b(?<!\d,)\d[\d,]*\+?\s*(?:/\s*\d+\s*)?(?:(?:unit|integration|e2e|end-to-end|api|smoke|security|automated|playwright|jest|vitest|pytest"
            r"|backend|frontend|total|of \d+)\s+)*(?:tests?|specs?|assertions?|scenarios?)\b.{0,40}\b(?:pass|passed|passing|green|succeed|ok|fail)"
            r"|\|\s*\d+\s*/\s*\d+\s*(?:\||$)|\btests?\b.{0,30}\b\d[\d,]*\s*(?:/\s*\d+)?\s*(?:pass|fail)|\b\d+\s*/\s*\d+\s+(?:tests?|pass)|\ball (?:unit |integration |e2e )?tests"
            r" (?:pass|passed|passing|green|are passing)|\btests? (?:all )?pass(?:ing|ed)?\b|\btest (?:results?|pass rate)\b",
            "A test report (JUnit XML) of this revision would decide it.",
        ),
        (
            r"\bcoverage\b[^.]{0,30}\d+(?:\.\d+)?\s*%|\d+(?:\.\d+)?\s*%\+?[^.]{0,25}\bcoverage\b",
            "A coverage report of this revision would decide it.",
        ),
        (
            r"\bp(?:50|90|95|99)\b|\b\d+\s*ms\b.{0,30}(?:latency|response|average)|(?:latency|response time|load time|throughput|first paint|lcp|ttfb)"
            r"\b.{0,40}\d|\b(?<!\d,)\d[\d,]*\+?\s*(?:rps|req(?:uests)?(?:/s|/sec| per second)|tps|qps|requests?/second)\b|\bconcurrent (?:users?|connections?)\b"
            r"|\blighthouse\b|\bbuild time\b",
            "A load test's or a profile's result of this revision would decide it.",
        ),
        (
            r"\b(?:zero|no|0|\d+)\s+(?:known\s+|npm\s+)?(?:critical|high|low|moderate|medium|severe)?(?:[/ ,-]+(?:and )?(?:critical|high|low|moderate|medium))*"
            r"\s*(?:severity )?vulnerabilit|\bvulnerabilit\w+\s*[|:]\s*\d|\bnpm audit\b.{0,30}(?:clean|\d)|\b0 critical\b|\bsecret exposure \| 0"
            r"|\bcves?\b.{0,20}\b(?:0|none|no)\b",
            "An audit's or a scanner's result of this revision would decide it.",
        ),
        (
            r"\b(?:uptime|availability|sla)\b.{0,25}\d|\b\d\d\.\d+\s?%\s*(?:uptime|availability|success|sla)|\berror rate\b.{0,20}\d",
            "Only monitoring of the running system could show it.",
        ),
        (
            r"\b\d+(?:\.\d+)?\s?[GM]B\b.{0,30}\bimage|:latest\b.{0,12}\d+(?:\.\d+)?\s?[GM]B|\b(?:image|bundle) size\b.{0,40}\d|\b\d+\s?KB\b.{0,20}\b(?:js|bundle|gzip)",
            "Only the built image or bundle could show it.",
        ),
        (
            r"\bbuilds? (?:pass|succeed|successful|verification|completed)|\b(?:0|zero|no|\d+) (?:typescript |type |lint |eslint |compilation |build )+errors?\b"
            r"|\ball targets successful\b|\bcompiles? (?:without|cleanly|successfully)",
            "Only running the build of this revision could show it.",
        ),
        (
            r"\b(?:memory|cpu|disk) usage\b|\bmemory leak|\bmonthly cost|\bcosts? \$?\d|\$\d",
            "Only the running system or its bills could show it.",
        ),
    )
)
_SCORE = re.compile(
    r"\b(?:score|rating|grade|confidence|risk|maturity|overall|readiness)\b.{0,40}?\d+(?:\.\d+)?\s*(?:/\s*\d+|%)|^\S[^|]{0,40}\|\s*\d+\s*/\s*100\b",
    re.IGNORECASE,
)
_VERDICT = re.compile(
    r"\b(?:overall )?(?:verdict|recommendation|final assessment|conclusion)\b\s*[:|]|\b(?:production|deployment|enterprise)[- ](?:production[- ])?ready\b"
    r"|\bready (?:for|to) (?:\w+ ){0,2}(?:production|deploy\w*|launch|go[- ]live|ship)|\bdo not deploy\b|\b(?:conditional )?(?:go|no-go) for\b|\bnot (?:approved|deployable)\b"
    r"|\bdeployment (?:readiness|viability|authorization)\b\s*[:|]",
    re.IGNORECASE,
)
_DONE_BY_PEOPLE = re.compile(
    r"\b(?:has been|have been|had been|was|were|been|is|are|fully|successfully|manually|thoroughly|end-to-end|load|penetration)?\s*"
    r"(?:tested|validated|verified|reviewed|audited|drilled|rehearsed|exercised|approved|signed[- ]off|trained|executed|performed|conducted|practi[cs]ed"
    r"|demonstrated|announced|communicated|notified|purchased|negotiated|assigned|briefed|onboarded|migrated|completed|established)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:(?:aws|gcp|azure|cloud|vercel|railway|stripe|google) (?:console|dashboard|account|portal)|dns (?:records?|configured|propagat\w+|is|set)|domain (?:names?|registered|configured|purchased|points?)"
    r"|(?:ssl|tls) certificates? (?:installed|issued|valid|verified|purchased|obtained|renewed)|parameter store|app store|play store|on[- ]?call (?:rotation|schedule|team)|team (?:is |was )?(?:trained|training|briefed|ready)"
    r"|stakeholders?|sign[- ]?offs?|budget|legal (?:review|team)|meeting|management (?:approv|review|sign|informed)\w*|customers? (?:informed|notified|accept\w*|communicat\w+|support)|contract with|vendor (?:agreement|contract)|support team|business (?:owner|approval)|user acceptance"
    r"|api keys? (?:obtained|provisioned|created)|credentials (?:obtained|provisioned|set ?up)|production (?:data|traffic|users|database is|environment is)|(?:instance|server|cluster|environment)s? (?:is |are )?(?:running|up|live|provisioned|active)"
    r"|currently (?:running|live|deployed)|(?:all |is |are |[|:] ?)(?:healthy|running|loaded|connected|initialized|online|up and running|warmed)|\d+ ?/ ?\d+ (?:healthy|running|up)|\b(?:healthy|loaded|initialized|connected|online|operational|up and running)(?=\s*(?:$|[|(,]))|is live|in production since|live at|deployed (?:to|on|at|in) |post-deployment|penetration test(?:ing|ed)?|pen[- ]?test|security training|whatsapp group|slack (?:channel|workspace|#))\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?:previously|previous (?:audit|version|release|report|review|assessment|state|implementation|phase|run|score)s?|formerly|used to|in the past|last (?:week|month|year|sprint)|before this|earlier (?:version|release)|vs\.? (?:previous|before)|yesterday|during (?:the )?(?:sprint|phase|session|sb)\w*"
    r"|reduced by|improved by|reduction|\d+% (?:faster|smaller|less))\b",
    re.IGNORECASE,
)
_FAULTS = re.compile(
    r"\b(?:issues?|blockers?|problems?|bugs?|findings?|vulnerabilit\w+|gaps?|weaknesses|risks?)\b", re.IGNORECASE
)
_NO_PLAN = re.compile(
    rf"{_FAULTS.pattern}|\b(?:completed?|done|implemented|delivered|finished|applied|made|achieved)\b", re.IGNORECASE
)
"""Headings of what is wrong, and of what was planned once and is done ("Completed Enhancements"), plan nothing."""
_DENIES = re.compile(r"(?:[\w &/-]{2,40}[:—–]\s*)?(?:no|missing|lacks?|lacking)\s+[a-z]", re.IGNORECASE)
"""What is said to be missing is so, whatever the heading plans ("Improvements": "No connection pooling")."""
_SLOT = re.compile(r"[:|]\s*\[[^\]\[]{3,60}\]\W*$")
_LABEL = re.compile(
    r"^(?:(?:last )?(?:updated|reviewed)|date|generated(?: (?:on|by|at))?|prepared(?: by)?|author|auditor|assessor|evaluator|reviewer|version|status|environment"
    r"|classification|audience|owner|next review|review date|report date|assessment (?:date|phase)|approved by|approval|project|system|scope|framework|contact|prepared for)\s*(?:\||:)",
    re.IGNORECASE,
)


_LINKS = re.compile(
    r"^[\W\d]*(?:(?:technical|external|useful|further|additional|related|helpful)\s+)*(?:references?|resources|links|reading|bibliography)\W*$",
    re.IGNORECASE,
)
"""Headings of lists of what others wrote: that a name stands there claims nothing."""


def out_of_reach(statement: Statement, stated: Stated) -> Reach | None:
    """Why files cannot decide it, and what would; None where they may."""
    if statement.kind == "code":
        return None
    text = statement.text
    if "~~" in text:
        return Reach("It is struck out in the report.", asks=True)
    if _SLOT.search(text):
        return Reach("It is a place that nobody filled in.", asks=True)
    if asks(statement):
        return Reach("It says what to do or what is to come, not what is.", asks=True)
    if _LABEL.match(text) and not named(text):
        return Reach("It says what the document is, or who made it; no file of the project could show that.")
    for pattern, what in _MEASURED:
        if pattern.search(text):
            return Reach(f"It is a measurement. {what}", measured=True)
    if _VERDICT.search(text):
        return Reach("It is a verdict on the whole; an assessment answers it, not one place in the files.")
    if _SCORE.search(text):
        return Reach("It is the author's own score; nothing in a project could show it.")
    if _ELSEWHERE.search(text):
        return Reach("It speaks of people, accounts or a running system; a named person or a live probe could show it.")
    if _BEFORE.search(text):
        return Reach("It speaks of what was before; the project shows only what is.")
    if stated in {Stated.PASS, Stated.FACT} and _by_people(text):
        return Reach("It says that somebody did something once; a named person or a record of it could show it.")
    return None


def _by_people(text: str) -> bool:
    found = _DONE_BY_PEOPLE.search(text)
    return found is not None and not re.search(
        r"\b(?:not|never|un|in (?:ci|the pipeline)|automatically|on (?:every )?(?:push|commit|pr|pull))\b",
        text,
        re.IGNORECASE,
    )


def asks(statement: Statement) -> bool:
    """Whether it tells the reader what to do, or what will be, in place of what is."""
    text = re.sub(r"^[\W_]+", "", statement.text)
    if _LATER.search(text):
        return True
    if _LINKS.search(statement.section[-1] if statement.section else "") and not named_paths(text):
        return True
    if statement.mark is not None:
        advised = statement.mark is Stated.PARTIAL or is_advice(statement.section)
        return to_be_done(statement) or (advised and _IMPERATIVE.match(text) is not None)
    if _DENIES.match(text):
        return False
    if _PLAN_HEAD.match(text) or _FUTURE.search(text):
        return True
    planned = any(_PLAN_SECTION.search(heading) and not _NO_PLAN.search(heading) for heading in statement.section[-2:])
    return bool(_IMPERATIVE.match(text)) or planned
