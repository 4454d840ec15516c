"""What is said about files, folders and archives, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "archive-too-large": (
        "{name} unpacks to more than is allowed; it was not imported",
        "{name}解压后超过允许的大小，未导入",
    ),
    "archive-empty": (
        "{file} is an empty archive",
        "{file}是空的压缩包",
    ),
    "archive-member-broken": (
        "{file}: {target} cannot be unpacked: {error}",
        "{file}：无法解压{target}：{error}",
    ),
    "archive-too-deep": (
        "{target} is nested more than {depth} archives deep; unpack it first",
        "{target}嵌套超过{depth}层压缩包，请先解压",
    ),
    "archive-bomb": (
        "{name} expands more than {growth} times (a zip bomb?); it was not imported",
        "{name}的膨胀超过{growth}倍（压缩炸弹？），未导入",
    ),
    "archive-too-many-files": (
        "{name} holds {count} files, more than the {members} allowed",
        "{name}含{count}个文件，超过允许的{members}个",
    ),
    "archive-claims-too-much": (
        "{name} claims to unpack to {claimed:.1f} GB; at most {size:.0f} is allowed",
        "{name}自称解压后为{claimed:.1f} GB，最多允许{size:.0f} GB",
    ),
    "archive-encrypted": (
        "{name} is encrypted; unpack it with its password first",
        "{name}已加密，请先用密码解压",
    ),
    "archive-link": (
        "{name}: {shown} is a link, which is not followed",
        "{name}：{shown}是链接，不予跟随",
    ),
    "archive-escapes": (
        "{name}: the name {shown!r} leads out of the archive; it was not imported",
        "{name}：文件名“{shown}”指向压缩包之外，未导入",
    ),
    "archive-unreadable": (
        "{file} is not a zip archive that can be read: {error}",
        "{file}不是可读的zip压缩包：{error}",
    ),
    "option-unknown": ("there is no option {name}; there are {known}", "没有选项{name}；可用的有{known}"),
    "option-not-of-features": (
        "{name} is no option for features; there are {known} and block.NAME",
        "{name}不是矢量数据的选项；可用的有{known}和block.块名",
    ),
    "option-not-of-rasters": (
        "{name} is no option for pictures and grids; there are {known}",
        "{name}不是影像和格网的选项；可用的有{known}",
    ),
    "option-value": ("option {name} may be {allowed}, not {value!r}", "选项{name}可取{allowed}，不能是“{value}”"),
    "name-not-utf8": (
        "its name is not UTF-8; rename it, or hand it in as a zip",
        "文件名不是UTF-8；请改名，或打包为zip提交",
    ),
    "path-missing": (
        "{path} does not exist",
        "{path}不存在",
    ),
    "file-is-empty": (
        "{file}: the file is empty",
        "{file}：文件是空的",
    ),
    "not-a-shapefile": (
        "{file}: named .shp, but its content is not a shapefile's",
        "{file}：名为.shp，但内容不是shapefile",
    ),
    "format-not-imported": (
        "{file}: not in a format that is imported",
        "{file}：不是可导入的格式",
    ),
    "part-alone": (
        "{file} is only a part of another file of the same name: hand that in, with all that stands beside it",
        "{file}只是另一个同名文件的组成部分：请提交那个文件及其旁边的所有文件",
    ),
    "too-many-files": (
        "{top} holds more than {max_files} files; import a part of it at a time",
        "{top}含有超过{max_files}个文件，请分批导入",
    ),
    "path-error": (
        "{path}: {foreign_name}",
        "{path}：{foreign_name}",
    ),
    "path-not-imported": (
        "{path}: not in a format that is imported",
        "{path}：不是可导入的格式",
    ),
    "file-refused": (
        "{file}: {refusal}",
        "{file}：{refusal}",
    ),
    "name-but-image": (
        "{file}: the name says {suffix}, but the content is an image; mend the name",
        "{file}：扩展名为{suffix}，但内容是影像；请更正文件名",
    ),
    "no-7z": (
        "7z archives are not read: pack it as zip, or unpack it",
        "不读7z压缩包：请改用zip，或先解压",
    ),
    "no-rar": (
        "RAR archives are not read: pack it as zip, or unpack it",
        "不读RAR压缩包：请改用zip，或先解压",
    ),
    "no-such-archive": (
        "this archive is not read: pack it as zip",
        "不读这种压缩包：请改用zip",
    ),
    "no-dgn8": (
        "DGN version 8 is not read: save it as DXF or DGN version 7",
        "不读DGN第8版：请存为DXF或DGN第7版",
    ),
    "no-services": (
        "it describes a web service; services are not called from uploads: download the data and import the file",
        "它描述的是网络服务；不会调用上传文件所指的服务：请下载数据后导入文件",
    ),
    "no-virtual": (
        "virtual files that point to other files or servers are not followed: import those files themselves",
        "不跟随指向其他文件或服务器的虚拟文件：请导入那些文件本身",
    ),
    "no-seamless": (
        "a seamless table only names other tables: import those",
        "无缝表只是引用其他表：请导入那些表",
    ),
    "json-utf16": (
        "JSON must be UTF-8, this is UTF-16: save it as UTF-8",
        "JSON必须是UTF-8，这是UTF-16：请存为UTF-8",
    ),
    "no-cass-exchange": (
        "CASS exchange files are not read: export the drawing as DXF from CASS",
        "不读CASS交换文件：请从CASS导出DXF",
    ),
    "dbf-alone": (
        "a .dbf without its .shp has no geometry: hand in the .shp with it",
        "没有.shp的.dbf没有几何：请连同.shp一起提交",
    ),
    "no-mdb": (
        ".mdb is not read: export it as FileGDB or GeoPackage",
        "不读.mdb：请导出为FileGDB或GeoPackage",
    ),
    "reader-silent": (
        "{file}: reading gave no sign for {patience:.0f} s and was stopped; the file is damaged or needs to be simplified by the program that made it",
        "{file}：读取{patience:.0f}秒没有动静，已停止；文件损坏，或需要由生成它的程序简化",
    ),
    "file-plain": (
        "{file}: {plain}",
        "{file}：{plain}",
    ),
    "file-complaint": (
        "{file}: {complaints}",
        "{file}：{complaints}",
    ),
    "reader-stopped": (
        "{file}: reading gave no sign and was stopped",
        "{file}：读取没有动静，已停止",
    ),
    "reader-broke-down": (
        "{file}: the reader broke down on this file{how}; it is damaged or asks for more than {memory_limit} GB of memory",
        "{file}：读取程序在此文件上崩溃{how}；文件损坏，或需要超过{memory_limit} GB内存",
    ),
    "cannot-be-read": (
        "cannot be read",
        "无法读取",
    ),
    "heights-as-text": (
        "; heights as text are lines of just x y z on a grid, with decimal points; other points are imported as vector",
        "；文本高程须为格网点，每行只有x y z且用小数点；其他点请作为矢量导入",
    ),
    "not-a-raster": (
        "{file} is no raster, so it cannot become {kind}",
        "{file}不是栅格，不能成为{kind}",
    ),
    "left-aside": (
        "left aside: {text}",
        "未取：{text}",
    ),
    "sources-of-formats": (
        "{count} sources: {formats}",
        "{count}个来源：{formats}",
    ),
    "nothing-to-draw": (
        "nothing to draw: it would be refused",
        "没有可绘制的内容，会被拒绝",
    ),
    "nothing-to-do": (
        "nothing to do",
        "无需转换",
    ),
    "height-system-not-stated": (
        "height system not stated",
        "高程系统未说明",
    ),
    "heights-range": (
        "{low:.2f} to {high:.2f} m ({system})",
        "{low:.2f}至{high:.2f}米（{system}）",
    ),
    "done-count": (
        "{what}: {number}",
        "{what}：{number}",
    ),
    "files-named": ("files: {names}", "文件：{names}"),
    "nothing-to-import": ("{file}: nothing to import", "{file}：没有可导入的内容"),
    "nothing-to-import-for": ("{file}: nothing to import ({reasons})", "{file}：没有可导入的内容（{reasons}）"),
    "not-a-known-format": ("its content is of no format that is read", "其内容不是可读取的格式"),
    "hand-in-shp": (
        "{file}: it is a part of the shapefile beside it; hand in the .shp",
        "{file}：它是旁边shapefile的一部分，请提交.shp",
    ),
    "link-not-followed": (
        "{file}: a symbolic link, not followed; hand in the file itself",
        "{file}：符号链接，不予跟随；请提交文件本身",
    ),
    "copy-of": (
        "{file}: the same bytes as {first}, taken once",
        "{file}：与{first}内容完全相同，只取一次",
    ),
    "quality-of": (
        "{file}: tells what the heights of {heights} are worth, and holds none",
        "{file}：说明{heights}高程的质量，本身不含高程",
    ),
    "preview-of": (
        "{file}: a preview of {whole}, without a place of its own",
        "{file}：{whole}的预览图，本身没有位置",
    ),
}
