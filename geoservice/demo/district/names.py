"""Names for things that do not exist, in the manner of the place."""

import numpy as np

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国志红文斌海燕玉兰春梅永新立业"
COMPANIES = ("豫东机械制造", "睢水食品", "应天纺织", "归德置业", "木兰电子", "芒山建材", "梁园物流", "燧光新能源")
ESTATES = ("锦绣苑", "和园", "翠湖湾", "书香里", "梧桐府", "清河居", "阳光城", "学府家园", "天伦花园", "云帆里")

LAND_USE = {
    "0102": "水浇地",
    "0201": "果园",
    "0301": "乔木林地",
    "0501": "零售商业用地",
    "0505": "商务金融用地",
    "0601": "工业用地",
    "0604": "仓储用地",
    "0701": "城镇住宅用地",
    "0702": "农村宅基地",
    "0801": "机关团体用地",
    "0803": "教育用地",
    "0805": "医疗卫生用地",
    "0807": "文化设施用地",
    "0810": "公园与绿地",
    "0906": "风景名胜设施用地",
    "1003": "公路用地",
    "1004": "城镇村道路用地",
    "1006": "农村道路",
    "1101": "河流水面",
    "1102": "湖泊水面",
    "1104": "坑塘水面",
}
"""Second-level classes of GB/T 21010-2017 that occur in the district."""


def person(rng: np.random.Generator) -> str:
    """Return a made-up person's name."""
    given = "".join(rng.choice(list(GIVEN), size=int(rng.integers(1, 3))))
    return str(rng.choice(list(SURNAMES))) + given


def holder(kind: str, place: str, rng: np.random.Generator) -> str:
    """Return who holds a parcel."""
    if kind == "person":
        return person(rng)
    if kind == "company":
        return f"{rng.choice(COMPANIES)}有限公司（虚构）"
    if kind == "village":
        return "柳林村村民委员会（虚构）"
    if kind == "estate":
        return f"{place}业主共有"
    return "国有（虚构）"
