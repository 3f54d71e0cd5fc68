"""Ids of jobs that BullMQ refuses."""

from __future__ import annotations

import json

import pytest
from conftest import Look

LOCKED = """
    import { Queue, Worker } from 'bullmq';
    const mails = new Queue('mails');
    new Worker('mails', async (job) => send(job.data));
    export async function enqueue(order) {
      %s
    }
    """


def files(adds: str, asked: str = "^5.58.7") -> dict[str, str]:
    return {
        "package.json": json.dumps({"name": "shop", "main": "src/jobs.js", "dependencies": {"bullmq": asked}}),
        "src/jobs.js": LOCKED % adds,
    }


@pytest.mark.parametrize(
    "adds",
    [
        "await mails.add('send', order, { jobId: `mail:${order.id}` });",
        "await mails.add('send', order, { attempts: 3, jobId: `a:b:c:${order.id}` });",
        "await mails.add('send', order, { jobId: 'mail:daily' });",
        "const jobId = `mail:${order.id}`;\n      await mails.add('send', order, { jobId });",
    ],
    ids=["one colon", "three", "a constant", "a variable"],
)
def test_an_id_with_colons_is_refused(look: Look, adds: str) -> None:
    seen = look("RES-012", files(adds))

    assert len(seen.failed) == 1
    assert "holds a colon" in seen.text


@pytest.mark.parametrize(
    ("adds", "asked"),
    [
        ("await mails.add('send', order, { jobId: `mail-${order.id}` });", "^5.58.7"),
        ("await mails.add('send', order, { jobId: `repeat:${order.id}:1` });", "^5.58.7"),
        ("await mails.add('send', order, { jobId: `mail:${order.id}` });", "5.58.6"),
        ("await mails.add('send', order, { jobId: order.id });", "^5.58.7"),
        ("await mails.add('send', order, { jobId: `mail-${order.a ? 'x:y' : order.b}` });", "^5.58.7"),
        ("await mails.add('send', order);", "^5.58.7"),
    ],
    ids=["a dash", "two colons", "an older release", "what is not seen", "a colon within a hole", "none"],
)
def test_other_ids_are_taken(look: Look, adds: str, asked: str) -> None:
    assert look("RES-012", files(adds, asked)).failed == []


def test_the_release_that_is_locked_counts(look: Look) -> None:
    adds = "await mails.add('send', order, { jobId: `mail:${order.id}` });"
    locked = {"lockfileVersion": 3, "packages": {"node_modules/bullmq": {"version": "%s"}}}

    for version, refused in (("5.58.6", False), ("5.60.0", True)):
        lock = json.dumps(locked) % version
        assert bool(look("RES-012", {**files(adds), "package-lock.json": lock}).failed) is refused
