# geoservice: every command a newcomer needs. `make` alone lists them, in the language that set-up speaks (setup/say.sh).
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
DATA ?= data
# How many files of tests run at a time; in the order of their folders, for the longest stand in the first of them.
N ?= 2
PY := .venv/bin/python

.PHONY: help clients fuzz setup bundle viewer demo conformance cite serve test lint pytest bench lock clean distclean

help: ## list the commands | 列出命令
	@. setup/say.sh; awk -v said="$${chinese:+2}" -F ':.*## ' \
		'/^[a-z-]+:.*## / { split($$2, words, " [|] "); printf "  make %-12s %s\n", $$1, words[said ? said : 1] }' Makefile

setup: ## install what is missing to run the service: Debian packages, Python environment, viewer | 安装运行服务所缺的：Debian 软件包、Python 环境、地图页面
	@setup/system.sh demo
	@setup/venv.sh runtime
	@setup/viewer.sh

bundle: setup ## pack everything a machine without a network needs into dist/geoservice-*.tar | 把无网络机器所需的一切打包为 dist/geoservice-*.tar
	@setup/bundle.sh

viewer: ## build the viewer when its sources changed | 地图页面的源码有变动时重新构建
	@setup/viewer.sh

demo: setup ## set up, import a city's data and serve it on http://127.0.0.1:8000 | 安装，导入一座城市的数据，在 http://127.0.0.1:8000 提供服务
	@GEOSERVICE_DATA_DIR="$${GEOSERVICE_DATA_DIR:-$(DATA)}" exec .venv/bin/geoservice demo --serve

conformance: setup ## serve the small made-up world that the conformance suites are run against | 提供一致性测试所用的小型虚构世界
	@GEOSERVICE_DATA_DIR="$${GEOSERVICE_DATA_DIR:-$(DATA)/conformance}" exec .venv/bin/geoservice demo --conformance --serve

cite: ## fetch OGC's conformance suites with mvn and run them on the fixture (URL=http://… for another service) | 用 mvn 下载 OGC 的一致性测试套件并在其上运行（URL=http://… 测试另一服务）
	@setup/venv.sh dev
	@$(PY) -m tests.conformance.cite $(URL)

serve: setup ## serve what has been imported, without the demo | 提供已导入的数据，不含演示
	@GEOSERVICE_DATA_DIR="$${GEOSERVICE_DATA_DIR:-$(DATA)}" exec .venv/bin/geoservice serve

test: ## set up with the test tools, then lint and run every test | 安装测试工具，然后检查代码、运行全部测试
	@setup/system.sh test
	@setup/venv.sh dev
	@setup/bucket.sh
	@setup/viewer.sh
	@$(MAKE) lint pytest

lint: ## ruff, mypy, the direction of imports, and the viewer's sources | ruff、mypy、导入方向，以及地图页面的源码
	@$(PY) -m ruff check --no-cache .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy
	@.venv/bin/lint-imports --no-cache
	@cd geoservice/viewer && node_modules/.bin/oxlint

pytest: ## the tests alone, N=2 files at a time; make pytest ARGS="tests/tiles -k hillshade" | 只运行测试，同时 N=2 个文件；make pytest ARGS="tests/tiles -k hillshade"
	@$(PY) -m pytest -q -n $(N) --dist loadfile --no-loadscope-reorder $(ARGS)

bench: ## install the peers, then measure the costs that docs/performance.md states | 安装同类软件，测量 docs/performance.md 所述的开销
	@setup/venv.sh dev
	@setup/bench.sh
	@$(PY) -m bench
	@$(PY) -m bench.items
	@$(PY) -m bench.floors

clients: ## run every client against the service and write docs/clients.md | 用各种客户端访问服务，写出 docs/clients.md
	@GEOSERVICE_WRITE_CLIENTS=1 $(PY) -m pytest -q -n 0 tests/clients

fuzz: ## put ten minutes of generated requests to a running service (URL=http://…, SECONDS_LONG=600) | 向运行中的服务发送十分钟自动生成的请求（URL=http://…，SECONDS_LONG=600）
	@[ -x $(DATA)/fuzz/bin/schemathesis ] || { $(PY) -m venv $(DATA)/fuzz && $(DATA)/fuzz/bin/pip install -q schemathesis; }
	@$(DATA)/fuzz/bin/schemathesis run $(or $(URL),http://127.0.0.1:8000)/api --url $(or $(URL),http://127.0.0.1:8000) \
		-c not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance \
		--phases coverage,fuzzing,stateful --seed 1 --continue-on-failure --max-time $(or $(SECONDS_LONG),600)

lock: ## resolve pyproject.toml into the lock files anew (UPGRADE=--upgrade for the newest versions) | 按 pyproject.toml 重新生成锁定文件（UPGRADE=--upgrade 取最新版本）
	@$(LOCK) setup/build.in -o requirements.lock
	@$(LOCK) setup/build.in --group dev -c requirements.lock -o requirements-dev.lock
	@$(COMPILE) setup/bucket.in -o setup/bucket.lock

# No addresses in the files: they hold names, versions and hashes, whatever registry a machine is configured for.
COMPILE = .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header $(UPGRADE)
LOCK = $(COMPILE) pyproject.toml

clean: ## remove what was built and the tools' caches; the data stay | 删除构建结果和工具的缓存；数据保留
	@rm -rf geoservice/viewer/dist geoservice/viewer/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
	@find . -path ./.venv -prune -o -path ./$(DATA) -prune -o -name __pycache__ -type d -print0 | xargs -0 rm -rf

distclean: clean ## also remove the Python environment and ALL imported data | 还删除 Python 环境和所有已导入的数据
	@rm -rf .venv $(DATA)
