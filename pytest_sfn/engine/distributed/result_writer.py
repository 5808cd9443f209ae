"""ResultWriter: what a distributed Map makes of its children's results, and the files it writes to S3.

    <Prefix>/<id of the Map Run>/manifest.json       which files there are
    <Prefix>/<id of the Map Run>/SUCCEEDED_0.json    children that succeeded
    <Prefix>/<id of the Map Run>/FAILED_0.json       children that failed, timed out or were aborted
    <Prefix>/<id of the Map Run>/PENDING_0.json      items for which no child was started, since the Map Run failed

A file without entries is not written. Transformation NONE gives a record per child with input and output as
text, COMPACT the outputs, FLATTEN the outputs with arrays among them taken apart; children that failed are records always.
AWS begins another file (`..._1.json`) at 5 GB, which a test does not reach.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_sfn.engine.context import timestamp
from pytest_sfn.engine.distributed.s3 import ObjectField, ObjectRequest
from pytest_sfn.errors import StateError
from pytest_sfn.expressions.values import dumps, utf8_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pytest_sfn.asl.model import ResultWriter
    from pytest_sfn.engine.distributed.map_run import ChildRuns
    from pytest_sfn.engine.run import Run, Strand

__all__ = ["Writing", "child_record", "outputs"]


def child_record(run: Run) -> dict[str, Any]:
    """A child execution with its metadata, as Transformation NONE gives it; keys are in alphabetic order [doc]."""
    record: dict[str, Any] = {
        "ExecutionArn": run.arn,
        "Input": dumps(run.input, run.texts),
        "InputDetails": {"Included": True},
        "Name": run.name,
        "OutputDetails": {"Included": True},  # of failures too [reported], as is REDRIVABLE_BY_MAP_RUN
    }
    if run.status == "SUCCEEDED":
        record["Output"] = dumps(run.output, run.texts)
    else:
        record |= {name: text for name, text in (("Cause", run.cause), ("Error", run.error)) if text is not None}
    redrivable = run.status != "SUCCEEDED"
    record |= {"RedriveCount": len(run.redriven), "RedriveStatus": "REDRIVABLE_BY_MAP_RUN" if redrivable else "NOT_REDRIVABLE"}
    if not redrivable:
        record["RedriveStatusReason"] = f"Execution is {run.status} and cannot be redriven"
    record |= {
        "StartDate": timestamp(run.datetime_at(run.start)),
        "StateMachineArn": run.machine.arn,
        "Status": run.status,
        "StopDate": timestamp(run.datetime_at(run.start if run.stop is None else run.stop)),
    }
    return dict(sorted(record.items()))


def pending_record(value: Any) -> dict[str, Any]:
    """An item whose child was never started."""
    return {"Input": dumps(value), "InputDetails": {"Included": True}, "Status": "PENDING"}  # [?]


def outputs(runs: Iterable[Run], transformation: str) -> list[Any]:
    """Results of children that succeeded."""
    if transformation == "NONE":
        return [child_record(run) for run in runs]
    if transformation == "COMPACT":
        return [run.output for run in runs]
    found: list[Any] = []
    for run in runs:
        if isinstance(run.output, list):
            found += run.output
        else:
            found.append(run.output)
    return found


def as_text(values: list[Any], output_type: str) -> str:
    return "\n".join(map(dumps, values)) if output_type == "JSONL" else dumps(values)


class Writing:
    """A ResultWriter at work.

    Attributes:
        exports: whether it writes to S3; otherwise it only says what the state's result looks like.
        delay: virtual microseconds that the calls took, all together.
    """

    __slots__ = ("delay", "exports", "field", "output_type", "parameters", "strand", "transformation")

    def __init__(self, strand: Strand, writer: ResultWriter, parameters: Any) -> None:
        config: Mapping[str, Any] = writer.writer_config
        self.strand = strand
        self.parameters = parameters
        self.delay = 0
        self.exports = writer.resource is not None
        self.transformation: str = config.get("Transformation", "NONE" if self.exports else "COMPACT")
        self.output_type: str = config.get("OutputType", "JSON")
        if writer.resource is not None:
            self.field = ObjectField(strand.state.name, "ResultWriter", writer.pointer, writer.resource)

    def result(self, map_run: ChildRuns) -> Any:
        """The state's result when nothing is exported; JSON Lines are one text [?]."""
        found = outputs(map_run.succeeded(), self.transformation)
        return as_text(found, "JSONL") if self.output_type == "JSONL" else found

    def write(self, map_run: ChildRuns) -> dict[str, Any]:
        """Write all files; gives the state's result.

        Raises:
            StateError: States.ResultWriterFailed.
        """
        bucket = self.parameters.get("Bucket")
        prefix = self.parameters.get("Prefix") or ""
        if not isinstance(bucket, str) or not isinstance(prefix, str):
            name = "Prefix" if isinstance(bucket, str) else "Bucket"
            cause = f"The field '{name}' of ResultWriter must be a string."  # [?]
            raise StateError("States.ResultWriterFailed", cause, catchable=True, located=False)
        folder = f"{prefix}{'' if not prefix or prefix.endswith('/') else '/'}{map_run.id}"
        contents = {
            "FAILED": [child_record(run) for run in map_run.failures()],
            "PENDING": [pending_record(value) for value in map_run.unstarted],
            "SUCCEEDED": outputs(map_run.succeeded(), self.transformation),
        }
        files: dict[str, list[dict[str, Any]]] = {status: [] for status in contents}
        for status, values in contents.items():
            if values:
                text = as_text(values, self.output_type)
                key = f"{folder}/{status}_0.json"
                self._put(bucket, key, text)
                files[status].append({"Key": key, "Size": utf8_size(text)})
        manifest = {"DestinationBucket": bucket, "MapRunArn": map_run.arn, "ResultFiles": files}
        self._put(bucket, f"{folder}/manifest.json", dumps(manifest))
        map_run.results_written = True
        return {"MapRunArn": map_run.arn, "ResultWriterDetails": {"Bucket": bucket, "Key": f"{folder}/manifest.json"}}

    def _put(self, bucket: str, key: str, body: str) -> None:
        request = ObjectRequest(self.strand, self.field, {"Bucket": bucket, "Key": key, "Body": body})
        try:
            request.send()
        finally:
            self.delay += request.delay
