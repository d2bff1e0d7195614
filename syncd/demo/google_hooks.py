"""Push messages of the Google twin: channels for the events of a calendar, which expire, and the messages that they carry."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from syncd.demo.google_access import calendar_for, role
from syncd.demo.google_shapes import error
from syncd.demo.outgoing import Outgoing
from syncd.demo.twin import Request, Response

if TYPE_CHECKING:
    from syncd.demo.google_twin import GoogleTwin

_LONGEST_ID = 64
_LONGEST_MS = 30 * 24 * 3600 * 1000


def watch(twin: "GoogleTwin", request: Request) -> Response:
    """Open a channel. Ids that are taken, and addresses that are not https beyond this machine, are refused."""
    calendar = calendar_for(twin, request)
    if calendar is None or role(twin, request, calendar) is None:
        return error(404, "notFound", "Not Found")
    said: dict[str, Any] = request.json
    id, address = str(said.get("id", "")), str(said.get("address", ""))
    if not 0 < len(id) <= _LONGEST_ID or said.get("type") not in ("web_hook", "webhook"):
        return error(400, "invalid", "The channel needs an id of at most 64 characters, and the type web_hook.")
    if id in twin.channels:
        return error(400, "channelIdNotUnique", f"Channel id {id} not unique")
    if not address.startswith(("https://", "http://127.0.0.1:")):
        return error(400, "push.webhookUrlNotHttps", f"WebHook callback must be HTTPS: {address}")
    now = round(twin.now().timestamp() * 1000)
    wanted = min(int(said.get("expiration", now + 7 * 24 * 3600 * 1000)), now + _LONGEST_MS)
    made = {
        "kind": "api#channel",
        "id": id,
        "resourceId": f"res-{len(twin.channels)}-{calendar.id}",
        "resourceUri": f"{request.base_url}/calendar/v3/calendars/{calendar.id}/events?alt=json",
        "expiration": str(wanted),
    }
    twin.channels[id] = {**made, "token": said.get("token"), "address": address, "calendar": calendar.id, "messages": 0}
    return Response({**made, **({"token": said["token"]} if "token" in said else {})})


def stop(twin: "GoogleTwin", request: Request) -> Response:
    """Close a channel."""
    said = request.json
    found = twin.channels.get(said.get("id"))
    if found is None or found["resourceId"] != said.get("resourceId"):
        return error(404, "notFound", f"Channel '{said.get('id')}' not found for project")
    del twin.channels[said["id"]]
    return Response(None, 204)


def messages(twin: "GoogleTwin", calendar: str, state: str = "exists") -> Iterator[Outgoing]:
    """What the channels of a calendar that have not expired send. The first message of each has the state "sync"."""
    now = twin.now().timestamp() * 1000
    for channel in twin.channels.values():
        if channel["calendar"] == calendar and int(channel["expiration"]) > now:
            channel["messages"] += 1
            yield outgoing(channel, state)


def outgoing(channel: dict[str, Any], state: str) -> Outgoing:
    """One message: everything is in its headers, and it has no body."""
    headers = {
        "X-Goog-Channel-ID": channel["id"],
        "X-Goog-Message-Number": str(channel["messages"]),
        "X-Goog-Resource-ID": channel["resourceId"],
        "X-Goog-Resource-URI": channel["resourceUri"],
        "X-Goog-Resource-State": state,
    }
    if channel["token"] is not None:
        headers["X-Goog-Channel-Token"] = channel["token"]
    return Outgoing(channel["address"], headers)
