"""What is said of long work: imports, exports, bakes and analyses that wait, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "job-cancelled": ("the job was cancelled", "任务已取消"),
    "job-died": (
        "the process running it died, and what it had begun is undone; start it again",
        "运行它的进程已终止，已开始的内容均已撤销；请重新发起",
    ),
    "job-ended-with": (
        "its process ended with exit status {status}; the service's log says why",
        "其进程以退出码{status}结束；原因见服务日志",
    ),
    "job-published": ("published {layer}: {verdict}", "已发布{layer}：{verdict}"),
    "job-exported": ("{features} features, {bytes} bytes", "{features}个要素，{bytes}字节"),
    "job-finished": ("small scales and names of {layer} are ready", "{layer}的小比例尺数据和名称索引已完成"),
    "job-finish": ("small scales and names of {layer}", "{layer}的小比例尺数据和名称索引"),
    "job-import": ("import {layer}", "导入{layer}"),
    "job-export": ("export {layer} as {format}", "导出{layer}为{format}"),
    "bake-disk-full": (
        "there is no room left in {root} ({free} MB free); the tiles drawn so far are kept: free the disk and run the command again",
        "{root}已没有空间（剩余{free} MB）；已绘制的瓦片均已保留：请腾出磁盘后重新运行此命令",
    ),
    "bake-imported-anew": (
        "layer {layer} was imported anew while it was baked; run the command again",
        "图层{layer}在生成瓦片期间被重新导入；请重新运行此命令",
    ),
    "bake-contours": (
        "layer {layer} is {kind}; contours are baked of elevation",
        "图层{layer}是{kind}；等高线只能由高程图层生成",
    ),
    "bake-formats": (
        "tiles are baked as png, jpeg, webp or auto; for values ask for a coverage",
        "瓦片可生成为png、jpeg、webp或auto；需要数值请用coverage",
    ),
    "bake-vector-options": (
        "vector tiles have no rendering options: the style draws them, in the client",
        "矢量瓦片没有渲染选项：由客户端按样式绘制",
    ),
    "bake-underway": (
        "another run bakes just this; wait for it, or stop it and run this again",
        "另一个进程正在生成同样的瓦片；请等它完成，或停止它后重新运行",
    ),
    "dask-away": (
        "no Dask scheduler answers at {address}: {why}; see GEOSERVICE_DASK_SCHEDULER",
        "{address}处没有Dask调度器应答：{why}；见GEOSERVICE_DASK_SCHEDULER",
    ),
    "export-large": (
        "the file grows beyond {most} MB (GEOSERVICE_EXPORT_MB)",
        "文件超过{most} MB（GEOSERVICE_EXPORT_MB）",
    ),
    "analyses-wait": ("{count} analyses wait already; try again later", "已有{count}个分析在等待；请稍后再试"),
    "bake-done": (
        "{count:,} tiles of {layer} in {grid}, levels {first} to {last}, {megabytes:,.1f} MB: {path}",
        "{layer}在{grid}的{count:,}个瓦片，级别{first}至{last}，{megabytes:,.1f} MB：{path}",
    ),
    "bake-stopped": ("stopped; the same command goes on from here", "已停止；再次运行同一命令即从此处继续"),
}
