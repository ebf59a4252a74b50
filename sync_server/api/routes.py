"""Every operation, and the routes made of them."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from typing import Any, Final

from litestar import Request
from litestar.enums import HttpMethod
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler, asgi, route
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from sync_server.api import enrol, hello, orders, sync
from sync_server.api.endpoint import Endpoint, headers_of
from sync_server.api.openapi import ApiDocument, document
from sync_server.api.operation import Call, Operation, Services


@cache
def _document(version: str) -> ApiDocument:
    return document(OPERATIONS, version)


def describe(call: Call, _message: None) -> ApiDocument:
    """The document that describes every operation, this one too."""
    return _document(call.services.product_version)


OPERATIONS: Final[tuple[Operation, ...]] = (
    *hello.OPERATIONS,
    Operation(
        name="describe",
        method="GET",
        path="/v1/openapi.json",
        summary="This document.",
        answer=ApiDocument,
        run=describe,
        is_open=True,
    ),
    *enrol.OPERATIONS,
    *sync.OPERATIONS,
    *orders.OPERATIONS,
)


def routes(services: Services) -> list[ASGIRouteHandler | HTTPRouteHandler]:
    """One route a path."""
    by_path = groupby(sorted(OPERATIONS, key=lambda each: each.path), key=lambda each: each.path)
    return [_route(path, Endpoint(services, list(operations))) for path, operations in by_path]


def _route(path: str, endpoint: Endpoint) -> ASGIRouteHandler | HTTPRouteHandler:
    """A bare ASGI route, the cheapest there is. Litestar 2 cannot find those whose path has parts (it looks for
    them under the method and raises KeyError), so these become ordinary handlers of every method."""
    if "{" not in path:

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            await endpoint(scope, receive, send)

        return asgi(path, copy_scope=False)(answer)

    async def respond(request: Request[Any, Any, Any]) -> ASGIResponse:
        answer = await endpoint.answer(request.scope, request.receive)
        return ASGIResponse(
            body=answer.body,
            status_code=answer.status,
            headers=[(name.decode(), value.decode()) for name, value in headers_of(answer)],
        )

    return route(path.replace("}", ":str}"), http_method=list(HttpMethod), status_code=200)(respond)
