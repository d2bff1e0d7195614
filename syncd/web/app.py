"""The addresses that syncd answers: POST /hook/<connection> and GET /healthz."""

import asyncio
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from syncd.web.inbox import Inbox

MOST_BYTES = 5 * 1024 * 1024
"""The largest body that is read."""

BODY_S = 10.0
"""A body has arrived within so many seconds, or is not waited for any longer."""

_STATUS = {"accepted": 202, "repeated": 200, "refused": 401}


def application(inbox: Inbox, defect: Callable[[BaseException], None], body_s: float = BODY_S) -> Starlette:
    """The whole application. `defect` is told of what nobody foresaw."""

    async def hook(request: Request) -> Response:
        connection = request.path_params["connection"]
        if not inbox.knows(connection):
            return _ending(404, "there is no such connection")
        if not await run_in_threadpool(inbox.trusts, connection):
            return _ending(401, "refused")
        body = await _body(request, body_s)
        if isinstance(body, int):
            why = {413: "too large", 408: "too slow"}[body]
            inbox.refuse(connection, why)
            return _ending(body, why)
        headers = {name.lower(): value for name, value in request.headers.items()}
        outcome = await run_in_threadpool(inbox.take, connection, headers, body)
        return PlainTextResponse(outcome, _STATUS[outcome])

    async def failed(_: Request, error: Exception) -> Response:
        defect(error)
        return _ending(500, "failed")

    return Starlette(
        routes=[
            Route("/hook/{connection}", hook, methods=["POST"]),
            Route("/healthz", lambda _: PlainTextResponse("ok"), methods=["GET"]),
        ],
        exception_handlers={Exception: failed, ClientDisconnect: _gone},
    )


async def _body(request: Request, within_s: float) -> bytes | int:
    """The raw body, or the status that says why it is not read on."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MOST_BYTES:
        return 413
    parts, size = [], 0
    try:
        async with asyncio.timeout(within_s):
            async for part in request.stream():
                size += len(part)
                if size > MOST_BYTES:
                    return 413
                parts.append(part)
    except TimeoutError:
        return 408
    return b"".join(parts)


async def _gone(_: Request, __: Exception) -> Response:
    """Who asked went away in the middle of its body: nobody reads this."""
    return _ending(400, "broken off")


def _ending(status: int, text: str) -> Response:
    """An answer after which the line is closed: what else is on it is not read."""
    return PlainTextResponse(text, status, {"Connection": "close"})
