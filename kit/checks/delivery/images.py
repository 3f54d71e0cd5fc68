"""Are the images that run the ones that were built, tested and scanned?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from kit.checks.shared.words import listed
from kit.model import At, Clause, Fact, Located, Severity, bad, ok, partial, unknown
from kit.project import Project
from kit.registry import check
from kit.sources.commands.command import word_set
from kit.sources.pipelines.model import Job
from kit.system.image_builds import ImageBuild
from kit.system.images import parse_image
from kit.system.model import Deployment, Service
from kit.system.pipeline_acts import Act, Pipeline, pipelines

MOVING = word_set("""
    latest stable edge main master develop dev nightly prod production staging live current release
""")
EXPRESSION = re.compile(r"\$\{\{.*?\}\}|\$\{[^}]*\}|\$\w+|\$\([^)]*\)")
CHANGES = re.compile(
    r"sha|commit|tag|version|run_number|run_id|build|\bref\b|revision|semver|date|digest|describe|rev-parse|meta",
    re.IGNORECASE,
)


@check("DEL-011", "Images get a tag that stays", Severity.MEDIUM, Clause.DEPLOYMENT, effort_hours=1)
def images_get_a_tag_that_stays(project: Project) -> Iterator[Fact]:
    """
    With `latest` as the only tag nobody can say what runs, and there is nothing to go back to.

    Decides: each build whose image a pipeline pushes: one of its tags comes from the commit, the version or the run;
    tags made by docker/metadata-action are read from its rules.

    Fix: tag with the commit beside whatever moves: `tags: registry/app:${{ github.sha }}`.

    Blind to: tags that a registry makes immutable, and images that are deployed by digest.

    See: https://docs.docker.com/build/ci/github-actions/manage-tags-labels/
    """
    for build in project.image_builds:
        if build.workflow is not None and build.pushes and build.images:
            yield _judged(project, build)


def _judged(project: Project, build: ImageBuild) -> Fact:
    tags = [_tag(image) for image in _filled(project, build)]
    shown = listed(list(build.images))
    rules = _rules(project, build) if any("steps." in image and "tags" in image for image in build.images) else None
    if rules is not None:
        only_moving = bool(rules) and all(_moving_rule(rule) for rule in rules)
        verdict = bad if only_moving else ok
        return verdict(
            f"{'Only moving tags' if only_moving else 'Tags that stay'}: {listed(rules) or 'those of branches, tags and releases'}.",
            build,
        )
    if any(_changes(tag) for tag in tags):
        return ok(f"{shown}: every build gets a tag of its own.", build)
    if all(tag is None or tag in MOVING for tag in tags):
        return bad(
            f"{shown}: each build overwrites the one before; what runs cannot be told, nor gone back to.",
            build,
        )
    return partial(f"{shown}: the same tag for every build, until somebody changes it by hand.", build)


_OF_ENVIRONMENT = re.compile(r"\$\{\{\s*env\.(\w+)\s*\}\}")


def _filled(project: Project, build: ImageBuild) -> list[str]:
    """The names of the images, the workflow's own variables in their places."""
    workflow = next((w for w in project.workflows if w.path == build.at.path), None)
    env = dict(workflow.env) if workflow is not None else {}
    return [
        _OF_ENVIRONMENT.sub(lambda found: env[found[1]].text if found[1] in env else found[0], image)
        for image in build.images
    ]


def _tag(image: str) -> str | None:
    """What stands behind the last colon of the name, expressions kept whole."""
    plain = EXPRESSION.sub(lambda m: "\0" * len(m[0]), image)
    position = plain.rfind(":")
    return image[position + 1 :] if position > plain.rfind("/") else (image if plain.strip("\0") == "" else None)


def _changes(tag: str | None) -> bool:
    return tag is not None and bool(EXPRESSION.search(tag)) and bool(CHANGES.search(tag) or "env." not in tag)


_COMMIT = re.compile(r"\$\{\{\s*github\.sha\s*\}\}|\$\{?(?:GITHUB_SHA|CI_COMMIT_(?:SHORT_)?SHA)\}?")
_OF_GITHUB = re.compile(r"\$\{\{\s*github\.(\w+)\s*\}\}")


def _differ(one: str, other: str) -> bool:
    """Whether two tags can never be the same, whatever their variables stand for."""
    patterns = [EXPRESSION.sub("*", _COMMIT.sub("\0", tag)) for tag in (one, other)]
    if not any("*" in pattern or "\0" in pattern for pattern in patterns):
        return one != other
    both = [_OF_GITHUB.fullmatch(tag) for tag in (one, other)]
    if both[0] and both[1]:
        return both[0][1] != both[1][1]
    for tag, pattern in ((one, patterns[1]), (other, patterns[0])):
        if not EXPRESSION.search(tag):
            shape = re.escape(pattern).replace(r"\*", ".*").replace("\0", "[0-9a-f]{7,40}")
            return re.fullmatch(shape, tag) is None
    return False


def _rules(project: Project, build: ImageBuild) -> list[str] | None:
    """The rules of the metadata action in the build's job; empty where it makes its own."""
    for pipeline in pipelines(project):
        for job in pipeline.workflow.jobs:
            if any(step.at == build.at for step in job.all_steps):
                return _metadata(job)
    return None


def _metadata(job: Job) -> list[str] | None:
    for step in job.all_steps:
        if step.uses and "metadata-action" in step.uses:
            tags = step.inputs.get("tags") if step.inputs is not None else None
            return [line.strip() for line in tags.text.split("\n") if line.strip()] if tags is not None else []
    return None


def _moving_rule(rule: str) -> bool:
    if "type=" not in rule:
        return rule in MOVING
    values = re.findall(r"(?:^|,)value=([^,\s]+)", rule)
    return (
        ("type=raw" in rule and all(v in MOVING for v in values))
        or "type=edge" in rule
        or "type=ref,event=branch" in rule
    )


@check(
    "DEL-013",
    "Images that manifests run are built and pushed",
    Severity.HIGH,
    Clause.EXECUTION,
    effort_hours=3,
)
def run_images_are_built(project: Project) -> Iterator[Fact]:
    """
    A manifest that runs an image which nothing pushes starts with ImagePullBackOff, or with whatever somebody pushed
    by hand.

    Decides: each image that Kubernetes or a compose file without `build` runs and whose code is in the project: its
    name is looked up among the images that pipelines, scripts, Makefiles and skaffold files build and push, and its tag
    among theirs, unless a command sets the tag when it deploys.

    Fix: build and push the image in the pipeline under the name that the manifest has.

    Blind to: builds outside of the repository, names that are made of variables only.

    See: https://kubernetes.io/docs/concepts/containers/images/
    """
    pushed = [image for build in project.image_builds if build.pushes for image in build.images]
    wanted = list(_wanted(project))
    if not wanted:
        return
    if not pushed:
        names = listed([service.name for service, _ in wanted])
        message = f"Nothing in the project pushes the images that manifests run: {names}."
        outside = [p for p in pipelines(project) if p.outside]
        verdict = unknown if outside else bad
        yield verdict(message, *dict.fromkeys(d.at for _, d in wanted[:3]), severity=Severity.MEDIUM)
        return
    patterns = [_pattern(image) for image in pushed]
    by_hand = [_pattern(s.image) for file in project.compose for s in file.services if s.build and s.image]
    set_later = _sets_tags(project)
    only_built: list[tuple[Service, Deployment]] = []
    for service, deployment in wanted:
        image = deployment.image or ""
        known = parse_image(image)
        name = "/".join(filter(None, [known.registry, known.name])) if known is not None else image
        same = [one for one, pattern in zip(pushed, patterns, strict=True) if _matches(name, pattern)]
        if same and not set_later and all(_differ(_tag(image) or "latest", _tag(one) or "latest") for one in same):
            message = (
                f"{service.name} runs {image}, and what is pushed of that name is {listed(list(dict.fromkeys(same)))}."
            )
            yield partial(message, _image_line(project, deployment, name), deployment, severity=Severity.MEDIUM)
        elif same:
            yield ok(f"{service.name}: {image} is built and pushed.", deployment)
        elif any(_matches(name, pattern) for pattern in by_hand):
            only_built.append((service, deployment))
        else:
            message = f"{service.name} runs {image}, and nothing in the project pushes an image of that name."
            yield bad(message, _image_line(project, deployment, name), deployment)

    if only_built:
        names = listed([service.name for service, _ in only_built])
        message = f"Compose builds the images of {names}; that they get to the registry is left to somebody's hand."
        yield partial(message, *[d.at for _, d in only_built[:3]], severity=Severity.MEDIUM)


_SETS = re.compile(
    r"\bset[ -]image\b|--set(?:-string|-json)?[= ]|--image(?:-tag)?[= ]|newTag|\bsed\b|\byq\b|envsubst|\bperl\b|\bargocd\b|\bdocker (?:image )?tag\b"
)


def _sets_tags(project: Project) -> bool:
    """Whether some command writes tags into manifests, or gives an image another one."""
    commands = [c for script in project.scripts for c in script.commands]
    commands += [c for workflow in project.workflows for c in workflow.commands]
    commands += [c for makefile in project.makefiles for t in makefile.targets.values() for c in t.commands]
    actions = (s.uses or "" for w in project.workflows for j in w.jobs for s in j.all_steps)
    return any(_SETS.search(c.text) for c in commands) or any(
        re.search(r"k8s-(?:deploy|bake)|kustom|yq|image-updater|gitops", name) for name in actions
    )


def _image_line(project: Project, deployment: Deployment, name: str) -> At:
    """The line that names the image, at or below the place of the deployment."""
    first = deployment.at.line or 1
    below = enumerate(project.files.lines(deployment.at.path)[first - 1 : first + 60], first)
    line = next((number for number, text in below if name in text), None)
    return At(deployment.at.path, line, line) if line is not None else deployment.at


def _wanted(project: Project) -> Iterator[tuple[Service, Deployment]]:
    seen = set()
    for service in project.system.own:
        for deployment in service.deployments:
            asked = deployment.image and "$" not in deployment.image and "{{" not in deployment.image
            kind = deployment.target.partition(":")[0]
            built = deployment.build is not None or kind not in {"kubernetes", "compose", "helm", "kustomize"}
            if service.build is None or not asked or built or deployment.environment in {"development", "test"}:
                continue
            known = parse_image(deployment.image)
            if known is not None and known.kind == "unknown" and (service.name, known.name) not in seen:
                seen.add((service.name, known.name))
                yield service, deployment


def _pattern(image: str) -> str:
    """The name of an image with `*` for what variables stand for, tag and digest taken off."""
    plain = EXPRESSION.sub("*", image.split("@")[0])
    head, _, last = plain.rpartition("/")
    return "/".join(filter(None, [head, last.split(":")[0]]))


def _matches(name: str, pattern: str) -> bool:
    """Whether the names can be the same; registries differ between where one pushes and where one pulls."""
    if pattern.strip("*/") == "":
        return True
    last, wanted = name.rsplit("/", 1)[-1], pattern.rsplit("/", 1)[-1]
    return fnmatchcase(name, pattern) or (fnmatchcase(last, wanted) and ("*" in pattern or name.endswith(pattern)))


@check(
    "DEL-016",
    "The image that is scanned is the one that is pushed",
    Severity.MEDIUM,
    Clause.INVARIANTS,
    effort_hours=1,
)
def scanned_is_pushed(project: Project) -> Iterator[Fact]:
    """
    A scan of another image, or one that runs after the push, keeps nothing out of production.

    Decides: each scan of an image in a pipeline that pushes images: the name it scans is one of those that are built
    there, and it comes before the push or before what deploys it.

    Fix: build with `load: true`, scan that tag, and push in a later step or job.

    Blind to: scans that the registry runs.

    See: https://trivy.dev/latest/docs/target/container_image/
    """
    for pipeline in pipelines(project):
        built = [b for b in project.image_builds if b.workflow == pipeline.path]
        names = {_bare(image) for b in built for image in b.images}
        for act in pipeline.of("scan"):
            scanned = _scanned(act)
            if scanned is not None and names and pipeline.of("push"):
                yield _compared(pipeline, act, scanned, names)


def _scanned(act: Act) -> tuple[str, Located] | None:
    """The image that a scan looks at, and where it is said; None for scans of files."""
    inputs = act.step.inputs
    if act.reached is None:
        node = (inputs.get("image-ref") or inputs.get("image")) if inputs is not None else None
        return (node.text, node) if node is not None and node.text else None
    command = act.reached.command
    words = [a for a in command.args if not a.startswith("-")]
    if command.program in {"trivy", "grype"} and words[:1] == ["image"] and len(words) > 1:
        return words[-1], command
    return None


def _compared(pipeline: Pipeline, act: Act, scanned: tuple[str, Located], names: set[str]) -> Fact:
    image, place = scanned
    bare = _bare(image)
    kin = [n for n in names if _pattern(n) == _pattern(bare)]
    if kin and all(_differ(_tag(bare) or "latest", _tag(n) or "latest") for n in kin):
        return bad(f"{bare} is scanned, but {listed(sorted(kin))} is built and pushed.", place)
    if EXPRESSION.search(bare) and any(EXPRESSION.search(n) for n in kin):
        # Two spellings of one variable: `$TAG` in the script is `${{ github.ref_name }}` of the environment.
        names = {*names, bare}
    same = [n for n in names if _latest(image) and n.startswith(f"{bare.removesuffix(':latest')}:")]
    if same and bare not in names:
        return bad(f"The latest {bare} is scanned, but {listed(sorted(same))} is built and pushed.", place)
    if bare not in names and not EXPRESSION.search(image) and not any(EXPRESSION.search(n) for n in names):
        return bad(f"{image} is scanned, but {listed(sorted(names))} is built and pushed.", place)
    if bare not in names:
        return unknown(
            f"Whether {image} is one of the images pushed ({listed(sorted(names))}) is for variables to say.",
            place,
        )
    pushes = [a for a in pipeline.of("push") if a.job is act.job]
    order = [id(step) for step in act.job.all_steps]
    if pushes and order.index(id(act.step)) > order.index(id(pushes[-1].step)):
        return partial(
            f"{image} is scanned when it has been pushed already: whoever pulls it does not wait.",
            place,
            pushes[-1],
        )
    return ok(f"{image} is scanned before it is pushed.", place)


def _latest(image: str) -> bool:
    """Whether a name is written out and has no tag but `latest`: the build before does not make that one."""
    return not EXPRESSION.search(image) and ":" not in image.strip().removesuffix(":latest").rsplit("/", 1)[-1]


def _bare(image: str) -> str:
    """The name with a registry's own spelling of Docker Hub and `latest` taken off."""
    name = image.strip().removeprefix("docker.io/").removesuffix(":latest")
    return re.sub(r"\s+", "", name)
