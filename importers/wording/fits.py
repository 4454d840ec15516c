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
