"""Metrics that nothing counts."""

from __future__ import annotations

from conftest import Look

GO = """
    package metrics

    import "github.com/prometheus/client_golang/prometheus"

    var (
        // Uploads counts the uploads.
        Uploads = prometheus.NewCounter(prometheus.CounterOpts{Name: "uploads_total"})
        Failures *prometheus.CounterVec
    )

    func Register() {
        Failures = prometheus.NewCounterVec(prometheus.CounterOpts{
            Name: "failures_total",
        }, []string{"step"})
        prometheus.MustRegister(
            Uploads,
            Failures,
        )
    }
    """
USE = "package main\n\nfunc main() {\n\tmetrics.Uploads.Inc()\n}\n"
NODE = """
    import { Counter, Gauge } from 'prom-client';
    export const orders = new Counter({ name: 'orders_total', help: 'x' });
    export class Metrics {
      private readonly waiting: Gauge<string>;
      constructor() {
        this.waiting = new Gauge({ name: 'waiting', help: 'x' });
      }
    }
    export default { orders };
    """
PYTHON = """
    from prometheus_client import Counter, Gauge
    JOBS = Counter("jobs_total", "x")
    DEPTH: Gauge = Gauge("depth", "x")
    __all__ = ["JOBS", "DEPTH"]
    """


def test_a_metric_that_is_only_registered_is_told(look: Look) -> None:
    seen = look("OBS-018", {"go.mod": "module a\n", "metrics/metrics.go": GO, "main.go": USE})

    assert seen.failed == ["metrics/metrics.go:12"]
    assert "of 2 metrics, 1 is registered and never counted or set: failures_total." in seen.text


def test_a_metric_that_is_counted_anywhere_is_not(look: Look) -> None:
    use = USE.replace("Uploads.Inc()", "Uploads.Inc()\n\tmetrics.Failures.WithLabelValues(step).Inc()")

    assert look("OBS-018", {"go.mod": "module a\n", "metrics/metrics.go": GO, "main.go": use}).failed == []


def test_declaring_importing_and_exporting_is_no_use(look: Look) -> None:
    files = {"src/metrics.ts": NODE, "src/app.ts": "import { orders } from './metrics';\n"}

    assert look("OBS-018", files).failed == ["src/metrics.ts:2"]
    counted = {**files, "src/app.ts": "import { orders } from './metrics';\norders.inc();\n"}
    assert "1 is registered and never counted or set: waiting." in look("OBS-018", counted).text


def test_a_metric_of_python_counts_where_its_module_is_used(look: Look) -> None:
    files = {"app/metrics.py": PYTHON, "app/jobs.py": "from app import metrics\nmetrics.JOBS.inc()\n"}

    assert "never counted or set: depth." in look("OBS-018", files).text
    assert look("OBS-018", {**files, "app/set.py": "from app.metrics import DEPTH\nDEPTH.set(3)\n"}).failed == []


def test_a_metric_that_asks_for_its_value_is_left_alone(look: Look) -> None:
    text = """
        const client = require('prom-client');
        const depth = new client.Gauge({ name: 'depth', help: 'x', collect() { this.set(1); } });
        """

    assert look("OBS-018", {"metrics.js": text}).outcomes == ["not_applicable"]


def test_what_is_taken_by_a_key_may_be_any(look: Look) -> None:
    text = """
        const { Counter } = require('prom-client');
        const metrics = {
          orders: new Counter({ name: 'orders_total', help: 'x' }),
        };
        exports.count = (name) => metrics[name].inc();
        """

    assert look("OBS-018", {"metrics.js": text}).failed == []


def test_two_services_with_one_name_are_told_apart(look: Look) -> None:
    one = {f"{n}/go.mod": f"module {n}\n" for n in "ab"} | {f"{n}/metrics/metrics.go": GO for n in "ab"}
    use = USE.replace("Uploads.Inc()", "Uploads.Inc()\n\tmetrics.Failures.Reset()")

    assert look("OBS-018", {**one, "a/main.go": use}).failed == ["b/metrics/metrics.go:7"]
