"""Runs a built anteroom-web beside a daemon, and talks HTTP to it."""
import http.client
import json
import os
import re
import socket
import subprocess
import urllib.parse

from daemon import BUILD
from mailserver import wait_until

COOKIE = "__Host-anteroom"
PASSWORD = "correct horse battery"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def conf(folder, port, more=""):
    """A web section to put among the desks of daemon.Anteroomd."""
    return (f'web {{\n    listen = "127.0.0.1:{port}"\n'
            f'    users = "{folder}/users"\n{more}\n}}\n')


class Answer:
    """A finished response."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)

    @property
    def location(self):
        return self.headers.get("Location")

    def csrf(self):
        """The token of the first form."""
        return re.search(r'name="csrf" value="([^"]+)"', self.text)[1]


class Browser:
    """Somebody's cookies, or a program's token."""

    def __init__(self, port, token=None, headers=None):
        self.port, self.token, self.cookie = port, token, None
        self.headers = headers or {}

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port,
                                                timeout=60)
        sent = dict(self.headers)
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if self.cookie:
            sent["Cookie"] = f"{COOKIE}={self.cookie}"
        sent.update(headers or {})
        try:
            connection.request(method, path, body, sent)
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, value = line.split(";")[0].split("=", 1)
            if name == COOKIE:
                self.cookie = value or None
        return answer

    def get(self, path, **headers):
        return self.request("GET", path, headers=headers)

    def post(self, path, form=None, **headers):
        body = urllib.parse.urlencode(form or {})
        return self.request("POST", path, body, dict(
            {"Content-Type": "application/x-www-form-urlencoded"}, **headers))

    def post_json(self, path, value, **headers):
        return self.request("POST", path, json.dumps(value), dict(
            {"Content-Type": "application/json"}, **headers))

    def login(self, name, password=PASSWORD):
        return self.post("/login", {"name": name, "password": password})


class AnteroomWeb:
    """with AnteroomWeb(daemon, port) as web: web.browser("ann")."""

    def __init__(self, daemon, port, environment=None):
        self.daemon, self.port = daemon, port
        self.environment = environment or {}
        self.process = None

    def log(self):
        try:
            return (self.daemon.folder / "web.log").read_text(
                errors="replace")
        except OSError:
            return ""

    def add(self, name, role, *teams, password=PASSWORD):
        """A user who can log in."""
        words = [word for team in teams for word in ("--team", team)]
        self.daemon.cli("user", "add", name, role, *words)
        done = subprocess.run(
            [BUILD / "anteroom", "-c", self.daemon.conf, "user", "password",
             name], input=password + "\n", text=True, capture_output=True,
            timeout=60, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)

    def token(self, name):
        return self.daemon.cli("user", "token", name).strip()

    def browser(self, name=None, **words):
        """Nobody's, or that of NAME, logged in."""
        browser = Browser(self.port, **words)
        if name is not None:
            answer = browser.login(name)
            if answer.status != 303:
                raise RuntimeError(f"login of {name}: {answer.status}\n"
                                   f"{answer.text}\n{self.log()}")
        return browser

    def start(self):
        begin = len(self.log())
        with open(self.daemon.folder / "web.log", "ab") as log:
            self.process = subprocess.Popen(
                [BUILD / "anteroom-web", "-c", self.daemon.conf],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=dict(os.environ, **self.environment))

        def ready():
            if self.process.poll() is not None:
                raise RuntimeError(
                    f"anteroom-web ended ({self.process.returncode}):\n"
                    f"{self.log()[begin:]}")
            return re.search(r"\bready\b", self.log()[begin:])

        wait_until(ready, 30, "anteroom-web's \"ready\"")
        return self

    def stop(self, timeout_s=30):
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        code = self.stop()
        if code != 0 and kind is None:
            raise RuntimeError(f"anteroom-web ended with {code}:\n"
                               f"{self.log()[-20000:]}")
