"""What is said about files that come in parts (shapefiles, MapInfo tables), in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "shp-missing": (
        "{file}: the .shp beside it is missing; a shapefile is at least .shp, .shx and .dbf",
        "{file}：旁边缺少.shp；shapefile至少要有.shp、.shx和.dbf",
    ),
    "no-dbf": (
        "no .dbf: the features have no attributes",
        "没有.dbf：要素没有属性",
    ),
    "no-shx": (
        "no .shx: the index was rebuilt from the .shp",
        "没有.shx：已由.shp重建索引",
    ),
    "no-prj": (
        "no .prj: the file states no coordinate system",
        "没有.prj：文件未说明坐标系",
    ),
    "memo-missing": (
        "the file of memo texts (.dbt or .fpt) was not handed in: {columns} are empty",
        "缺少备注文件（.dbt或.fpt）：{columns}为空",
    ),
    "shp-cut-off": (
        "{file} is cut off: shapes of it are missing; copy it again",
        "{file}被截断，缺少部分图形；请重新拷贝",
    ),
    "shx-damaged": ("the .shx is damaged: the index was rebuilt from the .shp", ".shx已损坏：已由.shp重建索引"),
    "mid-missing": (
        "no .mid beside the .mif: the features have no attributes",
        ".mif旁没有.mid：要素没有属性",
    ),
    "mid-shorter": (
        "the .mid has no row for one of the .mif's objects, or a broken one: it is cut off; copy both again",
        ".mid缺少某个.mif对象对应的行，或该行已损坏：文件被截断；请重新拷贝两个文件",
    ),
    "tab-parts-missing": (
        "{file}: {missing} missing beside it; a MapInfo table is .tab, .dat, .map and .id together",
        "{file}：旁边缺少{missing}；MapInfo表由.tab、.dat、.map、.id一起组成",
    ),
    "dbf-deleted": (
        "{count} records of the .dbf are marked as deleted and left out with their shapes",
        ".dbf中有{count}条记录标记为已删除，连同其图形未取",
    ),
    "dbf-shorter": (
        "the .dbf has {records} records for {shapes} shapes: the last shapes have no attributes, and which record belongs "
        "to which shape is in doubt",
        ".dbf有{records}条记录而图形有{shapes}个：最后的图形没有属性，记录与图形的对应存疑",
    ),
    "dbf-longer": (
        "the .dbf has {records} records for {shapes} shapes: the last records are left out, and which record belongs to "
        "which shape is in doubt",
        ".dbf有{records}条记录而图形有{shapes}个：最后的记录未取，记录与图形的对应存疑",
    ),
}
