#!/usr/bin/env bash
# Makes .venv/bucket hold the S3 server that the tests of buckets talk to, as setup/bucket.lock says, checked by hash.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/say.sh

stamp=.venv/bucket/.installed-$(sha256sum setup/bucket.lock | cut -c 1-16)
[ -f "$stamp" ] && exit 0
need_space . 300 "The S3 server of the tests" "测试用的 S3 服务"
say "S3 server of the tests from setup/bucket.lock (hash-checked)" "正在按 setup/bucket.lock 安装测试用的 S3 服务（校验散列值）"
rm -rf .venv/bucket
"$(setup/python.sh)" -m venv .venv/bucket
.venv/bucket/bin/python -m pip install -q --no-input --disable-pip-version-check --require-hashes --no-deps \
    -r setup/bucket.lock || stop "pip could not install setup/bucket.lock; its message is above." "pip 没有装好 setup/bucket.lock，原因见上。" \
    "Run make test again." "请再运行一次 make test。"
touch "$stamp"
