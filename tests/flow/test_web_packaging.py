#!/usr/bin/env python3
"""The samples for web server and monitoring: nginx takes the one and serves
the pages by it; the others name metrics that there are."""
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lib"))
import webserver  # noqa: E402
from daemon import Anteroomd, desk  # noqa: E402
from mailserver import wait_until  # noqa: E402

NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
MAIN = """\
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def setUpModule():  # pylint: disable=invalid-name
    global FOLDER, DAEMON, WEB  # pylint: disable=W0601
    FOLDER = tempfile.TemporaryDirectory()
    port = webserver.free_port()
    DAEMON = Anteroomd(FOLDER.name, [desk("ceo", ["ceo@example.com"])])
    DAEMON.desks.append(webserver.conf(
        DAEMON.folder, port, '    user-header = "X-Remote-User"'))
    DAEMON.start()
    WEB = webserver.AnteroomWeb(DAEMON, port)
    WEB.start()
    WEB.add("anna", "assistant")


def tearDownModule():  # pylint: disable=invalid-name
    codes = WEB.stop(), DAEMON.stop()
    FOLDER.cleanup()
    assert codes == (0, 0), codes


class Nginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.port = webserver.free_port()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj",
             "/CN=anteroom.example.com", "-keyout", cls.folder / "key.pem",
             "-out", cls.folder / "cert.pem"],
            check=True, capture_output=True, timeout=60)
        text = (ROOT / "packaging/web/nginx.conf").read_text()
        for old, new in (
                ("127.0.0.1:8025", f"127.0.0.1:{WEB.port}"),
                ("/etc/ssl/anteroom/fullchain.pem", f"{cls.folder}/cert.pem"),
                ("/etc/ssl/anteroom/privkey.pem", f"{cls.folder}/key.pem"),
                ("listen 443 ssl", f"listen 127.0.0.1:{cls.port} ssl"),
                ("\tlisten [::]:443 ssl http2;\n", ""),
                ("listen 80;", f"listen unix:{cls.folder}/plain;"),
                ("\tlisten [::]:80;\n", "")):
            assert old in text, old
            text = text.replace(old, new)
        (cls.folder / "site.conf").write_text(text)
        cls.main = cls.folder / "nginx.conf"
        cls.main.write_text(MAIN.format(folder=cls.folder))
        cls.command = [NGINX, "-p", str(cls.folder), "-c", str(cls.main),
                       "-e", str(cls.folder / "error.log")]
        cls.tested = subprocess.run(cls.command + ["-t"], timeout=60,
                                    capture_output=True, text=True,
                                    check=False)
        assert cls.tested.returncode == 0, cls.tested.stderr
        cls.process = subprocess.Popen(cls.command)
        cls.addClassCleanup(cls.stop)
        wait_until(cls.answers, 20, "nginx")

    @classmethod
    def stop(cls):
        cls.process.terminate()
        cls.process.wait(20)

    @classmethod
    def answers(cls):
        try:
            socket.create_connection(("127.0.0.1", cls.port), 5).close()
        except OSError:
            return False
        return True

    def request(self, method, path, body=None, headers=None):
        context = ssl.create_default_context(cafile=self.folder / "cert.pem")
        context.check_hostname = False
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=context, timeout=30)
        connection.request(method, path, body, dict(
            {"Host": "anteroom.example.com"}, **(headers or {})))
        answer = webserver.Answer(connection.getresponse())
        connection.close()
        return answer

    def test_sample_is_fine(self):
        self.assertIn("test is successful", self.tested.stderr)
        self.assertNotIn("warn", self.tested.stderr)

    def login(self):
        answer = self.request(
            "POST", "/login", f"name=anna&password={webserver.PASSWORD}"
            .replace(" ", "+"),
            {"Content-Type": "application/x-www-form-urlencoded",
             "Origin": "https://anteroom.example.com"})
        self.assertEqual(answer.status, 303, answer.text)
        return {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}

    def test_login(self):
        answer = self.request("GET", "/", headers=self.login())
        self.assertEqual(answer.status, 200)
        self.assertIn("max-age", answer.headers["Strict-Transport-Security"])

    def test_browsers_can_not_name_themselves(self):
        answer = self.request("GET", "/", headers={"X-Remote-User": "anna"})
        self.assertEqual(answer.status, 303)

    def test_address_is_that_of_the_browser(self):
        self.request("POST", "/login", "name=bob&password=wrong",
                     {"Content-Type": "application/x-www-form-urlencoded",
                      "X-Forwarded-For": "203.0.113.77"})
        self.assertNotIn("203.0.113.77", WEB.log())

    def test_events_are_not_held_back(self):
        context = ssl.create_default_context(cafile=self.folder / "cert.pem")
        context.check_hostname = False
        cookie = self.login()["Cookie"]
        with socket.create_connection(("127.0.0.1", self.port), 30) as plain, \
                context.wrap_socket(plain) as peer:
            peer.sendall(f"GET /events HTTP/1.1\r\nHost: "
                         f"anteroom.example.com\r\nCookie: {cookie}\r\n\r\n"
                         .encode())
            got = b""
            while b"event: change" not in got:
                more = peer.recv(65536)
                self.assertTrue(more, got)
                got += more


class Apache(unittest.TestCase):
    def test_sample_says_the_same(self):
        """It isn't run here; what matters for safety stands in it."""
        text = (ROOT / "packaging/web/apache.conf").read_text()
        for line in ("RequestHeader unset X-Forwarded-For early",
                     "RequestHeader unset X-Remote-User early",
                     "ProxyRequests Off", "ProxyPreserveHost On",
                     "flushpackets=on"):
            self.assertIn(line, text)


class Monitoring(unittest.TestCase):
    def test_metrics_are_there(self):
        text = WEB.browser(token=WEB.token("anna")).get("/metrics").text
        there = set(re.findall(r"^# TYPE (\w+)", text, re.M))
        there |= {f"{name}_bucket" for name in there}
        for name in ("anteroom-alerts.yml", "grafana.json"):
            used = set(re.findall(
                r"\banteroom_\w+",
                (ROOT / "packaging/monitoring" / name).read_text()))
            self.assertGreater(len(used), 5)
            self.assertLessEqual(used, there, name)

    def test_grafana_is_json(self):
        doc = json.loads(
            (ROOT / "packaging/monitoring/grafana.json").read_text())
        panels = [panel["id"] for panel in doc["panels"]]
        self.assertEqual(len(panels), len(set(panels)))


class Unit(unittest.TestCase):
    def test_names_agree(self):
        """systemd's user is the one whom the daemon lets speak."""
        unit = (ROOT / "packaging/systemd/anteroom-web.service").read_text()
        conf = (ROOT / "packaging/conf/anteroom.conf").read_text()
        users = (ROOT / "packaging/systemd/anteroom.sysusers").read_text()
        self.assertIn("\nUser=anteroom-web\n", unit)
        self.assertIn('system-user = "anteroom-web"', conf)
        self.assertRegex(users, r"(?m)^u\s+anteroom-web\s")
        self.assertRegex(users, r"(?m)^m\s+anteroom\s+anteroom-web$")


if __name__ == "__main__":
    unittest.main()
