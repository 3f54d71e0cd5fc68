#!/usr/bin/env bash
# Ships a branch without the pipeline; agree on it with the person on call first.
git fetch origin "$1"
docker build --tag "registry.gitlab.com/brookside-accounting/invoices:hotfix-$1" .
docker push "registry.gitlab.com/brookside-accounting/invoices:hotfix-$1"
scripts/announce.sh "hotfix $1"
