"""Kinds of Kubernetes objects that a statement names, and what it says of their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kit.claims.amounts import Amount, amounts
from kit.claims.ground import Ground
from kit.claims.lookups.files import named_paths
from kit.claims.model import Answer, Statement, Verdict
from kit.model import At
from kit.sources.commands.command import word_set
from kit.sources.kubernetes.manifests import Manifest

_KINDS: dict[str, str] = {
    "ConfigMap": r"ConfigMaps?\b",
    "ServiceAccount": r"ServiceAccounts?\b",
    "HorizontalPodAutoscaler": r"HorizontalPodAutoscalers?\b|\bHPAs?\b|(?i:horizontal pod autoscal(?:er|ing))",
    "PodDisruptionBudget": r"PodDisruptionBudgets?\b|\bPDBs?\b|(?i:pod disruption budgets?)",
    "NetworkPolicy": r"NetworkPolic(?:y|ies)\b|(?i:kubernetes network polic(?:y|ies))",
    "Ingress": r"\bIngress(?:es)?\b(?! controller)",
    "StatefulSet": r"StatefulSets?\b",
    "DaemonSet": r"DaemonSets?\b",
    "CronJob": r"CronJobs?\b",
    "PersistentVolumeClaim": r"PersistentVolumeClaims?\b|\bPVCs?\b",
    "ResourceQuota": r"ResourceQuotas?\b|(?i:resource quotas?)",
    "LimitRange": r"LimitRanges?\b",
    "ServiceMonitor": r"ServiceMonitors?\b",
    "PriorityClass": r"PriorityClass(?:es)?\b",
    "VerticalPodAutoscaler": r"VerticalPodAutoscalers?\b|\bVPAs?\b",
}
_PATTERNS = {kind: re.compile(rf"(?<![\w-]){words}") for kind, words in _KINDS.items()}
_ABSENT = re.compile(
    r"\b(?:no|missing|lacks?|lacking|without|not (?:configured|defined|set|present|implemented))\b", re.IGNORECASE
)
_SCALING = re.compile(r"\b(?:auto-?scal\w*|HPA|HorizontalPodAutoscaler|scales?|max(?:imum)?)\b", re.IGNORECASE)
_HYPOTHETIC = re.compile(r"\b(?:should|recommend\w*|instances? per|up to \d+ (?:users|nodes))\b", re.IGNORECASE)


def look(statement: Statement, ground: Ground) -> Iterator[Answer]:
    """One answer for each kind that a statement names, then for the replicas that it says."""
    if statement.kind == "code":
        return
    objects = _objects(statement, ground)
    for kind, pattern in _PATTERNS.items():
        found = pattern.search(statement.text)
        if found is not None:
            yield _of_kind(kind, found, statement, [m for m in objects if m.kind == kind], ground)
    yield from _replicas(statement, objects, ground)


def _objects(statement: Statement, ground: Ground) -> list[Manifest]:
    """The objects of the file or folder that the statement is about, else all."""
    every = [m for m in ground.project.manifests if not m.superseded]
    for text in (statement.text, *reversed(statement.section)):
        for named in named_paths(text):
            for path in ground.resolve(named.written, statement.source)[:1]:
                within = [m for m in every if m.path == path or m.path.startswith(f"{path}/")]
                if within:
                    return within
    return every


def _of_kind(kind: str, found: re.Match[str], statement: Statement, objects: list[Manifest], ground: Ground) -> Answer:
    about = f"kind {kind}"
    before = statement.text[max(0, found.start() - 30) : found.start()]
    behind = statement.text[found.end() : found.end() + 25]
    denied = _ABSENT.search(before) is not None or re.match(r"s? (?:is |are )?(?:missing|not )", behind) is not None
    if not objects:
        reason = f"No manifest of the project is a {kind}."
        if denied:
            return Answer(Verdict.CONFIRMED, reason, about=about, absent=True)
        return Answer(Verdict.UNSUPPORTED, reason, about=about, exists=True)
    reason = f"{len(objects)} {kind} object{'s' if len(objects) > 1 else ''}, the first {objects[0].title}."
    evidence = ground.evidence(objects)
    if denied:
        return Answer(Verdict.UNDECIDABLE, reason, evidence, about=about, decisive=False)
    return Answer(
        Verdict.CONFIRMED, reason, evidence, about=about, decisive=_is_about(statement.text, found), exists=True
    )


def _is_about(text: str, found: re.Match[str]) -> bool:
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    words = [w for w in re.findall(r"[^\W\d_]{3,}", rest.lower()) if w not in _PLAIN]
    return len(words) <= 1 and not re.search(r"\d", rest)


_PLAIN = word_set(
    "for the with and application config configuration configured defined sensitive data ingress egress kubernetes manifests manifest k8s"
)


def _replicas(statement: Statement, objects: list[Manifest], ground: Ground) -> Iterator[Answer]:
    text = statement.text
    if _HYPOTHETIC.search(text):
        return
    for amount in amounts(text):
        if amount.unit != "replicas":
            continue
        scaled = [m for m in objects if m.kind == "HorizontalPodAutoscaler"]
        ranged = amount.low != amount.high and amount.low is not None and amount.high is not None
        if ranged or (_SCALING.search(text) and scaled):
            yield _scaled(amount, scaled, ground, ranged=ranged)
        else:
            yield from _fixed(amount, objects, ground)


def _scaled(amount: Amount, scaled: list[Manifest], ground: Ground, *, ranged: bool) -> Answer:
    about = "replicas of autoscalers"
    if not scaled:
        return Answer(
            Verdict.UNSUPPORTED,
            f"Said are {amount.text}; nothing in the project scales by itself.",
            about=about,
            exists=True,
        )
    bounds = [(_number(m, "minReplicas") or 1, _number(m, "maxReplicas"), m) for m in scaled]
    same = [m for low, high, m in bounds if (not ranged or low == amount.low) and high == (amount.high or amount.low)]
    shown = ", ".join(f"{m.name} {low}-{high}" for low, high, m in bounds[:4])
    if same:
        return Answer(
            Verdict.CONFIRMED, f"Autoscalers: {shown}; said is {amount.text}.", ground.evidence(same), about=about
        )
    if not ranged and any(amount.fits(low) for low, _, _ in bounds):
        return Answer(
            Verdict.CONFIRMED, f"Autoscalers: {shown}; said is {amount.text}.", ground.evidence(scaled), about=about
        )
    return Answer(Verdict.REFUTED, f"Autoscalers: {shown}, not {amount.text}.", ground.evidence(scaled), about=about)


def _fixed(amount: Amount, objects: list[Manifest], ground: Ground) -> Iterator[Answer]:
    about = "replicas"
    found = [
        (value, m.node.at_or_self("spec", "replicas"), m)
        for m in objects
        if m.kind in {"Deployment", "StatefulSet"} and (value := _number(m, "replicas")) is not None
    ]
    found += [
        (low, m.node.at_or_self("spec", "minReplicas"), m)
        for m in objects
        if m.kind == "HorizontalPodAutoscaler" and (low := _number(m, "minReplicas")) is not None
    ]
    if not found:
        return
    same: list[At] = [at for value, at, _ in found if amount.fits(value)]
    shown = ", ".join(f"{m.name} {value}" for value, _, m in found[:4])
    if same:
        yield Answer(
            Verdict.CONFIRMED, f"Replicas: {shown}; said is {amount.text}.", ground.evidence(same), about=about
        )
    else:
        yield Answer(
            Verdict.REFUTED,
            f"Replicas: {shown}, not {amount.text}.",
            ground.evidence(at for _, at, _ in found),
            about=about,
        )


def _number(manifest: Manifest, key: str) -> int | None:
    node = manifest.node.get("spec", key)
    value = node.value if node is not None else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
