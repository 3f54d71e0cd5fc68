"""Words that every report uses: what a statement says beyond them and beyond the things that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kit.sources.commands.command import word_set

PLAIN = word_set("""the a an for with and via using of in on to from is are be as by all our its service services integration integrated
    configured configuration config setup set support supported supports ready enabled used uses implementation implemented
    based system layer database cache caching queue hosting background jobs job processing storage object store stack framework
    library client server proxy reverse management monitoring metrics dashboards dashboard alerting alerts logging logs tracing
    containerization container containers orchestration deployment build builds tool tools testing tests test e2e unit runner
    validation schema schemas input request requests type types language frontend backend api web app application apps orm
    migrations migration documentation docs auto generated endpoint http rate limiting security
    data primary main core production development local environment environments pipeline pipelines ci
    cd workflow workflows linting formatting lint format code quality static analysis scanning dependency
    dependencies package packages manager monorepo incremental workspace load balancer balancing message broker
    event driven architecture search payments payment email sms error tracking session sessions compatible s3 redis
    infrastructure provisioning manifests charts chart version versions latest via files file exists exist available performance
    runtime engine cloud provider providers aws smtp""")
FILLING = word_set("""the a an for with and via using of in on to from is are be as by all our its this that it has have
    configured configuration enabled used uses implemented implementation support supported supports added setup set ready available
    working present exists exist place active integrated integration system included provided completed complete done yes both
    application app code project feature features functionality capabilities working operational functional proper properly""")


def beyond(text: str, spans: Iterable[tuple[int, int]], plain: frozenset[str] | set[str] = PLAIN) -> list[str]:
    """The words of a text, in lower case, outside of the spans, that are not plain ones."""
    rest = text
    for start, end in sorted(spans, reverse=True):
        rest = f"{rest[:start]} {rest[end:]}"
    return [word for word in re.findall(r"[^\W\d_][\w-]+", rest.lower()) if word not in plain]
