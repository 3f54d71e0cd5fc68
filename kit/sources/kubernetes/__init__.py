"""Kubernetes objects: plain, through Kustomize overlays, through rendered charts."""
