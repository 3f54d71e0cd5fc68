#!/bin/sh
# Restores a snapshot of the managed database into a new instance: restore.sh <snapshot> <new instance>
aws rds restore-db-instance-from-db-snapshot --db-snapshot-identifier "$1" --db-instance-identifier "$2"
aws rds wait db-instance-available --db-instance-identifier "$2"
kubectl -n orders create secret generic restored --from-literal=instance="$2" --dry-run=client -o yaml | kubectl apply -f -
