"""What is said of the database, the storage and their backup, in English and Chinese."""

from typing import Final

from layers.sentences import Table

SENTENCES: Final[Table] = {
    "backup-inside": (
        "{folder} lies in the storage that is to be backed up; choose a folder elsewhere",
        "{folder}位于要备份的存储之内；请另选文件夹",
    ),
    "backup-not-written": ("the backup cannot be written to {folder}: {why}", "不能把备份写入{folder}：{why}"),
    "no-backup": (
        "there is no whole backup in {folder}: its backup.json is missing or cannot be read",
        "{folder}中没有完整的备份：backup.json缺失或不能读取",
    ),
    "restore-not-empty": (
        "the database is in use already; a backup is brought into one that holds nothing: name another with "
        "GEOSERVICE_DATA_DIR or GEOSERVICE_DATABASE_URL",
        "数据库已在使用；备份只能恢复到空的数据库：请用GEOSERVICE_DATA_DIR或GEOSERVICE_DATABASE_URL另指一个",
    ),
    "storage-of-backup": (
        "the storage {storage} is used by the catalogue that was backed up: name another (GEOSERVICE_STORAGE_DIR), or, if "
        "that database is gone for good, restore with --take-over",
        "存储{storage}正由所备份的目录库使用：请另设存储（GEOSERVICE_STORAGE_DIR）；若原数据库已不复存在，请以--take-over恢复",
    ),
    "program-missing": (
        "PostgreSQL's {name} is not installed: apt-get install postgresql-client",
        "没有安装PostgreSQL的{name}：apt-get install postgresql-client",
    ),
    "program-failed": ("{name} failed: {why}", "{name}失败：{why}"),
    "backup-made": (
        "{folder}: database {database_mb:.1f} MB; {files} files, {file_mb:.1f} MB",
        "{folder}：数据库{database_mb:.1f} MB；{files}个文件，{file_mb:.1f} MB",
    ),
    "backup-database-only": (
        "{folder}: database {database_mb:.1f} MB; the bucket's files are not copied: copy or version the bucket itself",
        "{folder}：数据库{database_mb:.1f} MB；存储桶中的文件未复制：请自行复制存储桶或启用其版本管理",
    ),
    "backup-restored": (
        "restored the backup of {taken} (geoservice {program}); start the service as usual",
        "已恢复{taken}的备份（geoservice {program}）；照常启动服务即可",
    ),
    "disk-full": (
        "there is no room left in {root} ({free} MB free); nothing was imported and the layer is as it was. Free the "
        "disk and import again, or set GEOSERVICE_DATA_DIR to another one",
        "{root}已没有空间（剩余{free} MB）；没有导入任何内容，图层保持原样。请腾出磁盘后重新导入，或把GEOSERVICE_DATA_DIR设到别处",
    ),
    "database-url-needed": (
        "the application needs GEOSERVICE_DATABASE_URL; 'geoservice serve' sets it",
        "应用需要GEOSERVICE_DATABASE_URL；'geoservice serve'会设置它",
    ),
    "pool-closed": ("the database pool is not open", "数据库连接池没有打开"),
    "database-closed": ("the database is not open", "数据库没有打开"),
    "database-silent-why": ("the database {url} does not answer: {why}", "数据库{url}没有应答：{why}"),
    "database-unfit": (
        "the database {url} cannot be set up: {why}; it needs PostgreSQL 13+ with PostGIS 3",
        "数据库{url}无法建立：{why}；需要PostgreSQL 13以上和PostGIS 3",
    ),
    "database-rights": (
        "the database {url} cannot be set up: {why}; its user needs CREATE on database {name}, and an administrator's "
        "CREATE EXTENSION IF NOT EXISTS postgis in it",
        "数据库{url}无法建立：{why}；其用户需要数据库{name}的CREATE权限，并由管理员在其中执行CREATE EXTENSION IF NOT EXISTS postgis",
    ),
    "database-encoding": (
        "the database {url} keeps texts in {encoding}; make one with createdb -T template0 -E UTF8",
        "数据库{url}的编码为{encoding}；请用createdb -T template0 -E UTF8另建一个",
    ),
    "database-newer": (
        "the database {url} was brought to schema {schema} by a newer program; this one knows up to {newest}: start the "
        "newer one, or restore a backup made before the upgrade into a new database",
        "数据库{url}已由较新的程序升级到结构{schema}，本程序只到{newest}：请启动较新的程序，或把升级前的备份恢复到新数据库",
    ),
    "database-silent": ("the database {url} does not answer", "数据库{url}没有应答"),
    "database-away": ("the database does not answer; try again in a moment", "数据库没有应答；请稍后重试"),
    "database-busy": ("the database is busy or away: {why}", "数据库繁忙或不可用：{why}"),
    "version-removed": (
        "a layer that this asks for was removed or replaced at this moment; ask again",
        "所请求的图层此刻刚被删除或替换；请再试一次",
    ),
    "postgres-missing": (
        "PostgreSQL's {name} is not installed: apt-get install {packages}",
        "没有安装PostgreSQL的{name}：apt-get install {packages}",
    ),
    "cluster-room": (
        "only {free} MB are free where {folder} lies, {needed} MB are needed; free some or set GEOSERVICE_DATA_DIR to another disk",
        "{folder}所在磁盘只剩{free} MB，需要{needed} MB；请腾出空间，或把GEOSERVICE_DATA_DIR设到另一块磁盘",
    ),
    "socket-foreign": (
        "{folder} belongs to another user; remove it and start again",
        "{folder}属于另一个用户；请删除后重新启动",
    ),
    "cluster-not-started": (
        "the private PostgreSQL in {folder} did not start: {why}",
        "{folder}中的内置PostgreSQL没有启动：{why}",
    ),
    "command-failed": ("{name} failed: {why}", "{name}失败：{why}"),
    "postgres-user": (
        "there is no user 'postgres' to run PostgreSQL as: apt-get install {packages}",
        "没有用来运行PostgreSQL的用户'postgres'：apt-get install {packages}",
    ),
    "cluster-folder": (
        "cannot make the database folder {folder}: {why}; set GEOSERVICE_DATA_DIR to a folder you may write",
        "无法创建数据库文件夹{folder}：{why}；请把GEOSERVICE_DATA_DIR设为可写的文件夹",
    ),
    "cluster-refuses": (
        "the private PostgreSQL in {folder} refuses: {why}",
        "{folder}中的内置PostgreSQL拒绝连接：{why}",
    ),
    "storage-folder": (
        "cannot make the storage folder {folder}: {why}; set GEOSERVICE_STORAGE_DIR to one you may write",
        "无法创建存储文件夹{folder}：{why}；请把GEOSERVICE_STORAGE_DIR设为可写的文件夹",
    ),
}
