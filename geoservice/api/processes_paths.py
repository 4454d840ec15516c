"""The OpenAPI paths of the processes and their jobs."""

from collections.abc import Mapping, Sequence
from typing import Any

from geoservice.api.links import JSON
from geoservice.openapi.parts import FAILURES, operation, path_parameter, query_parameter
from geoservice.processes.offered import PROCESSES
from geoservice.processes.process import Process
from layers.layer import Layer


def processes_paths(layers: Sequence[Layer]) -> dict[str, Any]:
    """Return the OpenAPI path items: one execution path for each process, its inputs spelled out."""
    form, language = {"$ref": "#/components/parameters/f"}, query_parameter("lang", "language", enum=["zh", "en"])
    process = path_parameter("processId", "the process", enum=list(PROCESSES))
    job = path_parameter("jobId", "the job's id", format="uuid")
    limit = query_parameter("limit", "most entries", type="integer", minimum=1, maximum=1000)
    narrowing = [
        query_parameter("type", "kind of job", type="array", items={"type": "string", "enum": ["process"]}),
        query_parameter("processID", "jobs of these processes", type="array", items={"type": "string"}),
        query_parameter("status", "jobs in these states", type="array", items={"type": "string"}),
        query_parameter("datetime", "instant or interval the job was made in"),
        query_parameter("minDuration", "shortest time it ran, seconds", type="number"),
        query_parameter("maxDuration", "longest time it ran, seconds", type="number"),
    ]
    gone = {"200": {"description": "dismissed", "content": {JSON: {"schema": {"type": "object"}}}}}
    failed = {code: answer for code, answer in FAILURES.items() if code not in ("304", "406")}
    failed["422"] = {"$ref": "#/components/responses/Unprocessable"}
    results = operation("getResults", "what a job found", "Processes", [job])
    results["responses"]["422"] = failed["422"]
    results["responses"]["200"]["content"] = {JSON: {"schema": {}}, "*/*": {"schema": {}}}
    return {
        "/processes": {"get": operation("getProcesses", "the processes", "Processes", [limit, form, language])},
        "/processes/{processId}": {
            "get": operation("getProcessDescription", "one process", "Processes", [process, form, language])
        },
        **{f"/processes/{one.id}/execution": {"post": _execute(one, failed)} for one in PROCESSES.values()},
        "/jobs": {"get": operation("getJobs", "the newest jobs", "Processes", [limit, form, *narrowing])},
        "/jobs/{jobId}": {
            "get": operation("getStatus", "a job's status and progress", "Processes", [job, form]),
            "delete": {
                "operationId": "dismiss", "summary": "dismiss a job", "tags": ["Processes"], "parameters": [job],
                "responses": {**gone, **failed, "403": {"$ref": "#/components/responses/Forbidden"}},
            },
        },
        "/jobs/{jobId}/results": {"get": results},
    }  # fmt: skip


def _execute(process: Process, failed: Mapping[str, Any]) -> dict[str, Any]:
    described = process.describe("en")
    inputs = {name: one["schema"] for name, one in described["inputs"].items()}
    required = [name for name, one in described["inputs"].items() if one["minOccurs"]]
    prefer = {
        "name": "Prefer", "in": "header", "required": False, "description": "respond-async makes it a job",
        "schema": {"type": "string"},
    }  # fmt: skip
    body = {
        "type": "object",
        "properties": {
            "inputs": {"type": "object", "properties": inputs, **({"required": required} if required else {})},
            "outputs": {"type": "object"},
            "response": {"type": "string", "enum": ["raw", "document"], "default": "raw"},
        },
        "required": ["inputs"],
    }
    kinds = sorted({JSON, *(output.media_type for output in process.outputs.values())})
    content: dict[str, Any] = {kind: {"schema": {}} for kind in kinds}
    if len(process.outputs) > 1:  # several raw values come as parts
        content["multipart/related"] = {"schema": {"type": "string"}}
    return {
        "operationId": f"execute.{process.id}", "summary": described["title"], "tags": ["Processes"],
        "description": described["description"], "parameters": [prefer],
        "requestBody": {"required": True, "content": {JSON: {"schema": body}}},
        "responses": {
            "200": {"description": "the result", "content": content},
            "201": {"description": "the job", "content": {JSON: {"schema": {"type": "object"}}}},
            **failed, "413": {"$ref": "#/components/responses/TooLarge"},
            "415": {"$ref": "#/components/responses/WrongType"},
        },
    }  # fmt: skip
