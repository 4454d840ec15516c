"""What is said about the characters of texts, and about dBase tables, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "text-decoded-as": (
        "text that is not UTF-8 read as {encoding}",
        "不是UTF-8的文字按{encoding}读取",
    ),
    "nulls-taken-out": (
        "null characters taken out",
        "去掉了空字符",
    ),
    "all-plain-ascii": (
        "all text is plain ASCII",
        "全部文字为纯ASCII",
    ),
    "cpg-agrees": (
        ".cpg says {declared} and the bytes agree",
        ".cpg写{declared}，与字节相符",
    ),
    "cpg-lies": (
        ".cpg says {declared}, which the bytes contradict",
        ".cpg写{declared}，与字节矛盾",
    ),
    "ldid-chinese": (
        "dBase language byte 0x4D: simplified Chinese",
        "dBase语言字节0x4D：简体中文",
    ),
    "texts-decode": (
        "{count} texts decode as {shown} without error",
        "{count}段文字按{shown}解码无误",
    ),
    "dbf-neither": (
        "neither UTF-8 nor GB18030; language byte 0x{language:02X}",
        "既不是UTF-8也不是GB18030；语言字节0x{language:02X}",
    ),
    "byte-order-mark": (
        "byte order mark",
        "字节顺序标记",
    ),
    "text-decodes": (
        "the text decodes as {gdal_name} without error",
        "文字按{gdal_name}解码无误",
    ),
    "neither-utf8-nor-gb18030": (
        "neither UTF-8 nor GB18030",
        "既不是UTF-8也不是GB18030",
    ),
    "few-characters": (
        "few characters, valid UTF-8 only as letters of another script; as GB18030 they are common Chinese",
        "字数很少，按UTF-8只能读作另一种文字的字母，按GB18030则是常用汉字",
    ),
    "dbf-too-short": (
        "{file} is too short to be a dBase table",
        "{file}太短，不是dBase表",
    ),
    "dbf-damaged": (
        "{file}: the header of the table is damaged",
        "{file}：表头已损坏",
    ),
    "cells-overflown": (
        "column {title}: * instead of a number too long for its field, read as empty",
        "{title}列：数字超出字段宽度而写成*，按空值读取",
    ),
    "dates-unreadable": (
        "column {title}: what is no date read as empty",
        "{title}列：不是日期的内容按空值读取",
    ),
    "no-such-moment": ("what is no date read as empty", "不是日期的内容按空值读取"),
    "json-number-beyond": (
        "the number {number} (line {line}, character {column}) is beyond what can be held",
        "第{line}行第{column}个字符处的数{number}超出可表示的范围",
    ),
    "part-of-layer": (
        "the file is an answer of a service that says there are more features: it holds a part of the layer only; fetch the others, too",
        "该文件是服务的应答，服务说明还有更多要素：它只含图层的一部分；请把其余的也取来",
    ),
    "kept-as-written": (
        "a day that no calendar has, a year of two digits or a whole number beyond 64 bits is kept as it is written, as text",
        "日历上没有的日期、两位数的年份或超出64位的整数按所写保留，作为文字",
    ),
    "not-all-decodes": (
        "not all text decodes as {encoding}",
        "并非全部文字都能按{encoding}解码",
    ),
    "no-such-encoding": (
        "--encoding {name}: there is no such encoding; try UTF-8 or GB18030",
        "--encoding {name}：没有这种编码，请试UTF-8或GB18030",
    ),
    "not-a-text-file": (
        "{file} is not a text file",
        "{file}不是文本文件",
    ),
    "line-not-encoding": (
        "{file}: line {line} is not {value}; give the right one with --encoding",
        "{file}：第{line}行不是{value}；请用--encoding给出正确的编码",
    ),
    "text-not-encoding": (
        "{file} is not {value}; give the right one with --encoding",
        "{file}不是{value}；请用--encoding给出正确的编码",
    ),
    "text-cut-off": (
        "{file} ends in the middle of a character: it was cut off; copy it again",
        "{file}在一个字的中间结束：文件被截断，请重新复制",
    ),
    "most-lines-decode": (
        "{count} of {of} lines with letters beyond ASCII are {name}",
        "{of}个含非ASCII文字的行中有{count}行是{name}",
    ),
    "lines-otherwise": (
        "{count} lines are not {value} and were read as {other}; line {line} is the first that is not {value}",
        "有{count}行不是{value}，按{other}读取；第{line}行是第一处不是{value}的",
    ),
    "lines-replaced": (
        "{count} lines hold characters that are not {value}: \ufffd stands for them; line {line} is the first that is not {value}",
        "有{count}行含有不属于{value}的字符，以\ufffd代替；第{line}行是第一处不是{value}的",
    ),
}
