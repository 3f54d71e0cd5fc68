"""What is put aside for later, and what takes it up."""

from __future__ import annotations

from conftest import Look

BULL = '{"name": "shop", "dependencies": {"bullmq": "5.0.0", "express": "4.19.0"}}'
QUEUE = """
    const { Queue } = require("bullmq");
    const mails = new Queue("mails", { connection });
    module.exports = { mails };
    """
CELERY = {
    "requirements.txt": "celery==5.3.0\nfastapi==0.110.0\n",
    "shop/tasks.py": """
        from shop.worker import app

        @app.task
        def settle(order):
            return order
        """,
    "docker-compose.yml": """
        services:
          worker:
            build: .
            command: celery -A shop.worker worker
        """,
    "Dockerfile": "FROM python:3.12\nCOPY . .\n",
}


def test_a_queue_that_no_worker_empties_is_told(look: Look) -> None:
    worker = 'const { Worker } = require("bullmq");\nnew Worker("invoices", handle, { connection });\n'
    files = {"package.json": BULL, "src/queue.js": QUEUE, "src/worker.js": worker}
    assert look("RES-012", files).failed == ["src/queue.js:2"]


def test_a_queue_and_its_worker_may_share_a_constant(look: Look) -> None:
    files = {
        "package.json": BULL,
        "src/names.js": 'module.exports = { MAILS: "mails" };\n',
        "src/queue.js": QUEUE,
        "src/worker.js": 'const { Worker } = require("bullmq");\nconst { MAILS } = require("./names");\nnew Worker(MAILS, handle, {});\n',
    }
    seen = look("RES-012", files)
    assert seen.failed == []
    assert seen.passed == ["src/queue.js:2"]


def test_workers_with_computed_names_leave_it_open(look: Look) -> None:
    worker = 'const { Worker } = require("bullmq");\nexport const work = (queue) => new Worker(queue, handle, {});\n'
    assert look("RES-012", {"package.json": BULL, "src/queue.js": QUEUE, "src/worker.js": worker}).failed == []


def test_a_nest_processor_that_no_module_provides_is_told(look: Look) -> None:
    processor = """
        import { Processor, WorkerHost } from "@nestjs/bullmq";
        @Processor("mails")
        export class MailProcessor extends WorkerHost {}
        """
    module = """
        import { MailProcessor } from "./mail.processor";
        @Module({ providers: [] })
        export class MailModule {}
        """
    files = {"src/mail.processor.ts": processor, "src/mail.module.ts": module}
    assert look("RES-012", files).failed == ["src/mail.processor.ts:3"]
    listed = module.replace("[]", "[MailProcessor]")
    assert look("RES-012", {**files, "src/mail.module.ts": listed}).failed == []


def test_celery_tasks_that_no_worker_imports_are_told(look: Look) -> None:
    worker = 'from celery import Celery\napp = Celery("shop", include=["shop.mails"])\n'
    assert look("RES-012", {**CELERY, "shop/worker.py": worker}).failed == ["shop/tasks.py:4"]
    sends = {"shop/api.py": "from shop import queue\nqueue.settle.delay(1)\n"}
    unsent, sent = (
        look("RES-012", {**CELERY, "shop/worker.py": worker}),
        look("RES-012", {**CELERY, "shop/worker.py": worker, **sends}),
    )
    assert [str(f.severity) for f in (*unsent.findings, *sent.findings)] == ["medium", "high"]
    named = worker.replace("shop.mails", "shop.tasks")
    assert look("RES-012", {**CELERY, "shop/worker.py": named}).failed == []


def test_a_timetable_needs_its_task_and_something_that_runs_it(look: Look) -> None:
    worker = """
        from celery import Celery
        app = Celery("shop", include=["shop.tasks"])
        app.conf.beat_schedule = {
            "nightly": {"task": "shop.tasks.close_books", "schedule": 86400},
        }
        """
    seen = look("RES-012", {**CELERY, "shop/worker.py": worker})
    assert seen.failed == ["shop/worker.py:4"]
    assert [e.line for e in seen.findings[0].evidence if e.path == "shop/worker.py"] == [4, 3]
    right = worker.replace("close_books", "settle")
    beat = (
        CELERY["docker-compose.yml"]
        + "          beat:\n            build: .\n            command: celery -A shop.worker beat\n"
    )
    assert look("RES-012", {**CELERY, "shop/worker.py": right, "docker-compose.yml": beat}).failed == []


def test_a_timer_that_nothing_switches_on_is_told(look: Look) -> None:
    service = """
        import { Cron } from "@nestjs/schedule";
        export class Sweeper {
          @Cron("0 3 * * *")
          sweep() {}
        }
        """
    assert look("RES-012", {"src/sweeper.ts": service}).failed == ["src/sweeper.ts:3"]
    module = 'import { ScheduleModule } from "@nestjs/schedule";\n@Module({ imports: [ScheduleModule.forRoot()] })\nexport class AppModule {}\n'
    assert look("RES-012", {"src/sweeper.ts": service, "src/app.module.ts": module}).failed == []


def test_a_queue_whose_worker_a_submodule_may_hold_is_left_open(look: Look) -> None:
    worker = 'const { Worker } = require("bullmq");\nnew Worker("invoices", handle, { connection });\n'
    files = {"package.json": BULL, "src/queue.js": QUEUE, "src/worker.js": worker}
    part = {".gitmodules": '[submodule "x"]\n\tpath = src/more\n\turl = https://a.test/x\n'}

    assert look("RES-012", {**files, **part}).outcomes == ["unknown"]
    assert look("RES-012", {**files, **part, "src/more/a.js": "1\n"}).outcomes == ["fail"]


def test_without_any_worker_each_module_of_tasks_is_not_told_as_well(look: Look) -> None:
    web = "services:\n  web:\n    build: .\n    command: uvicorn shop.main:app\n"
    app = 'from celery import Celery\napp = Celery("shop", include=["shop.mails"])\n'
    seen = look("RES-012", {**CELERY, "docker-compose.yml": web, "shop/worker.py": app})

    assert seen.outcomes == ["fail"]
    assert "no deployment runs a worker" in seen.text


def test_a_queue_of_bull_that_processes_its_own_jobs_has_a_worker(look: Look) -> None:
    bull = '{"name": "shop", "dependencies": {"bull": "4.0.0"}}'
    queue = 'const Queue = require("bull");\nconst mails = new Queue("send-mails", url);\nmodule.exports = { mails };\n'
    worker = 'const { mails } = require("./queue");\nmails.process(async (job) => send(job));\n'

    assert look("RES-012", {"package.json": bull, "src/queue.js": queue, "src/worker.js": worker}).outcomes == ["pass"]
    other = worker.replace("mails", "bills")
    assert look("RES-012", {"package.json": bull, "src/queue.js": queue, "src/worker.js": other}).outcomes == ["fail"]
