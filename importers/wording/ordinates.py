"""What is done to ordinates before they are places: zone numbers, digits that were left out, other units."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "zone-taken-off": ("zone number {zone} taken off the eastings", "从东坐标中去掉带号{zone}"),
    "zone-added": ("zone number {zone} added to the eastings", "给东坐标加上带号{zone}"),
    "crs-no-zone": ("{crs} has no zone number", "{crs}不带带号"),
    "crs-carries-zone": ("{crs} carries zone number {zone}", "{crs}带有带号{zone}"),
    "leading-digits": ("leading digits", "省略的高位数字"),
    "digits-added": (
        "{east:.12g} m added to the eastings, {north:.12g} m to the northings",
        "东坐标加{east:.12g}米，北坐标加{north:.12g}米",
    ),
    "digits-would-fit": ("as {crs} with {option}", "按{crs}，加{option}"),
    "digits-dropped": (
        "leading digits may have been left out: the data would lie in {title}, for example, {ways}",
        "可能省略了高位数字：例如{ways}，数据将位于{title}",
    ),
    "ordinate-unit": ("unit of the ordinates", "坐标值的单位"),
    "unit-of-metres": ("{metres:g} m", "{metres:g}米"),
    "unit-not-metres": (
        "the ordinates may be in another unit than metres: the data would lie in {title}, for example, {ways}",
        "坐标值的单位可能不是米：例如{ways}，数据将位于{title}",
    ),
    "metres-of-a-unit": (
        "{name} is how many metres one unit of the ordinates has (1000 for kilometres), not {said!r}",
        "{name}应为坐标值每单位的米数（千米为1000），而不是{said!r}",
    ),
    "metres-to-add": ("{name} is a number of metres, not {said!r}", "{name}应为米数，而不是{said!r}"),
}
