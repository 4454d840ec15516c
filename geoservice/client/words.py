"""What the client itself says when it cannot go on, in the language of the service's own refusals."""

SENTENCES = {
    "no-address": (
        "{url!r} is no address of a service: it begins with http:// or https://",
        "“{url}”不是服务地址：应以http://或https://开头",
    ),
    "silent": ("{url} does not answer: {why}", "{url}没有响应：{why}"),
    "alike": ("{error}. Like it: {names}", "{error}。相近的有：{names}"),
    "frame-no-crs": ("the frame has no CRS: set one", "数据框没有坐标系：请先设定"),
    "shape-no-crs": (
        "the shape has no CRS: set one, or give a geometry in degrees",
        "图形没有坐标系：请先设定，或给出以度为单位的几何",
    ),
    "no-such-crs": (
        "{given!r} is no known coordinate system: name it by its code, as 'EPSG:4490'",
        "没有坐标系“{given}”：请用代码指定，如“EPSG:4490”",
    ),
    "crs-no-code": (
        "{name} has no code the service could be asked for",
        "{name}没有代码，无法向服务请求",
    ),
}
"""By their code: in English, in Chinese."""


def told(code: str, language: str, **values: object) -> str:
    """Return a sentence in a language, English where it is neither of the two."""
    english, chinese = SENTENCES[code]
    return (chinese if language == "zh" else english).format(**values)
