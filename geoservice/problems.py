"""Errors to problem details (RFC 9457): one table from error class to status, one shape for every answer that fails.

An error's type is its class's kebab-case name below ``/problems/``, its title the first line of the class's docstring,
its detail the message. What nobody foresaw answers 500 with a fixed sentence; its trace is in the log only.
"""

import logging
from collections.abc import Mapping
from typing import Any

import asyncpg
import orjson
import psycopg
import sqlalchemy.exc
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

import importers.errors
import tiles.errors
from geoservice import errors as own
from geoservice.api.again import answered_again
from geoservice.api.language import VARY, answer_language, in_language, page_language
from geoservice.seldom import Seldom
from geoservice.wording.titles import name_of, title_of
from layers import errors as base
from layers.frame import Text
from layers.sentences import Language, reason, say, worded

MEDIA_TYPE = "application/problem+json"
MOST_DETAIL = 1000
_PLAIN = ("/processes", "/jobs")
STATUSES: Mapping[type[base.GeoError], int] = {
    base.LayerNotFound: 404,
    base.VersionNotFound: 404,
    base.FeatureNotFound: 404,
    own.JobNotFound: 404,
    own.ProcessNotFound: 404,
    own.ResultNotReady: 404,
    own.JobFailed: 422,
    own.TookTooLong: 422,
    own.Busy: 503,
    own.VersionRemoved: 503,
    own.ReportNotFound: 404,
    own.ArchiveNotFound: 404,
    own.StyleNotFound: 404,
    own.OutsideExtent: 404,
    tiles.errors.UnknownGrid: 404,
    tiles.errors.TileOutside: 404,
    base.BadQuery: 400,
    tiles.errors.TileError: 400,
    base.NoDatumOperation: 400,
    base.NotAllowed: 403,
    own.NotAuthenticated: 401,
    own.NotAcceptable: 406,
    base.LayerExists: 409,
    base.NotEditable: 409,
    base.StateChanged: 412,
    base.StateNeeded: 428,
    base.BadFeature: 422,
    base.BadDomain: 422,
    own.UploadTooLarge: 413,
    own.WrongBodyType: 415,
    own.BadHost: 400,
    own.BodyTooSlow: 408,
    own.UploadRefused: 400,
    importers.errors.UnreadableSource: 422,
    importers.errors.QuestionOpen: 422,
    importers.errors.VerdictFail: 422,
    tiles.errors.RasterUnreadable: 500,
    tiles.errors.PictureFailed: 500,
    base.StorageAway: 503,
    base.StorageError: 500,
    base.BadFrame: 500,
    own.BadSetting: 500,
    own.DatabaseUnavailable: 503,
    own.DiskFull: 507,
    own.ClusterUnavailable: 503,
}
"""Status by error class; a class that is not here has its nearest parent's, at last 400."""

# Types that OGC API Processes names itself (18-062r2, tables 8, 11, 12).
_OGC = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
TYPES: Mapping[type[base.GeoError], str] = {
    own.JobNotFound: f"{_OGC}/no-such-job",
    own.ProcessNotFound: f"{_OGC}/no-such-process",
    own.ResultNotReady: f"{_OGC}/result-not-ready",
}

_log = logging.getLogger("geoservice")
_SELDOM = Seldom()


def install(app: FastAPI) -> None:
    """Register the handlers of the application."""
    app.add_exception_handler(base.GeoError, geo_error)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(psycopg.DataError, _data_error)
    app.add_exception_handler(asyncpg.DataError, _data_error)
    app.add_exception_handler(sqlalchemy.exc.DataError, _data_error)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unforeseen)


def problem_response(
    status: int, title: str, detail: str, *, type_: str = "about:blank", headers: Mapping[str, str] | None = None,
    media_type: str = MEDIA_TYPE, **members: Any,
) -> Response:  # fmt: skip
    """Return a problem details answer; ``members`` are further members of the document."""
    if len(detail) > MOST_DETAIL:  # it may quote what was sent
        detail = f"{detail[:MOST_DETAIL]}…"
    body = {"type": type_, "title": title, "status": status, "detail": detail, **members}
    return Response(orjson.dumps(body), status, dict(headers or {}), media_type)


def status_of(error: type[base.GeoError]) -> int:
    """Return the HTTP status of an error class."""
    return next((STATUSES[parent] for parent in error.__mro__ if parent in STATUSES), 400)


def problem_type(error: type[base.GeoError], language: Language = "en") -> tuple[str, str]:
    """Return the type path and the title of an error class."""
    return TYPES.get(error, f"/problems/{name_of(error)}"), title_of(error, language)


async def geo_error(request: Request, error: Exception) -> Response:
    """Answer an error of our own as a problem."""
    assert isinstance(error, base.GeoError)
    if isinstance(error, own.VersionRemoved) and (again := await answered_again(request)):
        return again
    status = status_of(type(error))
    people = _is_read_by_people(request)
    language = page_language(request) if people else answer_language(request)
    type_, title = problem_type(type(error), language)
    said = reason(error)
    if isinstance(error, own.DatabaseUnavailable) and getattr(said, "code", "") != "statement-long":
        said = say("database-away")  # where it is, and as whom we ask there, is for the log alone
    detail = str(worded(said, language))
    headers = {401: {"WWW-Authenticate": "Bearer"}, 408: {"Connection": "close"}, 503: {"Retry-After": "5"}}.get(status)
    if isinstance(error, own.WrongBodyType):
        headers = dict(error.offered)
    parameter = getattr(error, "parameter", "")
    members: dict[str, Any] = {"parameter": parameter} if parameter else {}
    if error.faults:
        members["errors"] = [
            {"pointer": pointer, "detail": worded(detail, language)} for pointer, detail in error.faults
        ]
    if isinstance(error, base.StorageAway | tiles.errors.RasterUnreadable):
        _tell_seldom(request, error)
    elif status == 503:  # its sentence says all; a database that is away would fill the log with where we noticed
        _log.warning("%s %s: %s", request.method, request.url.path, error)
    elif status >= 500:
        _log.error("%s %s: %s", request.method, request.url.path, error, exc_info=error)
    if people:
        return _page(request, status, title, detail, headers)
    told = {"Content-Language": language, "Vary": VARY}
    return problem_response(
        status, title, detail, type_=type_, headers=told | (headers or {}), media_type=_media_type(request), **members
    )


def _tell_seldom(request: Request, error: base.GeoError) -> None:
    """Log a file that is away or damaged, which every tile of its layer asks for: in full, once a minute."""
    folder, _, _ = str(getattr(error, "place", "")).rpartition("/")  # of a thousand sheets one is told
    more = _SELDOM.untold(folder or str(error))
    if more is not None:
        place = f" ({error.place})" if isinstance(error, base.StorageAway) and error.place else ""
        since = f"; {more} more such answers since this was told last" if more else ""
        _log.error("%s %s: %s%s%s", request.method, request.url.path, error, place, since)


def _media_type(request: Request) -> str:
    """Return the type of a problem: OGC API Processes 1.0 knows plain JSON only, and its clients hold to that."""
    accept = request.headers.get("accept", "")
    plain = request.url.path.startswith(_PLAIN) and "application/json" in accept and "*/*" not in accept
    return "application/json" if plain and MEDIA_TYPE not in accept else MEDIA_TYPE


def _is_read_by_people(request: Request) -> bool:
    """Say whether a browser goes there: it asks for HTML before anything else. Programs get the problem document."""
    wanted = request.query_params.get("f")
    accept = request.headers.get("accept", "")
    return request.method == "GET" and (wanted == "html" or (wanted is None and accept.startswith("text/html")))


def _page(request: Request, status: int, title: str, detail: str, headers: Mapping[str, str] | None) -> Response:
    from geoservice.api.pages import html_page  # the pages know the resources, and these raise our errors

    page = html_page(request, "problem.html", status, document={"title": title, "status": status, "detail": detail})
    page.headers.update(headers or {})
    return page


async def _gone(request: Request, error: Exception) -> Response:
    """Answer nobody: whoever was sending went away on the way, which is no fault of ours and nothing for the log."""
    return Response(status_code=400)


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    people = _is_read_by_people(request)
    language = page_language(request) if people else answer_language(request)
    known: dict[int, tuple[Text, str]] = {
        404: ({"zh": "没有此地址", "en": "Not Found"}, say("no-address", path=request.url.path[:200])),
        405: ({"zh": "不支持此方法", "en": "Method Not Allowed"}, say("no-method", method=request.method)),
    }
    title, sentence = known.get(error.status_code, ({}, str(error.detail)))
    headers = dict(error.headers or {})
    if "Allow" in headers:  # a router knows nothing of OPTIONS, which every address answers
        headers["Allow"] = ", ".join(sorted({*headers["Allow"].split(", "), "OPTIONS"}))
    detail = str(worded(sentence, language))
    if people:
        return _page(request, error.status_code, in_language(title, language) or detail, detail, headers)
    told = {"Content-Language": language, "Vary": VARY} | headers
    named = in_language(title, language) or detail
    return problem_response(error.status_code, named, detail, headers=told, media_type=_media_type(request))


async def _data_error(request: Request, error: Exception) -> Response:
    """Answer a filter the database could not evaluate: a root of a negative number, a pattern ending in a backslash."""
    cause = error.orig if isinstance(error, sqlalchemy.exc.DataError) else error
    why = str(cause).split("\n")[0]
    language = answer_language(request)
    type_, title = problem_type(base.BadFilter, language)
    told, detail = {"Content-Language": language, "Vary": VARY}, worded(say("filter-fails", why=why), language)
    return problem_response(400, title, detail, type_=type_, headers=told, parameter="filter")


async def _unforeseen(request: Request, error: Exception) -> Response:
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    language = answer_language(request)
    title = in_language({"zh": "服务器内部错误", "en": "Internal Server Error"}, language)
    told = {"Content-Language": language, "Vary": VARY}
    return problem_response(500, title, worded(say("went-wrong"), language), headers=told)
