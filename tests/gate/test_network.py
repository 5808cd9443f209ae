"""Whatever library a stub or a handler uses, nothing leaves this machine; what stays on it, and what is allowed, passes."""

from __future__ import annotations

import asyncio
import inspect
import os
import pickle
import socket
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests
import responses
import urllib3

from pytest_sfn import SfnAws, SfnMock
from pytest_sfn.account.sfn_mock import account_of
from pytest_sfn.asl.files import shown_path
from pytest_sfn.gate.network import NetworkError
from tests.helpers import machine

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
TASK = machine(A={"Type": "Task", "Resource": FUNCTION})
ADDRESS = "192.0.2.1"  # belongs to nobody


def run(stub, account=None):
    account = account or SfnMock()
    account.lambda_function("f").calls(stub)
    return account.load(TASK).run()


def by_urllib(event):
    urllib.request.urlopen("http://shop.invalid/")


def by_requests(event):
    requests.get("http://shop.invalid/", timeout=1)


def by_urllib3(event):
    urllib3.PoolManager().request("GET", "http://shop.invalid/", retries=False)


def by_create_connection(event):
    socket.create_connection(("shop.invalid", 80), timeout=1)


def by_asyncio(event):
    asyncio.run(asyncio.open_connection("shop.invalid", 80))


LOOKED_UP = [by_urllib, by_requests, by_urllib3, by_create_connection, by_asyncio]


@pytest.mark.parametrize("kind", [SfnMock, SfnAws])
@pytest.mark.parametrize("stub", LOOKED_UP)
def test_a_name_is_not_looked_up(stub, kind):
    with pytest.raises(NetworkError) as caught, kind() as account:
        run(stub, account)
    lines, first = inspect.getsourcelines(stub)
    fixture = "sfn_aws" if kind is SfnAws else "sfn_mock"
    where = "started" if stub is by_asyncio else "at     "  # asyncio looks up in a thread of its own
    assert str(caught.value) == (
        f"a stub looked up shop.invalid, and nothing leaves this machine in a test\n"
        f"  {where}  {shown_path(Path(__file__))}:{first + len(lines) - 1}\n"
        f"  fix      mock this call in the test, or let it pass: {fixture}.allow_network('shop.invalid')\n"
        f"  see      pytest-sfn docs network (https://pytest-sfn.readthedocs.io/en/latest/network.html)"
    )


def by_socket(event):
    with socket.socket() as sock:
        sock.connect((ADDRESS, 80))


def by_connect_ex(event):
    with socket.socket() as sock:
        sock.connect_ex((ADDRESS, 80))


def by_datagram(event):
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        sock.sendto(b"ping", (ADDRESS, 53))


def by_loop(event):
    async def connect():
        with socket.socket() as sock:
            sock.setblocking(False)
            await asyncio.get_running_loop().sock_connect(sock, (ADDRESS, 80))

    asyncio.run(connect())


def by_metadata(event):
    requests.get("http://169.254.169.254/latest/meta-data/", timeout=1)


@pytest.mark.parametrize(
    ("stub", "what"),
    [
        (by_socket, "opened a connection to 192.0.2.1:80"),
        (by_connect_ex, "opened a connection to 192.0.2.1:80"),
        (by_datagram, "sent a packet to 192.0.2.1:53"),
        (by_loop, "opened a connection to 192.0.2.1:80"),
        (by_metadata, "opened a connection to 169.254.169.254:80"),
    ],
)
def test_an_address_is_not_reached(stub, what):
    with pytest.raises(NetworkError, match=f"^a stub {what}, and nothing leaves(.|\n)*test_network.py:"):
        run(stub)


def swallowing(event):
    try:
        by_socket(event)
    except Exception:  # noqa: BLE001 - as code under test does
        return {}


def test_it_counts_also_when_the_stub_swallows_it():
    account = SfnMock()
    with pytest.raises(NetworkError):
        run(swallowing, account)
    with pytest.raises(NetworkError):
        account_of(account).check()


# -- threads -----------------------------------------------------------------------------------------------------------


def in_a_thread(event):
    with ThreadPoolExecutor(1) as pool:
        pool.submit(by_socket, event).result()


def in_a_pool_from_before(event):
    POOL.submit(by_socket, event).result()


POOL = ThreadPoolExecutor(1)
POOL.submit(int).result()  # its thread is there


@pytest.mark.parametrize("stub", [in_a_thread, in_a_pool_from_before])
def test_threads(stub):
    with pytest.raises(NetworkError):
        run(stub)


def test_a_thread_that_outlives_the_stub_and_the_threads_that_it_starts():
    go, errors = threading.Event(), []

    def attempt():
        try:
            by_socket({})
        except NetworkError as error:
            errors.append(error)

    def later():
        go.wait(10)
        attempt()
        second = threading.Thread(target=attempt)
        second.start()
        second.join()

    thread = threading.Thread(target=later)
    account = SfnMock()
    assert run(lambda event: thread.start(), account).succeeded
    go.set()
    thread.join()
    assert [error.host for error in errors] == [ADDRESS, ADDRESS]
    assert account_of(account).world.broken is errors[0]


def test_the_tests_own_sockets_are_left():
    run(lambda event: {})
    with socket.socket() as sock:
        sock.settimeout(0.001)
        try:
            sock.connect(("240.0.0.1", 1))  # no packet leaves: the address is reserved
        except NetworkError:
            raise AssertionError from None
        except OSError:
            pass


# -- what passes -------------------------------------------------------------------------------------------------------


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"page")

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    with HTTPServer(("127.0.0.1", 0), Page) as served:
        thread = threading.Thread(target=served.serve_forever)
        thread.start()
        yield f"http://localhost:{served.server_port}/"
        served.shutdown()
        thread.join()


def test_this_machine_passes(server):
    assert run(lambda event: requests.get(server, timeout=5).text).output == "page"


def test_a_unix_socket_passes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def stub(event):
        with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as sock:
            listening.bind("s")
            listening.listen()
            sock.connect("s")
        return "connected"

    assert run(stub).output == "connected"


def test_what_the_users_own_stubbing_answers_passes():
    def stub(event):
        with responses.RequestsMock() as mocked:
            mocked.get("http://shop.invalid/", body="mocked")
            return requests.get("http://shop.invalid/", timeout=1).text

    assert run(stub).output == "mocked"


def attempt(host):
    """As if something connected."""
    with socket.socket() as sock:
        sys.audit("socket.connect", sock, (host, 80))


def named(monkeypatch, address):
    """A resolver that has one name."""

    def getaddrinfo(host, port, *args, **more):
        sys.audit("socket.getaddrinfo", host, port, 0, 0, 0)  # as the real one does
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return getaddrinfo


def test_an_allowed_name_passes_with_its_address(monkeypatch):
    resolver = named(monkeypatch, ADDRESS)
    account = SfnMock()
    account.allow_network("shop.invalid")
    reached = []

    def stub(event):
        for host in (socket.getaddrinfo("shop.invalid", 80)[0][4][0], "240.0.0.2"):
            try:
                attempt(host)
            except NetworkError as error:
                reached.append(error.host)
            else:
                reached.append("passed")

    with pytest.raises(NetworkError):
        run(stub, account)
    assert reached == ["passed", "240.0.0.2"]
    account_of(account).release()
    assert socket.getaddrinfo is resolver


@pytest.mark.parametrize("way", ["argument", "method"])
def test_everything_may_be_allowed(way):
    account = SfnMock(network="allow" if way == "argument" else "refuse")
    if way == "method":
        account.allow_network()
    assert run(lambda event: attempt(ADDRESS), account).output is None


# -- child processes ---------------------------------------------------------------------------------------------------

CHILD = "import socket; socket.create_connection(('shop.invalid', 80))"


def child_of_environment(event):
    subprocess.run([sys.executable, "-c", CHILD], check=False, capture_output=True)


def child_with_its_own_environment(event):
    subprocess.run([sys.executable, "-c", CHILD], check=False, capture_output=True, env={**os.environ, "OWN": "1"})


def child_of_a_shell(event):
    os.system(f'{sys.executable} -c "{CHILD}" 2> {os.devnull}')


def grandchild(event):
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {CHILD!r}], stderr=subprocess.DEVNULL)"
    subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)


@pytest.mark.parametrize("stub", [child_of_environment, child_with_its_own_environment, child_of_a_shell, grandchild])
def test_a_python_process_is_refused_and_the_test_hears_of_it(stub):
    before = subprocess.run(["env"], check=True, capture_output=True).stdout
    with pytest.raises(NetworkError, match=r"^a stub started a process that looked up shop.invalid, and(.|\n)*at +<string>:1"):
        run(stub)
    assert subprocess.run(["env"], check=True, capture_output=True).stdout == before


@pytest.mark.parametrize("options", [["-I"], ["-E"], ["-S"], ["-uI"], ["-W", "ignore", "-BS"]])
def test_a_python_that_cannot_be_held_back_is_refused(options):
    with pytest.raises(
        NetworkError, match=rf"^a stub started Python with {options[-1]}, which(.|\n)*{shown_path(Path(__file__))}:\d"
    ):
        run(lambda event: subprocess.run([sys.executable, *options, "-c", "pass"], check=True).returncode)


@pytest.mark.parametrize("options", [["-c", "pass", "-I"], ["-cpass#I"], ["-B", "-W", "ignore::ImportWarning", "-c", "pass"]])
def test_other_options_of_python_pass(options):
    assert run(lambda event: subprocess.run([sys.executable, *options], check=True).returncode).output == 0


def test_an_isolated_python_may_be_allowed():
    account = SfnMock(network="allow")
    assert run(lambda event: subprocess.run([sys.executable, "-I", "-c", ""], check=True).returncode, account).output == 0


def test_another_program_finds_a_proxy_where_nothing_listens_and_this_process_does_not():
    own = {name: os.environ.get(name) for name in ("https_proxy", "HTTPS_PROXY", "PYTHONPATH")}

    def stub(event):
        variables = subprocess.run(["env"], check=True, capture_output=True, text=True).stdout.splitlines()
        assert {name: os.environ.get(name) for name in own} == own
        return [each for each in variables if each.upper().startswith("HTTPS_PROXY")]

    assert set(run(stub).output) == {"https_proxy=http://127.0.0.1:9", "HTTPS_PROXY=http://127.0.0.1:9"}


def test_an_environment_that_the_stub_gives_is_as_before_afterwards():
    environment = {"PYTHONPATH": "mine", "PATH": os.environ["PATH"]}
    shown = run(lambda event: subprocess.run(["env"], env=environment, capture_output=True, text=True, check=True).stdout)
    assert "PYTEST_SFN_REFUSED=" in shown.output
    assert environment == {"PYTHONPATH": "mine", "PATH": os.environ["PATH"]}


def test_a_process_that_forks_is_held_back():
    def stub(event):
        child = os.fork()
        if not child:
            try:
                by_socket(event)
            except NetworkError:
                os._exit(7)
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    assert run(stub).output == 7


def test_the_error_can_be_sent_from_a_process_of_a_pool():
    with pytest.raises(NetworkError) as caught:
        run(by_socket)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.host) == (str(caught.value), ADDRESS)
