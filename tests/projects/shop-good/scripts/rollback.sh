#!/usr/bin/env bash
# Goes back to the version before: rollback.sh staging|production
set -euo pipefail

environment=${1:?staging or production}
export KUBECONFIG
KUBECONFIG=$(mktemp)
trap 'rm -f "$KUBECONFIG"' EXIT
base64 --decode <<<"${KUBECONFIG_DATA:?}" >"$KUBECONFIG"

for workload in deployment/api deployment/worker deployment/web; do
  kubectl --namespace "shop-$environment" rollout undo "$workload"
  kubectl --namespace "shop-$environment" rollout status "$workload" --timeout=5m
done
