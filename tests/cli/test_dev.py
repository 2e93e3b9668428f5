"""`stepwell dev`: two examples as they are written for AWS run with one command, and change when they are saved."""

import json
import os
import shutil
import signal
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest

from .served import STEPWELL, environment, run

EXAMPLES = Path(__file__).parents[2] / "examples"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:"
ORDER = {"id": "o-1", "items": [{"name": "pizza", "price": 9, "count": 2}]}
PASSED = {"StartAt": "Say", "States": {"Say": {"Type": "Pass", "Result": "before", "End": True}}}


class Dev:
    """A `stepwell dev` process, and clients that know no more than the lines it prints."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.start = self.line()
        self.environment: dict[str, str] = self.start["environment"]
        self.url = self.environment["AWS_ENDPOINT_URL"]

    def line(self) -> Any:
        """The next thing that it says."""
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline())

    def client(self, service: str) -> Any:
        known = self.environment
        return boto3.client(
            service,
            endpoint_url=known["AWS_ENDPOINT_URL"],
            region_name=known["AWS_REGION"],
            aws_access_key_id=known["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=known["AWS_SECRET_ACCESS_KEY"],
        )

    def where(self, what: str) -> dict[str, str]:
        """Places by name of everything that is `what`."""
        return {row["name"]: row["where"] for row in self.start["reachable"] if row["what"] == what}

    def ended(self, execution: str) -> dict[str, Any]:
        """DescribeExecution, once the execution has ended."""
        states = self.client("stepfunctions")
        while (told := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
            threading.Event().wait(0.02)
        return dict(told)

    def came_to(self, machine: str, input: object = None) -> dict[str, Any]:
        """A new execution, once it has ended."""
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=MACHINE + machine, input=json.dumps(input or {})
        )
        return self.ended(started["executionArn"])


@contextmanager
def developing(directory: Path, *arguments: str, **changes: str) -> Iterator[Dev]:
    command = (*STEPWELL, "dev", str(directory), "--port", "0", "--json", *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(**changes)) as process:
        try:
            yield Dev(process)
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module")
def examples() -> Iterator[Dev]:
    # Given variables that would lead to AWS
    with developing(EXAMPLES, AWS_PROFILE="company", AWS_ENDPOINT_URL_SQS="https://sqs.us-east-1.amazonaws.com") as dev:
        yield dev


def save(file: Path, definition: object) -> None:
    file.write_text(definition if isinstance(definition, str) else json.dumps(definition))


class TestOrderApproval:
    def ask(self, dev: Dev, id: str) -> tuple[str, dict[str, Any]]:
        """The execution that a POST of an order starts, and the message that asks a person."""
        request = urllib.request.Request(f"{dev.url}/orders", json.dumps(ORDER | {"id": id}).encode(), method="POST")
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 202
            execution = json.loads(answer.read())["execution"]
        sqs = dev.client("sqs")
        queue = sqs.get_queue_url(QueueName="order-approvals")["QueueUrl"]
        [message] = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return execution, json.loads(message["Body"])

    def test_an_order_that_a_person_approves_is_kept(self, examples: Dev) -> None:
        # Given an order that arrived over HTTP and was added up by a function
        execution, asked = self.ask(examples, "o-1")
        assert (asked["order"], asked["total"]) == ("o-1", 18)
        # When a person says yes
        states = examples.client("stepfunctions")
        states.send_task_success(taskToken=asked["token"], output='{"approved": true, "by": "Ada"}')
        # Then the order is kept
        assert examples.ended(execution)["status"] == "SUCCEEDED"
        kept = examples.client("dynamodb").get_item(TableName="orders", Key={"id": {"S": "o-1"}})["Item"]
        assert kept == {"id": {"S": "o-1"}, "total": {"N": "18"}, "approvedBy": {"S": "Ada"}}

    def test_an_order_that_a_person_refuses_is_not(self, examples: Dev) -> None:
        execution, asked = self.ask(examples, "o-2")
        examples.client("stepfunctions").send_task_success(taskToken=asked["token"], output='{"approved": false}')
        ended = examples.ended(execution)
        assert (ended["status"], ended["error"]) == ("FAILED", "OrderRejected")
        assert "Item" not in examples.client("dynamodb").get_item(TableName="orders", Key={"id": {"S": "o-2"}})

    def test_nobody_is_asked_for_an_order_without_items(self, examples: Dev) -> None:
        ended = examples.came_to("order-approval", {"id": "o-3", "items": []})
        assert (ended["status"], ended["error"]) == ("FAILED", "OrderRejected")


class TestBackup:
    @pytest.fixture
    def reports(self, examples: Dev) -> Any:
        """A queue that hears what the topic is told: a function that takes what there is."""
        sqs, sns = examples.client("sqs"), examples.client("sns")
        queue = sqs.create_queue(QueueName="reports")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=examples.where("SNS Topic")["BackupReports"], Protocol="sqs", Endpoint=arn)

        def taken() -> tuple[str, str]:
            [message] = sqs.receive_message(QueueUrl=queue)["Messages"]
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            body = json.loads(message["Body"])
            return body["Subject"], body["Message"]

        return taken

    def test_an_empty_bucket_is_nothing_to_do(self, examples: Dev) -> None:
        assert examples.came_to("nightly-backup")["status"] == "SUCCEEDED"
        assert "Contents" not in examples.client("s3").list_objects_v2(Bucket="documents-backups")

    def test_documents_are_copied_and_the_topic_is_told(self, examples: Dev, reports: Any) -> None:
        s3 = examples.client("s3")
        s3.put_object(Bucket="documents", Key="plans/new house.txt", Body=b"four walls")
        assert examples.came_to("nightly-backup")["status"] == "SUCCEEDED"
        copied = s3.get_object(Bucket="documents-backups", Key="plans/new house.txt")["Body"].read()
        assert (copied, reports()) == (b"four walls", ("Backup done", "1 documents were copied"))

    def test_what_cannot_be_copied_raises_the_alarm(self, examples: Dev, reports: Any) -> None:
        # Given a document, and no bucket to copy it to
        s3 = examples.client("s3")
        s3.put_object(Bucket="documents", Key="a", Body=b"a")
        for found in s3.list_objects_v2(Bucket="documents-backups").get("Contents", []):
            s3.delete_object(Bucket="documents-backups", Key=found["Key"])
        s3.delete_bucket(Bucket="documents-backups")
        ended = examples.came_to("nightly-backup")
        assert (ended["status"], ended["error"]) == ("FAILED", "BackupFailed")
        assert reports()[0] == "Backup failed"
        s3.create_bucket(Bucket="documents-backups")


class TestSaving:
    def test_a_definition_that_is_saved_counts_for_the_next_execution(self, tmp_path: Path) -> None:
        save(tmp_path / "greet.asl.json", PASSED)
        with developing(tmp_path) as dev:
            assert dev.came_to("greet")["output"] == '"before"'
            save(tmp_path / "greet.asl.json", json.dumps(PASSED).replace("before", "after"))
            assert dev.line() == {"deployed": ["greet"], "refused": []}
            assert dev.came_to("greet")["output"] == '"after"'
            # When it is saved with faults, all of them are told, and the old one stays
            faulty: Any = {"StartAt": "Gone", "States": {"Say": {"Type": "Pass", "Next": "Nowhere"}}}
            save(tmp_path / "greet.asl.json", faulty)
            told = dev.line()
            assert told["deployed"] == []
            [refused] = told["refused"]
            locations = {finding["location"] for finding in refused["diagnostics"]}
            assert {"/StartAt", "/States/Say/Next"} <= locations
            assert dev.came_to("greet")["output"] == '"after"'
            # And a new file is a new machine
            save(tmp_path / "more.asl.yaml", "StartAt: Say\nStates:\n  Say: {Type: Succeed}\n")
            assert dev.line()["deployed"] == ["more"]
            assert dev.came_to("more", {"a": 1})["output"] == '{"a": 1}'

    def test_a_template_and_its_functions_are_followed(self, tmp_path: Path) -> None:
        project = tmp_path / "orders"
        shutil.copytree(EXAMPLES / "order-approval", project)
        with developing(tmp_path) as dev:
            invoke = dev.client("lambda").invoke
            assert json.load(invoke(FunctionName="CheckOrder", Payload=json.dumps(ORDER))["Payload"]) == {"total": 18}
            # When a function is saved
            code = project / "functions/check_order.py"
            code.write_text("def handler(event, context):\n    return {'total': 1}\n")
            os.utime(code, (1, 1))
            ask = lambda: json.load(invoke(FunctionName="CheckOrder", Payload="{}")["Payload"])  # noqa: E731
            while ask() != {"total": 1}:
                threading.Event().wait(0.05)
            # When the template gets one more queue
            template = (project / "template.yaml").read_text()
            save(project / "template.yaml", template.replace("Resources:", "Resources:\n  Q: {Type: AWS::SQS::Queue}"))
            sqs = dev.client("sqs")
            while len(urls := sqs.list_queues().get("QueueUrls", [])) < 2:
                threading.Event().wait(0.05)
            assert sorted(url.rpartition("/")[2] for url in urls) == ["Q", "order-approvals"]
            # When the template is broken, it is said where; it may have been seen half saved before
            save(project / "template.yaml", "Resources: [")
            while not any("template.yaml:" in one.get("reason", "") for one in dev.line()["refused"]):
                pass


SERVERLESS = """
service: shop
provider: {name: aws, runtime: python3.12}
functions:
  price:
    handler: price.handler
    environment: {SECRET: !Ref Key, TOPIC: !Ref Topic}
    events:
      - httpApi: GET /prices/{item}
stepFunctions:
  stateMachines:
    pricing:
      definition:
        StartAt: Price
        States:
          Price: {Type: Task, Resource: !GetAtt PriceLambdaFunction.Arn, End: true}
resources:
  Resources:
    Key: {Type: AWS::SecretsManager::Secret, Properties: {Name: key, SecretString: open sesame}}
    Topic: {Type: AWS::SNS::Topic}
"""
PRICE = """
import os
import boto3

def handler(event, context):
    if "pathParameters" in event:
        return {"statusCode": 200, "headers": {"x-item": event["pathParameters"]["item"]}, "body": event["version"]}
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=os.environ["SECRET"])["SecretString"]
    return [secret, os.environ["TOPIC"]]
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dev]:
    directory = tmp_path_factory.mktemp("shop")
    save(directory / "serverless.yml", SERVERLESS)
    save(directory / "price.py", PRICE)
    with developing(directory) as dev:
        yield dev


class TestServerless:
    def test_its_state_machines_call_its_functions_with_its_resources(self, shop: Dev) -> None:
        output = json.loads(shop.came_to("pricing")["output"])
        assert output == ["open sesame", "arn:aws:sns:us-east-1:123456789012:Topic"]

    def test_its_paths_lead_to_its_functions(self, shop: Dev) -> None:
        with urllib.request.urlopen(f"{shop.url}/prices/dough") as answer:
            assert (answer.status, answer.headers["x-item"], answer.read()) == (200, "dough", b"2.0")
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{shop.url}/nothing")


class TestOneAddress:
    def test_what_is_large_and_what_is_signed_in_the_url_goes_through(self, examples: Dev) -> None:
        s3 = examples.client("s3")
        s3.create_bucket(Bucket="large")
        body = os.urandom(20 * 1024 * 1024)
        s3.put_object(Bucket="large", Key="a b", Body=body)
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "large", "Key": "a b"})
        with urllib.request.urlopen(url) as answer:
            assert answer.read() == body

    def test_a_client_is_told_by_a_service_itself_what_is_wrong(self, examples: Dev) -> None:
        sqs = examples.client("sqs")
        with pytest.raises(sqs.exceptions.QueueDoesNotExist):
            sqs.get_queue_url(QueueName="nowhere")

    def test_a_web_page_with_a_name_of_its_own_is_sent_away(self, examples: Dev) -> None:
        signed = "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=0"
        request = urllib.request.Request(examples.url, b"", {"Host": "evil.example", "Authorization": signed})
        with pytest.raises(urllib.error.HTTPError, match="421"):
            urllib.request.urlopen(request)


def test_a_template_of_another_shape_is_told_of_and_keeps_nothing_else_back(tmp_path: Path) -> None:
    save(tmp_path / "greet.asl.json", PASSED)
    save(tmp_path / "template.yaml", "Resources: {Bad: {Type: AWS::Serverless::Function, Properties: [1]}}")
    with developing(tmp_path) as dev:
        assert "template.yaml" in dev.line()["refused"][0]["reason"]
        assert dev.came_to("greet")["output"] == '"before"'


def test_everything_is_told_as_lines_in_a_pipe(tmp_path: Path) -> None:
    save(tmp_path / "greet.asl.json", PASSED)
    command = (*STEPWELL, "dev", str(tmp_path), "--port", "0")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().rstrip("\n") for _ in range(10)]
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    url = lines[0].split("\t")[2]
    assert lines[0] == f"server\tStep Functions and Lambda\t{url}"
    assert lines[1].startswith(f"stand-ins\tall other services of AWS\t{url} (moto at http://127.0.0.1:")
    assert lines[2] == f"console\texecutions on their graphs, live\t{url}/"
    assert lines[3] == f"state machine\tgreet\t{MACHINE}greet"
    assert lines[4:] == [
        f"export AWS_ENDPOINT_URL={url}",
        "export AWS_REGION=us-east-1",
        "export AWS_DEFAULT_REGION=us-east-1",
        "export AWS_ACCESS_KEY_ID=any",
        "export AWS_SECRET_ACCESS_KEY=any",
        "export AWS_DISABLE_HOST_PREFIX_INJECTION=true",
    ]


def test_the_stand_ins_end_with_the_server_however_it_ends(tmp_path: Path) -> None:
    with developing(tmp_path) as dev:
        moto = dev.where("stand-ins")["all other services of AWS"].partition("moto at ")[2].rstrip(")")
        urllib.request.urlopen(f"{moto}/moto-api/data.json").close()
        dev.process.kill()
        for _ in range(500):
            try:
                urllib.request.urlopen(f"{moto}/moto-api/data.json").close()
            except OSError:
                break
            threading.Event().wait(0.02)
        else:
            pytest.fail("they still answer")


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with developing(tmp_path) as dev:
        port = dev.url.rpartition(":")[2]
        refused = run("dev", str(tmp_path), "--port", port)
        assert (refused.returncode, f"cannot listen on 127.0.0.1:{port}" in refused.stderr) == (2, True)
        refused = run("dev", str(tmp_path), "--port", "0", "--moto-port", port)
        assert (refused.returncode, f"cannot listen on port {port}" in refused.stderr) == (2, True)
