"""What is said about fitting a datum transform to control points, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "control-no-points": (
        "{file} has no points",
        "{file}中没有点",
    ),
    "control-point-twice": (
        "{file}: the point {doubles!r} is in it twice",
        "{file}：点“{doubles}”出现两次",
    ),
    "control-columns-missing": (
        "{file}: columns {missing} are missing; needed are name, {needed} (X and Y are not understood: say which is east)",
        "{file}：缺少列{missing}；需要name、{needed}（不识别X和Y：请写明哪个是东）",
    ),
    "control-not-a-number": (
        "{file}: {title} of point {names!r} is not a number",
        "{file}：点“{names}”的{title}不是数字",
    ),
    "control-not-finite": (
        "{file}: an ordinate of side {side} is not a finite number",
        "{file}：{side}一侧有坐标值不是有限数",
    ),
    "control-cells": (
        "{file}: the row of point {name!r} has more cells than there are titles: is a comma the decimal sign?",
        "{file}：点“{name}”一行的单元格多于标题：是否以逗号作小数点？",
    ),
    "control-column-twice": (
        "{file}: columns {first} and {second} say the same: keep one",
        "{file}：列{first}与{second}含义相同：请只留一个",
    ),
    "control-height-missing": (
        "{file}: {title} of point {name!r} is missing; give the heights of all points, or leave the column out",
        "{file}：点“{name}”缺少{title}；请给出所有点的高程，或去掉该列",
    ),
    "control-use": (
        "{file}: the use of point {name!r} is {use!r}; it is fit or check",
        "{file}：点“{name}”的用途为“{use}”；应为fit或check",
    ),
    "control-outside": (
        "{side}: {names} lie far from where {crs} is used: another zone, a zone number before the eastings (name the "
        "system that has it), or another coordinate system",
        "{side}一侧：{names}远离{crs}的适用范围：是否属于另一个带，东坐标前带有带号（请指明带号坐标系），或是其他坐标系",
    ),
    "control-axes-swapped": (
        "{side}: east and north are swapped: exchanged, all points lie where {crs} is used",
        "{side}一侧：东、北坐标写反：交换后所有点都在{crs}的适用范围内",
    ),
    "control-axes-swapped-of": (
        "{side}: east and north of {names} are swapped: exchanged, they lie where {crs} is used",
        "{side}一侧：{names}的东、北坐标写反：交换后位于{crs}的适用范围内",
    ),
    "fit-large": (
        "residuals of {rmse_m:.2f} m are more than control points have: wrong points, another datum, or several networks in one file",
        "残差{rmse_m:.2f}米，超过控制点应有的误差：可能有错点、另一基准，或一个文件中含多个控制网",
    ),
    "fit-in-line": (
        "the points lie almost in one line: beside it the fit vouches for nothing",
        "这些点几乎在一条直线上：线外的结果不可靠",
    ),
    "fit-small-area": (
        "seven parameters cannot be told apart within {size_km:.1f} km: use plane4, or points further apart",
        "在{size_km:.1f}公里范围内无法区分七个参数：请用plane4，或取相距更远的点",
    ),
    "fit-one-spot": (
        "points on one spot count twice: {names}",
        "同一位置的点被重复计入：{names}",
    ),
    "fit-too-few": (
        "{method} needs at least {least} points to fit; {fitted} are given",
        "{method}至少需要{least}个点，给出了{fitted}个",
    ),
    "fit-degenerate": (
        "the points lie on one spot or in one line and do not determine the parameters",
        "这些点重合或在一条直线上，不能确定参数",
    ),
    "fit-few-points": (
        "only {fitted} points: at least {wise} are needed to see an error",
        "只有{fitted}个点：至少需要{wise}个才能发现粗差",
    ),
    "fit-no-check": (
        "no check points: keep some points out of the fit to know its true error",
        "没有检核点：请留出一些点不参加拟合，才能知道真实误差",
    ),
    "fit-no-heights": (
        "heights are missing on a side: the vertical shift is not vouched for",
        "一侧缺少高程：不保证高程方向的平移",
    ),
    "fit-outliers": (
        "points that do not belong to the rest: {outliers}",
        "与其余不符的点：{outliers}",
    ),
    "fit-unusual": (
        "an unusual scale or rotation: is east given as north, or another zone?",
        "尺度或旋转不寻常：是否把东当作了北，或用了另一个带？",
    ),
    "fit-plane4-projected": (
        "plane4 joins projected coordinate systems; {crs} is none: use helmert7",
        "plane4连接投影坐标系，{crs}不是：请用helmert7",
    ),
    "fit-meridians": (
        "the planes have different central meridians ({first:g} and {second:g}); four parameters cannot follow the convergence between them: project one side to the other's meridian first",
        "两个平面的中央子午线不同（{first:g}与{second:g}），四参数不能表达其间的收敛角：请先把一侧投影到另一侧的中央子午线",
    ),
    "fit-points": (
        "{count} points fitted, {count2} kept for checking",
        "{count}个点参加拟合，{count2}个留作检核",
    ),
    "fit-sigma": (
        "standard error of an ordinate {sigma_m}",
        "单个坐标值的中误差{sigma_m}",
    ),
    "fit-rmse": (
        "RMSE {rmse_m}, at check points {check_rmse_m}, of points predicted by the others {predicted_rmse_m}, largest residual {max_residual_m}",
        "中误差{rmse_m}，检核点{check_rmse_m}，由其余点预测{predicted_rmse_m}，最大残差{max_residual_m}",
    ),
    "fit-area": (
        "valid in {west:.4f} .. {east:.4f} E, {south:.4f} .. {north:.4f} N",
        "适用范围东经{west:.4f} .. {east:.4f}，北纬{south:.4f} .. {north:.4f}",
    ),
    "fit-head": ("{title}: {source} -> {target}", "{title}：{source} -> {target}"),
    "fit-columns": (
        "point               east m   north m  length m",
        "点号                  东/米     北/米    长度/米",
    ),
    "fit-check": (" check", " 检核"),
    "fit-outlier": (" OUTLIER", " 粗差"),
}
