"""What is said about rasters on their way in: sheets, kinds, mosaics, what is reported, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "files-published": (
        "files published",
        "已发布文件",
    ),
    "sheets-add-up": (
        "{read} sheets read = {kept} kept + {refused} refused",
        "读入{read}幅 = 保留{kept} + 拒绝{refused}",
    ),
    "sheets-refused": (
        "{refused} of {read} sheets refused",
        "{read}幅中拒绝了{refused}幅",
    ),
    "height-system-unknown": (
        "height system unknown",
        "高程系统未知",
    ),
    "every-pixel-nodata": (
        "every pixel is nodata",
        "所有像元都是无数据",
    ),
    "no-raster": (
        "{file}: no raster",
        "{file}：不是栅格",
    ),
    "join-needs-layer": (
        "join=yes adds sheets to a layer, which does not exist yet; import it first",
        "join=yes把图幅加入已有图层，而该图层尚不存在；请先导入",
    ),
    "no-sheet-taken": (
        "no sheet could be taken: {refused}",
        "没有一幅可以采用：{refused}",
    ),
    "sheet-reason": (
        "{sheet}: {reason}",
        "{sheet}：{reason}",
    ),
    "no-pixel": (
        "{name}: holds no pixel with data",
        "{name}：没有一个有数据的像元",
    ),
    "image-empty": (
        "{name}: the image is empty, every pixel is nodata",
        "{name}：影像是空的，所有像元都是无数据",
    ),
    "values-kept": (
        "rasters whose values are kept",
        "保留数值的栅格",
    ),
    "other-content": (
        "its content is {content}, the other sheets are {other}; import it as a layer of its own",
        "其内容为{content}，其他图幅为{other}；请作为单独的图层导入",
    ),
    "other-bands": (
        "its bands are {has}, those of the other sheets {want}; import it as a layer of its own",
        "其波段为{has}，其他图幅为{want}；请作为单独的图层导入",
    ),
    "stack-one-band": (
        "{sheet} has {count} bands; stack=yes takes files of one",
        "{sheet}有{count}个波段；stack=yes只接受单波段文件",
    ),
    "stack-other-pixels": (
        "{sheet} and {first} do not lie on the same pixels and cannot be stacked",
        "{sheet}与{first}的像元不重合，不能叠加",
    ),
    "band-from-each": (
        "one band from each of {count} files",
        "{count}个文件各取一个波段",
    ),
    "heights-mixed": (
        "{sheet}: its heights are {system}, those of the other sheets {other}; height systems are not mixed",
        "{sheet}：其高程为{system}，其他图幅为{other}；不混用高程系统",
    ),
    "of-unknown-system": (
        "of an unknown system",
        "未知系统",
    ),
    "sheet-of": (
        "sheet {place} of {count}: {name}",
        "第{place}幅，共{count}幅：{name}",
    ),
    "sheets-elsewhere": (
        "{count} of {sheets} sheets were made by the workers of the Dask cluster",
        "{sheets}幅中有{count}幅由Dask集群的工作进程制作",
    ),
    "no-raster-among": (
        "{file}: no raster that is imported is among the files",
        "{file}：这些文件中没有可导入的栅格",
    ),
    "no-coordinate-system": (
        "no coordinate system",
        "没有坐标系",
    ),
    "not-importable": (
        "not importable: {refusal}",
        "不能导入：{refusal}",
    ),
    "sheets-number": (
        "{number} sheets: {what}",
        "{number}幅：{what}",
    ),
    "lines-of-xyz": (
        "lines of x y z",
        "各行为x y z",
    ),
    "nothing-speaks-of-heights": (
        "nothing in the file or its name speaks of heights; --kind elevation says so",
        "文件及其名称都没有表明是高程；--kind elevation可说明",
    ),
    "pixel-on-ground": (
        "a pixel is {pixel_m:.4g} m on the ground",
        "像元在地面上为{pixel_m:.4g}米",
    ),
    "which-layer-of": (
        "which layer of {file}",
        "{file}的哪个图层",
    ),
    "holds-rasters": (
        "it holds {count} rasters",
        "它含{count}个栅格",
    ),
    "raster-facts": (
        "{driver}, {width} x {height} pixels, {count} bands ({bands})",
        "{driver}，{width} x {height}像元，{count}个波段（{bands}）",
    ),
    "refused-because": (
        " ({reasons})",
        "（{reasons}）",
    ),
    "bands-in-files": (
        "{count} sheets of one band lie on the same pixels, so only one of them is seen ({names}); if they are the bands of one picture, say stack=yes",
        "{count}幅单波段图幅位于同样的像元上，只能看到其中一幅（{names}）；若它们是同一影像的各波段，请用stack=yes",
    ),
    "placed-by": (
        "placed by {georeferenced_by}",
        "由{georeferenced_by}定位",
    ),
    "nodata-is": (
        "nodata {nodata:g}",
        "无数据值{nodata:g}",
    ),
    "has-a-mask": (
        "has a mask",
        "有掩膜",
    ),
    "band-is-alpha": (
        "band {alpha} is alpha",
        "第{alpha}波段为透明度",
    ),
    "has-a-palette": (
        "has a palette of {count} colours",
        "有{count}色的调色板",
    ),
    "of-sheets": (
        "{count} of {count2} sheets",
        "{count2}幅中的{count}幅",
    ),
    "heights-differ": (
        "heights differ by",
        "高程相差",
    ),
    "pictures-shifted": (
        "pictures are shifted by",
        "影像错位",
    ),
    "sheets-stay": (
        "{count} sheets stay",
        "保留{count}幅",
    ),
    "is-replaced": (
        "{name} is replaced",
        "{name}被替换",
    ),
    "sheets-join": (
        "the sheets join those of the layer",
        "新图幅加入已有图层",
    ),
    "holds-rasters-say": (
        "{file}: holds {count} rasters; say --source-layer {layers}",
        "{file}：含{count}个栅格；请用--source-layer {layers}",
    ),
    "points-share-cells": (
        "{file}: {twice} points lie on cells that others fill; of each cell the last one counts",
        "{file}：{twice}个点落在其他点已占的单元上，每个单元以最后一点为准",
    ),
    "metadata-say": (
        "its metadata say {stated} = {stated2}",
        "其元数据写明{stated} = {stated2}",
    ),
    "file-is-named": (
        "the file is named {file}",
        "文件名为{file}",
    ),
    "sheet-outside-frame": (
        "{name}: lies outside {title}",
        "{name}：位于{title}范围之外",
    ),
    "covers-sheet": (
        "{name}: covers {covered:.1%} of sheet {code}, {within:.1%} of it lie in the sheet",
        "{name}：覆盖图幅{code}的{covered:.1%}，其{within:.1%}在该图幅内",
    ),
    "folder-of-sheets": ("{folder} ({count} sheets)", "{folder}（{count}幅）"),
    "sheets-alike": ("{system}, {count} bands {kind}", "{system}，{count}个波段{kind}"),
    "number-of-sheets": ("{count} sheets", "{count}幅图"),
    "sheet-in-name": ("the one in the file's name", "文件名所示的图幅"),
    "name-or-crs-wrong": ("; is the name or the CRS wrong?", "；是名称有误还是坐标系有误？"),
    "nsdtf-heights": ("NSDTF-DEM is a format of heights", "NSDTF-DEM是高程格式"),
    "nsdtf-origin": (
        "{file}: X0, Y0 taken as the place of the first height; if they are the outer corner of its cell, it lies half "
        "a cell off",
        "{file}：X0、Y0按第一个高程点的位置取；若为其格网单元的外角点，则偏半个格网",
    ),
    "or-merge": (
        "; or --option merge=yes if they are sheets of one layer",
        "；若它们是同一图层的各图幅，则用--option merge=yes",
    ),
    "sheets-of-two-systems": (
        "{file} and {other} are not of one coordinate system and cannot become one layer; import them apart, or say --crs if they are",
        "{file}与{other}坐标系不同，不能合为一个图层；请分别导入，若确为同一坐标系请用--crs说明",
    ),
    "sheets-of-two-types": (
        "the column {column!r} is {kind} in {file} and {other_kind} in {other}; make it one type before they become one layer",
        "列“{column}”在{file}中为{kind}，在{other}中为{other_kind}；合为一个图层前请统一类型",
    ),
}
