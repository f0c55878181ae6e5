"""The OpenAPI document of the desk's HTTP interface, made from its table of routes.

``kiosk openapi`` prints it; docs/openapi.json is what it printed last; a desk serves it to who is signed in.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
from aiohttp import web

from kiosk import __version__
from kiosk.desk import routes
from kiosk.desk.access import COOKIE, Refusal
from kiosk.desk.roles import RIGHTS
from kiosk.desk.routes import HTML, JSON, TABLE, Access, Route, rights_of

PATH = "/openapi.json"
_SCHEMAS = "#/components/schemas/{name}"
_STATIC = "/static/{file}"
_SECURITY: dict[Access, list[dict[str, list[str]]]] = {
    Access.PUBLIC: [],
    Access.ACCOUNT: [{"session": []}],
    Access.SIGNED_IN: [{"session": []}],
    Access.METRICS: [{"metricsToken": []}, {}],
}
_WHO = {
    Access.PUBLIC: "Anybody.",
    Access.ACCOUNT: "Whoever is signed in, also before they have set a password of their own.",
    Access.SIGNED_IN: "Whoever is signed in.",
    Access.METRICS: "Whoever has `metrics_token`; without that setting, programs on the desk's own machine.",
}
_MEANINGS = {
    101: "Switching protocols",
    200: "Done",
    302: "Not signed in: to the page of signing in",
    400: "What was sent cannot be meant",
    401: "Not signed in, or a wrong password",
    403: "Not allowed to this person, or asked from another web site",
    404: "There is no such thing",
    409: "It is not as it was thought to be",
    413: "Too large",
    429: "Tried too often; wait",
    503: "Not now; try again",
}


def add_routes(app: web.Application) -> None:
    """The document itself."""
    route = Route(
        "GET",
        PATH,
        _serve,
        "This document",
        Access.SIGNED_IN,
        response=dict[str, Any],
    )
    routes.add(app, route)


async def _serve(request: web.Request) -> web.Response:
    return web.Response(text=text(request.app), content_type=JSON)


def text(app: web.Application) -> str:
    """The document as docs/openapi.json has it."""
    return json.dumps(document(app), ensure_ascii=False, indent=1) + "\n"


def document(app: web.Application) -> dict[str, Any]:
    """The whole document, of everything that was added to the application."""
    table = app[TABLE]
    kinds = [kind for route in table for kind in (route.request, route.response, route.query) if kind is not None]
    schemas, components = msgspec.json.schema_components([*kinds, Refusal], ref_template=_SCHEMAS)
    schema_of = dict(zip(map(repr, [*kinds, Refusal]), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in table:
        paths.setdefault(path_of(route), {})[route.method.lower()] = _operation(route, schema_of, components)
    paths[_STATIC] = {"get": _static()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Rengong desk",
            "version": __version__,
            "description": "What `kiosk desk` answers over HTTPS. The certificate is of the hall's own authority. "
            "docs/integration.md has examples.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [
            {
                "url": "https://{desk}",
                "description": "A desk of the hall",
                "variables": {"desk": {"default": "localhost:8443"}},
            }
        ],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "From POST /api/sign-in",
                },
                "metricsToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`metrics_token` of desk.toml",
                },
            },
            "schemas": components,
        },
    }


def path_of(route: Route) -> str:
    """The path with its parameters' names only: aiohttp has what they look like behind a colon."""
    return re.sub(r"\{(\w+):(?:[^{}]|\{[^{}]*\})*\}", r"{\1}", route.path)


def _operation(route: Route, schema_of: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _name(route),
        "summary": route.summary,
        "description": _who(route),
        "security": _SECURITY[route.right if isinstance(route.right, Access) else Access.SIGNED_IN],
        "responses": _responses(route, schema_of),
    }
    if rights := rights_of(route):
        operation["x-right"] = " or ".join(rights)
    if parameters := _parameters(route, schema_of, components):
        operation["parameters"] = parameters
    if route.request is not None:
        content = {JSON: {"schema": schema_of[repr(route.request)]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _name(route: Route) -> str:
    words = re.findall(r"[A-Za-z0-9]+", path_of(route)) or ["index"]
    return "-".join([route.method.lower(), *words])


def _who(route: Route) -> str:
    if isinstance(route.right, Access):
        return _WHO[route.right]
    wanted = rights_of(route)
    roles = ", ".join(sorted(role.value for role, rights in RIGHTS.items() if rights.intersection(wanted)))
    return f"Takes the right {' or '.join(f'`{right}`' for right in wanted)}, which these roles have: {roles}."


def _responses(route: Route, schema_of: dict[str, Any]) -> dict[str, Any]:
    done: dict[str, Any] = {"description": _MEANINGS[route.status]}
    if route.response is not None:
        done["content"] = {route.media: {"schema": schema_of[repr(route.response)]}}
    refused = set(route.also)
    if route.right is not Access.PUBLIC:
        refused |= {403} if route.media == HTML else {401, 403}
    refusal = {JSON: {"schema": schema_of[repr(Refusal)]}}
    others = {str(status): {"description": _MEANINGS[status], "content": refusal} for status in sorted(refused)}
    if 401 not in refused and 403 in refused:
        others["302"] = {"description": _MEANINGS[302]}
    return {str(route.status): done, **others}


def _parameters(route: Route, schema_of: dict[str, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"\{(\w+)", path_of(route))
    ]
    if route.query is not None:
        struct = components[schema_of[repr(route.query)]["$ref"].rpartition("/")[2]]
        for name, schema in struct["properties"].items():
            needed = name in struct.get("required", ())
            found.append({"name": name, "in": "query", "required": needed, "schema": schema})
    return found


def _static() -> dict[str, Any]:
    return {
        "operationId": "get-static",
        "summary": "What pages are made of: scripts, styles, sounds",
        "description": _WHO[Access.PUBLIC],
        "security": [],
        "parameters": [{"name": "file", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {"200": {"description": _MEANINGS[200], "content": {"*/*": {}}}},
    }
