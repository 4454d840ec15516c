"""What is said of settings and of a frame that they name, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "setting-database": (
        "GEOSERVICE_DATABASE_URL is postgresql://user:password@host/name; a character of the password that has a meaning "
        "in addresses is written %40 (@), %2F (/), %3A (:)",
        "GEOSERVICE_DATABASE_URL应为postgresql://user:password@host/name；密码中在网址里有含义的字符写作%40（@）、%2F（/）、%3A（:）",
    ),
    "setting-storage": (
        "GEOSERVICE_STORAGE_DIR is a folder or s3://bucket/prefix, not {given!r}",
        "GEOSERVICE_STORAGE_DIR应为文件夹或s3://bucket/prefix，而不是“{given}”",
    ),
    "setting-site": (
        "{name} is https://host or http://host, with a port if it is another, not {given!r}",
        "{name}应为https://主机或http://主机，端口不同时写出端口，而不是“{given}”",
    ),
    "setting-peers": (
        "GEOSERVICE_TRUSTED_PROXIES is * or addresses and networks with commas between, such as 10.0.0.5, 10.1.0.0/16; "
        "{given!r} is none",
        "GEOSERVICE_TRUSTED_PROXIES应为*，或以逗号分隔的地址和网段，如10.0.0.5, 10.1.0.0/16；“{given}”不是",
    ),
    "setting-hosts": (
        "GEOSERVICE_ALLOWED_HOSTS is names with commas between, such as gis.city.cn, *.city.cn; {given!r} is none",
        "GEOSERVICE_ALLOWED_HOSTS应为以逗号分隔的主机名，如gis.city.cn, *.city.cn；“{given}”不是",
    ),
    "setting-converter": (
        "GEOSERVICE_DWG_CONVERTER is a command with {{input}} and {{output}} in it, such as dwg2dxf -o {{output}} {{input}}",
        "GEOSERVICE_DWG_CONVERTER应为含有{{input}}和{{output}}的命令，如dwg2dxf -o {{output}} {{input}}",
    ),
    "setting-file": ("{path} cannot be read as UTF-8 text: {why}", "{path}不能按UTF-8文本读取：{why}"),
    "setting-unknown": (
        "{name} is set, and there is no such setting; nearest is {nearest}",
        "设置了{name}，但没有这个设置；最接近的是{nearest}",
    ),
    "setting-unknown-plain": (
        "{name} is set, and there is no such setting; docs/settings.md lists them",
        "设置了{name}，但没有这个设置；docs/settings.md列出了所有设置",
    ),
    "frame-settings": ("{file}: unknown frame settings {names}", "{file}：未知的框架设置{names}"),
    "frame-none": (
        "GEOSERVICE_FRAME={given!r} is neither a built-in frame ({known}) nor a file",
        "GEOSERVICE_FRAME={given}既不是内置框架（{known}），也不是文件",
    ),
}
