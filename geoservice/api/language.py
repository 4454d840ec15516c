"""The language of an answer: what the address or the viewer says, else what the client prefers."""

from starlette.requests import Request

from layers.frame import Text
from layers.sentences import Language

VARY = "Accept, Accept-Encoding, Accept-Language, Cookie"


def page_language(request: Request) -> Language:
    """Return the language of a page: ``lang=``, what the viewer was switched to, the browser's, else Chinese."""
    return _asked(request, request.headers.get("accept-language") or "zh")


def answer_language(request: Request) -> Language:
    """Return the language of sentences in a document: the same, but English to a program that names none."""
    return _asked(request, request.headers.get("accept-language") or "en")


def in_language(text: Text, language: Language) -> str:
    """Return a text in a language, or in the one there is; empty when there is none."""
    return text.get(language) or text.get("zh") or text.get("en") or ""


def _asked(request: Request, preferred: str) -> Language:
    chosen = request.query_params.get("lang") or request.cookies.get("lang")
    if chosen in ("zh", "en"):
        return "zh" if chosen == "zh" else "en"
    preferred = preferred.lower()
    return "en" if preferred.startswith("en") or ("en" in preferred and "zh" not in preferred) else "zh"
