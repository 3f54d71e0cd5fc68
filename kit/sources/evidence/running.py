"""What running systems were seen to do: Lighthouse, Prometheus' answers, `kubectl get -o json`, Terraform plans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kit.sources.evidence.found import Format, Found
from kit.sources.evidence.model import Change, Cluster, Container, Page, Plan, Resource, Sample, Series
from kit.sources.formats.parts import Part, later, moment, number, one_line

MOST_SAMPLES = 5_000
_TIMES = (
    "first-contentful-paint",
    "largest-contentful-paint",
    "total-blocking-time",
    "speed-index",
    "interactive",
    "cumulative-layout-shift",
    "server-response-time",
)
_WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"})


def lighthouse(root: Part) -> Found:
    """A report of Lighthouse."""
    scores = {name: part.get("score").number for name, part in root.get("categories").items()}
    metrics = {name: root.get("audits", name, "numericValue").number for name in _TIMES}
    record = Page(
        tool="Lighthouse",
        url=_without_query(root.first("finalDisplayedUrl", "finalUrl", "requestedUrl").text),
        scores={name: 100 * score for name, score in scores.items() if score is not None},
        metrics={name: value for name, value in metrics.items() if value is not None},
        error=root.get("runtimeError", "message").text,
        line=root.get("categories").line,
    )
    return Found((record,), made=moment(root.get("fetchTime").value))


def _without_query(url: str) -> str:
    return re.sub(r"//[^/@\s]*@", "//", url.partition("?")[0])


def prometheus(root: Part) -> Found:
    """An answer of Prometheus' API: to a query, or its targets, or its alerts."""
    data = root.get("data")
    results = [Part({"value": data.get("result").value}, data.node)] if _is_scalar(data) else list(data.get("result"))
    samples = [*_results(results), *_targets(data), *_alerts(data)]
    made = None
    for each in results:
        made = later(made, moment(_value(each).get(0).value))
    error = root.get("error").text if root.get("status").text == "error" else ""
    record = Series("Prometheus", tuple(samples[:MOST_SAMPLES]), error, root.get("status").line)
    return Found((record,), made=made)


def _is_scalar(data: Part) -> bool:
    """Whether the result is a time and a value itself, without labels around it."""
    return data.get("resultType").text in ("scalar", "string")


def _value(each: Part) -> Part:
    return each.get("value") if "value" in each else each.get("values", -1)


def _results(results: Iterable[Part]) -> Iterator[Sample]:
    for each in results:
        value = number(_value(each).get(1).value)
        labels = {key: part.text for key, part in each.get("metric").items()}
        if value is not None:
            yield Sample(labels.pop("__name__", ""), labels, value, each.get("metric").line or each.line)


def _targets(data: Part) -> Iterator[Sample]:
    for each in data.get("activeTargets"):
        labels = {key: part.text for key, part in each.get("labels").items()}
        error = {"error": each.get("lastError").text} if each.get("lastError").text else {}
        yield Sample("up", {**labels, **error}, float(each.get("health").text == "up"), each.get("health").line)


def _alerts(data: Part) -> Iterator[Sample]:
    for each in data.get("alerts"):
        labels = {key: part.text for key, part in each.get("labels").items()}
        yield Sample("ALERTS", {**labels, "alertstate": each.get("state").text}, 1.0, each.get("state").line)


def kubectl(root: Part) -> Found:
    """What `kubectl get -o json` shows: a list or one object. Values of secrets are left behind."""
    items = list(root.get("items")) if root.get("items").is_list else [root]
    resources = tuple(_resource(each) for each in items if each.get("kind").text)
    hidden = tuple(v.raw for each in items if each.get("kind").text == "Secret" for v in each.each("data", "*"))
    return Found((Cluster("kubectl", resources, root.get("items").line or root.line),), hidden=hidden)


def _resource(each: Part) -> Resource:
    type, spec, status = each.get("kind").text, each.get("spec"), each.get("status")
    template = (
        spec.get("jobTemplate", "spec", "template", "spec") if type == "CronJob" else spec.get("template", "spec")
    )
    pod = spec if type == "Pod" else template
    keys = (
        [key for part in ("data", "stringData") for key, _ in each.get(part).items()]
        if type in ("Secret", "ConfigMap")
        else []
    )
    return Resource(
        type=type,
        namespace=each.get("metadata", "namespace").text,
        name=each.get("metadata", "name").text,
        owner=_owner(each),
        wanted=spec.get("replicas").count if type != "DaemonSet" else status.get("desiredNumberScheduled").count,
        ready=_ready(type, status),
        phase=_phase(type, status),
        containers=tuple(_containers(pod, status if type == "Pod" else Part())),
        keys=tuple(keys),
        line=each.get("metadata", "name").line or each.line,
    )


def _owner(each: Part) -> str:
    first = each.get("metadata", "ownerReferences", 0)
    return f"{first.get('kind').text}/{first.get('name').text}" if first.is_map else ""


def _ready(type: str, status: Part) -> int | None:
    """The replicas that are ready; None for other kinds, and for an object that no cluster has looked at."""
    if not status.value:
        return None
    if type == "DaemonSet":
        return status.get("numberReady").count or 0
    return (status.get("readyReplicas").count or 0) if type in _WORKLOADS - {"Job", "CronJob"} else None


def _phase(type: str, status: Part) -> str:
    if type == "Node":
        ready = next((c.get("status").text for c in status.get("conditions") if c.get("type").text == "Ready"), "")
        return {"True": "Ready", "": ""}.get(ready, "NotReady")
    if type == "Job":
        return next((c.get("type").text for c in status.get("conditions") if c.get("status").text == "True"), "")
    return status.get("phase").text


def _containers(pod: Part, status: Part) -> Iterator[Container]:
    states = {s.get("name").text: s for s in status.get("containerStatuses")}
    for each in pod.get("containers"):
        state = states.get(each.get("name").text, Part())
        waiting = state.get("state", "waiting", "reason").text
        ended = state.get("lastState", "terminated", "reason").text
        ready = state.get("ready").value
        yield Container(
            name=each.get("name").text,
            image=state.get("image").text or each.get("image").text,
            digest=state.get("imageID").text.rpartition("@")[2],
            ready=ready if isinstance(ready, bool) else None,
            restarts=state.get("restartCount").count,
            reason=waiting or ended,
            probes=tuple(
                f"{kind} {path}"
                for kind in ("livenessProbe", "readinessProbe", "startupProbe")
                if (path := each.get(kind, "httpGet", "path").text)
            ),
            line=state.get("restartCount").line or each.get("image").line,
        )


def terraform(root: Part) -> Found:
    """`terraform show -json` of a plan. Values are left behind."""
    changes = [
        Change(
            address=each.get("address").text,
            type=each.get("type").text,
            actions=tuple(a.text for a in each.get("change", "actions")),
            reason=each.get("action_reason").text,
            line=each.get("address").line,
        )
        for each in root.get("resource_changes")
        if each.get("mode").text != "data"
    ]
    record = Plan(
        "Terraform", tuple(changes), root.get("errored").value is True, root.get("terraform_version").text, root.line
    )
    return Found((record,), made=moment(root.get("timestamp").value))


def terraform_stream(rows: list[Part]) -> Found:
    """`terraform plan -json`: a line for each planned change. Raises ValueError where no plan was made."""
    changes, errored, made, summary = [], False, None, False
    words = {"replace": ("delete", "create"), "noop": ("no-op",)}
    for row in rows:
        made = later(made, moment(row.get("@timestamp").value))
        errored = errored or row.get("@level").text == "error"
        summary = summary or row.get("type").text == "change_summary"
        if row.get("type").text == "planned_change":
            resource, action = row.get("change", "resource"), row.get("change", "action").text
            address, type, reason = (
                part.text for part in (resource.get("addr"), resource.get("resource_type"), row.get("change", "reason"))
            )
            changes.append(Change(address, type, words.get(action, (action,)), one_line(reason), row.line))
    if not changes and not summary and not errored:
        raise ValueError("it is a stream of Terraform in which no plan was made")
    return Found((Plan("Terraform", tuple(changes), errored, line=1),), made=made)


def _is_stream(rows: list[Part]) -> bool:
    return any(row.get("@module").text in ("terraform.ui", "tofu.ui") for row in rows[:20])


def _is_prometheus(root: Part) -> bool:
    data = root.get("data")
    return "status" in root and (
        "resultType" in data or "activeTargets" in data or "alerts" in data or "errorType" in root
    )


JSON: tuple[Format[Part], ...] = (
    Format("Lighthouse", lambda r: "lighthouseVersion" in r and "categories" in r, lighthouse),
    Format("Prometheus", _is_prometheus, prometheus),
    Format("kubectl", lambda r: "apiVersion" in r and "kind" in r and ("metadata" in r or "items" in r), kubectl),
    Format(
        "Terraform plan",
        lambda r: "format_version" in r and ("resource_changes" in r or "planned_values" in r),
        terraform,
    ),
)
LINES: tuple[Format[list[Part]], ...] = (Format("Terraform plan", _is_stream, terraform_stream),)
