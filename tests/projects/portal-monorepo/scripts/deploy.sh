#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")/.."
umask 077
printf '%s' "$KUBE_CONFIG" > kubeconfig
export KUBECONFIG=$PWD/kubeconfig
kubectl apply -f deploy/k8s
for name in api web; do
  kubectl -n portal rollout status "deployment/portal-$name" --timeout 5m || { kubectl -n portal rollout undo "deployment/portal-$name"; exit 1; }
done
