#!/usr/bin/env bash
# Rolls a version out and waits until it serves: deploy.sh staging|production VERSION
set -euo pipefail

environment=${1:?staging or production}
version=${2:?the tag of the images}
export KUBECONFIG
KUBECONFIG=$(mktemp)
trap 'rm -f "$KUBECONFIG"' EXIT
base64 --decode <<<"${KUBECONFIG_DATA:?}" >"$KUBECONFIG"

cd "$(dirname "$0")/../k8s/overlays/$environment"
for image in shop-api shop-worker shop-web shop-backup; do
  kustomize edit set image "ghcr.io/fernhill-goods/$image:$version"
done
kubectl apply --kustomize .
for workload in deployment/api deployment/worker deployment/web; do
  kubectl --namespace "shop-$environment" rollout status "$workload" --timeout=5m
done
