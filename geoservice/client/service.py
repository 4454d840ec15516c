"""The wire: one connection to a service, whose refusals become exceptions in its own words."""

from typing import Any

import httpx2

from geoservice.client.words import told


class ServiceError(Exception):
    """The service said no; the message is its own, with the address asked."""


class Connection:
    """Requests to the service at ``url``; ``token`` and ``language`` are sent with each.

    Raises:
        ServiceError: the address does not begin with http:// or https://.
    """

    def __init__(self, url: str, token: str | None, timeout: float, language: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise ServiceError(told("no-address", language, url=url))
        headers = {"Accept-Language": language} | ({"Authorization": f"Bearer {token}"} if token else {})
        self.url = url
        self.language = language
        self._client = httpx2.Client(base_url=url.rstrip("/"), headers=headers, timeout=timeout, follow_redirects=True)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def get(self, path: str, **query: Any) -> httpx2.Response:
        """Send a GET request, query values of None left out.

        Raises:
            ServiceError: the answer is an error, or the service is not there.
        """
        return self._send("GET", path, params={key: value for key, value in query.items() if value is not None})

    def post(self, path: str, body: dict[str, Any]) -> httpx2.Response:
        """Send a POST request with a JSON body, members of None left out.

        Raises:
            ServiceError: the answer is an error, or the service is not there.
        """
        return self._send("POST", path, json={key: value for key, value in body.items() if value is not None})

    def _send(self, method: str, path: str, **options: Any) -> httpx2.Response:
        try:
            response = self._client.request(method, path, **options)
        except httpx2.HTTPError as error:
            # What lies below says nothing more, in a hundred lines.
            raise ServiceError(told("silent", self.language, url=self.url, why=error)) from None
        if response.is_error:
            raise ServiceError(f"{response.request.url}: {_detail(response)}")
        return response


def _detail(response: httpx2.Response) -> str:
    if "problem+json" in response.headers.get("content-type", ""):
        document = response.json()
        return f"{document.get('title', '')}: {document.get('detail', '')}"
    return f"{response.status_code} {response.reason_phrase}"
