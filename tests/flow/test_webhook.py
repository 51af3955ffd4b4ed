#!/usr/bin/python3
"""Events of cases at a webhook: the real daemon, the real courier, and a
receiver over TLS whose certificate only we know."""
import hashlib
import hmac
import http.server
import json
import pathlib
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "packaging" / "webhooks"
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "tests" / "lib"), str(SAMPLES)]

from courier import Courier, conf_for
from daemon import Anteroomd, desk
from mailserver import wait_until
from receiver import is_genuine

DESK = desk("ceo", ["ceo@example.com"])
SECRET = "a secret of more than sixteen bytes"
TEXT = "The invoice of May was charged twice and nobody answers me."
THREAT = "A man phoned last night and threatened to rape me."


class Receiver(http.server.ThreadingHTTPServer):
    """Keeps what is posted; answers with what is put into statuses first."""

    def __init__(self, context=None):
        self.posts = []  # (path, headers, body)
        self.statuses = []
        super().__init__(("127.0.0.1", 0), Handler)
        scheme = "http"
        if context:
            self.socket = context.wrap_socket(self.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # whoever doesn't trust us hangs up

    def close(self):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        self.server.posts.append((self.path, self.headers, body))
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def certificate(folder):
    """A TLS context, and the file by which it is believed."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
         "/CN=receiver", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", key, "-out", cert], check=True, capture_output=True,
        timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert


class Base(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="anteroom-webhook-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "secret").write_text(SECRET + "\n")
        self.daemon = self.courier = None

    def receiver(self, context=None):
        receiver = Receiver(context)
        self.addCleanup(receiver.close)
        return receiver

    def start(self, *hooks):
        blocks = "".join(f"webhook \"{name}\" {{ {words} }}\n"
                         for name, words in hooks)
        self.daemon = Anteroomd(
            str(self.folder), [DESK],
            conf=conf_for(1) + blocks.replace("{", "{{").replace("}", "}}"))
        self.daemon.start()
        self.addCleanup(self.daemon.stop)
        self.courier = Courier(self.daemon)
        self.addCleanup(lambda: self.courier.process and self.courier.kill())

    def hook(self, receiver, events='"received"', more=""):
        return (f"url = \"{receiver.url}/in\" events = {{{events}}} "
                f"secret-file = \"{self.folder}/secret\" {more}")

    def take(self, number, text=TEXT, *words):
        done = self.daemon.run("take", "--json", "--notify", *words, data=(
            f"From: \"Ann\" <ann{number}@customer.example>\n"
            "To: ceo@example.com\nSubject: My secret invoice\n"
            f"Message-ID: <letter-{number}@customer.example>\n\n"
            f"{text} Number {number}.\n"))
        self.assertEqual(done.returncode, 0, done.stderr)

    def notices(self, state):
        done = self.daemon.run("notices", "--state", state, "--json")
        return [row for row in map(json.loads, done.stdout.splitlines())
                if row["kind"] == "webhook"]

    def until(self, state, count):
        return wait_until(
            lambda: (lambda rows: rows if len(rows) == count else None)(
                self.notices(state)), 20, f"{count} {state}")


class Posts(Base):
    def test_signed_over_tls_and_without_words(self):
        context, cert = certificate(self.folder)
        receiver = self.receiver(context)
        self.start(("crm", self.hook(receiver, '"received", "close"',
                                     f"ca-file = \"{cert}\"")))
        self.take(1)
        self.daemon.cli("close", "AR-1", "spoke on the phone")
        with self.courier:
            rows = self.until("sent", 2)
        self.assertEqual({row["to"] for row in rows}, {"crm"})
        self.assertEqual([row["rung"] for row in rows], [None, None])
        posts = {json.loads(body)["event"]: (path, headers, json.loads(body))
                 for path, headers, body in receiver.posts}
        path, headers, event = posts["received"]
        self.assertEqual(set(posts), {"received", "close"})
        self.assertEqual(path, "/in")
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertEqual(headers["Anteroom-Notice"], event["id"])
        self.assertRegex(event["id"], r"^N-\d+$")
        self.assertRegex(event["due"], r"^20\d\d-\d\d-\d\dT[\d:]+Z$")
        self.assertEqual(
            {k: v for k, v in event.items() if k not in ("id", "at", "due")},
            {"v": 1, "event": "received", "case": "AR-1", "team": "care",
             "topic": "billing", "urgency": "normal",
             "link": "https://anteroom.example.com/cases/AR-1"})
        for _, headers, body in receiver.posts:
            stamp = headers["Anteroom-Timestamp"]
            self.assertLess(abs(int(stamp) - time.time()), 60)
            self.assertEqual(headers["Anteroom-Signature"], "v1=" + hmac.new(
                SECRET.encode(), f"{stamp}.{body}".encode(),
                hashlib.sha256).hexdigest())
            for secret, changed, late_s, good in (
                    (SECRET, body, 0, True), (SECRET, body + " ", 0, False),
                    ("another", body, 0, False), (SECRET, body, 900, False)):
                self.assertEqual(is_genuine(
                    secret.encode(), headers, changed.encode(),
                    int(stamp) + late_s), good)
            for word in ("secret", "invoice", "customer", "Ann", "phone"):
                self.assertNotIn(word, body)
        self.assertNotIn(receiver.url, self.courier.log())

    def test_who_hears_of_what(self):
        receiver = self.receiver()
        self.start(("all", self.hook(receiver)),
                   ("trust", self.hook(receiver, more='teams = {"trust"}')),
                   ("late", self.hook(receiver, '"breach"')))
        self.take(1)
        self.take(2, THREAT)
        with self.courier:
            rows = self.until("sent", 2)
        self.assertEqual({(row["to"], row["team"]) for row in rows},
                         {("all", "care"), ("trust", "trust")})

    def test_what_was_taken_in_quietly_is_not_told(self):
        receiver = self.receiver()
        self.start(("all", self.hook(receiver)))
        done = self.daemon.run("take", data=(
            "Received: from a by mx.example.com; "
            "Sat, 21 Nov 2020 10:00:00 +0000\nFrom: a@customer.example\n"
            f"To: ceo@example.com\nMessage-ID: <old@x>\n\n{TEXT}\n"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.take(2)
        with self.courier:
            self.until("sent", 1)
        self.assertEqual(self.notices("waiting"), [])

    def test_formats(self):
        receiver = self.receiver()
        self.start(*[(name, f"url = \"{receiver.url}/{name}\" "
                            f"events = {{\"received\"}} format = \"{name}\"")
                     for name in ("slack", "teams")])
        self.take(1)
        with self.courier:
            self.until("sent", 2)
        bodies = {path: json.loads(body) for path, headers, body
                  in receiver.posts if "Anteroom-Signature" not in headers}
        link = "https://anteroom.example.com/cases/AR-1"
        self.assertRegex(bodies["/slack"]["text"],
                         rf"^AR-1 received: billing, \w+, team care, due "
                         rf"\S+Z <{re.escape(link)}\|open>$")
        card = bodies["/teams"]["attachments"][0]
        self.assertEqual(card["contentType"],
                         "application/vnd.microsoft.card.adaptive")
        self.assertEqual(card["content"]["body"][0]["text"], "AR-1 received")
        self.assertEqual(card["content"]["actions"][0]["url"], link)


class Moods(Base):
    def test_later_then_taken_with_the_same_number(self):
        receiver = self.receiver()
        receiver.statuses = [503, 302]
        self.start(("crm", self.hook(receiver)))
        self.take(1)
        with self.courier:
            for error in ("status 503", "status 302, a redirect, which is not "
                                        "followed"):
                row = wait_until(lambda: [
                    r for r in self.notices("waiting") if r["error"] == error],
                    20, error)[0]
                self.daemon.cli("notice-retry", row["notice"])
            self.until("sent", 1)
        self.assertEqual([path for path, _, _ in receiver.posts], ["/in"] * 3)
        self.assertEqual({json.loads(body)["id"]
                          for _, _, body in receiver.posts}, {row["notice"]})

    def test_refused_for_good_is_a_dead_letter(self):
        receiver = self.receiver()
        receiver.statuses = [410]
        self.start(("crm", self.hook(receiver)))
        self.take(1)
        with self.courier:
            dead = self.until("dead", 1)[0]
            self.assertEqual(dead["error"], "status 410")
            status = self.daemon.json("status")[0]
            self.assertEqual(status["outbox"]["dead"], 1)
            self.daemon.cli("notice-retry", dead["notice"])
            self.until("sent", 1)

    def test_one_that_is_away_holds_up_no_other(self):
        away, receiver = self.receiver(), self.receiver()
        self.start(("away", self.hook(away)), ("here", self.hook(receiver)))
        away.close()
        for number in range(3):
            self.take(number, f"{TEXT} Account {number * 7919}.")
        with self.courier:
            self.assertEqual({row["to"] for row in self.until("sent", 3)},
                             {"here"})
            rows = wait_until(lambda: [
                r for r in self.notices("waiting") if r["error"]][2:] and
                self.notices("waiting"), 20, "three errors")
        self.assertEqual({row["to"] for row in rows}, {"away"})

    def test_stranger_s_certificate_is_not_believed(self):
        context, _ = certificate(self.folder)
        receiver = self.receiver(context)
        self.start(("crm", self.hook(receiver)))
        self.take(1)
        with self.courier:
            row = wait_until(lambda: [r for r in self.notices("waiting")
                                      if r["error"]], 20, "an error")[0]
        self.assertIn("certificate", row["error"])
        self.assertEqual(receiver.posts, [])


class Settings(Base):
    def check(self, words, said):
        self.start()
        path = pathlib.Path(self.daemon.conf)
        path.write_text(path.read_text() + f"webhook \"x\" {{ {words} }}\n")
        done = self.daemon.run("check")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn(said, done.stdout + done.stderr)

    def test_plain_http_to_others(self):
        self.check("url = \"http://10.0.0.1/\" events = {\"received\"}",
                   "must begin with https://")

    def test_unknown_event(self):
        self.check("url = \"https://a.example/\" events = {\"breech\"}",
                   "did you mean \"breach\"")

    def test_nothing_to_sign_with(self):
        self.check("url = \"https://a.example/\" events = {\"breach\"}",
                   "has no secret-file")

    def test_samples(self):
        self.start()
        path = pathlib.Path(self.daemon.conf)
        path.write_text(path.read_text() + "".join(
            sample.read_text() for sample in SAMPLES.glob("*.conf")))
        self.daemon.cli("check")

    def test_a_secret_that_is_none(self):
        receiver = self.receiver()
        (self.folder / "secret").write_text("short\n")
        self.start(("crm", self.hook(receiver)))
        with self.assertRaisesRegex(RuntimeError, "not a line of 16 bytes"):
            self.courier.start()


if __name__ == "__main__":
    unittest.main(verbosity=2)
