"""What is said of formats that are known and not read: what to hand in instead, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "no-excel-xml": (
        "it is a table of Excel 2003 in XML (some systems export so, called .xls): open it and save it as .xlsx or CSV",
        "这是Excel 2003的XML表格（有些系统以.xls导出）：请打开后另存为.xlsx或CSV",
    ),
    "no-web-page": (
        "it is a web page (some systems export tables so, called .xls): save the table as .xlsx or CSV",
        "这是网页（有些系统这样导出表格，名为.xls）：请将表格存为.xlsx或CSV",
    ),
    "no-pdf": (
        "PDF is not read: export the drawing as DXF, the picture as GeoTIFF",
        "不读PDF：请将图形导出为DXF，图片导出为GeoTIFF",
    ),
    "no-point-cloud": (
        "point clouds are not read: make a grid of heights (GeoTIFF, ASCII grid) of it",
        "不读点云：请由它生成高程格网（GeoTIFF、ASCII格网）",
    ),
    "no-surface-model": (
        "models of surfaces are not read: make an orthophoto and a grid of heights of it",
        "不读三维模型：请由它生成正射影像和高程格网",
    ),
    "no-weather-grid": (
        "GRIB and HDF 4 are not read: save the field that is wanted as GeoTIFF or NetCDF",
        "不读GRIB和HDF 4：请将所需的场存为GeoTIFF或NetCDF",
    ),
    "no-such-raster": (
        "a raster format that is not read: save it as GeoTIFF (gdal_translate does)",
        "不读这种栅格格式：请存为GeoTIFF（可用gdal_translate）",
    ),
    "heights-utf16": (
        "text in UTF-16 is not read: save it as UTF-8 or ANSI",
        "不读UTF-16文本：请存为UTF-8或ANSI",
    ),
    "no-picture-table": (
        "a table that only places a picture: hand in the picture; what stands beside it is read with it",
        "只是给影像定位的表：请提交该影像，旁边的文件会一并读取",
    ),
    "no-mapgis": (
        "MapGIS files are not read: export them as Shapefile from MapGIS",
        "不读MapGIS文件：请在MapGIS中导出为Shapefile",
    ),
    "no-supermap": (
        "SuperMap datasources are not read: export the datasets as Shapefile or GeoPackage",
        "不读SuperMap数据源：请将数据集导出为Shapefile或GeoPackage",
    ),
    "no-sea-chart": (
        "sea charts (S-57) are not read: convert it to GeoPackage",
        "不读电子海图（S-57）：请转换为GeoPackage",
    ),
    "no-compressed-e00": (
        "compressed E00 is not read: export it without compression (EXPORT … NONE)",
        "不读压缩的E00：请不压缩导出（EXPORT … NONE）",
    ),
    "no-arrow": ("Arrow files are not read: save it as GeoParquet", "不读Arrow文件：请存为GeoParquet"),
    "no-document": (
        "documents are not read: hand in the tables or drawings in it by themselves",
        "不读文档：请单独提交其中的表格或图形",
    ),
    "no-gdb-part": (
        "it is a part of a file geodatabase: hand in the whole .gdb folder, zipped for example",
        "它是文件地理数据库的一部分：请提交整个.gdb文件夹，例如打包为zip",
    ),
    "no-arcgis-package": (
        "ArcGIS packages and projects are not read: export the layers as FileGDB or Shapefile",
        "不读ArcGIS包和工程：请将图层导出为FileGDB或Shapefile",
    ),
    "no-echarts": (
        "this map file of ECharts has its coordinates packed, and coarse: hand in the GeoJSON it was made from",
        "这是ECharts的压缩坐标地图文件，精度也低：请提供其原始GeoJSON",
    ),
    "no-json": (
        "it is called JSON and does not begin like it ({{ or [): hand in the bare JSON, without script or remarks",
        "扩展名为JSON，但开头不是JSON（{{或[）：请提供纯JSON，不带脚本或注释",
    ),
    "no-dwf": (
        "DWF is a picture of a drawing: save the drawing itself as DXF",
        "DWF是图形的发布视图：请把原图另存为DXF",
    ),
    "no-model": (
        "models of buildings are not read: export footprints as polygons, or a plan as DXF",
        "不读建筑模型：请导出建筑轮廓面，或把平面图导出为DXF",
    ),
    "no-database-dump": (
        "dumps of databases are not read: restore it, and export the tables as GeoPackage",
        "不读数据库备份：请恢复到数据库后，将各表导出为GeoPackage",
    ),
    "no-project": (
        "it is a project or a style and holds no features: hand in the data that it shows",
        "这是工程或样式文件，不含要素：请提交其所引用的数据",
    ),
    "no-landxml": (
        "LandXML is not read: export its points as CSV, its lines and surfaces as DXF",
        "不读LandXML：请将点导出为CSV，将线和曲面导出为DXF",
    ),
    "no-observations": (
        "observations of satellites are not read: hand in the points computed from them, as a table with coordinates",
        "不读卫星定位观测数据：请提交解算出的点，即带坐标的表格",
    ),
    "no-graphic": (
        "it is a drawing program's graphic without places: hand in the data it was made from, or a picture with a world file",
        "这是绘图软件的图形，没有地理坐标：请提交其原始数据，或带坐标文件的图片",
    ),
    "no-protected-xlsx": (
        "the workbook is protected by a password: save it without one",
        "工作簿有密码保护：请去掉密码后另存",
    ),
    "no-ovital": (
        "Ovital map files are not read: export KML from Ovital",
        "不读奥维地图文件：请在奥维中导出KML",
    ),
}
