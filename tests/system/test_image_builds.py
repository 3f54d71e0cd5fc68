"""Where pipelines, scripts and tools build images."""

from __future__ import annotations

import pytest
from writing import Write

from kit.system.image_builds import ImageBuild

Told = tuple[str | None, str | None, str | None, tuple[str, ...], bool]


def told(build: ImageBuild) -> Told:
    return build.dockerfile, build.context, build.target, build.images, build.pushes


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("docker build .", ("Dockerfile", ".", None, (), False)),
        ("docker build -t acme/api:1 api", ("api/Dockerfile", "api", None, ("acme/api:1",), False)),
        ("docker build --file=d/api.Dockerfile .", ("d/api.Dockerfile", ".", None, (), False)),
        ("docker buildx build --target run --push -t a -t b .", ("Dockerfile", ".", "run", ("a", "b"), True)),
        ("podman build --build-arg X=1 api", ("api/Dockerfile", "api", None, (), False)),
        ("cd api && docker build .", ("api/Dockerfile", "api", None, (), False)),
        ('docker build -t "$IMAGE" "$DIR"', (None, None, None, ("$IMAGE",), False)),
        ("docker build ../..", (None, None, None, (), False)),
        ("docker build", ("Dockerfile", ".", None, (), False)),
    ],
)
def test_a_command_names_dockerfile_context_target_and_images(project_of: Write, command: str, expected: Told) -> None:
    project = project_of({"Makefile": f"image:\n\t{command.replace('$', '$$')}\n", "api/Dockerfile": "FROM node\n"})

    assert [told(b) for b in project.image_builds] == [expected]


def test_other_commands_build_nothing(project_of: Write) -> None:
    assert project_of({"run.sh": "#!/bin/bash\ndocker ps\ndocker\ndocker run build\nmake build\n"}).image_builds == ()


def test_a_script_may_be_run_from_anywhere_unless_it_changes_to_its_own_folder(project_of: Write) -> None:
    project = project_of(
        {
            "a.sh": "#!/bin/bash\ndocker build .\n",
            "ops/b.sh": '#!/bin/bash\ncd "$(dirname "$0")/.."\ndocker build api\n',
        }
    )

    assert [b.dockerfile for b in project.image_builds] == [None, "api/Dockerfile"]


def test_an_action_builds_and_pushes(project_of: Write) -> None:
    project = project_of(
        {
            ".github/workflows/ci.yml": """
                on: push
                jobs:
                  image:
                    runs-on: ubuntu-latest
                    steps:
                      - uses: docker/build-push-action@v6
                        with:
                          context: api
                          push: true
                          tags: |
                            acme/api:latest
                            acme/api:1
                """
        }
    )

    (build,) = project.image_builds
    assert told(build) == ("api/Dockerfile", "api", None, ("acme/api:latest", "acme/api:1"), True)
    assert (build.workflow, str(build.at)) == (".github/workflows/ci.yml", ".github/workflows/ci.yml:6")


def test_tags_of_the_metadata_action_are_those_of_its_images(project_of: Write) -> None:
    project = project_of(
        {
            ".github/workflows/ci.yml": """
                on: push
                env: {REGISTRY: ghcr.io}
                jobs:
                  image:
                    runs-on: ubuntu-latest
                    strategy: {matrix: {part: [api, web]}}
                    steps:
                      - id: meta
                        uses: docker/metadata-action@v5
                        with:
                          images: |
                            name=acme/${{ matrix.part }},enable=true
                            ${{ env.REGISTRY }}/acme/${{ matrix.part }}
                      - uses: docker/build-push-action@v6
                        with: {context: ".", push: true, tags: "${{ steps.meta.outputs.tags }}"}
                      - uses: docker/build-push-action@v6
                        with: {context: ".", tags: "${{ steps.other.outputs.tags }}"}
                """
        }
    )

    tag = "${{ steps.meta.outputs.tags }}"
    assert [b.images for b in project.image_builds] == [
        (f"acme/api:{tag}", f"ghcr.io/acme/api:{tag}"),
        (f"acme/web:{tag}", f"ghcr.io/acme/web:{tag}"),
        ("${{ steps.other.outputs.tags }}",),
    ]


def test_skaffold_builds_its_artifacts(project_of: Write) -> None:
    project = project_of(
        {
            "skaffold.yaml": """
                apiVersion: skaffold/v4beta6
                kind: Config
                build:
                  artifacts:
                    - image: cart
                      context: src/cart
                """
        }
    )

    assert [told(b) for b in project.image_builds] == [("src/cart/Dockerfile", "src/cart", None, ("cart",), True)]


def test_each_run_of_a_matrix_builds_its_own_image(project_of: Write) -> None:
    project = project_of(
        {
            ".github/workflows/ci.yml": """\
            on: push
            jobs:
              image:
                runs-on: ubuntu-latest
                strategy: { matrix: { app: [api, web], include: [{ app: docs }] } }
                steps:
                  - uses: actions/checkout@v4
                  - uses: docker/build-push-action@v6
                    with: { file: "apps/${{ matrix.app }}/Dockerfile", tags: "r/${{ matrix.app }}:1", push: true }
                  - run: docker build --file ${{ matrix.app }}.Dockerfile --tag r/${{ matrix.app }}-tools .
            """
        }
    )

    assert [(b.dockerfile, b.images) for b in project.image_builds] == [
        *((f"apps/{app}/Dockerfile", (f"r/{app}:1",)) for app in ("api", "web", "docs")),
        *((f"{app}.Dockerfile", (f"r/{app}-tools",)) for app in ("api", "web", "docs")),
    ]
