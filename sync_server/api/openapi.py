"""The OpenAPI document of the API, made from the same declarations as its routes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from crm.changes.codec import Form
from crm.changes.ops import MAX_EXPANDED_BYTES, MAX_REQUEST_BYTES, Changeset
from crm.errors import Code
from sync_server.api.messages import ErrorBody
from sync_server.api.operation import Operation, Parameter
from sync_server.api.refusals import status_of

_ABOUT: Final = (
    "What a laptop of Roundsman calls. Every message can be sent and read as MessagePack"
    " (`application/x-msgpack`) and as JSON; in JSON, bytes are base64 text, in MessagePack they are bytes. A body may"
    " be one zstd frame (`Content-Encoding: zstd`) that names its size. Sent bodies are at most"
    f" {MAX_REQUEST_BYTES} bytes, {MAX_EXPANDED_BYTES} when expanded. Every refusal has the same form, a stable number"
    " and a sentence."
)
_EVERY: Final = (Code.INTERNAL, Code.DATABASE_AWAY)
_BODY: Final = (Code.MALFORMED, Code.TOO_LARGE, Code.UNSUPPORTED_MEDIA)
_GUARD: Final = (Code.NOT_SIGNED_IN, Code.DEVICE_STATE, Code.BAD_CREDENTIALS)
_TEXTS: Final = {
    400: "What was sent cannot be understood; nothing was changed.",
    401: "Not signed in.",
    403: "Not allowed.",
    404: "Not there, or not yours: the answer is the same.",
    405: "The address does not answer to that method.",
    409: "The business or the protocol forbids it; nothing was changed.",
    413: "Larger than is allowed.",
    415: "Another form or coding than ours.",
    429: "Too many tries; the header says when to come again.",
    500: "Something went wrong; the details name the incident.",
    503: "The office cannot answer now; try again later.",
}


class ApiDocument(msgspec.Struct, frozen=True):
    """An OpenAPI 3.1 document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]
    security: list[dict[str, list[str]]]


def document(operations: Sequence[Operation], version: str) -> ApiDocument:
    """The document that describes these operations."""
    messages: list[type[msgspec.Struct]] = [ErrorBody, Changeset]
    for operation in operations:
        messages += [each for each in (operation.request, operation.answer) if each is not None]
    unique = list(dict.fromkeys(messages))
    _, components = msgspec.json.schema_components(unique, ref_template="#/components/schemas/{name}")
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return ApiDocument(
        openapi="3.1.0",
        info={"title": "Roundsman", "version": version, "description": _ABOUT},
        paths=paths,
        components={
            "schemas": components,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        security=[{"bearer": []}],
    )


def _operation(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": {"200": {"description": "Done.", "content": _content(operation.answer)}}
        | _errors(_codes(operation)),
        "security": [] if operation.is_open else [{"bearer": []}],
    }
    if operation.request is not None:
        found["requestBody"] = {"required": True, "content": _content(operation.request)}
    parameters = [_parameter(each, "path") for each in operation.path_parts]
    parameters += [_parameter(each, "query") for each in operation.query]
    if parameters:
        found["parameters"] = parameters
    return found


def _codes(operation: Operation) -> Iterable[int]:
    yield from _EVERY
    yield from operation.errors
    yield Code.MALFORMED
    if operation.request is not None:
        yield from _BODY
    if not operation.is_open:
        yield from _GUARD
    if operation.path_parts:
        yield from (Code.BAD_ID, Code.NOT_FOUND)
    if operation.query:
        yield from (Code.BAD_VALUE, Code.UNKNOWN_FIELD)


def _errors(codes: Iterable[int]) -> dict[str, Any]:
    by_status: dict[int, list[int]] = {}
    for code in sorted(set(codes)):
        by_status.setdefault(status_of(code), []).append(code)
    return {
        str(status): {
            "description": f"{_TEXTS[status]} Codes: {', '.join(map(str, known))}.",
            "content": _content(ErrorBody),
        }
        for status, known in sorted(by_status.items())
    }


def _content(message: type[msgspec.Struct]) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{message.__name__}"}
    return {form.value: {"schema": schema} for form in (Form.JSON, Form.MSGPACK)}


def _parameter(parameter: Parameter, place: str) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": place,
        "required": place == "path",
        "schema": dict(parameter.schema),
        "description": parameter.text,
    }
