"""`arn:aws:states:::eks:call` and `eks:runJob`: the Kubernetes API of a cluster, as its IAM identity."""

import base64
import tempfile
from importlib import import_module
from typing import Any

import msgspec

from stepwell.errors import States
from stepwell.integrations.aws import web
from stepwell.integrations.aws.desk import Desk, Json, encode
from stepwell.integrations.aws.failures import refusals, unusable
from stepwell.integrations.aws.optimized import OptimizedCalls
from stepwell.integrations.aws.values import to_json_text
from stepwell.integrations.call import Call, CallFailed

NEEDED = {
    "call": ("ClusterName", "CertificateAuthority", "Endpoint", "Method", "Path"),
    "runJob": ("ClusterName", "CertificateAuthority", "Endpoint", "Job"),
}

TOKEN_SECONDS = 60
"""How long a token for the cluster can be used to begin with; the cluster takes it for 15 minutes."""

NOTE = "stepwell/call"
"""An annotation by which a job that is there already is known to be this call's (Call.identity)."""

ENDED = ("Complete", "Failed")


class EksCalls(OptimizedCalls):
    """The operations of EKS, and those of Kubernetes behind them."""

    def _start(self, call: Call) -> str:
        if call.action not in NEEDED:
            return super()._start(call)
        given = msgspec.json.decode(call.input)
        missing = [name for name in NEEDED[call.action] if name not in given]
        if missing:
            fault = ", ".join(f"The field '{name}' is required but was missing" for name in missing)
            raise unusable(call.input, fault)
        kubernetes = Kubernetes(self._desk, call, given)
        if call.action == "call":
            body = given.get("RequestBody")
            query = given.get("QueryParameters") or {}
            shown = kubernetes.ask(given["Method"], given["Path"], query, body)
        else:
            shown = kubernetes.start_job(_job(call, given))
        return encode(shown).decode()

    def _look(self, call: Call, submitted: str) -> str | None:
        if call.action != "runJob":
            return super()._look(call, submitted)
        given = msgspec.json.decode(call.input)
        kubernetes = Kubernetes(self._desk, call, given)
        try:
            job = kubernetes.ask("GET", f"{_jobs(given)}/{_job(call, given)['metadata']['name']}")["ResponseBody"]
        except CallFailed as failed:
            if failed.failure.error in _PASSING:
                return None
            raise
        kinds = {c.get("type") for c in job.get("status", {}).get("conditions", ()) if c.get("status") == "True"}
        if not kinds.intersection(ENDED):
            return None
        result = job | ({"logs": kubernetes.logs(given, job)} if _wants_logs(given) else {})
        if "Failed" in kinds:
            raise CallFailed(States.TASK_FAILED, encode(result).decode())
        return encode(result).decode()

    def _end(self, call: Call, submitted: str | None) -> None:
        """Delete a job that nobody waits for, with its pods."""
        if call.action != "runJob":
            return super()._end(call, submitted)
        given = msgspec.json.decode(call.input)
        kubernetes = Kubernetes(self._desk, call, given)
        job = _job(call, given)
        if submitted is not None or kubernetes.ours(job) is not None:
            kubernetes.delete_job(job["metadata"]["name"])


_PASSING = ("EKS.429", "EKS.500", "EKS.502", "EKS.503", "EKS.504", "EKS.SdkClientException")


def _jobs(given: Json) -> str:
    return f"/apis/batch/v1/namespaces/{given.get('Namespace', 'default')}/jobs"


def _wants_logs(given: Json) -> bool:
    return bool((given.get("LogOptions") or {}).get("RetrieveLogs"))


def _job(call: Call, given: Json) -> Json:
    """The job with a name of its own in any case, so that it is not begun twice."""
    job: Json = msgspec.json.decode(given["Job"]) if isinstance(given["Job"], str) else given["Job"]
    metadata = dict(job.get("metadata") or {})
    beginning = metadata.pop("generateName", "stepwell-")
    annotations = metadata.get("annotations") or {}
    metadata = {"name": beginning + call.identity} | metadata
    return job | {"metadata": metadata | {"annotations": annotations | {NOTE: call.identity}}}


class Kubernetes:
    """The API of one cluster."""

    def __init__(self, desk: Desk, call: Call, given: Json) -> None:
        self._desk = desk
        self._call = call
        self._given = given

    def ask(self, method: str, path: str, query: Json | None = None, body: Any = None) -> Json:
        """What the API answers; any status but 2XX is raised as CallFailed (developer guide, "EKS.401")."""
        exchange = self._send(method, path, query or {}, None if body is None else to_json_text(body))
        if not 200 <= exchange.status < 300:
            raise CallFailed(f"EKS.{exchange.status}", encode(exchange.shown(headers=False)).decode())
        return exchange.shown()

    def start_job(self, job: Json) -> Json:
        """Create it, unless this very call has done so."""
        try:
            return self.ask("POST", _jobs(self._given), body=job)
        except CallFailed as failed:
            found = self.ours(job) if failed.failure.error == "EKS.409" else None
            if found is None:
                raise
            return found

    def ours(self, job: Json) -> Json | None:
        """The job of this name, if this very call has created it."""
        try:
            found = self.ask("GET", f"{_jobs(self._given)}/{job['metadata']['name']}")
        except CallFailed as failed:
            if failed.failure.error != "EKS.404":
                raise
            return None
        notes = found["ResponseBody"]["metadata"].get("annotations") or {}
        return found if notes.get(NOTE) == job["metadata"]["annotations"][NOTE] else None

    def delete_job(self, name: str) -> None:
        """With its pods; one that is not there any more is no fault."""
        try:
            self.ask("DELETE", f"{_jobs(self._given)}/{name}", {"propagationPolicy": ["Foreground"]})
        except CallFailed as failed:
            if failed.failure.error != "EKS.404":
                raise

    def logs(self, given: Json, job: Json) -> Json:
        """What the containers of a job's pods have written, as far as it can be had."""
        pods = f"/api/v1/namespaces/{given.get('Namespace', 'default')}/pods"
        try:
            found = self.ask("GET", pods, {"labelSelector": [f"job-name={job['metadata']['name']}"]})
        except CallFailed as failed:
            return _no_log(failed)
        return {"pods": {pod["metadata"]["name"]: self._pod(pods, pod) for pod in found["ResponseBody"]["items"]}}

    def _pod(self, pods: str, pod: Json) -> Json:
        place = f"{pods}/{pod['metadata']['name']}/log"
        names = [container["name"] for container in pod["spec"]["containers"]]
        return {"containers": {name: self._log(place, name) for name in names}}

    def _log(self, place: str, container: str) -> Json:
        options = self._given["LogOptions"]
        query = (options.get("LogParameters") or {}) | {"container": [container]}
        try:
            exchange = self._send("GET", place, query, None)
        except CallFailed as failed:
            return _no_log(failed)
        return {"log": exchange.body if options.get("RawLogs") else exchange.shown()["ResponseBody"]}

    def _send(self, method: str, path: str, query: Json, body: str | None) -> web.Exchange:
        headers = {"Authorization": f"Bearer {self._token()}", "Accept": "application/json"}
        typed = {"Content-Type": "application/merge-patch+json" if method == "PATCH" else "application/json"}
        request = web.request(method, web.url(self._given["Endpoint"], path, query), headers | typed, body)
        with tempfile.NamedTemporaryFile(suffix=".pem") as authority:
            authority.write(self._authority())
            authority.flush()
            try:
                return web.send(request, self._desk.clients.rule(self._call), self._desk.most, authority.name)
            except refusals() as error:
                raise CallFailed("EKS.SdkClientException", f"Unable to execute HTTP request: {error}") from error

    def _authority(self) -> bytes:
        try:
            return base64.b64decode(self._given["CertificateAuthority"])
        except (TypeError, ValueError) as fault:
            raise unusable(self._call.input, "The value for the field 'CertificateAuthority' must be Base64") from fault

    def _token(self) -> str:
        """Who we are: a signed question to STS, which the cluster asks in our place."""
        region = self._desk.clients.region(self._call, "eks")
        place = f"https://sts.{region}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
        request = web.request("GET", place, {"x-k8s-aws-id": self._given["ClusterName"]}, None)
        credentials = self._desk.clients.credentials(self._call, "eks")
        import_module("botocore.auth").SigV4QueryAuth(credentials, "sts", region, TOKEN_SECONDS).add_auth(request)
        return "k8s-aws-v1." + base64.urlsafe_b64encode(request.url.encode()).decode().rstrip("=")


def _no_log(failed: CallFailed) -> Json:
    return {"error": failed.failure.error, "cause": failed.failure.cause}
