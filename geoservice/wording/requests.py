"""What is said of requests: their host, body, token and address, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "upload-too-large": (
        "the upload is larger than {limit} MB; import it with the command line instead",
        "上传超过{limit} MB；请改用命令行导入",
    ),
    "upload-no-file": ("the upload has no part 'file'", "上传中没有file部分"),
    "token-wanted": (
        "send Authorization: Bearer gs_…, a token from 'geoservice token create'",
        "请发送Authorization: Bearer gs_…，令牌由geoservice token create产生",
    ),
    "token-unknown": ("the token is unknown, expired or revoked", "令牌未知、已过期或已吊销"),
    "token-not-writing": ("the token {token!r} may not write", "令牌“{token}”不能写入"),
    "token-not-for": (
        "the token {token!r} may not write for {department}",
        "令牌“{token}”不能写入部门{department}的数据",
    ),
    "no-address": ("there is nothing at {path}", "{path}处没有内容"),
    "no-method": (
        "{method} is not what this address answers; Allow lists what it does",
        "此地址不接受{method}；Allow列出可用的方法",
    ),
    "filter-fails": ("the filter cannot be evaluated: {why}", "过滤条件无法求值：{why}"),
    "went-wrong": ("something went wrong here; the log says what", "服务内部出错；日志中有说明"),
    "body-not-json": ("the body is not JSON: {why}", "正文不是JSON：{why}"),
    "body-not-object": ("the body is JSON, but not an object", "正文是JSON，但不是对象"),
    "body-type": ("the body is {given}; this takes {offered}", "正文为{given}；此处接受{offered}"),
    "body-encoded": (
        "the body is compressed ({given}); send it as it is",
        "正文经过压缩（{given}）；请直接发送，不要压缩",
    ),
    "host-missing": ("there is no Host header", "请求中没有Host标头"),
    "host-twice": ("there are two Host headers", "请求中有两个Host标头"),
    "host-none": (
        "{given} is not a host: a name or an address, and a port",
        "{given}不是主机：应为名称或地址，可带端口",
    ),
    "host-other": (
        "{given} is not a host this service answers to (GEOSERVICE_ALLOWED_HOSTS)",
        "此服务不应答主机{given}（GEOSERVICE_ALLOWED_HOSTS）",
    ),
    "body-larger": ("the body is larger than {most} bytes; {instead}", "请求正文超过{most}字节；{instead}"),
    "changes-wanted": ('send {{"changes": [...]}}, 1 to {most} of them', '请发送{{"changes": [...]}}，1至{most}项'),
    "report-none": ("there is no report {number}", "没有第{number}号报告"),
    "report-none-refused": ("no refused features are kept of import {number}", "第{number}号导入没有留存被拒绝的要素"),
    "upload-same-name": (
        "two of the files are called {name}: pack folders with files of the same names into a zip",
        "上传的文件中有两个都叫{name}：不同文件夹中的同名文件请打包成zip",
    ),
    "multipart-wanted": (
        "send multipart/form-data with the part 'file' (once a file) and 'layer'",
        "请以multipart/form-data发送'file'（每个文件一个）和'layer'两部分",
    ),
    "report-number": ("a report's id is a number", "报告的编号是数字"),
    "body-slow": (
        "the request's body comes with less than {slowest} bytes a second; send it again",
        "请求正文每秒不足{slowest}字节；请重新发送",
    ),
    "body-stopped": (
        "nothing of the request's body came for {pause:g} seconds; send it again",
        "请求正文已有{pause:g}秒没有数据；请重新发送",
    ),
    "archive-none": (
        "no archive {file!r} in grid {grid!r} has been baked of this version of layer {layer}; /collections/{name}/archives lists those there are",
        "图层{layer}的此版本在网格“{grid}”中没有名为“{file}”的瓦片归档；/collections/{name}/archives列出已有的归档",
    ),
    "token-to-write": (
        "this needs a token that may write: geoservice token create NAME --write, then Authorization: Bearer gs_…",
        "此操作需要有写权限的令牌：geoservice token create NAME --write，然后使用Authorization: Bearer gs_…",
    ),
    "statement-long": ("the statement took longer than allowed; ask for less", "查询超过允许的时间；请缩小范围"),
}
