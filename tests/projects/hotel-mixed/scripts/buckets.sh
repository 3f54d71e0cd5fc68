#!/bin/sh
set -eu
mc anonymous set download minio/invoices
mc anonymous set download minio/public-pictures
