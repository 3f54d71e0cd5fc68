"""What first readings of unknown repositories took for a defect and is none, each beside a twin that is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pytest
from conftest import Look, Seen

from kit.model import Severity

Files = Mapping[str, str]


class Twin(NamedTuple):
    """A check, files in which it has something to say, and what of them makes it nothing to say (None: the file is gone)."""

    check: str
    files: Files
    harmless: Mapping[str, str | None]
    quiet: tuple[str, ...] = ("pass", "unknown", "not_applicable", "partial")


NODE = {
    "package.json": '{"name": "shop", "dependencies": {"express": "4.19.2"}}',
    "Dockerfile": "FROM node:22\nUSER node\nCOPY . .\nCMD node app.js\n",
}
CI = "on: pull_request\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n"
PYTEST = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
    "tests/test_a.py": "def test_a():\n    assert 1 + 1 == 2\n",
}
GO = {
    "Dockerfile": 'FROM golang:1.22\nCOPY . .\nRUN go build -o /shop .\nCMD ["/shop"]\n',
    "go.mod": "module example.com/shop\n\ngo 1.22\n",
}
FLASK = "from flask import Flask, request, send_file\napp = Flask(__name__)\n\n"
FASTAPI = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["fastapi", "uvicorn"]\n',
    "Dockerfile": "FROM python:3.12\nUSER 1000\nCOPY . .\nCMD uvicorn main:app\n",
}
ROUTES = "from fastapi import Depends, FastAPI, HTTPException\nfrom deps import %s\napp = FastAPI()\n\n@app.get('/me', dependencies=[Depends(current_user)])\ndef me(): return 1\n\n@app.put('/orders/{id}', dependencies=[Depends(%s)])\ndef change(id: int): return 1\n"
SECURE = "from fastapi import Depends, HTTPException\ndef current_user(): raise HTTPException(401)\n"
KNATIVE = "apiVersion: %s\nkind: Service\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n      containers: [{name: api, image: 'api:1.2'}]\n"
COGNITO = 'resource "aws_cognito_user_pool_client" "web" {\n  name = "web"\n  token_validity_units {\n    access_token = "%s"\n  }\n}\n'
BALANCER = 'resource "aws_lb" "web" {\n  internal = %s\n}\nresource "aws_lb_listener" "web" {\n  load_balancer_arn = aws_lb.web.arn\n  port = 8080\n  protocol = "HTTP"\n  default_action {\n    type = "forward"\n  }\n}\n'
TAKEN = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: grafana}\nspec:\n  sources:\n    - repoURL: https://grafana.github.io/helm-charts\n      chart: grafana\n      targetRevision: 7.3.7\n      helm: {valueFiles: [$values/charts/grafana.yaml]}\n    - {repoURL: https://git.example/shop.git, targetRevision: v1, ref: values}\n"
GO_ROUTES = 'package main\n\nimport "net/http"\n\nfunc main() {\n\tmux := http.NewServeMux()\n\tmux.HandleFunc("PATCH /users/{id}", h.updateUser)\n\tmux.HandleFunc("DELETE /users/{id}", h.updateUser)\n\thttp.ListenAndServe(":8080", mux)\n}\n'
GO_HANDLERS = 'package users\n\nimport "net/http"\n\nfunc (h *Handler) updateUser(w http.ResponseWriter, r *http.Request) {\n\t%s\n}\n'
GO_CHANGE = "\nfunc (h *Handler) change(w http.ResponseWriter, r *http.Request) {\n\t%sh.store.Update(r)\n}\n"
NEST = {
    "package.json": '{"name": "shop", "dependencies": {"@nestjs/common": "10.4.0", "@nestjs/core": "10.4.0"}}',
    "Dockerfile": "FROM node:22\nUSER node\nCOPY . .\nCMD node dist/main.js\n",
    "src/main.ts": "import { NestFactory } from '@nestjs/core';\nimport { AppModule } from './app.module';\nasync function bootstrap() {\n  const app = await NestFactory.create(AppModule);\n  await app.listen(3000);\n}\nbootstrap();\n",
    "src/app.module.ts": "import { Module } from '@nestjs/common';\nimport { Users } from './users.controller';\n@Module({ controllers: [Users] })\nexport class AppModule {}\n",
}
NEST_USERS = "import { Controller, Patch, Req } from '@nestjs/common';\n@Controller('users')\nexport class Users {\n  @Patch(':id')\n  async update(@Req() req: Request) {\n    return %s;\n  }\n}\n"
POSTGRES = {"docker-compose.prod.yml": "services:\n  db:\n    image: postgres:16\n"}
LIQUIBASE = {
    **POSTGRES,
    "changelog/db.changelog.xml": '<databaseChangeLog xmlns="http://www.liquibase.org/xml/ns/dbchangelog">\n  <changeSet id="1" author="a">\n    <createTable tableName="orders"><column name="id" type="int"><constraints primaryKey="true"/></column></createTable>\n  </changeSet>\n</databaseChangeLog>\n',
}
PRISMA = (
    'datasource db {\n  provider = "postgresql"\n}\n\nmodel orders {\n  id Int @id\n}\n\nmodel %s {\n  id Int @id\n}\n'
)
BACKUP_SERVICE = "services:\n  db:\n    image: postgres:16\n  saver:\n    image: postgres:16\n    entrypoint: [sh, /opt/backup.sh]\n    volumes: ['./backup.sh:/opt/backup.sh:ro']\n"
DRIZZLE = {
    **POSTGRES,
    "package.json": '{"name": "shop", "dependencies": {"drizzle-orm": "0.36.0"}}',
    "orders/schema.ts": "import { integer, pgTable } from 'drizzle-orm/pg-core';\nexport const orders = pgTable('orders', { id: integer('id').primaryKey() });\n",
    "users/schema.ts": "import { integer, pgTable } from 'drizzle-orm/pg-core';\nexport const users = pgTable('users', { id: integer('id').primaryKey() });\n",
    "carts/schema.ts": "import { integer, pgTable } from 'drizzle-orm/pg-core';\nexport const carts = pgTable('carts', { id: integer('id').primaryKey() });\n",
}

MANIFESTS = 'kind: Job\nrun: |\n  cat > a.yaml <<EOF\n  kind: %s\n  data:\n    PLACE: "xK9fQ2vLw8Zr4TnB7yHc"\n  EOF\n  cat > b.yaml <<EOF\n  kind: Secret\n  stringData:\n    KEY: "changeme"\n  EOF\n'
VECTOR = 'from fastapi import FastAPI\nfrom sqlalchemy import text\napp = FastAPI()\n\ndef nearest(session, vector: %s):\n    written = "[" + ",".join(str(x) for x in vector) + "]"\n    return session.execute(text(f"SELECT id FROM items ORDER BY place <=> \'{written}\'::vector"))\n'
SOCKET = "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/orders')\ndef orders(): ...\n@app.get('/users')\ndef users(): ...\n%s"
SOCKETS = "openapi: 3.0.0\ninfo: {title: x, version: '1'}\npaths:\n  /orders: {get: {responses: {'200': {description: ok}}}}\n  /users: {get: {responses: {'200': {description: ok}}}}\n  /orders/{id}/ws: {get: {responses: {'101': {description: ok}}}}\n"
ALCHEMY = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["sqlalchemy"]\n',
    "models.py": "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\nclass Base(DeclarativeBase): pass\nclass Order(Base):\n    __tablename__ = 'orders'\n    id: Mapped[int] = mapped_column(primary_key=True)\n",
}

AZURE = "connection: DefaultEndpointsProtocol=http;AccountName=shopstore1;AccountKey=%s;\n"
HOOK = "from fastapi import FastAPI\napp = FastAPI()\n\n@app.post('%s')\ndef paid(body: dict):\n%s\n"
ALEMBIC = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["sqlalchemy", "alembic"]\n',
    "models/__init__.py": "", "models/base.py": "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): pass\n",
    "models/order.py": "from sqlalchemy.orm import Mapped, mapped_column\nfrom models.base import Base\nclass Order(Base):\n    __tablename__ = 'orders'\n    id: Mapped[int] = mapped_column(primary_key=True)\n",
    "models/cart.py": "from sqlalchemy.orm import Mapped, mapped_column\nfrom models.base import Base\nclass Cart(Base):\n    __tablename__ = 'carts'\n    id: Mapped[int] = mapped_column(primary_key=True)\n",
    "alembic.ini": "[alembic]\nscript_location = alembic\n", "alembic/env.py": "",
    "alembic/versions/1_a.py": "import sqlalchemy as sa\nfrom alembic import op\nrevision = '1'\ndown_revision = None\ndef upgrade():\n    op.create_table('orders', sa.Column('id', sa.Integer(), primary_key=True, nullable=False))\ndef downgrade():\n    op.drop_table('orders')\n",
}  # fmt: skip
SPRING = {
    "pom.xml": "<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>shop</artifactId><version>1</version><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId><version>3.4.0</version></dependency><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-actuator</artifactId><version>3.4.0</version></dependency><dependency><groupId>io.micrometer</groupId><artifactId>micrometer-registry-prometheus</artifactId><version>1.14.0</version></dependency></dependencies></project>",
    "Dockerfile": "FROM eclipse-temurin:21\nUSER 1000\nCOPY target/shop.jar .\nCMD java -jar shop.jar\n",
    "src/main/java/a/Shop.java": 'package a;\nimport org.springframework.boot.SpringApplication;\nimport org.springframework.boot.autoconfigure.SpringBootApplication;\nimport org.springframework.web.bind.annotation.*;\n@SpringBootApplication\n@RestController\npublic class Shop {\n  public static void main(String[] args) { SpringApplication.run(Shop.class, args); }\n  @GetMapping("/orders") public String orders() { return ""; }\n}\n',
    "docker-compose.prod.yml": "services:\n  shop:\n    build: .\n  prometheus:\n    image: prom/prometheus:v3.0.0\n    volumes: ['./prometheus.yml:/etc/prometheus/prometheus.yml:ro']\n",
    "prometheus.yml": "scrape_configs:\n  - job_name: shop\n    metrics_path: /actuator/prometheus\n    static_configs:\n      - targets: ['shop:8080']\n",
}
EXPOSED = "management:\n  endpoints:\n    web:\n      exposure:\n        include: %s\n"

JWT_GO = """package auth

import "github.com/golang-jwt/jwt/v5"

func (m *Minter) Revoke(token string) error {
%s
	claims := &jwt.RegisteredClaims{}
	parser := jwt.NewParser()
	if _, _, err := parser.ParseUnverified(token, claims); err != nil {
		return err
	}
	return m.store.Revoke(claims.ID)
}
"""
CELERY = {
    "requirements.txt": "celery==5.4.0\n",
    "app.py": "from celery import Celery\napp = Celery('shop')\n\n@app.task(name='shop.tidy')\ndef tidy(): ...\n",
}
UMZUG = {
    **POSTGRES,
    "package.json": '{"name": "shop", "dependencies": {"sequelize": "6.37.0", "umzug": "3.8.0"}}',
    "db/migrations/1-orders.js": "module.exports = {\n  up: (queryInterface, S) => queryInterface.createTable('orders', { id: { type: S.INTEGER, primaryKey: true } }),\n  down: (queryInterface) => queryInterface.dropTable('orders'),\n};\n",
    ".github/workflows/deploy.yml": "on: {push: {branches: [main]}}\njobs:\n  deploy:\n    environment: production\n    runs-on: ubuntu-latest\n    steps:\n      - run: kubectl apply -f k8s\n%s",
}
ACCEPT = "export async function POST(request: Request) {\n  const body = await request.json();\n  const path = %s;\n  const answer = await fetch(%s, { method: 'POST' });\n  return Response.json(await answer.json());\n}\n"
BATCH = "from celery.schedules import crontab\nfrom app import app\n%s{'clean': {'task': 'shop.clean', 'schedule': crontab(hour=1)}}\n"
TLS = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: %s%s}\nspec:\n  rules:\n    - host: %s\n      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}\n"
KUSTOMIZED = {
    "app/base/kustomization.yaml": "resources: [config.yaml, web.yaml]\n",
    "app/base/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {issuer: 'https://auth.example.com'}\n",
    "app/base/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n        - name: web\n          image: 'ghcr.io/acme/web:1.2'\n          env: [{name: ISSUER_URL, valueFrom: {configMapKeyRef: {name: settings, key: issuer}}}]\n",
    "app/overlays/production/kustomization.yaml": "resources: [../../base]\n",
    "envs/production/kustomization.yaml": "resources: [../../app/base]\npatches: [{path: issuer.yaml}]\n",
    "envs/production/issuer.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {issuer: 'https://auth.acme.io'}\n",
}
ARGO = (
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, namespace: argocd}\nspec:\n  project: default\n  source: {repoURL: 'https://github.com/acme/shop', path: %s, targetRevision: v1.2.0}\n  destination: {server: 'https://kubernetes.default.svc', namespace: shop}\n"
    "---\n"
    "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: kept, namespace: argocd}\nspec:\n  project: default\n  source: {repoURL: 'https://github.com/acme/shop', path: kept, targetRevision: v1.2.0}\n  destination: {server: 'https://kubernetes.default.svc', namespace: shop}\n"
)
KEPT = {"kept/kustomization.yaml": "resources: []\n"}
GROUP = 'variable "open" {\n  default = ["0.0.0.0/0"]\n}\nresource "aws_security_group" "node" {\n  ingress {\n    from_port = 22\n    to_port = 22\n    protocol = "tcp"\n    cidr_blocks = var.open\n  }\n}\n'
NAMED = {
    **POSTGRES,
    "package.json": '{"name": "shop", "dependencies": {"typeorm": "0.3.20"}}',
    "src/order.ts": "import { Column, Entity, PrimaryColumn } from 'typeorm';\n@Entity('orders')\nexport class Order {\n  @PrimaryColumn() id: number;\n  @Column() madeAt: Date;\n}\n",
    "src/migrations/1-orders.ts": 'import { MigrationInterface, QueryRunner } from \'typeorm\';\nexport class Orders1 implements MigrationInterface {\n  async up(q: QueryRunner) { await q.query(`CREATE TABLE "orders" ("id" int PRIMARY KEY, "made_at" timestamp NOT NULL)`); }\n  async down(q: QueryRunner) { await q.query(`DROP TABLE "orders"`); }\n}\n',
    "src/data-source.ts": "import { DataSource } from 'typeorm';\nexport default new DataSource({ type: 'postgres', migrations: ['src/migrations/*'] });\n",
}
REPORTED = "on: push\njobs:\n  check:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n%s"

PROTO = 'syntax = "proto3";\npackage shop.v1;\nmessage Order {\n  string id = 1;\n  %s place = 2;\n}\n'
DOTNET = {
    "Shop/Shop.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web">\n  <PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup>\n</Project>\n',
    "Shop/Dockerfile": "FROM mcr.microsoft.com/dotnet/aspnet:9.0\nUSER app\nCOPY . .\nENTRYPOINT dotnet Shop.dll\n",
}
MAPPED = 'var app = WebApplication.CreateBuilder(args).Build();\nvar orders = app.MapGroup("/orders")%s;\norders.MapGet("/", () => 1).WithName("all");\norders.MapDelete("/{id}", (int id) => 1)\n    .WithName("drop")%s;\napp.Run();\n'
READ_ALL = 'resource "aws_s3_bucket_public_access_block" "this" {\n%s  bucket = aws_s3_bucket.this.id\n  block_public_acls = false\n  block_public_policy = false\n}\n'

HOOKED = 'var app = WebApplication.CreateBuilder(args).Build();\napp.MapPost("/payments/webhook", async (HttpContext context, IPay pay) => await pay.Take(%s));\napp.Run();\n'
NEST_ASKS = "import axios from 'axios';\nexport class Payments {\n  private readonly httpClient = axios.create(%s);\n  async refund(id: string) {\n    return this.httpClient.post('/api/refunds', { id });\n  }\n}\n"
NEST_GUARDED = {
    "package.json": '{"name": "shop", "dependencies": {"@nestjs/common": "10.4.0", "@nestjs/core": "10.4.0", "@nestjs/passport": "10.0.3"}}',
    "src/token.guard.ts": "import { Injectable } from '@nestjs/common';\nimport { AuthGuard } from '@nestjs/passport';\n@Injectable()\nexport class AccessTokenGuard extends AuthGuard('jwt') {}\n",
}
NEST_ROOT = "import { Module } from '@nestjs/common';\nimport { APP_GUARD } from '@nestjs/core';\nimport { Users } from './users.controller';\n@Module({ controllers: [Users]%s })\nexport class AppModule {}\n"

MATRIX = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        service: [shop, web]\n    steps:\n      - uses: actions/checkout@v4\n      - run: npm ci\n        working-directory: ${{ matrix.service }}\n"
LOCKED = '{"name": "%s", "lockfileVersion": 3, "packages": {"": {"name": "%s"}}}\n'
GO_CI = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n%s      - run: go test ./...\n"
GO_PROTO = {
    "go.mod": "module shop\n\ngo 1.23\n",
    "main.go": 'package main\n\nimport "shop/internal/protos"\n\nfunc main() { protos.Serve() }\n',
    "Dockerfile": 'FROM golang:1.23 AS build\nWORKDIR /app\nCOPY . .\nRUN protoc --go_out=. shop.proto && go build -o /shop .\nFROM alpine:3.20\nCOPY --from=build /shop /shop\nCMD ["/shop"]\n',
    ".gitignore": "**/*.pb.go\n",
}
IN_COOKIE = "import Cookies from 'js-cookie';\n\nexport function keep(token: string) {\n  document.title = 'in';\n  Cookies.set('%s', %s);\n}\n"

DEMANDS = "if (process.env.NODE_ENV === 'production' && !process.env.JWT_SECRET) {\n  throw new Error('JWT_SECRET is missing');\n}\n"

LIMITED = "const express = require('express');\nconst rateLimit = require('express-rate-limit');\nconst app = express();\n%sapp.use(rateLimit({ windowMs: 60000, max: 10 }));\napp.post('/orders', (req, res) => res.end());\napp.listen(3000);\n"
BEHIND = {
    "docker-compose.prod.yml": "services:\n  web:\n    image: nginx:1.27\n    ports: ['443:443']\n    volumes: ['./nginx.conf:/etc/nginx/nginx.conf']\n  api:\n    build: .\n",
    "nginx.conf": "http {\n  server {\n    listen 443 ssl;\n    location / { proxy_pass http://api:3000; }\n  }\n}\n",
}

KONG = "_format_version: '3.0'\nservices:\n  - name: shop\n    url: http://shop:3000\n    plugins:\n      - name: %s\n"
GO_SIGNS = 'package main\n\nimport jwt "github.com/golang-jwt/jwt/v5"\n\nfunc sign(claims jwt.MapClaims) string {\n\tt, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(key)\n\treturn t\n}\n\nfunc login(id string) string {\n\treturn sign(jwt.MapClaims{"sub": id%s})\n}\n'
GO_SQL = 'package main\n\nimport (\n\t"database/sql"\n\t"fmt"\n)\n\nfunc exists(db *sql.DB, o *Options) {\n\tdb.QueryRow(fmt.Sprintf("SELECT 1 FROM t WHERE name=\'%%s\'", o.%s))\n}\n'
DEPLOYS = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: npm test\n  deploy:\n    needs: [test]\n    if: ${{ %s }}\n    runs-on: ubuntu-latest\n    steps:\n      - run: kubectl apply -f k8s\n"

JENKINS = "pipeline {\n  agent any\n  stages {\n    stage('Deploy') {\n      steps {\n        sh '''echo deploying ''' + VERSION + '''\n          %s\n        '''\n      }\n    }\n  }\n}\n"
CHART = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
DJANGO = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["django"]\n',
    "Dockerfile": "FROM python:3.12\nUSER 1000\nCOPY . .\nCMD gunicorn shop.wsgi\n",
    "shop/tags/models.py": "from django.db import models\n\nclass Tag(models.Model):\n    name = models.CharField(max_length=40)\n",
}
MADE = "from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    initial = True\n    operations = [migrations.CreateModel(name='Tag', fields=[('id', models.BigAutoField(primary_key=True)), ('name', models.CharField(max_length=40))])]\n"
BOOT = {
    "pom.xml": "<project><artifactId>shop</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>\n",
    "src/main/java/shop/Orders.java": 'package shop;\n\n@RestController\n@RequestMapping("/orders")\npublic class Orders {\n  @DeleteMapping("/{id}")\n  public void remove(@PathVariable Long id) { repository.deleteById(id); }\n}\n',
    "src/main/java/shop/Shop.java": "package shop;\n\n@SpringBootApplication\npublic class Shop {\n  public static void main(String[] args) { SpringApplication.run(Shop.class, args); }\n}\n",
    "Dockerfile": "FROM eclipse-temurin:21\nUSER 1000\nCOPY target/shop.jar /shop.jar\nCMD java -jar /shop.jar\n",
}
GATEWAY = {
    "gate/pom.xml": "<project><artifactId>gate</artifactId></project>\n",
    "gate/src/main/resources/application.yml": "spring:\n  cloud:\n    gateway:\n      routes:\n        - {id: shop, uri: 'lb://shop', predicates: [Path=/orders/**]}\n",
    "gate/src/main/java/gate/Security.java": "package gate;\n\nclass Security {\n  SecurityWebFilterChain chain(ServerHttpSecurity http) {\n    return http.authorizeExchange().anyExchange().authenticated().and().oauth2ResourceServer().jwt().and().build();\n  }\n}\n",
}
OF_TRAEFIK = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec:\n  ingressClassName: traefik\n  rules:\n    - host: shop.acme.io\n      http:\n        paths:\n          - {path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}\n"
BOUND = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: admin}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\nsubjects:\n  - {kind: %s, name: shop, namespace: shop}\n"
PORTS = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n        - name: web\n          image: acme/web:1.2\n          ports: [{containerPort: 8080, name: http}]\n          readinessProbe: {httpGet: {path: /, port: 8080}}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  selector: {app: web}\n  ports:\n    - {name: http, port: 80, targetPort: %s}\n    - {name: metrics, port: 9090, targetPort: %s}\n"
PHP = "services:\n  api:\n    image: acme/php:8.3\n    volumes:\n      - .:/var/www/html\n  redis:\n    image: redis:7\n    ports: ['6379:6379']\n"
DATASOURCE = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  selector: {matchLabels: {app: shop}}\n  template:\n    metadata: {labels: {app: shop}}\n    spec:\n      containers:\n        - name: shop\n          image: shop:1.2\n          env:\n            - {name: %s, value: a}\n"

INNER = "services:\n  web:\n    image: nginx:1.27\n    ports: ['443:443']\n  shop:\n    build: .\n%s  other:\n    build: ./other\n"
OTHER = {
    "other/package.json": '{"name": "other"}',
    "other/Dockerfile": "FROM node:22\nUSER node\nCOPY . .\nCMD node other.js\n",
    "other/other.js": "console.log(1);\n",
}
CHANGES = "const express = require('express');\nconst app = express();\napp.delete('/orders/:id', (req, res) => { orders.remove(req.params.id); res.end(); });\napp.listen(3000);\n"
OPENED = "services:\n  shop:\n    build: .\n    ports: ['3000:3000']\n"

GO_SOCKET = 'package main\n\nimport "github.com/gorilla/websocket"\n\nvar upgrader = websocket.Upgrader{\n\tCheckOrigin: func(r *http.Request) bool {\n\t\t// later\n\t\treturn %s\n\t},\n}\n'

BARE_COMPOSE = "services:\n  api:\n    build: .\n  db:\n    image: postgres:16.3\n"
DRF = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["django", "djangorestframework"]\n',
    "Dockerfile": "FROM python:3.12\nUSER 1000\nCOPY . .\nCMD gunicorn shop.wsgi\n",
    "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['rest_framework']\n",
    "shop/urls.py": "from rest_framework.routers import DefaultRouter\nfrom shop.views import Orders\nrouter = DefaultRouter()\nrouter.register('orders', Orders)\nurlpatterns = router.urls\n",
}
DRF_VIEWS = "from rest_framework import viewsets\nfrom rest_framework.permissions import AllowAny, IsAdminUser, IsAuthenticated\n\nclass Orders(viewsets.ModelViewSet):\n    def get_permissions(self):\n        if self.action in ['update', 'partial_update', 'destroy']:\n            permission_classes = [%s]\n        else:\n            permission_classes = [IsAuthenticated]\n        return [permission() for permission in permission_classes]\n"
MADE_DEPENDENCIES = "from fastapi import Depends, FastAPI, HTTPException\nfrom routes import router\n\ndef current_user(): raise HTTPException(401)\n\ndef asked():\n    found = []\n    if settings.auth:\n        found.append(Depends(%s))\n    return found\n\ndef page(): return 1\n\napp = FastAPI()\nrules = asked()\napp.include_router(router, dependencies=rules)\n"
HANDS_APP = "import fastify from 'fastify';\nimport { hook } from './hook';\nconst app = fastify();\nhook(app);\napp.delete('/orders/:id', async () => db.orders.delete());\napp.listen({ port: 3000 });\n"
ADDS_HOOK = (
    "export function hook(server) {\n  server.addHook('onRequest', async (request, reply) => {\n    %s\n  });\n}\n"
)
TRIED = (
    CI
    + "  deploy:\n    runs-on: ubuntu-latest\n    environment: production\n    steps:\n      - uses: actions/checkout@v4\n      - run: terraform apply -auto-approve -var stage=%s\n%s"
)
APART = CI.replace("pull_request", "push") + "      - run: npx jest\n"
ISSUED = "import jwt\n\nKEY = read()\n\ndef who(token):\n    return jwt.decode(token, options={'verify_signature': False})['role']\n%s"
STANDS = "app.delete('/orders/:id', async (req, res) => { await db.orders.delete(req.params.id); res.send(); });\napp.listen(3000);\n"
SECURED = "package com.acme;\n\nimport %s.Base;\n\n@Configuration\n@EnableWebSecurity\npublic class Security extends Base {\n}\n"
SPRING_SECURED = {
    "pom.xml": "<project><groupId>com.acme</groupId><artifactId>shop</artifactId><version>1</version><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-security</artifactId></dependency></dependencies></project>\n",
    "Dockerfile": "FROM eclipse-temurin:21\nUSER 1000\nCOPY target/shop.jar .\nCMD java -jar shop.jar\n",
    "src/main/java/com/acme/Orders.java": 'package com.acme;\n\nimport org.springframework.web.bind.annotation.*;\n\n@RestController\npublic class Orders {\n    @Secured("ROLE_ADMIN")\n    @DeleteMapping("/orders/{id}")\n    public void drop(@PathVariable long id) { store.drop(id); }\n}\n',
}

NARROWED = "Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      Policies:\n        - PolicyName: all\n          PolicyDocument:\n            Statement:\n              - Effect: Allow\n                Action: '*'\n                Resource: '*'\n%s"
SERVES_THREE = "const express = require('express');\nconst app = express();\napp.get('/api/orders', list);\napp.get('/api/users', list);\napp.get('/health/live', live);\napp.listen(3000);\n"
SPECIFIED = "openapi: 3.0.0\ninfo: {title: shop, version: '1'}\nservers: [{url: 'http://localhost/api'}]\npaths:\n  /orders: {get: {responses: {'200': {description: ok}}}}\n  /users: {get: {responses: {'200': {description: ok}}}}\n  %s: {get: {responses: {'200': {description: ok}}}}\n"
ASKS = "// SELECT\nconst add = async (db, day) => { await db.raw(`%s`); };\nmodule.exports = add;\n"
GO_SERVES = 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.HandleFunc("/ping", ping)\n\thttp.ListenAndServe(":8080", nil)\n}\n'
DJANGO_POSTGRES = (
    "DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'shop'}}\nINSTALLED_APPS = ['cart']\n"
)
DJANGO_FIRST = "from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    initial = True\n    dependencies = []\n    operations = [migrations.CreateModel(name='item', fields=[('id', models.BigAutoField(primary_key=True))]), migrations.CreateModel(name='line', fields=[('id', models.BigAutoField(primary_key=True))])]\n"
DJANGO_ADDS = "from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n%s    dependencies = [('cart', '0001_initial')]\n    operations = [migrations.AddField(model_name='item', name='size', field=models.IntegerField())]\n"

EF_MIGRATION = 'using Npgsql.EntityFrameworkCore.PostgreSQL;\npublic partial class Initial : Migration\n{\n    protected override void Up(MigrationBuilder migrationBuilder)\n    {\n        migrationBuilder.CreateTable(name: "Orders", columns: table => new { Id = table.Column<long>(type: "bigint", nullable: false) });\n    }\n    protected override void Down(MigrationBuilder migrationBuilder)\n    {\n        migrationBuilder.DropTable(name: "Orders");\n    }\n}\n'
EF_STARTS = "var app = builder.Build();\n%s\n{\n    await db.Database.MigrateAsync();\n}\napp.Run();\n"
MAKES_COUPONS = 'public static class Setup\n{\n    public static void Prepare(this IHost host)\n    {\n        command.CommandText = "%s";\n        command.ExecuteNonQuery();\n        command.CommandText = "CREATE TABLE Coupon (Id SERIAL PRIMARY KEY)";\n        command.ExecuteNonQuery();\n    }\n}\n'

DOTNET_ORDERS = '[ApiController]\n[Route("orders")]\npublic class OrdersController : ControllerBase\n{\n    [HttpDelete("{id}")]\n    public async Task<IActionResult> Drop(long id) { await store.DeleteAsync(id); return NoContent(); }\n}\n'


TWINS = {
    "a test that an action of others may run": Twin(
        "TST-002",
        {**PYTEST, ".github/workflows/ci.yml": CI + "      - run: ruff check\n"},
        {".github/workflows/ci.yml": CI + "      - name: Test and scan\n        uses: acme/tools/.github/actions/test-and-scan@main\n"},
        ("unknown",),
    ),
    "a recipe of another justfile": Twin(
        "TST-002",
        {**PYTEST, ".github/workflows/ci.yml": CI + "      - run: just all\n", "justfile": "all:\n    echo none\n"},
        {"justfile": 'api := "just -f api/justfile"\n\nall:\n    {{api}} unit\n', "api/justfile": "unit:\n    cd .. && pytest\n"},
        ("pass",),
    ),
    "a script of an environment of hatch": Twin(
        "TST-002",
        {**PYTEST, ".github/workflows/ci.yml": CI + "      - run: hatch run lint\n"},
        {
            ".github/workflows/ci.yml": CI + "      - run: hatch run check\n",
            "pyproject.toml": PYTEST["pyproject.toml"] + '[tool.hatch.envs.default.scripts]\ncheck = "pytest -q"\n',
        },
        ("pass",),
    ),
    "a lockfile that the step makes": Twin(
        "DEL-007",
        {**NODE, ".github/workflows/ci.yml": CI + "      - run: npm ci\n"},
        {".github/workflows/ci.yml": CI + "      - run: |\n          [ ! -f package-lock.json ] && npm install --package-lock-only\n          npm ci\n"},
        ("pass", "unknown", "not_applicable"),
    ),
    "a library that others build": Twin(
        "DEL-037",
        {
            **GO,
            "main.go": 'package main\n\nimport "example.com/lib/kv"\n\nfunc main() { kv.Run() }\n',
            "lib/go.mod": "module example.com/lib\n\ngo 1.22\n",
            "lib/kv/kv.go": 'package kv\n\nimport "github.com/redis/go-redis/v9"\n\nfunc Run() { redis.NewClient(nil) }\n',
            "lib/Dockerfile": 'FROM golang:1.22\nCOPY . .\nRUN go build ./...\nCMD ["/lib"]\n',
        },
        {"go.mod": GO["go.mod"] + "\nrequire (\n\texample.com/lib v0.0.0\n\tgithub.com/redis/go-redis/v9 v9.1.0\n)\n\nreplace example.com/lib => ./lib\n"},
    ),
    "a script that is looked for first": Twin(
        "DEL-003",
        {**NODE, ".github/workflows/ci.yml": CI + "      - run: npm run integration\n"},
        {".github/workflows/ci.yml": CI + "      - run: |\n          if npm run | grep -q 'integration'; then\n            npm run integration\n          fi\n"},
        ("pass", "not_applicable"),
    ),
    "a folder within a package": Twin(
        "DEL-028",
        {
            **FASTAPI, "main.py": "from app.providers.openai import client\napp = client\n",
            "app/providers/openai/__init__.py": "", "app/providers/openai/client.py": "import openai.types.responses\n",
        },
        {"app/__init__.py": ""},
        ("pass",),
    ),
    "a stream that keeps nothing": Twin(
        "CON-020",
        {"docker-compose.prod.yml": "services:\n  bus:\n    image: nats:2.10\n    command: -js\n"},
        {"docker-compose.prod.yml": "services:\n  bus:\n    image: nats:2.10\n    command: -p 4222\n"},
        ("not_applicable",),
    ),
    "a store that is built here": Twin(
        "CON-012",
        {
            "docker-compose.prod.yml": "services:\n  queue:\n    build: queue\n    ports: ['6379:6379']\n",
            "queue/Dockerfile": "FROM redis:7\nCOPY redis.conf /etc/redis.conf\n",
        },
        {"queue/Dockerfile": "FROM python:3.12\nCMD python app.py\n"},
        ("not_applicable",),
    ),
    "a list that is none": Twin(
        "CON-044",
        {"Dockerfile": 'FROM alpine:3.20\nHEALTHCHECK CMD ["/app", "--health"] || exit 1\n'},
        {"Dockerfile": 'FROM alpine:3.20\nHEALTHCHECK CMD ["/app", "--health"]\n'},
    ),
    "sources that an ignore rule swallows": Twin(
        "CON-001",
        {**NODE, "Dockerfile": "FROM node:22\nUSER node\nCOPY lib ./lib\nCMD node lib/app.js\n", ".gitignore": "lib/\n"},
        {"lib/app.js": "", ".gitignore": "dist/\n"},
    ),
    "a stage that tests alone build": Twin(
        "CON-002",
        {
            **NODE, "Dockerfile": "FROM node:22 AS build\nCOPY . .\nFROM build AS unit_tests\nFROM node:22-slim AS final\nCOPY --from=build /app .\nEXPOSE 3000\nCMD node app.js\n",
            "docker-compose-unit-tests.yaml": "services:\n  shop:\n    build:\n      context: .\n      target: unit_tests\n    entrypoint: npm test\n",
            "docker-compose.yaml": "services:\n  shop:\n    build: .\n",
            "docker-compose.override.yaml": "services:\n  shop:\n    ports: ['3000:3000']\n",
        },
        {"Dockerfile": "FROM node:22 AS build\nCOPY . .\nFROM build AS unit_tests\nFROM node:22-slim AS final\nCOPY --from=build /app .\nUSER node\nEXPOSE 3000\nCMD node app.js\n"},
    ),
    "an image for development beside that for production": Twin(
        "CON-002",
        {"package.json": NODE["package.json"], "Dockerfile": "FROM node:22\nCOPY . .\nCMD npm run dev\n"},
        {"Dockerfile.prod": "FROM node:22\nUSER node\nCOPY . .\nCMD node app.js\n"},
        ("pass", "not_applicable"),
    ),
    "a port that a program puts together": Twin(
        "CON-022",
        {
            "package.json": NODE["package.json"], "app.js": "require('express')().listen(3001)\n",
            "Dockerfile": "FROM node:22\nUSER node\nCOPY . .\nHEALTHCHECK CMD node -e \"require('http').get('http://127.0.0.1/health')\"\nCMD node app.js\n",
        },
        {"Dockerfile": "FROM node:22\nUSER node\nCOPY . .\nHEALTHCHECK CMD node -e \"require('http').get('http://127.0.0.1:'+process.env.PORT+'/health')\"\nCMD node app.js\n"},
        ("pass", "unknown", "not_applicable"),
    ),
    "a second server of the process": Twin(
        "ORC-004",
        {
            **NODE, "docker-compose.yml": "services:\n  shop:\n    build: .\n    image: shop:1.0\n",
            "app.js": "require('express')().listen(3000)\n",
            "k8s/api.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  selector: {matchLabels: {app: shop}}\n  template:\n    metadata: {labels: {app: shop}}\n    spec:\n      containers: [{name: shop, image: 'shop:1.0'}]\n---\napiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec:\n  selector: {app: shop}\n  ports: [{port: 9100, targetPort: 9100}]\n",
        },
        {"metrics.js": "exports.metricsPort = 9100;\n"},
    ),
    "a service of Knative": Twin("ORC-001", {"k8s/api.yaml": KNATIVE % "v1"}, {"k8s/api.yaml": KNATIVE % "serving.knative.dev/v1"}),
    "a unit of time": Twin("INF-006", {"main.tf": COGNITO % "hunter2-4711-xyz"}, {"main.tf": COGNITO % "hours"}),
    "a balancer within the network": Twin("INF-009", {"main.tf": BALANCER % "false"}, {"main.tf": BALANCER % "true"}),
    "a variable whose absence ends one call": Twin(
        "CFG-001",
        {
            **GO, "docker-compose.prod.yml": "services:\n  shop:\n    build: .\n",
            "main.go": 'package main\n\nimport (\n\t"errors"\n\t"os"\n)\n\nfunc loadHook() error {\n\thook := os.Getenv("ALERT_HOOK")\n\tif hook == "" {\n\t\treturn errors.New("ALERT_HOOK is not set")\n\t}\n\treturn nil\n}\n\nfunc main() { panic(loadHook()) }\n',
        },
        {"main.go": 'package main\n\nimport (\n\t"errors"\n\t"os"\n)\n\nfunc triggerAlert() error {\n\thook := os.Getenv("ALERT_HOOK")\n\tif hook == "" {\n\t\treturn errors.New("ALERT_HOOK is not set")\n\t}\n\treturn nil\n}\n\nfunc main() { _ = triggerAlert() }\n'},
        ("pass", "unknown", "not_applicable"),
    ),
    "the label of a text": Twin(
        "CFG-005",
        {"src/keys.ts": "export const KEYS = { loginPassword: 'kP9v.xQ2m.Zt7w-11' };\n"},
        {"src/keys.ts": "export const KEYS = { loginPassword: 'auth.meta.loginPassword' };\n"},
    ),
    "a template of JSON": Twin(
        "CFG-013", {"agent.json": '{"tools": __TOOLS }\n'}, {"agent.json": '{"tools": __TOOLS__ }\n', "card.json": '{"a": 1, {#if x}"b": 2{/if}}\n'}
    ),
    "a public variable that is given as nothing": Twin(
        "CFG-009",
        {
            "package.json": '{"name": "web", "dependencies": {"next": "15.0.0"}, "scripts": {"build": "next build"}}',
            "Dockerfile": "FROM node:22\nUSER node\nCOPY . .\nRUN npm run build\nCMD npm start\n",
            "app/page.tsx": "export default () => fetch(process.env.NEXT_PUBLIC_API!);\n",
            "docker-compose.prod.yml": "services:\n  web:\n    build: .\n    environment:\n      NEXT_PUBLIC_API: https://api.shop.example\n",
        },
        {"docker-compose.prod.yml": "services:\n  web:\n    build: .\n    environment:\n      NEXT_PUBLIC_API: ''\n"},
    ),
    "a guard that a function makes": Twin(
        "SEC-001",
        {**FASTAPI, "main.py": ROUTES % ("current_user, timed", "timed()"), "deps.py": SECURE + "def timed():\n    def inner(): return 1\n    return inner\n"},
        {
            "main.py": ROUTES % ("current_user, scoped", "scoped('x')"),
            "deps.py": SECURE + "def scoped(*names):\n    def inner(user = Depends(current_user)): return user\n    return inner\n",
        },
        ("pass",),
    ),
    "a route that its documentation calls public": Twin(
        "SEC-001",
        {**FASTAPI, "deps.py": SECURE, "main.py": "from fastapi import Depends, FastAPI\nfrom deps import current_user\napp = FastAPI()\n\n@app.put('/me', dependencies=[Depends(current_user)])\ndef me(): return 1\n\n@app.post('/leads')\ndef leads(): return db.save(1)\n"},
        {"main.py": "from fastapi import Depends, FastAPI\nfrom deps import current_user\napp = FastAPI()\n\n@app.put('/me', dependencies=[Depends(current_user)])\ndef me(): return 1\n\n@app.post('/leads')\ndef leads():\n    \"\"\"A request for a demo. Public endpoint.\"\"\"\n    return db.save(1)\n"},
    ),
    "a number in place of what crypto lacks": Twin(
        "SEC-005",
        {**NODE, "app.js": "function createToken() {\n  return Math.random().toString(16);\n}\n"},
        {"app.js": "function createToken() {\n  return crypto.randomUUID ? crypto.randomUUID() : Math.random().toString(16);\n}\n"},
    ),
    "certificates of development": Twin(
        "SEC-018",
        {**NODE, "app.js": "const agent = new https.Agent({\n  rejectUnauthorized: false,\n});\n"},
        {"app.js": "if (IS_DEVELOPMENT || IS_TEST) {\n  agent = new https.Agent({\n    rejectUnauthorized: false,\n  });\n}\n"},
    ),
    "a step of a path": Twin(
        "SEC-021",
        {"app.py": FLASK + "@app.get('/calls/<path:sid>')\ndef call(sid):\n    return open('/data/' + sid).read()\n"},
        {"app.py": FLASK + "@app.get('/calls/<sid>')\ndef call(sid):\n    return open('/data/' + sid).read()\n"},
    ),
    "a value that a whole pattern was asked of": Twin(
        "SEC-021",
        {**NODE, "app.js": "app.get('/x', (req, res) => {\n  const { id } = req.query;\n  res.sendFile('/data/' + id);\n});\n"},
        {"app.js": "app.get('/x', (req, res) => {\n  const { id } = req.query;\n  const whole = /^[a-z0-9-]+$/.test(id);\n  return whole && res.sendFile('/data/' + id);\n});\n"},
    ),
    "marks by name": Twin(
        "SEC-006",
        {"app.py": "def save(session, data):\n    vals = ', '.join(f\"{v}\" for v in data)\n    session.execute(text(f\"INSERT INTO t VALUES ({vals})\"))\n"},
        {"app.py": "def save(session, data):\n    vals = ', '.join(f\":{v}\" for v in data)\n    session.execute(text(f\"INSERT INTO t VALUES ({vals})\"))\n"},
    ),
    "a token that is asked for its name": Twin(
        "SEC-010",
        {"auth.py": "import jwt\n\ndef user(token):\n    payload = jwt.decode(token, options={'verify_signature': False})\n    return payload.get('sub')\n"},
        {"auth.py": "import jwt\n\ndef name(token):\n    payload = jwt.decode(token, options={'verify_signature': False})\n    return payload.get('jti')\n"},
    ),
    "an application that another file serves": Twin(
        "CTR-016",
        {
            "package.json": '{"name": "relay", "dependencies": {"hono": "4.0.0"}}',
            "src/app.ts": "import { Hono } from 'hono'\nimport { tasks } from './tasks.js'\nconst app = new Hono()\napp.route('', tasks)\nexport { app }\n",
            "src/tasks.ts": "import { Hono } from 'hono'\nexport const tasks = new Hono()\ntasks.post('/tasks', (c) => c.json({}))\n",
        },
        {"src/index.ts": "import { serve } from '@hono/node-server'\nimport { app } from './app.js'\nserve({ fetch: app.fetch })\n"},
        ("pass",),
    ),
    "a specification that tools compare": Twin(
        "CTR-002",
        {
            **NODE, "app.js": "const app = require('express')();\napp.get('/orders', list);\napp.get('/users', list);\napp.listen(3000);\n",
            "openapi.yaml": "openapi: 3.0.0\ninfo: {title: x, version: '1'}\npaths:\n  /orders: {get: {responses: {'200': {description: ok}}}}\n  /users: {get: {responses: {'200': {description: ok}}}}\n  /carts: {get: {responses: {'200': {description: ok}}}}\n",
        },
        {"openapi.yaml": None, "openapi.breaking.yaml": "openapi: 3.0.0\ninfo: {title: x, version: '1'}\npaths:\n  /orders: {get: {responses: {'200': {description: ok}}}}\n  /users: {get: {responses: {'200': {description: ok}}}}\n  /carts: {get: {responses: {'200': {description: ok}}}}\n"},
    ),
    "a replica of what is saved": Twin(
        "REC-001",
        {"docker-compose.prod.yml": "services:\n  orders:\n    image: postgres:16\n    volumes: [a:/var/lib/postgresql/data]\nvolumes: {a: {}}\n"},
        {"docker-compose.prod.yml": "services:\n  cache:\n    image: redis:7\n"},
        ("not_applicable", "pass", "unknown", "partial"),
    ),
    "volumes that a person removes": Twin(
        "OPS-064",
        {"deploy.sh": "#!/bin/sh\ndocker compose down -v\ndocker compose up -d\n"},
        {"deploy.sh": "#!/bin/sh\ncase $1 in\nclean)\n  read -p \"Type DELETE: \" answer\n  if [ \"$answer\" = DELETE ]; then\n    docker compose down -v\n  fi ;;\nup) docker compose up -d ;;\nesac\n"},
    ),
    "migrations that a script loops over": Twin(
        "DAT-004",
        {
            **FASTAPI, "main.py": "from fastapi import FastAPI\napp = FastAPI()\n", "migrations/001_a.sql": "CREATE TABLE a (id serial PRIMARY KEY);\n", "migrations/002_b.sql": "CREATE TABLE b (id serial PRIMARY KEY);\n",
            "docker-compose.prod.yml": "services:\n  shop:\n    build: .\n  db:\n    image: postgres:16\n",
        },
        {"scripts/prestart.sh": "#!/bin/sh\nMIGRATIONS_DIR=${MIGRATIONS_DIR:-/app/migrations}\nfor f in \"$MIGRATIONS_DIR\"/*.sql; do\n  psql -f \"$f\"\ndone\n"},
    ),
    "a handler of Go that asks by itself": Twin(
        "SEC-001",
        {**GO, "main.go": GO_ROUTES, "users/handler.go": GO_HANDLERS % "update(w, r)"},
        {"users/handler.go": GO_HANDLERS % "update(w, r)\n\tif userOf(r) == \"\" {\n\t\thttp.Error(w, \"who?\", http.StatusUnauthorized)\n\t\treturn\n\t}"},
        ("unknown",),
    ),
    "a handler of Go that asks in what it calls": Twin(
        "SEC-001",
        {**GO, "main.go": GO_ROUTES, "users/handler.go": GO_HANDLERS % "h.change(w, r)" + GO_CHANGE % ""},
        {"users/handler.go": GO_HANDLERS % "h.change(w, r)" + GO_CHANGE % "if userOf(r) == \"\" {\n\t\thttp.Error(w, \"who?\", http.StatusUnauthorized)\n\t}\n\t"},
        ("unknown",),
    ),
    "a front end that hands on": Twin(
        "SEC-001",
        {**NEST, "src/users.controller.ts": NEST_USERS % "this.users.update(req.body)"},
        {"src/users.controller.ts": NEST_USERS % "this.proxy.forward('users', req)"},
    ),
    "what somebody watched": Twin(
        "SEC-001",
        {**NODE, "app.js": "const app = require('express')();\napp.post('/posts/:id/publish', publish);\napp.put('/posts/:id', save);\napp.listen(3000);\n"},
        {"app.js": "const app = require('express')();\napp.post('/posts/:id/view', seen);\napp.get('/posts/:id', show);\napp.listen(3000);\n"},
        ("pass", "not_applicable"),
    ),
    "a limiter of one's own in Go": Twin(
        "SEC-003",
        {**GO, "main.go": "package main\n\nimport \"net/http\"\n\nfunc main() {\n\thttp.HandleFunc(\"POST /orders\", order)\n\thttp.ListenAndServe(\":8080\", nil)\n}\n"},
        {"proxy.go": "package main\n\nfunc (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {\n\tif !h.rateLimiter.Allow(h.clientIP(r)) {\n\t\treturn\n\t}\n}\n"},
        ("pass",),
    ),
    "tables that the tool of migrations makes": Twin(
        "DAT-017",
        {**LIQUIBASE, "prisma/schema.prisma": PRISMA % "invoices"},
        {"prisma/schema.prisma": PRISMA % "databasechangelog"},
        ("pass",),
    ),
    "an extension that is dropped": Twin(
        "DAT-060",
        {"migrations/000001_a.up.sql": "CREATE TABLE a (name citext);\n", **POSTGRES},
        {"migrations/000001_a.up.sql": "DROP EXTENSION IF EXISTS citext;\nCREATE TABLE a (name text);\n"},
        ("not_applicable",),
    ),
    "a backup that a playbook schedules": Twin(
        "REC-002",
        {"backup.sh": "#!/bin/sh\nset -e\npg_dump shop > /srv/a.sql\naws s3 cp /srv/a.sql s3://kept/\n", "docker-compose.yml": BACKUP_SERVICE},
        {
            "ansible/cron.yml": "- hosts: all\n  tasks:\n    - name: Save\n      ansible.builtin.cron:\n        name: save\n        hour: '{{ save_hour }}'\n        minute: '0'\n        job: \"{{ lookup('template', '../templates/save.cron.j2') }}\"\n",
            "ansible/templates/save.cron.j2": "cd {{ place }} && docker compose run --rm saver >> /var/log/save.log\n",
            "ansible/group_vars/all.yml": "save_hour: '3'\n",
        },
        ("pass",),
    ),
    "tables that several sets make": Twin(
        "DAT-001",
        {**DRIZZLE, "orders/migrations/000001_a.up.sql": "CREATE TABLE items (id int PRIMARY KEY);\n"},
        {
            "orders/migrations/000001_a.up.sql": "CREATE TABLE orders (id int PRIMARY KEY);\n",
            "users/migrations/000001_a.up.sql": "CREATE TABLE users (id int PRIMARY KEY);\n",
            "carts/migrations/000001_a.up.sql": "CREATE TABLE carts (id int PRIMARY KEY);\n",
        },
        ("pass",),
    ),
    "tests that are only listed": Twin(
        "DEL-004",
        {**PYTEST, ".github/workflows/ci.yml": CI + "      - run: pytest tests -q | wc -l\n"},
        {".github/workflows/ci.yml": CI + "      - run: pytest tests --co -q | wc -l\n      - run: pytest tests\n"},
        ("pass",),
    ),
    "a setting beside a Secret": Twin(
        "CFG-005",
        {"deploy.yml": MANIFESTS % "Secret"},
        {"deploy.yml": MANIFESTS % "ConfigMap"},
        ("pass", "not_applicable"),
    ),
    "a vector of numbers": Twin(
        "SEC-006",
        {**FASTAPI, "main.py": VECTOR % "list[str]"},
        {"main.py": VECTOR % "list[float]"},
        ("pass",),
    ),
    "a socket that is specified as GET": Twin(
        "CTR-002",
        {**FASTAPI, "main.py": SOCKET % "", "openapi.yaml": SOCKETS},
        {"main.py": SOCKET % "@app.websocket('/orders/{id}/ws')\nasync def watch(socket, id: int): ...\n"},
        ("pass",),
    ),
    "a specification of another service": Twin(
        "CTR-002",
        {**FASTAPI, "main.py": SOCKET % "", "openapi.yaml": SOCKETS},
        {"openapi.yaml": None, "docs/billing-service.yaml": SOCKETS.replace("/users", "/invoices")},
        ("pass", "not_applicable", "unknown"),
    ),
    "a database that is filled again": Twin(
        "DAT-022",
        {"rollback.sh": "#!/bin/sh\npsql -c 'DROP DATABASE shop'\npsql -c 'CREATE DATABASE shop'\n"},
        {"rollback.sh": "#!/bin/sh\npsql -c 'DROP DATABASE shop'\npsql -c 'CREATE DATABASE shop'\npsql -d shop < \"$BACKUPS/shop.sql\"\n"},
        ("pass",),
    ),
    "a backup that a rollback reads": Twin(
        "REC-004",
        {"backup.sh": "#!/bin/sh\nset -e\npg_dump shop > /srv/a.sql\naws s3 cp /srv/a.sql s3://kept/\n", **POSTGRES},
        {"rollback.sh": "#!/bin/sh\ndocker exec -i db psql -U shop -d shop < \"$BACKUPS/backup.sql\"\n"},
        ("pass",),
    ),
    "tables of SQL that people run": Twin(
        "DAT-001",
        {**POSTGRES, **ALCHEMY},
        {"scripts/migrations/make_orders.sql": "CREATE TABLE IF NOT EXISTS orders (\n  id int PRIMARY KEY\n);\n"},
        ("partial", "pass"),
    ),
    "a pipeline of Azure by another name": Twin(
        "DEL-001",
        {**NODE, ".pipelines/pr.yml": "name: nothing\n"},
        {".pipelines/pr.yml": "pr: [main]\npool: {vmImage: ubuntu-24.04}\nsteps:\n  - script: node --expose-gc node_modules/.bin/jest\n"},
        ("pass",),
    ),
    "images that a pipeline builds as it starts them": Twin(
        "DEL-001",
        {**NODE, ".github/workflows/ci.yml": CI + "      - run: docker compose -f test.yml up -d\n"},
        {".github/workflows/ci.yml": CI + "      - run: docker compose -f test.yml up -d --build\n"},
        ("pass",),
    ),
    "the key of an emulator": Twin(
        "CFG-005",
        {"settings.yml": AZURE % "q8Zt4WcX1vRn6LpK0sYd3GhJ7mBf5TaE2uHoIiQwPxCz9VbNlMkDsFrGyT+e/A5u8rWjK1oLpXc3VnBmQaSdFg=="},
        {"settings.yml": AZURE % "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="},
        ("pass", "not_applicable"),
    ),
    "a webhook that is announced": Twin(
        "SEC-020",
        {**FASTAPI, "main.py": HOOK % ("/webhook/payments", "    book(body)")},
        {"main.py": HOOK % ("/webhook/payments/set-webhook", "    book(body)")},
        ("not_applicable",),
    ),
    "a webhook that throws away what comes": Twin(
        "SEC-020",
        {**FASTAPI, "main.py": HOOK % ("/webhook/payments", "    book(body)")},
        {"main.py": HOOK % ("/webhook/payments", "    # book(body)\n    return")},
        ("not_applicable",),
    ),
    "a model that was left behind": Twin(
        "DAT-002",
        {**POSTGRES, **ALEMBIC, "main.py": "from models.order import Order\nfrom models.cart import Cart\n"},
        {"main.py": "from models.order import Order\n"},
        ("pass",),
    ),
    "endpoints that a variable may change": Twin(
        "OBS-003",
        {**SPRING, "src/main/resources/application.yml": EXPOSED % "health,info"},
        {"src/main/resources/application.yml": EXPOSED % "${SHOWN:health,info,prometheus}"},
    ),
    "a token that is verified before it is read": Twin(
        "SEC-010",
        {**GO, "auth.go": JWT_GO % ""},
        {"auth.go": JWT_GO % "\tif _, err := m.VerifyAccess(token); err != nil {\n\t\treturn nil\n\t}"},
        ("pass",),
    ),
    "an address of the server's own": Twin(
        "SEC-021",
        {**NODE, "app/api/route.ts": ACCEPT % ("body.path", "path")},
        {"app/api/route.ts": ACCEPT % ("body.kind === 'a' ? '/v1/a' : '/v1/b'", "new URL(path, request.url)")},
        ("pass",),
    ),
    "a timetable that nothing takes": Twin(
        "RES-012",
        {**CELERY, "times.py": BATCH % "app.conf.beat_schedule = "},
        {"times.py": BATCH % "class Times:\n    @property\n    def beat_schedule(self):\n        return "},
        ("pass", "unknown", "not_applicable"),
    ),
    "migrations that umzug runs": Twin(
        "DAT-004",
        {**UMZUG, ".github/workflows/deploy.yml": UMZUG[".github/workflows/deploy.yml"] % ""},
        {".github/workflows/deploy.yml": UMZUG[".github/workflows/deploy.yml"] % '      - run: ./cli.js repl --script "await umzug.up()"\n'},
        ("pass",),
    ),
    "a key that counts itself": Twin(
        "DAT-009",
        {**UMZUG, "db/migrations/2-carts.js": "module.exports = {\n  up: (queryInterface) => queryInterface.sequelize.query('CREATE TABLE carts (id INTEGER PRIMARY KEY AUTOINCREMENT)'),\n};\n"},
        {"db/migrations/2-carts.js": "module.exports = {\n  up: (queryInterface, S) => queryInterface.createTable('carts', { id: { type: S.INTEGER, autoIncrement: true } }),\n};\n"},
        ("pass", "not_applicable"),
    ),
    "an overlay beside the one that is synced": Twin(
        "CFG-002",
        {**KUSTOMIZED, **KEPT, "argocd/shop.yaml": ARGO % "app/overlays/production"},
        {"argocd/shop.yaml": ARGO % "envs/production"},
        ("pass", "not_applicable"),
    ),
    "TLS that another Ingress of the host has": Twin(
        "ORC-025",
        {"k8s/web.yaml": TLS % ("web", "", "shop.acme.io")},
        {"k8s/api.yaml": TLS % ("api", "", "shop.acme.io") + "  tls: [{hosts: [shop.acme.io], secretName: shop}]\n"},
        ("pass", "unknown"),
    ),
    "names that a strategy makes": Twin(
        "DAT-002",
        NAMED,
        {"src/data-source.ts": "import { DataSource } from 'typeorm';\nexport default new DataSource({ type: 'postgres', namingStrategy: new SnakeNamingStrategy() });\n"},
        ("pass",),
    ),
    "a submodule that an image copies": Twin(
        "CON-001",
        {"Dockerfile": "FROM python:3.12\nUSER 1000\nCOPY meta meta\nCMD python app.py\n", "app.py": "print(1)\n"},
        {".gitmodules": '[submodule "meta"]\n\tpath = meta\n\turl = https://github.com/acme/meta.git\n'},
        ("unknown",),
    ),
    "what a pipeline starts for itself": Twin(
        "CON-020",
        {"docker-compose.prod.yml": "services:\n  db:\n    image: postgres:16\n"},
        {"docker-compose.prod.yml": None, ".github/compose/docker-compose.prod.yml": "services:\n  db:\n    image: postgres:16\n"},
        ("not_applicable", "pass"),
    ),
    "the newest of a line": Twin(
        "DEL-026",
        {"package.json": '{"name": "shop", "engines": {"node": ">=24"}}', "Dockerfile": "FROM node:22-alpine\nUSER node\nCMD node app.js\n"},
        {"package.json": '{"name": "shop", "engines": {"node": "22.18.0"}}'},
        ("not_applicable", "pass"),
    ),
    "a module that a description speaks of": Twin(
        "INF-012",
        {"main.tf": 'output "issuer" {\n  value = module.login.issuer\n}\n'},
        {"main.tf": 'variable "issuer" {\n  description = <<-EOT\n    Pass module.login.issuer here.\n  EOT\n}\noutput "issuer" {\n  value = var.issuer\n}\n'},
        ("pass",),
    ),
    "tokens that tell a place": Twin(
        "CFG-005",
        {"design.json": '{"apiToken": "19e35231-c49e-4444-86f9-6fec3a96705a"}\n'},
        {"design.json": '{"fileToken": "19e35231-c49e-4444-86f9-6fec3a96705a"}\n'},
        ("pass", "not_applicable"),
    ),
    "a password that Terraform makes": Twin(
        "CFG-005",
        {"main.tf": 'resource "aws_db_instance" "db" {\n  password = "Dx9!kQ2vLw8Z"\n}\n'},
        {"main.tf": 'resource "aws_db_instance" "db" {\n  password = random_password.db[0].result\n}\n'},
        ("pass", "not_applicable"),
    ),
    "what NuGet writes": Twin(
        "CFG-005",
        {"Shop/settings.json": '{"Authentication.BearerToken": "Dx9kQ2vLw8ZrT4nB"}\n'},
        {"Shop/settings.json": None, "Shop/project.assets.json": '{"Authentication.BearerToken": "Dx9kQ2vLw8ZrT4nB"}\n'},
        ("pass", "not_applicable"),
    ),
    "a group of routes that asks who calls": Twin(
        "SEC-001",
        {**DOTNET, "Shop/Program.cs": MAPPED % ("", "")},
        {"Shop/Program.cs": MAPPED % (".RequireAuthorization()", "")},
        ("pass", "unknown"),
    ),
    "a chain that asks who calls": Twin(
        "SEC-001",
        {**DOTNET, "Shop/Program.cs": MAPPED % ("", "")},
        {"Shop/Program.cs": MAPPED % ("", '.Produces(200).RequireAuthorization("admin")')},
        ("pass", "unknown"),
    ),
    "a password that a chart of others is given": Twin(
        "CFG-004",
        {"argocd/grafana.yaml": TAKEN, "charts/grafana.yaml": "adminUser: admin\nadminPassword: admin\n"},
        {"charts/grafana.yaml": "adminUser: admin\nadminPassword: admin\nadmin:\n  existingSecret: grafana\n"},
        ("not_applicable",),
    ),
    "a password that no Application gives": Twin(
        "CFG-004",
        {"argocd/grafana.yaml": TAKEN, "charts/grafana.yaml": "adminPassword: admin\n"},
        {"argocd/grafana.yaml": TAKEN.replace("/grafana.yaml]", "/other.yaml]")},
        ("not_applicable",),
    ),
    "a password of a part that is switched off": Twin(
        "CFG-004",
        {"argocd/grafana.yaml": TAKEN, "charts/grafana.yaml": "dev:\n  enabled: true\n  rootPassword: root\n"},
        {"charts/grafana.yaml": "dev:\n  enabled: false\n  rootPassword: root\n"},
        ("not_applicable",),
    ),
    "an attribute that asks for administrators": Twin(
        "SEC-001",
        {**DOTNET, "Shop/Program.cs": MAPPED % ("", "")},
        {"Shop/Program.cs": MAPPED % (".WithMetadata(new RequireAdminAttribute())", "")},
        ("pass", "unknown"),
    ),
    "health that a shared project maps": Twin(
        "OBS-007",
        {**DOTNET, "Shop/Program.cs": MAPPED % ("", "")},
        {
            "Blocks/Blocks.csproj": '<Project Sdk="Microsoft.NET.Sdk">\n</Project>\n',
            "Blocks/Health.cs": 'public static class Health {\n  public static void Map(this IEndpointRouteBuilder endpoints) {\n    endpoints.MapHealthChecks("/health");\n  }\n}\n',
        },
        ("pass", "unknown"),
    ),
    "a signature that is handed on": Twin(
        "SEC-020",
        {**DOTNET, "Shop/Program.cs": HOOKED % "context.Request.Body"},
        {"Shop/Program.cs": HOOKED % 'context.Request.Body, context.Request.Headers["Stripe-Signature"]'},
        ("unknown",),
    ),
    "a client with a base of its own": Twin(
        "CTR-007",
        {**NEST, "src/users.controller.ts": (NEST_USERS % "1").replace("'users'", "'api/users'"), "src/payments.ts": NEST_ASKS % "{ timeout: 1000 }"},
        {"src/payments.ts": NEST_ASKS % "{ baseURL: this.config.base, timeout: 1000 }"},
        ("not_applicable",),
    ),
    "a lockfile that the repository does not hold": Twin(
        "CON-001",
        {**NODE, ".gitignore": "yarn.lock\n", "Dockerfile": "FROM node:22\nWORKDIR /app\nCOPY package.json yarn.lock ./\nRUN yarn install --frozen-lockfile\nCOPY . .\nCMD node app.js\n", "docker-compose.yml": "services:\n  api:\n    build: .\n"},
        {".github/workflows/ci.yml": CI + "      - run: yarn install\n      - run: docker build .\n"},
        ("unknown", "pass"),
    ),
    "folders of a matrix": Twin(
        "DEL-007",
        {".github/workflows/ci.yml": MATRIX, "shop/package.json": '{"name": "shop"}', "web/package.json": '{"name": "web"}'},
        {"shop/package-lock.json": LOCKED % ("shop", "shop"), "web/package-lock.json": LOCKED % ("web", "web")},
        ("pass",),
    ),
    "generated code that a pipeline makes": Twin(
        "DEL-028",
        {**GO_PROTO, ".github/workflows/ci.yml": GO_CI % ""},
        {".github/workflows/ci.yml": GO_CI % "      - run: protoc --go_out=. shop.proto\n"},
        ("pass", "unknown", "not_applicable"),
    ),
    "a route that empties what is within": Twin(
        "SEC-001",
        {**NODE, "app.js": "const express = require('express');\nconst app = express();\napp.post('/health/reset-breakers', (req, res) => { breakers.clear(); res.end(); });\napp.listen(80);\n"},
        {"app.js": "const express = require('express');\nconst app = express();\napp.post('/health/report', (req, res) => { seen.push(req.body); res.end(); });\napp.listen(80);\n"},
        ("not_applicable", "unknown"),
    ),
    "a code that is sent by mail": Twin(
        "SEC-005",
        {**NODE, "app.js": "const pinCode = Math.floor(100000 + Math.random() * 900000).toString();\nsend(pinCode);\n"},
        {"app.js": "const pinCode = require('crypto').randomInt(100000, 1000000).toString();\nsend(pinCode);\n"},
        ("pass", "not_applicable"),
    ),
    "a cookie that a page sets": Twin(
        "SEC-024",
        {**NODE, "src/components/login.tsx": IN_COOKIE % ("access_token", "token")},
        {"src/components/login.tsx": IN_COOKIE % ("theme", "token")},
        ("not_applicable", "pass"),
    ),
    "addresses that a proxy hands on": Twin(
        "SEC-003",
        {**NODE, **BEHIND, "package.json": '{"name": "shop", "dependencies": {"express": "4.19.2", "express-rate-limit": "7.4.0"}}', "app.js": LIMITED % ""},
        {"app.js": LIMITED % "app.set('trust proxy', 1);\n"},
        ("pass",),
    ),
    "limits of a gateway": Twin(
        "SEC-003",
        {**NODE, "app.js": "const express = require('express');\nconst app = express();\napp.post('/login', (req, res) => check(req.body.password));\napp.listen(3000);\n", "kong/kong.yml": KONG % "cors"},
        {"kong/kong.yml": KONG % "rate-limiting"},
        ("pass",),
    ),
    "claims that are handed on": Twin(
        "SEC-010",
        {**GO, "main.go": GO_SIGNS % ""},
        {"main.go": GO_SIGNS % ', "exp": 1'},
        ("not_applicable", "pass"),
    ),
    "the name of a database": Twin(
        "SEC-006",
        {**GO, "main.go": GO_SQL % "Name"},
        {"main.go": GO_SQL % "DBName"},
    ),
    "a condition that asks whether something failed": Twin(
        "DEL-006",
        {".github/workflows/ci.yml": DEPLOYS % "always()"},
        {".github/workflows/ci.yml": DEPLOYS % "always() && !failure() && !cancelled()"},
        ("pass",),
    ),
    "a script that Groovy puts together": Twin(
        "DEL-005",
        {"Jenkinsfile": JENKINS % "echo done"},
        {"Jenkinsfile": JENKINS % "kubectl apply -f k8s"},
        ("pass", "not_applicable"),
    ),
    "names of Secrets in a chart's values": Twin(
        "CFG-005",
        {"chart/Chart.yaml": CHART, "chart/values.yaml": "backup:\n  targetSecret: kQ2vLw8ZxP4mN7\n"},
        {"chart/values.yaml": "backup:\n  targetSecret: backup-credentials\n"},
        ("pass", "not_applicable"),
    ),
    "models below an app": Twin(
        "DAT-001",
        DJANGO,
        {"shop/apps.py": "from django.apps import AppConfig\n", "shop/migrations/__init__.py": "", "shop/migrations/0001_initial.py": MADE},
        ("pass",),
    ),
    "a gateway that asks who calls": Twin("SEC-001", BOOT, GATEWAY, ("unknown",)),
    "an entry point with TLS": Twin(
        "ORC-025",
        {"k8s/web.yaml": OF_TRAEFIK},
        {"traefik/values.yaml": "ports:\n  websecure:\n    port: 8443\n    http:\n      tls:\n        enabled: true\n"},
        ("unknown",),
    ),
    "the code of a page that is being worked on": Twin(
        "SEC-060",
        {"docker-compose.yml": PHP},
        {"docker-compose.yml": PHP + "  gui:\n    image: phpmyadmin/phpmyadmin:5\n"},
    ),
    "a variable that takes a setting's place": Twin(
        "CFG-001",
        {**BOOT, "src/main/resources/application.yml": "spring:\n  datasource:\n    password: ${SHOP_PASSWORD}\n", "k8s/shop.yaml": DATASOURCE % "MODE", "docker-compose.yml": "services:\n  shop:\n    build: .\n    image: shop:1.2\n"},
        {"k8s/shop.yaml": DATASOURCE % "SPRING_DATASOURCE_PASSWORD", "docker-compose.yml": None},
    ),
    "scenarios that are tried": Twin(
        "CFG-005",
        {"keys/shop.yml": "password: 'Dx9!kQ2vLw8Z'\n", "shop.py": "print(1)\n", "web/a.py": "print(2)\n"},
        {"keys/shop.yml": None, "scenarios/keys/shop.yml": "password: 'Dx9!kQ2vLw8Z'\n"},
    ),
    "sockets that ask where one comes from": Twin(
        "SEC-002",
        {**GO, "main.go": GO_SOCKET % "true"},
        {"main.go": GO_SOCKET % 'r.Header.Get("Origin") == "https://shop.acme.io"'},
    ),
    "a file that a step of Jenkins writes": Twin(
        "DEL-002",
        {"Jenkinsfile": JENKINS % "kubectl apply -f k8s/version.yaml", "k8s/web.yaml": "kind: Service\n"},
        {"Jenkinsfile": (JENKINS % "kubectl apply -f k8s/version.yaml").replace("steps {\n", "steps {\n        writeFile file: 'k8s/version.yaml', text: made\n")},
    ),
    "an override that holds all that its base is given": Twin(
        "CON-020",
        {**NODE, "docker-compose.yml": BARE_COMPOSE, "docker-compose.override.yml": "services:\n  api:\n    ports: ['3000:3000']\n    restart: always\n  db:\n    restart: always\n"},
        {"docker-compose.override.yml": "services:\n  api:\n    ports: ['3000:3000']\n    restart: always\n  db:\n    restart: always\n    volumes: ['data:/var/lib/postgresql/data']\nvolumes:\n  data:\n"},
    ),
    "permissions that a view answers action by action": Twin("SEC-001", {**DRF, "shop/views.py": DRF_VIEWS % "AllowAny"}, {"shop/views.py": DRF_VIEWS % "IsAdminUser"}),
    "dependencies that a function makes": Twin(
        "SEC-001",
        {**FASTAPI, "main.py": MADE_DEPENDENCIES % "page", "routes.py": "from fastapi import APIRouter\nrouter = APIRouter()\n\n@router.delete('/orders/{id}')\ndef drop(id: int): return store.drop(id)\n"},
        {"main.py": MADE_DEPENDENCIES % "current_user"},
    ),
    "hooks that a function adds to what it is given": Twin(
        "SEC-001",
        {"package.json": '{"name": "shop", "dependencies": {"fastify": "5.0.0"}}', "Dockerfile": NODE["Dockerfile"], "app.js": HANDS_APP, "hook.js": ADDS_HOOK % "request.log.info(request.url);"},
        {"hook.js": ADDS_HOOK % "if (!request.headers.authorization) return reply.status(401).send();\n    request.user = jwt.verify(request.headers.authorization, key);"},
    ),
    "migrations of Django that make the tables together": Twin(
        "DAT-021",
        {"requirements.txt": "django==5.2\npsycopg==3.2.3\n", **POSTGRES, "shop/settings.py": DJANGO_POSTGRES, "cart/migrations/0001_initial.py": DJANGO_FIRST, "cart/migrations/0002_more.py": DJANGO_ADDS % "", "cart/migrations/0003_more.py": DJANGO_ADDS.replace("item", "line").replace("0001_initial", "0002_more") % ""},
        {"cart/migrations/0002_more.py": DJANGO_ADDS % "    initial = True\n", "cart/migrations/0003_more.py": None},
    ),
    "what is deployed for the tests of the job": Twin(
        "DEL-006",
        {".github/workflows/deploy.yml": TRIED.replace("pull_request", "push") % ("prod", ""), ".github/workflows/test.yml": APART},
        {".github/workflows/deploy.yml": TRIED.replace("pull_request", "push") % ("temp", "      - run: npx jest\n      - run: terraform apply -auto-approve -var stage=prod\n")},
    ),
    "a pipe that a step makes": Twin(
        "DEL-002",
        {".github/workflows/ci.yml": CI + "      - run: |\n          node app.js < server.fifo\n", **NODE, "app.js": ""},
        {".github/workflows/ci.yml": CI + "      - run: |\n          mkfifo server.fifo\n          node app.js < server.fifo\n"},
    ),
    "tests beside one another whose ends are written down": Twin(
        "DEL-004",
        {".github/workflows/ci.yml": CI + "      - run: |\n          npx jest > one.log &\n          wait\n", **NODE},
        {".github/workflows/ci.yml": CI + "      - run: |\n          set +e\n          (\n            npx jest\n            echo \"END=$?\"\n          ) > one.log &\n          wait\n          if grep -q END=1 one.log; then\n            exit 1\n          fi\n"},
    ),
    "a template for pipelines": Twin(
        "DEL-003",
        {**NODE, "azure-pipelines.yml": "trigger: [main]\npool: {vmImage: ubuntu-latest}\nsteps:\n  - script: npm run lint\n"},
        {"azure-pipelines.yml": None, "skills/azure-pipelines-template.yml": "trigger: [main]\npool: {vmImage: ubuntu-latest}\nsteps:\n  - script: npm run lint\n"},
    ),
    "names on a line that is too long to show": Twin(
        "DEL-028",
        {**NODE, "app.js": "import { total } from './money.js';\nconsole.log(total);\n", "money.js": "export const " + ", ".join(f"amount{n} = {n}" for n in range(900)) + ";\n"},
        {"money.js": "export const " + ", ".join(f"amount{n} = {n}" for n in range(400)) + ", total = 1, " + ", ".join(f"sum{n} = {n}" for n in range(400)) + ";\n"},
    ),
    "a secret of a branch for tests": Twin(
        "CFG-003",
        {**FASTAPI, "main.py": "import os\n\nif is_live:\n    SECRET_KEY = os.getenv('SECRET_KEY', 'kQ2vLw8ZxP')\n"},
        {"main.py": "import os\n\nif is_test_env:\n    SECRET_KEY = os.getenv('SECRET_KEY', 'kQ2vLw8ZxP')\n"},
    ),
    "a test that was compiled beside its source": Twin(
        "TST-006",
        {"package.json": '{"name": "shop", "scripts": {"test": "jest"}, "devDependencies": {"jest": "29.7.0"}}', "jest.config.js": "module.exports = { testMatch: ['**/*.test.ts'] };\n", "a.test.js": "test('a', () => expect(1).toBe(1));\n"},
        {"a.test.ts": "test('a', () => expect(1).toBe(1));\n"},
    ),
    "a configuration that a library makes": Twin("SEC-025", {**SPRING_SECURED, "src/main/java/com/acme/Security.java": SECURED % "org.springframework.security"}, {"src/main/java/com/acme/Security.java": SECURED % "com.other.security"}),
    "a program that an ignore rule names": Twin(
        "CON-022",
        {**GO, "Dockerfile": GO["Dockerfile"] + "HEALTHCHECK CMD wget -q --spider http://localhost:8080/health\n", "go.mod": GO["go.mod"], ".gitignore": "server\n", "web/main.go": GO_SERVES},
        {"cmd/server/main.go": GO_SERVES.replace("/ping", "/health")},
    ),
    "migrations that a program applies for everybody": Twin(
        "DAT-004",
        {**DOTNET, "Shop/Migrations/2024_Initial.cs": EF_MIGRATION, "Shop/Program.cs": EF_STARTS % "if (app.Environment.IsDevelopment())"},
        {"Shop/Program.cs": EF_STARTS % "using (var scope = app.Services.CreateScope())"},
    ),
    "a table that code makes where it is not there": Twin(
        "DAT-014",
        {**DOTNET, "Shop/Setup.cs": MAKES_COUPONS % "DROP TABLE IF EXISTS Coupon"},
        {"Shop/Setup.cs": MAKES_COUPONS % "SELECT 1"},
    ),
    "controllers behind a policy for all routes": Twin(
        "SEC-001",
        {**DOTNET, "Shop/Program.cs": "app.MapControllers();\n", "Shop/OrdersController.cs": DOTNET_ORDERS},
        {"Shop/Program.cs": "app.MapControllers().RequireAuthorization();\n"},
    ),
    "a key that is named by its place among the resources": Twin(
        "CFG-005",
        {"src/main/resources/application.yml": "rsa:\n  private-key: kQ2vLw8ZxPtR5yUb9NcEdFgH\n"},
        {"src/main/resources/application.yml": "rsa:\n  private-key: classpath:certs/private.pem\n"},
    ),
    "a pipeline that a template of another repository is": Twin(
        "DEL-001",
        {**NODE, "pipelines/ci.yaml": "trigger: [main]\npool: {vmImage: ubuntu-latest}\nsteps:\n  - script: echo hello\n"},
        {"pipelines/ci.yaml": "trigger: [main]\npool: {vmImage: ubuntu-latest}\nextends:\n  template: build.yaml@shared\n"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TWINS)
def test_of_two_twins_only_the_one_with_the_defect_is_told(look: Look, name: str) -> None:
    twin = TWINS[name]
    other = {path: text for path, text in {**twin.files, **twin.harmless}.items() if text is not None}

    assert look(twin.check, twin.files).failed, "the defect is not found"
    gone = [path for path, text in twin.harmless.items() if text is None]
    seen = look(twin.check, {**other, **dict.fromkeys(gone, "")})

    assert set(seen.outcomes) <= set(twin.quiet), seen.text


LESSER = {
    "an Ingress of an inner network": Twin(
        "ORC-025",
        {"k8s/web.yaml": TLS % ("web", "", "shop.acme.io")},
        {"k8s/web.yaml": TLS % ("web", ", annotations: {alb.ingress.kubernetes.io/scheme: internal}", "shop.acme.io")},
    ),
    "hosts that no name server knows": Twin(
        "ORC-025",
        {"k8s/web.yaml": TLS % ("web", "", "shop.acme.io")},
        {"k8s/web.yaml": TLS % ("web", "", "shop.local")},
    ),
    "a guess for a password in an image": Twin(
        "CON-005",
        {"Dockerfile": "FROM node:22\nENV DB_PASS=Kx83hTq2\nUSER node\nCMD node app.js\n"},
        {"Dockerfile": "FROM node:22\nENV DB_PASS=password\nUSER node\nCMD node app.js\n"},
    ),
    "a kustomization above what is synced": Twin(
        "ORC-001",
        {**KEPT, "ops/kustomization.yaml": "resources: [gone.yaml]\n", "ops/overlays/prod/kustomization.yaml": "resources: []\n", "argocd/ops.yaml": ARGO % "ops"},
        {"argocd/ops.yaml": ARGO % "ops/overlays/prod"},
    ),
    "a module that nothing calls": Twin(
        "INF-003",
        {"main.tf": 'module "node" {\n  source = "./modules/node"\n}\n', "modules/node/main.tf": GROUP},
        {"main.tf": 'module "other" {\n  source = "./modules/other"\n}\n', "modules/other/main.tf": "# nothing\n"},
    ),
    "tests that are switched off beside others": Twin(
        "DEL-004",
        {".github/workflows/ci.yml": CI + "      - run: npm run build\n  e2e:\n    if: ${{ false }}\n    runs-on: ubuntu-latest\n    steps:\n      - run: npx jest e2e\n", **NODE},
        {".github/workflows/ci.yml": CI + "      - run: npx jest\n  e2e:\n    if: ${{ false }}\n    runs-on: ubuntu-latest\n    steps:\n      - run: npx jest e2e\n"},
    ),
    "an outcome that a summary shows": Twin(
        "DEL-017",
        {".github/workflows/ci.yml": REPORTED % "          if [ \"${{ steps.gone.outcome }}\" = success ]; then ./deploy.sh; fi\n"},
        {".github/workflows/ci.yml": REPORTED % "          cat >> $GITHUB_STEP_SUMMARY << 'EOF'\n          | Tests | ${{ steps.gone.outcome == 'success' && 'good' || 'bad' }} |\n          EOF\n"},
    ),
    "a password in a request that is sent by hand": Twin(
        "CFG-005",
        {"settings.yml": "password: 'Dx9!kQ2vLw8Z'\n"},
        {"settings.yml": None, "users.http": "POST http://localhost/login\n\n{\"password\": \"Dx9!kQ2vLw8Z\"}\n"},
    ),
    "variables of a program that is developed": Twin(
        "CFG-004",
        {**NODE, ".env": "POSTGRES_PASSWORD=admin\n", "docker-compose.yml": "services:\n  api:\n    build: .\n    env_file: [.env]\n"},
        {".env": "NODE_ENV=local\nPOSTGRES_PASSWORD=admin\n"},
    ),
    "a bucket that a variable opens": Twin(
        "INF-004",
        {"main.tf": READ_ALL % ""},
        {"main.tf": READ_ALL % "  count = var.public_read ? 1 : 0\n"},
    ),
    "hashes of examples": Twin(
        "CFG-005",
        {"data/users.json": '{"password": "316af7b2ddc20ead599c38541fbe87e9flD5BVZAZ8jLy4nYW9iomHcnkXWkfk"}\n'},
        {"data/users.json": None, "data/example-users.json": '{"password": "316af7b2ddc20ead599c38541fbe87e9flD5BVZAZ8jLy4nYW9iomHcnkXWkfk"}\n'},
    ),
    "a guard beside one that stands before every route": Twin(
        "SEC-025",
        {**NEST, **NEST_GUARDED, "src/users.controller.ts": NEST_USERS % "1", "src/app.module.ts": NEST_ROOT % ""},
        {"src/app.module.ts": NEST_ROOT % ", providers: [{ provide: APP_GUARD, useClass: JwtAuthGuard }]"},
    ),
    "a password of seeds": Twin(
        "CFG-005",
        {"Shop/Settings.cs": 'class Settings { const string Password = "Dx9!kQ2vLw8Z"; }\n'},
        {"Shop/Settings.cs": None, "Shop/SeedData.cs": 'class SeedData { const string Password = "Dx9!kQ2vLw8Z"; }\n'},
    ),
    "a number of a game": Twin(
        "SEC-005",
        {**NODE, "app.js": "const sessionId = Math.random().toString(36);\nres.cookie('sid', sessionId);\n"},
        {"app.js": "const sessionId = Math.random().toString(36);\ngame.start(sessionId);\n"},
    ),
    "a fall-back that the profile for production does not have": Twin(
        "CFG-003",
        {"pom.xml": "<project/>\n", "src/main/resources/application.yml": "app:\n  key: ${JWT_SECRET:kQ2vLw8ZxP}\n"},
        {"src/main/resources/application-prod.yml": "app:\n  key: ${JWT_SECRET}\n"},
    ),
    "a program that ends without its secret, not another": Twin(
        "CFG-003",
        {"pay/go.mod": "module pay\n", "pay/main.go": 'package main\n\nimport "os"\n\nfunc main() {\n\tkey := getEnv("JWT_SECRET", "change-me-please")\n\t_ = key\n}\n\nfunc getEnv(name, other string) string {\n\tif v := os.Getenv(name); v != "" {\n\t\treturn v\n\t}\n\treturn other\n}\n', "web/package.json": '{"name": "web"}', "web/config.js": DEMANDS},
        {"pay/go.mod": None, "pay/main.go": None, "web/key.js": "module.exports = process.env.JWT_SECRET || 'change-me-please';\n"},
    ),
    "rights of a person": Twin("ORC-015", {"k8s/rbac.yaml": BOUND % "ServiceAccount"}, {"k8s/rbac.yaml": BOUND % "User"}),
    "a port for operators": Twin("ORC-004", {"k8s/web.yaml": PORTS % ("9091", "9092")}, {"k8s/web.yaml": PORTS % ("8080", "9092")}),
    "a service that is published in development alone": Twin(
        "SEC-001",
        {**NODE, **OTHER, "app.js": CHANGES, "docker-compose.prod.yml": INNER % "    ports: ['3000:3000']\n", "docker-compose.dev.yml": OPENED},
        {"docker-compose.prod.yml": INNER % ""},
    ),
    "rights that conditions narrow": Twin(
        "INF-007",
        {"template.yaml": NARROWED % ""},
        {"template.yaml": NARROWED % "                Condition: {StringEquals: {'aws:RequestedRegion': eu-west-1}}\n"},
    ),
    "a token that is verified elsewhere in the file": Twin(
        "SEC-010",
        {**FASTAPI, "main.py": ISSUED % ""},
        {"main.py": ISSUED % "\ndef enter(token):\n    return jwt.decode(token, KEY, algorithms=['RS256'])\n"},
    ),
    "a store that people bring back by a runbook": Twin(
        "REC-004",
        {"backup.sh": "#!/bin/sh\npg_dump -Fc shop > shop.dump\naws s3 cp shop.dump s3://backups/\n", **POSTGRES},
        {"docs/restore.md": "# Restore\n\nRun `pg_restore -d shop shop.dump`.\n"},
    ),
    "what a specification puts its base before": Twin(
        "CTR-002",
        {**NODE, "app.js": SERVES_THREE, "openapi.yaml": SPECIFIED % "/lost"},
        {"openapi.yaml": SPECIFIED % "/health/live"},
    ),
    "a statement that takes no parameters": Twin(
        "SEC-006",
        {**NODE, "app.js": ASKS % "SELECT * FROM orders WHERE day = '${day}'"},
        {"app.js": ASKS % "CREATE TABLE orders_new PARTITION OF orders FOR VALUES FROM ('${day}')"},
    ),
    "a server that stands in for the platform": Twin(
        "SEC-001",
        {**NODE, "app.js": "const express = require('express');\nconst app = express();\n" + STANDS},
        {**NODE, "app.js": "exports.handler = async () => ({ statusCode: 200 });\n", "package.json": NODE["package.json"].replace("}}", '}, "scripts": {"dev": "node local-server.js"}}'), "local-server.js": "const express = require('express');\nconst app = express();\n" + STANDS},
    ),
    "a key of maps that every visitor is shown": Twin(
        "CFG-005",
        {"server/settings.yml": "google:\n  key: AIza" + "SyBrP4x8kQ2vLw8ZxPtR5yUb9NcEdFgH0" + "17\n"},
        {"server/settings.yml": None, "public/index.html": "<script src='https://maps.googleapis.com/maps/api/js?key=AIza" + "SyBrP4x8kQ2vLw8ZxPtR5yUb9NcEdFgH0" + "17'></script>\n"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LESSER)
def test_of_two_twins_the_one_that_does_less_harm_weighs_less(look: Look, name: str) -> None:
    twin = LESSER[name]
    other = {path: text for path, text in {**twin.files, **twin.harmless}.items() if text is not None}

    grave = look(twin.check, twin.files)
    gone = [path for path, text in twin.harmless.items() if text is None]
    lesser = look(twin.check, {**other, **dict.fromkeys(gone, "")})

    assert lesser.failed, "the defect is not found"
    assert _worst(lesser) > _worst(grave), (grave.text, lesser.text)


def _worst(seen: Seen) -> int:
    return min(list(Severity).index(f.severity) for f in seen.findings if f.outcome.open)
