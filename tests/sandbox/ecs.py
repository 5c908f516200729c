"""ssm-sandbox's ECS, by boto3: ExecuteCommand, whose session ssm-stream takes, and DescribeTasks."""
import json
import os
import subprocess

from tap import done, is_equal, ok, skip_all

try:
    from boto_clients import client_of, error_of
except ImportError:
    skip_all("botocore and boto3 are not installed")

from channel_client import Service, signed

BUILD_DIR = os.path.abspath(os.environ.get("BUILD_DIR", "."))
TASK = "0a1b2c3d4e5f4a6b8c7d00000000000"
PREFIX = "arn:aws:ecs:us-east-1:123456789012:"
CLUSTER_ARN, TASK_ARN = f"{PREFIX}cluster/default", f"{PREFIX}task/default/{TASK}1"
CONTAINER_ARN = f"{PREFIX}container/default/{TASK}1/0a1b2c3d-4e5f-4a6b-8c7d-0000000000a1"
SECONDS = 60


def execute(ecs, command="true", task=TASK + "1", **more):
    return ecs.execute_command(**{"task": task, "command": command, "interactive": True, **more})


def stream(service, session):
    """What ssm-stream makes of the answer's session, in the letters that it comes in."""
    run = subprocess.run([os.path.join(BUILD_DIR, "ssm-stream")], input=json.dumps(session).encode(),
                         capture_output=True, timeout=SECONDS, check=False, env={**os.environ, **service.sandbox.environment})
    return run.returncode, run.stdout, run.stderr


def check_session(service):
    ecs = client_of(service, "ecs")
    answer = execute(ecs, "tty && echo $((6 * 7))", container="app", cluster="default")
    session = answer.pop("session")
    answer.pop("ResponseMetadata")
    is_equal(answer, {"clusterArn": CLUSTER_ARN, "containerArn": CONTAINER_ARN, "containerName": "app", "interactive": True,
                      "taskArn": TASK_ARN}, "ExecuteCommand: what was asked for")
    is_equal(sorted(session), ["sessionId", "streamUrl", "tokenValue"], "and the session, in lower camel case")
    ok(session["sessionId"].startswith("ecs-execute-command-") and len(session["sessionId"]) == 37, "its id", session["sessionId"])
    code, output, errors = stream(service, session)
    ok(output.startswith(b"/dev/") and output.endswith(b"\r\n42\r\n"), "ssm-stream takes it: a shell's command, on a terminal", output, errors)
    is_equal(code, 0, "to its end")


def check_resume(service):
    ecs, ssm = client_of(service, "ecs"), client_of(service, "ssm")
    answer = execute(ecs, "read a; echo got=$a; read b; echo got=$b; read c")
    session = answer["session"]
    upper = {name[0].upper() + name[1:]: value for name, value in session.items()}
    channel = service.open(upper)
    channel.type("one\r")
    channel.until("got=one\r\n")
    channel.socket.cut()
    resumed = ssm.resume_session(SessionId=session["sessionId"])
    channel.connect(service.port, resumed)
    channel.type("two\r")
    ok(channel.until("got=two\r\n"), "its session is resumed by Systems Manager")
    row = ssm.describe_sessions(State="Active", Filters=[{"key": "SessionId", "value": session["sessionId"]}])["Sessions"][0]
    is_equal(row["Target"], f"ecs:default_{TASK}1_{TASK}1-1000000001", "its target")
    ssm.terminate_session(SessionId=session["sessionId"])
    is_equal(channel.until_closed().closing["Output"], "", "it is terminated")
    is_equal(error_of(ssm.resume_session, SessionId=session["sessionId"])[0], "DoesNotExistException", "and is over then")


def check_target(service):
    """As the AWS CLI finds out what the session's target is."""
    ecs, ssm = client_of(service, "ecs"), client_of(service, "ssm")
    answer = execute(ecs, task=TASK + "2", container="sidecar")
    cluster, task = answer["clusterArn"].split("/")[-1], answer["taskArn"].split("/")[-1]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=[task])["tasks"]
    runtime = [each["runtimeId"] for each in tasks[0]["containers"] if each["name"] == answer["containerName"]]
    is_equal(runtime, [f"{TASK}2-1000000003"], "DescribeTasks has the container's runtimeId")
    target = f"ecs:{cluster}_{task}_{runtime[0]}"
    is_equal(ssm.get_connection_status(Target=target)["Status"], "connected", "its target is one that is connected")
    ok("TokenValue" in ssm.start_session(Target=target), "on which a session can be started")
    is_equal([ssm.get_connection_status(Target=name)["Status"] for name in (target + "x", f"ecs:default_{TASK}3_{TASK}3-1000000004")],
             ["notconnected", "notconnected"], "others are not, nor one in which no command can be run")


def check_describe(service):
    ecs = client_of(service, "ecs")
    answer = ecs.describe_tasks(tasks=[TASK_ARN, TASK + "9", PREFIX + "task/other/" + TASK + "1", TASK + "3"])
    is_equal([(task["taskArn"], task["clusterArn"], task["enableExecuteCommand"], task["lastStatus"]) for task in answer["tasks"]],
             [(TASK_ARN, CLUSTER_ARN, True, "RUNNING"), (TASK_ARN[:-1] + "3", CLUSTER_ARN, False, "RUNNING")], "tasks by id and ARN")
    is_equal(answer["tasks"][0]["containers"],
             [{"containerArn": CONTAINER_ARN, "taskArn": TASK_ARN, "name": "app", "lastStatus": "RUNNING",
               "runtimeId": TASK + "1-1000000001", "managedAgents": [{"name": "ExecuteCommandAgent", "lastStatus": "RUNNING"}]}],
             "a container")
    is_equal(answer["failures"], [{"arn": TASK_ARN[:-1] + "9", "reason": "MISSING"},
                                  {"arn": PREFIX + "task/other/" + TASK + "1", "reason": "MISSING"}], "those that there are not")
    describe = ecs.describe_tasks
    is_equal(error_of(describe, cluster="other", tasks=[TASK + "1"]), ("ClusterNotFoundException", "Cluster not found."), "an unknown cluster")
    is_equal(error_of(describe, tasks=[]), ("InvalidParameterException", "Tasks cannot be empty."), "no task")
    is_equal(error_of(describe, tasks=["a"]), ("InvalidParameterException", "taskId length should be one of [32,36]"), "what is no task's id")


def check_errors(service):
    ecs = client_of(service, "ecs")
    missing = "The container provided in the request was not found."
    for title, wanted, parameters in [
        ("a mode that is not interactive", ("InvalidParameterException", "Interactive is the only mode supported currently."),
         {"interactive": False}),
        ("an unknown cluster", ("ClusterNotFoundException", "Cluster not found."), {"cluster": "other"}),
        ("an unknown cluster's ARN", ("ClusterNotFoundException", "Cluster not found."), {"cluster": CLUSTER_ARN + "x"}),
        ("an unknown task", ("InvalidParameterException", "The task provided in the request was not found."), {"task": TASK + "9"}),
        ("a task of another cluster", ("InvalidParameterException", "The task provided in the request was not found."),
         {"task": PREFIX + "task/other/" + TASK + "1"}),
        ("what is no task's id", ("InvalidParameterException", "task length should be one of [32,36]"), {"task": "task"}),
        ("no task", ("InvalidParameterException", "Task cannot be empty."), {"task": ""}),
        ("no command", ("InvalidParameterException", "Command cannot be empty."), {"command": ""}),
        ("an unknown container", ("InvalidParameterException", missing), {"container": "other"}),
        ("no container of two", ("InvalidParameterException", "A container must be named, since the task has more than one."),
         {"task": TASK + "2"}),
    ]:
        is_equal(error_of(execute, ecs=ecs, **parameters), wanted, title)
    code, message = error_of(execute, ecs=ecs, task=TASK + "3")
    ok(code == "InvalidParameterException" and message.startswith("The execute command failed because execute command was not enabled"),
       "a task in which no command can be run", code, message)
    ok(execute(ecs, task=TASK_ARN, cluster=CLUSTER_ARN)["session"], "ARNs are taken for names")
    body = b'{"task":1}'
    fields = signed(service.keys, service.region, "ssm", "POST", f"127.0.0.1:{service.port}", "/",
                    [("content-type", "application/x-amz-json-1.1"),
                     ("x-amz-target", "AmazonEC2ContainerServiceV20141113.ExecuteCommand")], body)
    service.connection.request("POST", "/", body, dict(fields))
    is_equal(json.loads(service.connection.getresponse().read())["message"],
             "Credential should be scoped to correct service: 'ecs'.", "signed for another service")


def check_away():
    with Service("--fault", "agent-away") as service:
        is_equal(error_of(execute, ecs=client_of(service, "ecs")),
                 ("TargetNotConnectedException", "The execute command failed due to an internal error. Try again later."),
                 "an agent that is away")


def main():
    with Service() as service:
        check_session(service)
        check_resume(service)
        check_target(service)
        check_describe(service)
        check_errors(service)
    check_away()
    done()


main()
