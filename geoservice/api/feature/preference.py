"""What a client prefers of the answer to an edit (RFC 7240): no body, or the feature as it now stands."""

from starlette.requests import Request
from starlette.responses import Response

from geoservice.api.feature.items import get_item

MINIMAL, REPRESENTATION = "minimal", "representation"


def preferred(request: Request) -> str | None:
    """Return what ``Prefer: return=`` asks for; None where it asks for nothing that is known, which is no error."""
    for part in ",".join(request.headers.getlist("prefer")).split(","):
        name, _, value = part.partition(";")[0].partition("=")
        if name.strip().lower() == "return" and value.strip().strip('"').lower() in (MINIMAL, REPRESENTATION):
            return value.strip().strip('"').lower()
    return None


async def as_preferred(request: Request, fid: int, usual: Response) -> Response:
    """Return the usual answer to an edit of one feature, or the one that the client would rather have.

    The feature is shown as GeoJSON in CRS84, whatever ``Accept`` says: what has been done is not refused any more.
    """
    wanted = preferred(request)
    if wanted is None:
        return usual
    if wanted == MINIMAL:
        answer = Response(status_code=204 if usual.status_code == 204 else 201)
    else:
        answer = await get_item(_asking(request, fid))
        answer.status_code = 201 if usual.status_code == 201 else answer.status_code
    for name in ("Location", "ETag"):
        if name in usual.headers and name not in answer.headers:
            answer.headers[name] = usual.headers[name]
    answer.headers["Preference-Applied"] = f"return={wanted}"
    return answer


def _asking(request: Request, fid: int) -> Request:
    """Return the request for a feature that its editor would send next: without conditions, for GeoJSON."""
    layer = request.path_params["layer"]
    kept = [(name, value) for name, value in request.scope["headers"] if name in (b"host", b"authorization")]
    path = f"/collections/{layer}/items/{fid}"
    scope = {
        **request.scope, "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"f=json",
        "headers": kept, "path_params": {"layer": layer, "fid": str(fid)},
    }  # fmt: skip
    return Request(scope)
