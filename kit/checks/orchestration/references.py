"""Is everything that a manifest refers to by name declared, or made by something?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from kit.checks.orchestration.common import Group, grade, groups, is_literal
from kit.checks.shared.crowd import joined
from kit.checks.shared.evidence import declared_in_cluster
from kit.model import At, Clause, Fact, Severity, Strength, bad, ok, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import Command
from kit.sources.kubernetes.manifests import Manifest
from kit.sources.kubernetes.pods import Reference

_CONFIGURED = frozenset({"ConfigMap", "PersistentVolumeClaim", "ServiceAccount"})
_IN_EVERY_CLUSTER = frozenset({"kube-root-ca.crt", "istio-ca-root-cert", "openshift-service-ca.crt", "default"})
_WORDS = {"PersistentVolumeClaim": "claim"}


@check(
    "ORC-002",
    "Every ConfigMap, volume claim and ServiceAccount that is referred to is declared",
    Severity.CRITICAL,
    Clause.EXECUTION,
    blocker="cannot start",
    effort_hours=1,
)
@joined("objects that workloads refer to")
def references_are_declared(project: Project) -> Iterator[Fact]:
    """
    A pod that refers to a ConfigMap, claim or ServiceAccount that is not there waits for ever and never starts.

    Decides: each reference of a workload is looked up, with its key, among the objects that are applied with it,
    and among what scripts and pipelines make with `kubectl create`; optional references are left out.

    Fix: declare the object in the same overlay or chart, correct the name or key, or mark the reference
    `optional: true`.

    Blind to: objects that operators or people make in the cluster.

    See: https://kubernetes.io/docs/tasks/configure-pod-container/configure-pod-configmap/
    """
    for group in groups(project):
        for workload, reference in _references(group):
            if reference.kind in _CONFIGURED and reference.name not in _IN_EVERY_CLUSTER:
                yield _configured(project, group, workload, reference)


def _configured(project: Project, group: Group, workload: Manifest, reference: Reference) -> Fact:
    found = _found(group, workload, reference)
    if found is not None:
        return found
    what = f"{_WORDS.get(reference.kind, reference.kind)} {reference.name}"
    # A name in capitals is none that a cluster takes: somebody puts another in its place.
    replaced = not is_literal(reference.name) or any(sign.isupper() for sign in reference.name)
    if replaced or workload.group in {"serving.knative.dev", "run.googleapis.com"}:
        return unknown(f"{workload.title}: where the {what} comes from is not said here.", reference, **grade(group))
    made = _made_by_command(project, reference)
    if made is not None:
        return ok(f"{workload.title}: the {what} is made by a command.", made, **grade(group))
    seen = _in_cluster(project, workload, reference, what, group)
    if seen is not None:
        return seen
    elsewhere = project.manifests.providing(reference.kind, reference.name)
    if elsewhere:
        message = f"{workload.title}: the {what} is declared only where it is not applied with it."
        return unknown(message, reference, elsewhere[0], **grade(group))
    if not (group.known and workload.complete) or _taken_from_a_cluster(workload):
        return unknown(f"{workload.title}: the {what} may be among what cannot be seen.", reference, **grade(group))
    told = _documented(project, reference)
    if told is not None:
        message = f"{workload.title}: nothing makes the {what}; a document says how to make it by hand."
        return unknown(message, told, reference, strength=Strength.DOCUMENTED, **grade(group))
    return bad(f"{workload.title}: the {what} is declared nowhere; the pods never start.", reference, **grade(group))


def _taken_from_a_cluster(workload: Manifest) -> bool:
    """Whether the object was read out of a cluster as it ran there (`kubectl get -o yaml`)."""
    return any(workload.node.get("metadata", key) is not None for key in ("uid", "resourceVersion"))


@check("ORC-023", "Every Secret that is referred to is declared or made", Severity.HIGH, Clause.ASSUMPTIONS)
def secrets_are_made(project: Project) -> Iterator[Fact]:
    """
    Secrets are rightly kept out of git; what then makes them must be somewhere else, or the first deployment
    into a new cluster stops there.

    Decides: each Secret that a workload names, with its key, is declared (also by ExternalSecret, SealedSecret,
    Certificate and the like) or made by a command of a script or pipeline. One that is not, where others of the
    same overlay are, fails; where none is declared, it cannot be told.

    Fix: declare an `ExternalSecret` or `SealedSecret` of that name, or a script with `kubectl create secret`.

    Blind to: Secrets that people make by hand; a document that says how is no proof.

    See: https://kubernetes.io/docs/concepts/configuration/secret/
    """
    for group in groups(project):
        kept = bool(group.of("Secret", "ExternalSecret", "SealedSecret", "VaultStaticSecret"))
        told: dict[tuple[str, str], Fact] = {}
        for workload, reference in _references(group):
            if reference.kind == "Secret":
                fact = _secret(project, group, workload, reference, others=kept)
                told.setdefault((workload.title, fact.message), fact)  # what is missing is so for each of its keys
        yield from told.values()


def _secret(project: Project, group: Group, workload: Manifest, reference: Reference, *, others: bool) -> Fact:
    found = _found(group, workload, reference)
    if found is not None:
        return found
    place: dict[str, Any] = grade(group)
    made = _made_by_command(project, reference)
    if made is not None:
        return ok(f"{workload.title}: the Secret {reference.name} is made by a command.", made, **place)
    seen = _in_cluster(project, workload, reference, f"Secret {reference.name}", group)
    if seen is not None:
        return seen
    missing = f"{workload.title}: nothing in the project makes the Secret {reference.name}"
    told = _documented(project, reference)
    if told is not None:
        strength = {"strength": Strength.DOCUMENTED}
        return unknown(f"{missing}; a document says how to make it by hand.", told, **place, **strength)
    pulls = _pulls_images(workload, reference)
    if others and not pulls and group.known and workload.complete:
        return bad(f"{missing}, though others are declared; the pods never start.", reference, **place)
    return unknown(f"{missing}; it must be there before the pods can start.", reference, **place)


def _in_cluster(project: Project, workload: Manifest, reference: Reference, what: str, group: Group) -> Fact | None:
    """What `kubectl get -o json` showed of it; None where it is not among that."""
    seen = declared_in_cluster(project, reference.kind, reference.name, reference.key, group.environment)
    if seen is None:
        return None
    found, resource = seen
    message = found.said(f"{workload.title}: the {what} is in the cluster.")
    return ok(message, reference, found.at(resource.line), **found.how, **grade(group))


def _references(group: Group) -> Iterator[tuple[Manifest, Reference]]:
    for workload in group.workloads:
        for reference in workload.references():
            if not reference.optional and is_literal(reference.name):
                yield workload, reference


def _found(group: Group, workload: Manifest, reference: Reference) -> Fact | None:
    """What the objects that are applied with it say; None where none of them is what is referred to."""
    declared = group.providing(reference.kind, reference.name, workload)
    if not declared:
        return None
    keys = [m.keys for m in declared]
    known = [k for k in keys if k is not None]
    if reference.key is None or len(known) < len(keys) or any(reference.key in k for k in known):
        what = f"{_WORDS.get(reference.kind, reference.kind)} {reference.name}"
        return ok(f"{workload.title}: the {what} is declared.", reference, **grade(group))
    message = f"{workload.title}: {reference.kind} {reference.name} has no key {reference.key}; the pods never start."
    return bad(message, reference, *declared[:2], **grade(group))


def _made_by_command(project: Project, reference: Reference) -> At | None:
    """The command of a script, pipeline or Makefile that makes the object."""
    kinds = {"Secret": "secret", "ConfigMap": "configmap", "ServiceAccount": "serviceaccount"}
    kind = kinds.get(reference.kind)
    for command in _commands(project):
        words = {*command.args} if command.program == "kubectl" else set()
        if {"create", reference.name} <= words and kind in _singular(command.args):
            return command.at
    return None


def _singular(words: tuple[str, ...]) -> set[str]:
    short = {"cm": "configmap", "sa": "serviceaccount", "secrets": "secret", "configmaps": "configmap"}
    return {short.get(word, word) for word in words}


def _commands(project: Project) -> Iterator[Command]:
    for workflow in project.workflows:
        yield from workflow.commands
    for script in project.scripts:
        yield from script.commands
    for makefile in project.makefiles:
        for target in makefile.targets.values():
            yield from target.commands


def _documented(project: Project, reference: Reference) -> At | None:
    kind, name = reference.kind.lower(), re.escape(reference.name)
    wanted = re.compile(rf"create\s[^\n]{{0,120}}?\b{kind}\s[^\n]{{0,200}}(?<![\w.-]){name}(?![\w.-])")
    for document in project.markdown:
        text = project.files.text(document.path)
        found = wanted.search(text)
        if found is not None:
            line = text.count("\n", 0, found.start()) + 1
            return At(document.path, line, line)
    return None


def _pulls_images(workload: Manifest, reference: Reference) -> bool:
    pod = workload.pod
    return pod is not None and any(n.at == reference.at for n in pod.each("imagePullSecrets", "*", "name"))
