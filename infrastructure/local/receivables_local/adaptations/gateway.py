"""Adaptation of the import of an API definition."""

# ruff: noqa: SLF001

from typing import Any


def import_mocks_and_binary_types() -> None:
    """AWS imports the templates and responses of an integration (a CORS preflight is a mock with headers) and the
    API's binary media types. The engine drops both."""
    from ministack.services import apigateway_v1 as gateway

    import_api, import_operation = gateway._import_rest_api, gateway._import_operation

    def import_with_binary_types(spec: dict[str, Any], base_data: dict[str, Any] | None = None) -> Any:
        data = dict(base_data or {})
        data["binaryMediaTypes"] = [
            *(data.get("binaryMediaTypes") or []),
            *(spec.get("x-amazon-apigateway-binary-media-types") or []),
        ]
        return import_api(spec, data)

    def import_with_responses(
        api_id: str, resource_id: str, method: str, operation: dict[str, Any] | None, *rest: Any
    ) -> None:
        import_operation(api_id, resource_id, method, operation, *rest)
        integration = (operation or {}).get("x-amazon-apigateway-integration") or {}
        stored = gateway._resources[api_id][resource_id]["resourceMethods"][method].get("methodIntegration")
        if stored is None:
            return
        stored["requestTemplates"] = integration.get("requestTemplates", {})
        for pattern, response in (integration.get("responses") or {}).items():
            status = str(response["statusCode"])
            headers = response.get("responseParameters", {})
            gateway._put_method_response(
                api_id, resource_id, method, status, {"responseParameters": dict.fromkeys(headers, False)}
            )
            selection = "" if pattern == "default" else pattern
            gateway._put_integration_response(
                api_id, resource_id, method, status, {**response, "selectionPattern": selection}
            )

    gateway._import_rest_api = import_with_binary_types
    gateway._import_operation = import_with_responses
