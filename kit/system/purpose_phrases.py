"""The phrases by which commands and actions are known for what they do.

A phrase is words with spaces between; `a|b` is either word, `*` in a word any characters, `...` any words.
"""

# ruff: noqa: E501 - a phrase stands on one line

from __future__ import annotations

import re

_PHRASES: dict[str, str] = {
    "test": """
        node ... *bin/jest|*bin/jest.js|*bin/vitest|*bin/mocha|*bin/_mocha|*bin/ava
        pytest|py.test|jest|vitest|mocha|ava|tap|jasmine|karma|rspec|phpunit|pest|paratest|tox|nox|ctest
        behat|codecept|newman|schemathesis|bats|ginkgo|gotestsum|behave|robot|wtr|nose2|testcafe|detox|tstyche
        go|cargo|dotnet|deno|swift|flutter|dart|mix|sbt|ng|bun|hardhat|forge|rails|lein|zig|rake ... test|nextest|spec
        parallel_rspec|parallel_test|parallel_cucumber|cucumber
        rake|rails ... parallel:spec|parallel:test|spec:*|test:*|test_*
        *mvnw|*mvn ... test|verify|package|install|deploy|integration-test
        *gradlew|*gradle ... *test*|*Test*|build|check|*:build|*:check
        python*|py ... -m unittest
        python*|py *manage.py|manage.py|setup.py test
        python*|py *runtests.py|*run_tests.py
        *manage.py test
        node|tsx|node.exe ... --test|--test=*
        node|tsx|ts-node|bun|deno test.*|tests.*|test-*|tests/*|test/*|*/test.*|*/tests.*|*/test-*|*/tests/*|*/test/*|*-test.*|*-tests.*|*_test.*|*.test.*|*smoke*.*
        playwright test
        cypress run|run-ct
        cypress-io run
        nx ... *test*|-t=*test*|--target=*test*
        turbo ... test|test:*
        react-scripts|vue-cli-service|craco|umi test*
        coverage run
        php artisan test
        start-server-and-test ...
        container-structure-test ...
        helm|helm3 unittest
        ct install|lint-and-install
        conftest|promtool|opa|kyverno|kuttl|terratest test|verify
        promtool ... test
        terraform|tofu test
    """,
    "types": """
        tsc|vue-tsc|tsgo|mypy|dmypy|pyright|basedpyright|pyre|pytype|phpstan|psalm|ty|svelte-check
        nx|turbo ... type-check|typecheck|check-types|types|type-check:*
        deno|cargo|flow|astro check
        go vet
    """,
    "lint": """
        eslint|eslint_d|ruff|flake8|pylint|pylama|black|isort|prettier|golangci-lint|staticcheck|biome|oxlint
        standard|xo|tslint|pre-commit|prek|shellcheck|yamllint|actionlint|hadolint|rubocop|phpcs|php-cs-fixer
        checkstyle|ktlint|detekt|stylelint|markdownlint*|gofmt|gofumpt|djlint|ansible-lint|kube-linter
        kubeconform|kubeval|tflint|sqlfluff|spectral|redocly|commitlint|knip|dprint|lint-staged|jshint|jsonlint
        nx|turbo|next|ng|vue-cli-service ... lint|lint:*
        cargo clippy|fmt
        terraform|tofu fmt|validate
        dotnet format
        prisma format|validate
        helm|deno|buf lint|fmt
        *gradlew|*gradle|*mvnw|*mvn ... *lint*|*spotless*|*checkstyle*|*ktlint*|*detekt*|*pmd*
    """,
    "scan": """
        trivy|grype|snyk|semgrep|bandit|pip-audit|gitleaks|trufflehog|checkov|tfsec|osv-scanner|govulncheck
        zizmor|safety|gosec|dockle|sonar-scanner|brakeman|kics|terrascan|detect-secrets|audit-ci|nancy
        npm|pnpm|yarn|bun|cargo|composer|bundle|bundler ... audit
        docker scan|scout ...
        *gradlew|*mvnw|*mvn|*gradle ... *dependency*check*|*sonar*
    """,
    "load-test": """
        k6|locust|artillery|jmeter|gatling|vegeta|autocannon|wrk|hey|ab|oha
    """,
    "migrate": """
        flyway|liquibase|dbmate|goose
        alembic ... upgrade
        prisma ... deploy|push
        python* *manage.py migrate
        *manage.py migrate
        migrate|atlas|drizzle-kit|sequelize|knex|typeorm|rails|rake|bin/rails ... up|apply|push|migrate|db:migrate|migrate:latest|migration:run
        php artisan migrate
    """,
    "build": """
        webpack|esbuild|rollup|tsup|ncc|goreleaser|ko|kaniko|executor|parcel|pkg|tsc|swc|babel|unbuild|electron-builder
        docker|podman|buildah|nerdctl|depot ... build|bud|bake
        docker-compose ... build
        docker|docker-compose|podman ... up ... --build
        go|cargo|dotnet|next|vite|nest|ng|nuxt|astro|remix|gatsby|expo|react-scripts|bun|hugo|jekyll|sam|nx ... build|publish|install
        turbo|vue-cli-service|nuxi|docusaurus|uv|poetry|hatch|pdm|flit|flutter|eas|craco|tauri|sls|serverless ... build|build:*|package
        cdk synth
        *mvnw|*mvn ... package|install|compile|verify|deploy
        *gradlew|*gradle ... *assemble*|*build|*jar|*Jar|*jib*
        python* -m build
        python* setup.py *dist*
        gcloud builds submit
        skaffold build|run
        nix|bazel|pants|buck2|cmake|meson|swift|zig build
    """,
    "push": """
        docker|podman|buildah|skopeo|crane|oras|helm|nerdctl ... push|copy
        docker-compose ... push
        npm|pnpm|yarn|cargo|poetry|uv|hatch|changeset|lerna|gem|nuget|dotnet ... publish|push
        twine upload
        gcloud builds submit
        *mvnw|*mvn ... deploy
        *gradlew|*gradle ... publish*|jib
        ko publish|build|apply
    """,
    "deploy": """
        kamal|cap|dep|helmfile|ansible-playbook|ecs-deploy|nixos-rebuild|deploy-rs|dokku
        kubectl|oc ... apply|replace|patch
        kubectl|oc ... rollout restart
        kubectl|oc ... set image
        helm|helm3 ... upgrade|install
        argocd app sync|set
        serverless|sls|sst|sam|cdk|copilot|firebase|netlify|wrangler|fastapi|chalice|zappa|modal|eb|up ... deploy|publish|update
        dapr|encore|supabase|shuttle|porter|arc|deployctl|doctl|render|koyeb|northflank|zeabur ... deploy|deploys|deployments|update|create-deployment
        fly|flyctl ... deploy
        vercel
        vercel deploy|--prod|--prebuilt|--token*|pull ...
        railway up|deploy|redeploy
        heroku ... *release*
        terraform|tofu|terragrunt ... apply
        pulumi ... up
        docker stack deploy
        docker service update
        nomad run
        nomad job run
        gcloud ... deploy|rollouts|releases
        gcloud run services replace|update
        gcloud ... rolling-action start-update|replace|restart
        gcloud ... instances update-container|create-with-container
        az vmss|vm ... update|upgrade|restart|invoke
        aws autoscaling start-instance-refresh
        ssh ... docker|docker-compose|podman ... run|up|pull|restart
        ssh ... systemctl|pm2|supervisorctl restart|reload|startOrReload
        ssh ... *deploy*.sh|*release*.sh|*update*.sh
        aws ssm send-command ... *docker|*docker-compose|*podman ... run|up|pull|restart
        aws ssm send-command ... *systemctl|*pm2|*supervisorctl restart|reload|startOrReload
        gcloud ... ssh ... docker|docker-compose|podman ... run|up|pull|restart
        skaffold run|deploy|apply
        aws ... update-service|update-function-code|create-deployment|sync|update-environment|start-deployment
        aws cloudformation deploy|update-stack|create-stack
        az webapp|containerapp|functionapp ... deploy|deployment|up|update|config|config-zip|restart
        git push ... *heroku*|*dokku*|*piku*|production
        capistrano|mina|fab|deployer ...
    """,
    "rollback": """
        kubectl|oc ... rollout undo
        kubectl argo rollouts abort|undo|retry
        helm|helm3|serverless|sls|vercel|kamal|heroku|argocd|eb ... rollback|rollbacks|releases:rollback
        helm|helm3 ... upgrade ... --atomic|--rollback-on-failure|--atomic=true
        aws ... stop-deployment|rollback-*
        gcloud ... update-traffic
        docker service rollback
        docker service update ... --rollback*
        git revert
    """,
    "verify": """
        curl|wget|http|httpie|wait-on|wait-for-it*|hurl|grpcurl|grpc_health_probe|goss|dgoss
        kubectl|oc ... rollout status
        kubectl|oc ... wait
        helm|helm3 ... test|--wait|--atomic|--rollback-on-failure|--wait=true
        aws ... wait
        argocd app wait
        docker ... up ... --wait
    """,
}
_ACTIONS: dict[str, str] = {
    "test": r"cypress-io/github-action|codeclimate-action|vstest|\bplaywright-github-action|cargo-llvm-cov-run|bats-action",
    "lint": r"golangci-lint-action|super-linter|megalinter|pre-commit/action|ruff-action|hadolint-action|action-eslint"
    r"|actionlint|shellcheck|reviewdog|lint-action|autocorrect|typos|codespell|psf/black",
    "scan": r"trivy-action|codeql-action/analyze|snyk/actions|semgrep|gitleaks|trufflehog|dependency-review|anchore/scan"
    r"|zizmor|sonar\w*-scan|sonarcloud|sonarqube|checkov|tfsec|kics|osv-scanner|scorecard-action|docker/scout|bearer"
    r"|grype|pip-audit|audit-action|govulncheck|fossa|mend|veracode|checkmarx|ossf/|action-baseline|zaproxy",
    "build": r"build-push-action|bake-action|goreleaser|build-image|kaniko|action-build|jib|docker-build|cibuildwheel",
    "push": r"build-push-action|bake-action|pypi-publish|npm-publish|goreleaser|changesets/action|semantic-release"
    r"|release-please",
    "deploy": r"deploy-cloudrun|amazon-ecs-deploy|webapps-deploy|functions-action|k8s-deploy|k8s-bake|deploy-cloud"
    r"|appleboy/(?:ssh|scp)|ssh-action|vercel-action|amondnet|netlify|railway|flyctl-actions(?!/setup)|wrangler-action"
    r"|deploy-pages|actions-gh-pages|github-pages-deploy|FirebaseExtended/action-hosting|deploy-appengine|helm-deploy"
    r"|helmfile-action|argocd|elastic-beanstalk|beanstalk|heroku-deploy|render-deploy|pulumi/actions|digitalocean/app"
    r"|lambda-deploy|aws-lambda|cloudformation-deploy|serverless/github-action|static-web-apps-deploy|scp-action"
    r"|azurewebapp|azurerm\w*deploy|kubernetesmanifest|helmdeploy|dokku|kamal|caprover|coolify|portainer|rsync",
    "load-test": r"grafana/(?:run-)?k6|k6-action|locust|artilleryio|jmeter",
    "verify": r"http-status|url-health-check|health-?check|wait-for|smoke|lighthouse",
}  # fmt: skip


def _word(text: str) -> str:
    return "(?:" + "|".join(re.escape(part).replace(r"\*", r"\S*") for part in text.split("|")) + ")"


def _pattern(phrase: str) -> re.Pattern[str]:
    first, *others = ["".join(f" {_word(word)}" for word in part.split()) for part in phrase.split("...")]
    # The first place will do: to try later ones as well would take the cube of a command's length.
    return re.compile(first + "".join(rf"(?>(?: \S+)*?{other}(?= |$))" for other in others) + r"(?: |$)")


PHRASES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (purpose, _pattern(line.strip())) for purpose, lines in _PHRASES.items() for line in lines.strip().split("\n")
)
"""Purpose and pattern, to be matched at the start of the words with a space before each."""

ACTIONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (purpose, re.compile(pattern, re.IGNORECASE)) for purpose, pattern in _ACTIONS.items()
)
"""Purpose and pattern, to be searched in the name of a ready-made action or task."""
