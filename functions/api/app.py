"""The API: a Chalice app, assembled from its resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from chalice.app import Chalice

from chalicelib.problems import problem_of
from chalicelib.resources import RESOURCES
from receivables.runtime.observability import instrument
from receivables.runtime.problems import Kind

NO_ROUTE: Final = Kind(404, "no-such-route", "There is no such route")
NO_METHOD: Final = Kind(405, "method-not-allowed", "The route has no such method")

app = Chalice("receivables", configure_logs=False)

for resource in RESOURCES:
    app.register_blueprint(resource.routes.blueprint)


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """A proxy event of API Gateway (REST, payload format 1.0)."""
    request = event.get("requestContext", {})
    path, method = request.get("resourcePath"), request.get("httpMethod")
    if method not in app.routes.get(path, {}):
        # API Gateway lets through what its definition has: an answer all the same, in the API's own form.
        kind = NO_METHOD if path in app.routes else NO_ROUTE
        return dict(problem_of(kind, "", str(request.get("requestId", ""))).to_dict())
    return dict(app(event, context))
