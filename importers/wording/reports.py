"""What is said about the report, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "finished-later": (
        "published; small scales are coarse and names are not found by pinyin until the service has made both ready (geoservice finish does it at once)",
        "已发布；服务随后制作小比例尺数据和名称索引，此前小比例尺较粗，名称不能按拼音查找（geoservice finish可立即完成）",
    ),
    "columns-too-wide": (
        "too long for tiles: {columns}; a click on a feature and the feature itself show them",
        "内容过长、不放入瓦片的字段：{columns}；点击要素或读取要素时可见",
    ),
    "check-failed": (
        "{check}: {detail}",
        "{check}：{detail}",
    ),
    "did-not-pass": (
        "{layer} did not pass ({failed}); --publish-failed publishes it all the same",
        "{layer}未通过检查（{failed}）；--publish-failed可仍然发布",
    ),
    "scale-rules-expected": (
        "{file}: expected an object with some of {known}",
        "{file}：应为含{known}中若干项的对象",
    ),
    "report-head": ("{layer} ({kind}): {verdict}", "{layer}（{kind}）：{verdict}"),
    "report-head-version": (
        "{layer} version {version} ({kind}): {verdict}",
        "{layer} 第{version}版（{kind}）：{verdict}",
    ),
    "source-line": ("source {file}, {size} bytes, sha256 {sum}…", "来源 {file}，{size}字节，sha256 {sum}…"),
    "decision-line": ("{what}: {value} ({by})", "{what}：{value}（{by}）"),
    "decision-line-evidence": ("{what}: {value} ({by}: {evidence})", "{what}：{value}（{by}：{evidence}）"),
    "transformed-line": ("transformed: {steps} ({note})", "坐标转换：{steps}（{note}）"),
    "refused-file-line": (
        "the refused features with their reasons: {key} in the storage, or /reports/{report}/refused",
        "被拒绝的要素及其原因：存储中的{key}，或/reports/{report}/refused",
    ),
    "refused-first": (
        "the file of refused features has the first {kept} of {refused}",
        "被拒绝要素的文件含{refused}个中的前{kept}个",
    ),
    "refused-line": ("refused: {reason}: {number}", "拒绝：{reason}：{number}"),
    "check-line": ("check {check}: {outcome}, {detail}", "检查 {check}：{outcome}，{detail}"),
    "warning-text": ("warning: {text}", "警告：{text}"),
    "note-text": ("note: {text}", "说明：{text}"),
    "scale-line": ("usable scale: {why}", "可用比例尺：{why}"),
    "seconds-line": ("{seconds:.1f} s", "{seconds:.1f}秒"),
    "counts-line": (
        "{read} read = {kept} kept + {repaired} repaired + {split} split + {refused} refused; {rows} rows written",
        "读入{read} = 保留{kept} + 修复{repaired} + 拆分{split} + 拒绝{refused}；写入{rows}行",
    ),
    "file-format": ("{path}: {format}", "{path}：{format}"),
    "not-importable-line": ("not importable: {refusal}", "不能导入：{refusal}"),
    "question-without-option": ("? {what} is not known: {why}", "? {what}不明：{why}"),
    "layer-line-raster": ("layer {layer}", "图层 {layer}"),
    "question-line": ("? {what} must be answered with {option}: {why}", "? {what}须用{option}回答：{why}"),
    "layer-line": ("layer {layer}: {count} features ({kinds})", "图层 {layer}：{count}个要素（{kinds}）"),
    "layer-line-sampled": (
        "layer {layer}: {count} features (first ones: {kinds})",
        "图层 {layer}：{count}个要素（开头部分：{kinds}）",
    ),
    "unknown-number-of": ("unknown number of", "数目不详的"),
    "columns-line": ("columns: {columns}", "列：{columns}"),
    "none": ("none", "无"),
    "extent-line": ("extent: {extent}", "范围：{extent}"),
    "candidate-line": ("candidate {crs} {name}", "候选 {crs} {name}"),
    "declared-line": ("declared {crs} {name}", "声明 {crs} {name}"),
    "heights-line": ("heights: {heights}", "高程：{heights}"),
    "would-line": ("would be transformed: {operation}", "将作转换：{operation}"),
    "steps-told": ("{steps} ({note})", "{steps}（{note}）"),
    "by-user": ("user", "用户"),
    "by-file": ("file", "文件"),
    "by-rule": ("rule", "规则"),
    "by-measured": ("measured", "量测"),
    "verdict-pass": ("pass", "通过"),
    "verdict-conditional": ("conditional", "有条件通过"),
    "verdict-fail": ("fail", "不通过"),
    "verdict-refused": ("refused", "拒绝"),
    "indented": ("  {text}", "  {text}"),
    "speaks-for": ("+ {text}", "+ {text}"),
    "speaks-against": ("- {text}", "- {text}"),
    "kind-unknown": ("unknown", "未知"),
}
