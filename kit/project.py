"""The facade over sources and system map: one lazily parsed, cached property per kind. It knows no check."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, lru_cache, wraps
from pathlib import Path
from typing import TypeVar

from kit.params import Thresholds
from kit.sources import grammar
from kit.sources.code import env as code_env
from kit.sources.code import facts as code_facts
from kit.sources.code import routes as code_routes
from kit.sources.code.index import CodeIndex
from kit.sources.code.records import (
    CallFact,
    EntryPointFact,
    EnvReadFact,
    ListenFact,
    MetricFact,
    RouteFact,
    StoreFact,
    UseFact,
)
from kit.sources.commands import makefiles, scripts, taskfiles
from kit.sources.containers import compose, dockerfile, dockerignore
from kit.sources.evidence.model import EvidenceFile
from kit.sources.evidence.places import leaks
from kit.sources.formats.documents import Documents
from kit.sources.kubernetes import find as kubernetes
from kit.sources.kubernetes import helm, kustomize
from kit.sources.limits import OutOfTime, Patience, time_limit
from kit.sources.orm import find as orm
from kit.sources.packages import find as packages
from kit.sources.papers import markdown, openapi
from kit.sources.papers.stated import StatedDocument
from kit.sources.pipelines import workflows
from kit.sources.platforms import ansible, nginx, paas, prometheus, sam, serverless, terraform
from kit.sources.probes.model import Probes
from kit.sources.ran.model import CommandRun
from kit.sources.scanners.model import SECRETS, Scan
from kit.sources.tree.files import FileIndex
from kit.system.backups import Backup, backups
from kit.system.build import build_map
from kit.system.image_builds import ImageBuild, image_builds
from kit.system.meant import settled
from kit.system.model import SystemMap
from kit.system.restores import Restore, restores
from kit.system.served import Serving

WARM_SECONDS = 600.0
"""Seconds of computing that one kind of source may take; less where others could not be read in theirs."""
_patience = Patience(2400.0, least=10.0)


T = TypeVar("T")


def _source(read: Callable[[Project], T]) -> cached_property[T]:
    """A property that is read once, and not at all after `warm` has given it up: raises OutOfTime then."""

    @wraps(read)
    def once(project: Project) -> T:
        if read.__name__ in project.given_up:
            raise OutOfTime
        return read(project)

    return cached_property(once)


class Project:
    """An assessed project: untrusted data under `root`. Nothing of it is executed or followed outside.

    Raises NotADirectoryError where `root` is no folder.
    """

    def __init__(self, root: str | Path, *, name: str | None = None) -> None:
        self.root = Path(root).resolve()
        if not self.root.is_dir():
            raise NotADirectoryError(str(root))
        self.name = name or self.root.name
        self.given_up: set[str] = set()
        """The properties that could not be read within their time."""
        self.thresholds = Thresholds()
        """What the owner of the system demands of it."""
        self.ran: tuple[CommandRun, ...] | None = None
        """What came of the commands of its params file; None where it names none."""
        self.probes: Probes | None = None
        """What the addresses of its params file answered; None where none was asked."""
        self.stated: tuple[StatedDocument, ...] | None = None
        """What its readiness documents state against what it shows; None where the params file names none."""
        self._scans: tuple[Scan, ...] | None = None
        self._evidence: tuple[EvidenceFile, ...] | None = None

    @property
    def scans(self) -> tuple[Scan, ...] | None:
        """What scanners said of it; None where none was asked. Lines in which they saw secrets are shown no more."""
        return self._scans

    @scans.setter
    def scans(self, given: tuple[Scan, ...] | None) -> None:
        self._scans = given
        for scan in given or ():
            for alarm in scan.alarms if scan.scanner == SECRETS else ():
                self.files.hide(alarm.path, alarm.line)

    @property
    def evidence(self) -> tuple[EvidenceFile, ...] | None:
        """What files say that other tools wrote; None where the params name none. Their lines are shown as they were
        read, masked; lines of the project in which they saw secrets are shown no more."""
        return self._evidence

    @evidence.setter
    def evidence(self, given: tuple[EvidenceFile, ...] | None) -> None:
        self._evidence = given
        for file in given or ():
            self.files.quote(file.path, file.quotes)
            for path, line in leaks(self.files, file):
                self.files.hide(path, line)

    def warm(self) -> None:
        """Parse everything now, so that processes forked after this share it.

        What cannot be parsed is left to the checks that ask for it, each of which says so; so is what takes too long,
        without another try.
        """
        for name, attribute in vars(type(self)).items():
            if isinstance(attribute, cached_property):
                try:
                    with suppress(Exception), time_limit(WARM_SECONDS, _patience):
                        getattr(self, name)
                except OutOfTime:
                    self.given_up.add(name)
        _ = self.files.problems  # every area shows them, and reads every text for it
        grammar.settle()
        with suppress(Exception, OutOfTime):
            self.code.note_tried()

    @_source
    def files(self) -> FileIndex:
        """Every file that belongs to the project, classified."""
        return FileIndex.of(self.root)

    @_source
    def documents(self) -> Documents:
        """Structured files, parsed once each."""
        return Documents(self.files)

    @_source
    def dockerfiles(self) -> tuple[dockerfile.Dockerfile, ...]:
        """Every Dockerfile and Containerfile."""
        return dockerfile.find(self.files)

    @_source
    def kustomizations(self) -> tuple[kustomize.Kustomization, ...]:
        """Every Kustomize folder, resolved."""
        return tuple(kustomize.find(self.files, self.documents))

    @_source
    def charts(self) -> tuple[helm.Chart, ...]:
        """Every Helm chart, rendered as far as its templates allow."""
        return tuple(helm.find(self.files, self.documents))

    @_source
    def manifests(self) -> kubernetes.Manifests:
        """Every Kubernetes object: plain, from overlays, from charts."""
        return kubernetes.find(self.files, self.documents, self.kustomizations, self.charts)

    @_source
    def serverless(self) -> tuple[serverless.ServerlessFile, ...]:
        """Every file of the Serverless Framework, and every template of SAM."""
        return (*serverless.find(self.files, self.documents), *sam.find(self.files, self.documents))

    @_source
    def tasks(self) -> tuple[ansible.Task, ...]:
        """Every task of Ansible's playbooks and roles."""
        return ansible.find(self.files, self.documents)

    @_source
    def paas(self) -> tuple[paas.PaasApp, ...]:
        """Every file of a hosting platform."""
        return paas.find(self.files, self.documents)

    @_source
    def terraform(self) -> tuple[terraform.Terraform, ...]:
        """Every folder of Terraform."""
        return terraform.find(self.files, self.documents)

    @_source
    def compose(self) -> tuple[compose.ComposeFile, ...]:
        """Every compose file, merged with what it extends, includes or overrides, and told what it is for."""
        return settled(self, compose.find(self.files, self.documents))

    @_source
    def workflows(self) -> tuple[workflows.Workflow, ...]:
        """Every pipeline of every platform."""
        return workflows.find(self.files, self.documents)

    @_source
    def packages(self) -> tuple[packages.Package, ...]:
        """Every package manifest, each with its lockfile."""
        return packages.find(self.files, self.documents)

    @_source
    def scripts(self) -> tuple[scripts.Script, ...]:
        """Shell, PowerShell and batch scripts."""
        return scripts.find(self.files)

    @_source
    def makefiles(self) -> tuple[makefiles.Makefile, ...]:
        """Makefiles, justfiles and Taskfiles."""
        return (*makefiles.find(self.files), *taskfiles.find(self.files, self.documents))

    @_source
    def nginx(self) -> tuple[nginx.NginxConfig, ...]:
        """Every nginx configuration."""
        return nginx.find(self.files)

    @_source
    def prometheus(self) -> prometheus.Prometheus:
        """Prometheus and Alertmanager configuration, rules, dashboards."""
        return prometheus.find(self.files, self.documents, self.manifests)

    @_source
    def openapi(self) -> tuple[openapi.OpenApi, ...]:
        """Every OpenAPI description."""
        return openapi.find(self.files, self.documents)

    @_source
    def markdown(self) -> tuple[markdown.Markdown, ...]:
        """Every Markdown file."""
        return markdown.find(self.files)

    @_source
    def schemas(self) -> tuple[orm.Schema, ...]:
        """What ORMs declare."""
        return orm.schemas(self.files)

    @_source
    def migrations(self) -> tuple[orm.MigrationSet, ...]:
        """Every set of migrations, in order."""
        return orm.migration_sets(self.files, self.documents)

    @_source
    def code(self) -> CodeIndex:
        """Source code, searched by structure."""
        return CodeIndex(self.files)

    @_source
    def routes(self) -> tuple[RouteFact, ...]:
        """Routes that code serves, with their prefixes."""
        return code_routes.routes(self.code)

    @_source
    def env_reads(self) -> tuple[EnvReadFact, ...]:
        """Environment variables that code reads."""
        return code_env.env_reads(self.code)

    @_source
    def listens(self) -> tuple[ListenFact, ...]:
        """Ports that code listens on."""
        return code_facts.listens(self.code)

    @_source
    def calls(self) -> tuple[CallFact, ...]:
        """Requests that code makes."""
        return code_facts.calls(self.code)

    @_source
    def store_clients(self) -> tuple[StoreFact, ...]:
        """Stores that code connects to."""
        return code_facts.stores(self.code)

    @_source
    def metrics(self) -> tuple[MetricFact, ...]:
        """Metrics that code registers."""
        return code_facts.metrics(self.code)

    @_source
    def middleware(self) -> tuple[UseFact, ...]:
        """Middleware that code puts onto applications."""
        return code_facts.middleware(self.code)

    @_source
    def entrypoints(self) -> tuple[EntryPointFact, ...]:
        """Where programs start."""
        return code_facts.entrypoints(self.code)

    @_source
    def image_builds(self) -> tuple[ImageBuild, ...]:
        """Where pipelines and scripts build images."""
        return image_builds(self)

    @_source
    def system(self) -> SystemMap:
        """The system map, joined from all sources."""
        return build_map(self)

    @_source
    def backups(self) -> tuple[Backup, ...]:
        """What saves the data of the stores."""
        return backups(self)

    @_source
    def restores(self) -> tuple[Restore, ...]:
        """What brings it back."""
        return restores(self)

    @_source
    def serving(self) -> Serving:
        """What services listen on and serve."""
        return Serving(self)

    def dockerignore(self, context: str, path: str | None = None) -> dockerignore.DockerIgnore:
        """What a build context leaves out, for the Dockerfile at `path`."""
        return dockerignore.dockerignore(self.files, context, path)


@lru_cache(maxsize=8)
def open_project(root: str, name: str | None = None) -> Project:
    """The project at `root`, read once per process."""
    return Project(root, name=name)
