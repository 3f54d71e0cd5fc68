"""Transactions of MongoDB, and the servers that refuse them."""

from __future__ import annotations

from conftest import Look

CODE = """
    const mongoose = require("mongoose");
    const express = require("express");
    const app = express();
    app.post("/orders", async (req, res) => {
      const session = await mongoose.startSession();
      await session.withTransaction(() => place(req.body, session));
      res.end();
    });
    app.listen(3000);
    """
COMPOSE = """
    services:
      orders:
        build: ./orders
        restart: always
        depends_on: [store]
        environment:
          MONGO_URL: mongodb://store:27017/orders
      store:
        image: mongo:7.0.14
        restart: always
        volumes: [rows:/data/db]
    volumes: {rows: {}}
    """
FILES = {
    "orders/package.json": '{"name": "orders", "dependencies": {"express": "4.19.0", "mongoose": "8.7.0"}}',
    "orders/Dockerfile": 'FROM node:20\nCOPY . .\nCMD ["node", "app.js"]\n',
    "orders/app.js": CODE,
    "docker-compose.prod.yml": COMPOSE,
}


def composed(old: str, new: str) -> dict[str, str]:
    return {**FILES, "docker-compose.prod.yml": COMPOSE.replace(old, new)}


def test_a_single_server_is_told(look: Look) -> None:
    seen = look("DAT-025", FILES)
    assert seen.failed == ["orders/app.js:6"]
    assert seen.findings[0].severity == "high"


def test_a_member_of_a_replica_set_holds(look: Look) -> None:
    command = "image: mongo:7.0.14\n        command: mongod --replSet rs0 --bind_ip_all"
    assert look("DAT-025", composed("image: mongo:7.0.14", command)).outcomes == ["pass"]


def test_a_configuration_that_is_mounted_holds(look: Look) -> None:
    mounted = "image: mongo:7.0.14\n        volumes: [./mongo/mongod.conf:/etc/mongod.conf]"
    said = {"mongo/mongod.conf": "replication:\n  replSetName: rs0\n"}
    assert look("DAT-025", {**composed("image: mongo:7.0.14", mounted), **said}).outcomes == ["pass"]


def test_a_configuration_that_the_target_does_not_name_tells_nothing(look: Look) -> None:
    seen = look("DAT-025", {**FILES, "mongo/mongod.conf": "replication:\n  replSetName: rs0\n"})
    assert seen.outcomes == ["unknown"]


def test_a_set_for_development_alone_helps_nobody(look: Look) -> None:
    other = COMPOSE.replace("image: mongo:7.0.14", "image: mongo:7.0.14\n        command: --replSet rs0")
    assert look("DAT-025", {**FILES, "docker-compose.dev.yml": other}).failed == ["orders/app.js:6"]


def test_servers_elsewhere_are_left_alone(look: Look) -> None:
    assert look(
        "DAT-025", composed("mongodb://store:27017/orders", "mongodb+srv://cluster0.example.net/orders")
    ).outcomes == ["not_applicable"]
    asked = composed("store:27017/orders", "store:27017/orders?replicaSet=rs0")
    assert look("DAT-025", asked).outcomes == ["unknown"]


def test_other_transactions_are_none_of_mongodb(look: Look) -> None:
    other = """
        const runner = source.createQueryRunner();
        const express = require("express");
        const app = express();
        app.post("/orders", async (req, res) => { await runner.startTransaction(); res.end(); });
        app.listen(3000);
        """
    assert look("DAT-025", {**FILES, "orders/app.js": other}).outcomes == ["not_applicable"]
    plain = CODE.replace("await session.withTransaction(() => place(req.body, session));", "await place(req.body);")
    assert look("DAT-025", {**FILES, "orders/app.js": plain}).outcomes == ["not_applicable"]


def test_code_that_asks_the_server_first_is_left_alone(look: Look) -> None:
    asked = CODE.replace("await session.with", "if (isReplicaSet) await session.with")
    assert look("DAT-025", {**FILES, "orders/app.js": asked}).outcomes == ["not_applicable"]


def test_a_driver_of_python(look: Look) -> None:
    code = """
        from fastapi import FastAPI
        from motor.motor_asyncio import AsyncIOMotorClient
        app = FastAPI()
        client = AsyncIOMotorClient("mongodb://store")

        @app.post("/orders")
        async def place():
            async with await client.start_session() as session:
                async with session.start_transaction():
                    await client.shop.orders.insert_one({}, session=session)
        """
    files = {
        "orders/requirements.txt": "fastapi==0.115.0\nmotor==3.6.0\n",
        "orders/Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["uvicorn", "main:app"]\n',
        "orders/main.py": code,
        "docker-compose.prod.yml": COMPOSE,
    }
    assert look("DAT-025", files).failed == ["orders/main.py:9"]


def test_prisma_over_mongodb(look: Look) -> None:
    code = """
        import express from "express";
        import { PrismaClient } from "@prisma/client";
        const prisma = new PrismaClient();
        const app = express();
        app.post("/orders", async (req, res) => { res.json(await prisma.$transaction([prisma.order.create({ data: {} })])); });
        app.listen(3000);
        """
    schema = 'datasource db {\n  provider = "PROVIDER"\n  url = env("MONGO_URL")\n}\nmodel Order {\n  id String @id @map("_id")\n}\n'
    files = {**FILES, "orders/app.js": "", "orders/app.ts": code}
    told = {**files, "orders/prisma/schema.prisma": schema.replace("PROVIDER", "mongodb")}
    assert look("DAT-025", told).failed == ["orders/app.ts:5"]
    other = {**files, "orders/prisma/schema.prisma": schema.replace("PROVIDER", "postgresql")}
    assert look("DAT-025", other).outcomes == ["not_applicable"]


POD = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: orders}
    spec:
      selector: {matchLabels: {app: orders}}
      template:
        metadata: {labels: {app: orders}}
        spec:
          containers:
            - name: orders
              image: registry.example.com/orders:1.2.0
              env: [{name: MONGO_URL, value: "mongodb://store:27017/orders"}]
    ---
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: store}
    spec:
      serviceName: store
      selector: {matchLabels: {app: store}}
      template:
        metadata: {labels: {app: store}}
        spec:
          containers:
            - name: mongo
              image: mongo:7.0.14
              args: []
    """


def test_a_server_of_a_cluster(look: Look) -> None:
    files = {**FILES, "docker-compose.prod.yml": "services: {}\n", "k8s/orders.yaml": POD}
    assert look("DAT-025", files).failed == ["orders/app.js:6"]
    member = {**files, "k8s/orders.yaml": POD.replace("args: []", 'args: ["--replSet", "rs0"]')}
    assert look("DAT-025", member).outcomes == ["pass"]
