"""What is said of features that are written, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "at-place": ("{place}: {detail}", "{place}：{detail}"),
    "faults-more": ("{told}; and {more} more", "{told}；另有{more}处"),
    "not-a-feature": (
        'the body is not a GeoJSON feature: {{"type": "Feature", "geometry": …, "properties": …}}',
        '请求体不是GeoJSON要素：{{"type": "Feature", "geometry": …, "properties": …}}',
    ),
    "object-or-null": ("is an object or null", "应为对象或null"),
    "feature-property-none": ("the layer has no such property; its schema lists them", "图层没有此属性；见其schema"),
    "patch-object": ("a merge patch is an object", "合并补丁应为对象"),
    "properties-object": ("properties is an object or null", "properties应为对象或null"),
    "value-not-type": ("{value!r} is no {type}", "“{value}”不是{type}"),
    "value-not-in-list": (
        "{value!r} is not in the code list of this property: {known}",
        "“{value}”不在此属性的代码表中：{known}",
    ),
    "feature-not-geojson": ("not GeoJSON: {why}", "不是GeoJSON：{why}"),
    "geometry-other-type": ("a {type} in a layer of {wanted}", "图层为{wanted}，却给了{type}"),
    "geometry-leave-null": ("empty; leave it null", "为空；请留作null"),
    "geometry-positions-bad": (
        "has more than {most} positions, or one that is not finite",
        "点数超过{most}，或有非有限的坐标",
    ),
    "feature-outside": (
        "outside the degrees; is Content-Crs right, and the order of its axes?",
        "超出度数范围；Content-Crs及其轴序是否正确？",
    ),
    "geometry-pole": ("reaches a pole, which tiles cannot show", "到达极点，瓦片无法显示"),
    "change-object": ("a change is an object with an action", "每项改动应为含action的对象"),
    "change-action": ("is create, replace, update or delete", "应为create、replace、update或delete"),
    "change-id": ("is the number of the feature that is changed", "应为被改要素的编号"),
    "change-etag": (
        "/etag: send the ETag of the feature you read, or * for whatever it is now",
        "/etag：请发送所读要素的ETag，或以*表示不论现状",
    ),
    "change-patch": ("is a merge patch: an object", "应为合并补丁（对象）"),
    "edits-most": (
        "layer {layer!r} has {count} edits since its import; import its next version, which makes its small scales anew",
        "图层“{layer}”自导入以来已有{count}次编辑；请导入下一版本，小比例尺随之重做",
    ),
    "feature-none-numbered": ("layer {layer!r} has no feature {fid}", "图层“{layer}”没有要素{fid}"),
    "feature-id-other": (
        "says that it is feature {given}, and was sent for feature {fid}",
        "其中写的是要素{given}，却发往要素{fid}",
    ),
    "feature-changed": (
        "feature {fid} has changed since you read it; read it again and repeat your change",
        "要素{fid}在您读取之后已被改动；请重新读取后再改",
    ),
    "cut-kind": ("polygons and lines can be cut and joined, not a {kind}", "可以分割、合并的是面和线，而不是{kind}"),
    "not-cut": (
        "the line does not cut it in two; draw it all the way across",
        "这条线没有把它分开；请画到完全穿过为止",
    ),
    "join-kinds": ("polygons are joined with polygons, lines with lines", "面只能与面合并，线只能与线合并"),
    "nothing-left": ("nothing would be left of it", "这样将一点不剩"),
    "nothing-taken": ("the area lies outside of it", "所画区域在它之外"),
    "layer-has-heights": ("the layer has heights: give three ordinates", "图层带高程：请给三个坐标值"),
    "layer-has-no-heights": ("the layer has no heights: give two ordinates", "图层不带高程：请给两个坐标值"),
}
