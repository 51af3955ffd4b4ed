#!/usr/bin/env python3
"""The web process from outside: requests nobody should send, logins and what
ends them, forged forms, limits, metrics and live updates."""
import json
import os
import pathlib
import re
import signal
import socket
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lib"))
import webserver  # noqa: E402
from daemon import Anteroomd, desk  # noqa: E402
from mailserver import wait_until  # noqa: E402

BILL = """From: customer-{0}@example.net
To: ceo@example.com
Subject: My bill is wrong
Message-ID: <bill-{0}@example.net>

I want a refund for invoice {0}. Please correct my bill {0}.
"""


def setUpModule():  # pylint: disable=invalid-name
    global FOLDER, DAEMON, WEB, TOKEN  # pylint: disable=W0601
    FOLDER = tempfile.TemporaryDirectory()
    port = webserver.free_port()
    DAEMON = Anteroomd(FOLDER.name, [desk("ceo", ["ceo@example.com"])])
    DAEMON.desks.append(webserver.conf(
        DAEMON.folder, port, '    user-header = "X-Remote-User"\n'))
    DAEMON.start()
    WEB = webserver.AnteroomWeb(DAEMON, port)
    WEB.start()
    WEB.add("anna", "assistant")
    TOKEN = WEB.token("anna")


def tearDownModule():  # pylint: disable=invalid-name
    codes = WEB.stop(), DAEMON.stop()
    FOLDER.cleanup()
    assert codes == (0, 0), codes


def take(number):
    done = DAEMON.run("take", "--to", "ceo@example.com", "--json",
                      data=BILL.format(number))
    return json.loads(done.stdout)["case"]


def reload_with(old, new):
    """The running web process with another configuration."""
    text = DAEMON.conf.read_text()
    assert old in text
    DAEMON.conf.write_text(text.replace(old, new))
    begin = len(WEB.log())
    WEB.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "reload result=done" in WEB.log()[begin:], 20,
               "the reload")


def raw(data, timeout_s=20):
    """What comes back for DATA, until the connection is closed."""
    with socket.create_connection(("127.0.0.1", WEB.port),
                                  timeout=timeout_s) as peer:
        peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        out = b""
        try:
            while more := peer.recv(65536):
                out += more
        except ConnectionResetError:
            pass
        return out


def statuses(answer):
    return [int(n) for n in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]


class Requests(unittest.TestCase):
    def one(self, head, body=b"", status=400):
        """HEAD is refused, and whatever follows it isn't read as a second
        request."""
        smuggled = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        found = statuses(raw(head + b"\r\n" + body + smuggled))
        self.assertEqual(found, [status], head)

    def test_doubled_and_conflicting_fields(self):
        post = b"POST /login HTTP/1.1\r\n"
        form = b"Content-Type: application/x-www-form-urlencoded\r\n"
        for fields in (
                b"Host: a\r\nContent-Length: 3\r\nContent-Length: 5\r\n",
                b"Host: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n",
                b"Host: a\r\nContent-Length: 3\r\ncontent-length: 0\r\n",
                b"Host: a\r\nContent-Length: 3\r\n"
                b"Transfer-Encoding: chunked\r\n",
                b"Host: a\r\nTransfer-Encoding: chunked\r\n"
                b"Content-Length: 3\r\n",
                b"Host: a\r\nTransfer-Encoding: chunked\r\n",
                b"Host: a\r\nTransfer-Encoding: xchunked\r\n",
                b"Host: a\r\nTransfer-Encoding: chunked\r\n"
                b"Transfer-Encoding: identity\r\n",
                b"Host: a\r\nHost: b\r\nContent-Length: 3\r\n",
                b"Host: a\r\nHost: a\r\nContent-Length: 3\r\n",
                b"Host: a\r\nContent-Length : 3\r\n",
                b"Host: a\r\nContent-Length: +3\r\n",
                b"Host: a\r\nContent-Length: 0x3\r\n",
                b"Host: a\r\nContent-Length: 3, 3\r\n",
                b"Host: a\r\nContent-Length: -1\r\n",
                b"Host: a\r\nContent-Length: 99999999999999999999\r\n",
                b"Content-Length: 3\r\n",
                b"Host: a b\r\nContent-Length: 3\r\n",
                b"Host: a\r\nCookie: a=1\r\nCookie: b=2\r\n"
                b"Content-Length: 3\r\n",
                b"Host: a\r\nAuthorization: Bearer a\r\n"
                b"Authorization: Bearer b\r\nContent-Length: 3\r\n",
                b"Host: a\r\nX-Remote-User: anna\r\nX-Remote-User: x\r\n"
                b"Content-Length: 3\r\n"):
            with self.subTest(fields):
                answer = raw(post + form + fields + b"\r\na=1" +
                             b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                # Refused by us or by the library (which says it twice), or
                # not even taken for HTTP; and nothing else is answered.
                self.assertNotIn(b'"web":"ok"', answer)
                self.assertTrue(all(s in (400, 413) for s in
                                    statuses(answer)), answer)

    def test_body_where_none_belongs(self):
        self.one(b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
                 b"Content-Length: 3\r\n", b"a=1")

    def test_post_says_how_long_it_is(self):
        self.one(b"POST /login HTTP/1.1\r\nHost: a\r\n", status=411)

    def test_too_long(self):
        self.one(b"POST /login HTTP/1.1\r\nHost: a\r\n"
                 b"Content-Length: 16385\r\n", b"a" * 16385, status=413)
        browser = WEB.browser(token=TOKEN)
        self.assertIn(browser.get("/?a=" + "b" * 4200).status, (400, 414))
        self.assertEqual(browser.get("/" + "b" * 300).status, 400)
        found = statuses(raw(b"GET / HTTP/1.1\r\nHost: a\r\nX: " +
                             b"y" * 100000 + b"\r\n\r\n"))
        self.assertLessEqual(len(found), 1)
        self.assertTrue(all(s in (400, 413, 431) for s in found))

    def test_paths(self):
        for path in ("/%2e%2e/etc/passwd", "//", "/a//b", "/.git", "/a/../b",
                     "/cases/AR-1%00", "/cases/<script>", "/a\\b", "/a;b",
                     "/assets/style.css/..", "*", "http://evil.example/"):
            answer = raw(f"GET {path} HTTP/1.1\r\nHost: a\r\n"
                         f"Connection: close\r\n\r\n".encode())
            self.assertEqual(statuses(answer), [400], path)
            self.assertNotIn(b"<script>", answer)

    def test_methods(self):
        for method in ("PUT", "DELETE", "OPTIONS", "TRACE", "PATCH",
                       "CONNECT", "PROPFIND", "get"):
            answer = raw(f"{method} /healthz HTTP/1.1\r\nHost: a\r\n"
                         f"Connection: close\r\n\r\n".encode())
            self.assertEqual(statuses(answer), [405], method)

    def test_head_has_no_body(self):
        answer = WEB.browser().request("HEAD", "/healthz")
        self.assertEqual((answer.status, answer.body), (200, b""))

    def test_fields_of_every_answer(self):
        nobody, anna = WEB.browser(), WEB.browser("anna")
        for answer in (nobody.get("/healthz"), nobody.get("/"),
                       nobody.get("/login"), anna.get("/"),
                       nobody.get("/api/v1/cases"), anna.get("/nothing"),
                       nobody.get("/a//b"), anna.post("/logout"),
                       anna.get(self.asset())):
            policy = answer.headers["Content-Security-Policy"]
            self.assertIn("default-src 'none'", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertNotIn("unsafe", policy)
            for name, value in (("X-Content-Type-Options", "nosniff"),
                                ("Referrer-Policy", "same-origin")):
                self.assertEqual(answer.headers.get_all(name), [value])
            self.assertTrue(answer.headers["Permissions-Policy"])
            self.assertTrue(answer.headers["Content-Type"])
            if answer.headers.get("ETag") is None:
                self.assertEqual(answer.headers["Cache-Control"], "no-store")

    def asset(self):
        page = WEB.browser().get("/login").text
        return re.search(r'href="(/assets/style\.css\?v=\w+)"', page)[1]

    def test_assets_are_kept(self):
        answer = WEB.browser().get(self.asset())
        self.assertEqual(answer.status, 200)
        self.assertIn("immutable", answer.headers["Cache-Control"])
        self.assertEqual(answer.headers["Content-Type"], "text/css")
        self.assertEqual(
            answer.body,
            (ROOT / "milter/web/assets/style.css").read_bytes())

    def test_slow_ones_are_let_go(self):
        """A byte now and then keeps no connection."""
        begin = time.monotonic()
        with socket.create_connection(("127.0.0.1", WEB.port)) as peer:
            peer.settimeout(1)
            peer.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ")
            closed = False
            while not closed and time.monotonic() - begin < 60:
                try:
                    peer.sendall(b"a")
                    closed = peer.recv(1000) == b""
                except TimeoutError:
                    pass
                except OSError:
                    closed = True
            self.assertTrue(closed)

    def test_many_connections(self):
        """Beyond the limit nobody gets in, and afterwards everybody does."""
        peers = [socket.create_connection(("127.0.0.1", WEB.port))
                 for _ in range(300)]
        for peer in peers:
            peer.close()
        wait_until(lambda: WEB.browser().get("/healthz").status == 200, 20,
                   "an answer")

    def test_refused_forms(self):
        browser = WEB.browser()
        many = "&".join(f"a{i}=1" for i in range(80))
        for body in (many, "a=%zz", "a=%0", "a=%00", "a=\xff", "a=%ff"):
            answer = browser.request(
                "POST", "/login", body.encode("latin-1"),
                {"Content-Type": "application/x-www-form-urlencoded"})
            self.assertEqual(answer.status, 400, body)
        for kind, body in (("text/plain", "name=a"),
                           ("multipart/form-data; boundary=x", "--x--"),
                           ("application/json", "{"),
                           ("application/json", "[1]" * 20),
                           ("application/json", '/*"*/' + "[" * 16000)):
            answer = browser.request("POST", "/login", body,
                                     {"Content-Type": kind})
            self.assertEqual(answer.status, 400, body)


class Logins(unittest.TestCase):
    def test_cookie(self):
        answer = WEB.browser().login("anna")
        self.assertEqual(answer.status, 303)
        cookie = answer.headers["Set-Cookie"]
        self.assertTrue(cookie.startswith("__Host-anteroom="))
        for word in ("; Secure", "; HttpOnly", "; SameSite=Strict",
                     "; Path=/"):
            self.assertIn(word, cookie)
        self.assertNotIn("Domain", cookie)
        secret = re.match(r"[^=]+=([^;]+)", cookie)[1]
        self.assertGreaterEqual(len(secret), 43)  # 256 bits

    def test_each_login_is_a_new_session(self):
        browser = WEB.browser("anna")
        first = browser.cookie
        browser.login("anna")
        self.assertNotEqual(browser.cookie, first)
        browser.cookie = first
        self.assertEqual(browser.get("/").status, 303)

    def test_chosen_cookie_is_worth_nothing(self):
        browser = WEB.browser()
        browser.cookie = "A" * 43
        browser.login("anna")
        self.assertNotEqual(browser.cookie, "A" * 43)

    def test_wrong_password(self):
        answer = WEB.browser().login("anna", "wrong password")
        other = WEB.browser().login("nobody-there", "wrong password")
        self.assertEqual(answer.status, 403)
        self.assertIsNone(answer.headers.get("Set-Cookie"))
        self.assertEqual(answer.text, other.text)

    def test_logout(self):
        browser = WEB.browser("anna")
        page = browser.get("/")
        kept = browser.cookie
        self.assertEqual(browser.post("/logout",
                                      {"csrf": page.csrf()}).status, 303)
        self.assertIsNone(browser.cookie)
        browser.cookie = kept
        self.assertEqual(browser.get("/").status, 303)
        self.assertEqual(browser.get("/api/v1/cases").status, 401)

    def test_next(self):
        answer = WEB.browser().get("/api/v1/cases")
        self.assertEqual(answer.status, 401)
        for given, then in (("/cases/AR-1?x=1", "/cases/AR-1?x=1"),
                            ("//evil.example", "/"),
                            ("https://evil.example", "/"),
                            ("/\\evil.example", "/"),
                            ("/\r\nSet-Cookie: a=b", "/")):
            answer = WEB.browser().post(
                "/login", {"name": "anna", "next": given,
                           "password": webserver.PASSWORD})
            self.assertEqual(answer.location, then, given)

    def test_change_of_password_ends_sessions(self):
        WEB.add("paul", "reader")
        browser = WEB.browser("paul")
        self.assertEqual(browser.get("/").status, 200)
        done = DAEMON.run("user", "password", "paul",
                          data="another password\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(browser.get("/").status, 303)
        self.assertEqual(browser.login("paul").status, 403)
        self.assertEqual(browser.login("paul", "another password").status,
                         303)
        DAEMON.cli("user", "remove", "paul")
        self.assertEqual(browser.get("/").status, 303)

    def test_too_many_tries(self):
        """By name from one address; a right password doesn't help then."""
        headers = {"X-Forwarded-For": "198.51.100.7"}
        browser = WEB.browser(headers=headers)
        WEB.add("rate", "reader")
        found = [browser.login("rate", "wrong password").status
                 for _ in range(10)]
        self.assertEqual(found, [403] * 8 + [429] * 2)
        answer = browser.login("rate")
        self.assertEqual(answer.status, 429)
        self.assertGreater(int(answer.headers["Retry-After"]), 60)
        # Elsewhere the same user still gets in.
        other = WEB.browser(headers={"X-Forwarded-For": "198.51.100.8"})
        self.assertEqual(other.login("rate").status, 303)

    def test_too_many_names(self):
        headers = {"X-Forwarded-For": "192.0.2.1, 203.0.113.9"}
        browser = WEB.browser(headers=headers)
        found = [browser.login(f"user{i}", "wrong password").status
                 for i in range(22)]
        self.assertEqual(found, [403] * 20 + [429] * 2)

    def test_sessions_end_by_themselves(self):
        browser = WEB.browser("anna")
        csrf = browser.get("/").csrf()
        kept = browser.cookie
        reload_with("user-header", 'idle = "1s"\n    user-header')
        try:
            time.sleep(1.2)
            self.assertEqual(browser.get("/").status, 303)
            browser.cookie = kept
            answer = browser.post("/logout", {"csrf": csrf})
            self.assertEqual(answer.status, 403)
        finally:
            reload_with('idle = "1s"\n    user-header', "user-header")

    def test_open_page_is_no_use(self):
        """What the script asks by itself keeps no session alive."""
        browser = WEB.browser("anna")
        reload_with("user-header", 'idle = "3s"\n    user-header')
        try:
            self.assertEqual(browser.get("/").status, 200)
            until = time.monotonic() + 20
            while browser.get("/", **{"X-By-Itself": "1"}).status == 200:
                self.assertLess(time.monotonic(), until)
                time.sleep(0.5)
        finally:
            reload_with('idle = "3s"\n    user-header', "user-header")

    def test_link_in_a_mail(self):
        """The browser keeps the cookie back once, and not a second time."""
        from_mail = {"Sec-Fetch-Site": "cross-site",
                     "Sec-Fetch-Mode": "navigate"}
        answer = WEB.browser().get('/cases/AR-1?a="><b', **from_mail)
        self.assertEqual(answer.status, 200)
        self.assertIn('content="0; url=/cases/AR-1?a=&quot;&gt;&lt;b"',
                      answer.text)
        self.assertEqual(WEB.browser().get(
            "/cases/AR-1", **{"Sec-Fetch-Site": "same-origin"}).status, 303)
        self.assertEqual(WEB.browser().get(
            "/api/v1/cases", **from_mail).status, 401)

    def test_single_sign_on(self):
        """A proxy's word counts only from an address that is listed."""
        told = {"X-Remote-User": "anna"}
        self.assertEqual(WEB.browser(headers=told).get("/").status, 200)
        self.assertEqual(
            WEB.browser(headers={"X-Remote-User": "nobody-there"})
            .get("/").status, 303)
        page = WEB.browser(headers=told).get("/")
        forged = WEB.browser(headers=told).post("/logout", {})
        self.assertEqual(forged.status, 403)
        meant = WEB.browser(headers=told).post("/logout",
                                               {"csrf": page.csrf()})
        self.assertEqual(meant.status, 303)
        line = 'user-header = "X-Remote-User"'
        reload_with(line, line + '\n    proxies = {"192.0.2.1"}')
        try:
            self.assertEqual(WEB.browser(headers=told).get("/").status, 303)
        finally:
            reload_with(line + '\n    proxies = {"192.0.2.1"}', line)

    def test_authorization_of_others(self):
        """What a proxy logs in with is none of our tokens, and decides
        nothing."""
        for other in ("Basic YW5uYTp4", "Bearer eyJhbGciOi.J9.x", "Digest a"):
            field = {"Authorization": other}
            told = dict(field, **{"X-Remote-User": "anna"})
            self.assertEqual(WEB.browser(headers=told).get("/").status, 200)
            self.assertEqual(WEB.browser(headers=told).post(
                "/logout", {}).status, 403)  # and it is no token either
            browser = WEB.browser("anna", headers=field)
            page = browser.get("/")
            self.assertEqual(page.status, 200)
            self.assertEqual(browser.post("/logout", {}).status, 403)
            self.assertEqual(browser.post(
                "/logout", {"csrf": page.csrf()}).status, 303)
            self.assertEqual(browser.get("/").status, 303)
        wrong = {"Authorization": "bearer ar_wrong"}
        self.assertEqual(WEB.browser("anna", headers=wrong).get(
            "/api/v1/cases").status, 401)


class Forgery(unittest.TestCase):
    def setUp(self):
        self.browser = WEB.browser("anna")
        self.csrf = self.browser.get("/").csrf()
        self.case = take(f"forgery-{self.id()}")
        self.path = f"/api/v1/cases/{self.case}/note"

    def notes(self):
        return len([e for e in DAEMON.show(self.case)["timeline"]
                    if e["what"] == "note"])

    def test_token_of_a_form(self):
        other = WEB.browser("anna")
        for form in ({}, {"csrf": ""}, {"csrf": "x"},
                     {"csrf": other.get("/").csrf()},
                     {"csrf": self.csrf[:-1]}, {"csrf": self.csrf + "a"}):
            answer = self.browser.post(self.path, dict(form, text="x"))
            self.assertEqual(answer.status, 403, form)
        self.assertEqual(self.notes(), 0)
        answer = self.browser.post(self.path,
                                   {"csrf": self.csrf, "text": "x"})
        self.assertEqual(answer.status, 200)
        self.assertEqual(self.notes(), 1)

    def test_replay_after_logout(self):
        kept = self.browser.cookie
        self.browser.post("/logout", {"csrf": self.csrf})
        self.browser.login("anna")
        answer = self.browser.post(self.path,
                                   {"csrf": self.csrf, "text": "x"})
        self.assertEqual(answer.status, 403)
        self.browser.cookie = kept
        answer = self.browser.post(self.path,
                                   {"csrf": self.csrf, "text": "x"})
        self.assertEqual(answer.status, 401)
        self.assertEqual(self.notes(), 0)

    def test_from_elsewhere(self):
        form = {"csrf": self.csrf, "text": "x"}
        own = f"127.0.0.1:{WEB.port}"
        for headers, status in (
                ({"Origin": "https://evil.example"}, 403),
                ({"Origin": "null"}, 403),
                ({"Origin": f"http://{own}.evil.example"}, 403),
                ({"Origin": "https://anteroom.example.com.evil"}, 403),
                ({"Sec-Fetch-Site": "cross-site"}, 403),
                ({"Sec-Fetch-Site": "same-site"}, 403),
                ({"Origin": f"http://{own}"}, 200),
                ({"Origin": "https://anteroom.example.com"}, 200),
                ({"Sec-Fetch-Site": "same-origin"}, 200)):
            answer = self.browser.post(self.path, form, **headers)
            self.assertEqual(answer.status, status, headers)
        self.assertEqual(self.notes(), 3)

    def test_script_says_it_in_a_field(self):
        answer = self.browser.post_json(self.path, {"text": "x"},
                                        **{"X-CSRF-Token": self.csrf})
        self.assertEqual(answer.status, 200)
        answer = self.browser.post_json(self.path, {"text": "x"})
        self.assertEqual(answer.status, 403)

    def test_login_from_elsewhere(self):
        answer = WEB.browser().post(
            "/login", {"name": "anna", "password": webserver.PASSWORD},
            **{"Sec-Fetch-Site": "cross-site"})
        self.assertEqual(answer.status, 403)
        self.assertIsNone(answer.headers.get("Set-Cookie"))

    def test_reading_changes_nothing(self):
        answer = self.browser.get(f"{self.path}?text=x&csrf={self.csrf}")
        self.assertEqual(answer.status, 405)


class Metrics(unittest.TestCase):
    """The text format of Prometheus, version 0.0.4."""

    def read(self):
        answer = WEB.browser(token=TOKEN).get("/metrics")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Content-Type"],
                         "text/plain; version=0.0.4; charset=utf-8")
        return answer.text

    def parse(self, text):
        types, values, seen = {}, {}, None
        self.assertTrue(text.endswith("\n"))
        for line in text.splitlines():
            if line.startswith("# HELP "):
                name = line.split()[2]
                self.assertNotIn(name, types, "a family in two pieces")
                self.assertGreater(len(line.split()), 4)
                continue
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split()
                self.assertIn(kind, ("counter", "gauge", "histogram"))
                self.assertNotIn(name, types)
                types[name] = seen = kind
                family = name
                continue
            found = re.fullmatch(
                r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\.)*",?)+)\})? '
                r"([0-9]+(?:\.[0-9]+)?)", line)
            self.assertTrue(found, line)
            name, labels, value = found.groups()
            base = re.sub(r"_(bucket|sum|count)$", "", name) \
                if seen == "histogram" else name
            self.assertEqual(base, family, line)
            self.assertNotIn((name, labels), values)
            values[name, labels] = float(value)
        return types, values

    def test_format_and_names(self):
        types, values = self.parse(self.read())
        for name, kind in types.items():
            self.assertTrue(name.startswith("anteroom_"))
            self.assertEqual(name.endswith("_total"), kind == "counter",
                             name)
            self.assertFalse(re.search(r"_(ms|us|kb|mb|minutes)$", name))
        self.assertGreater(len(values), 50)

    def test_counts(self):
        _, before = self.parse(self.read())
        take("metrics-1")
        take("metrics-1")
        _, after = self.parse(self.read())

        def grew(name, labels):
            return after[name, labels] - before[name, labels]

        self.assertEqual(grew("anteroom_messages_total",
                              'outcome="new"'), 1)
        self.assertEqual(grew("anteroom_messages_total",
                              'outcome="copy"'), 1)
        self.assertEqual(grew("anteroom_stage_seconds_count",
                              'stage="score"'), 2)
        self.assertGreater(grew("anteroom_stage_seconds_sum",
                                'stage="whole"'), 0)
        self.assertEqual(after["anteroom_up", None], 1)
        self.assertIn(("anteroom_cases", 'team="care",state="open"'), after)
        self.assertIn(("anteroom_cases_overdue", 'team="care"'), after)

    def test_histograms(self):
        _, values = self.parse(self.read())
        for stage in ("read", "score", "record", "whole"):
            classes = [(labels, value) for (name, labels), value
                       in values.items()
                       if name == "anteroom_stage_seconds_bucket"
                       and f'stage="{stage}"' in labels]
            counts = [value for _, value in classes]
            self.assertEqual(counts, sorted(counts))
            self.assertIn('le="+Inf"', classes[-1][0])
            self.assertEqual(counts[-1], values[
                "anteroom_stage_seconds_count", f'stage="{stage}"'])

    def test_who_may(self):
        self.assertEqual(WEB.browser().get("/metrics").status, 401)
        WEB.add("lena", "lead", "care")
        self.assertEqual(WEB.browser("lena").get("/metrics").status, 403)
        reload_with("user-header",
                    'metrics-from = {"127.0.0.1"}\n    user-header')
        try:
            self.assertEqual(WEB.browser().get("/metrics").status, 200)
            far = WEB.browser(headers={"X-Forwarded-For": "192.0.2.1"})
            self.assertEqual(far.get("/metrics").status, 401)
            # A proxy that adds a line of its own below what it was sent.
            self.assertIn(b" 401 ", raw(
                b"GET /metrics HTTP/1.1\r\nHost: a\r\n"
                b"X-Forwarded-For: 127.0.0.1\r\n"
                b"X-Forwarded-For: 192.0.2.1\r\n\r\n").split(b"\r\n")[0])
        finally:
            reload_with('metrics-from = {"127.0.0.1"}\n    user-header',
                        "user-header")


class Events(unittest.TestCase):
    def open(self, browser):
        return self.open_with(f"Cookie: {webserver.COOKIE}={browser.cookie}")

    def open_with(self, *fields):
        peer = socket.create_connection(("127.0.0.1", WEB.port), timeout=30)
        self.addCleanup(peer.close)
        peer.sendall("\r\n".join(("GET /events HTTP/1.1", "Host: a", *fields,
                                  "", "")).encode())
        self.assertIn(b"text/event-stream", peer.recv(65536))
        return peer

    def ends(self, peer):
        until = time.monotonic() + 20
        with self.assertRaises(EOFError):
            while time.monotonic() < until:
                self.wait_for(peer, b":")

    @staticmethod
    def wait_for(peer, what):
        got = b""
        while what not in got:
            more = peer.recv(65536)
            if not more:
                raise EOFError(got)
            got += more

    def test_changes_are_told(self):
        peer = self.open(WEB.browser("anna"))
        self.wait_for(peer, b"event: change")  # what was before
        threading.Timer(0.3, take, ["events-1"]).start()
        self.wait_for(peer, b"event: change")

    def test_needs_a_login(self):
        self.assertEqual(WEB.browser().get("/events").status, 303)

    def test_ends_with_the_login(self):
        browser = WEB.browser("anna")
        csrf = browser.get("/").csrf()
        peer = self.open(browser)
        browser.post("/logout", {"csrf": csrf})
        take("events-2")
        self.ends(peer)

    def test_ends_with_the_right(self):
        """Whatever let him in: when it is gone, he learns nothing more."""
        def password(name):
            return DAEMON.run("user", "password", name,
                              data="another password\n")

        def revoke(name):
            DAEMON.cli("user", "token", name, "--revoke")

        def demote(name):
            DAEMON.cli("user", "role", name, "reader")

        def remove(name):
            DAEMON.cli("user", "remove", name)

        for i, (by, act) in enumerate((
                ("token", revoke), ("token", demote), ("token", remove),
                ("session", password), ("session", demote),
                ("session", remove), ("proxy", demote), ("proxy", remove))):
            with self.subTest(by=by, act=act.__name__):
                name = f"watcher{i}"
                WEB.add(name, "assistant")
                stray = f"Cookie: {webserver.COOKIE}=stray"
                peer = (self.open_with(
                    f"Authorization: Bearer {WEB.token(name)}", stray)
                    if by == "token" else
                    self.open(WEB.browser(name)) if by == "session" else
                    self.open_with(f"X-Remote-User: {name}", stray))
                take(f"events-3-{i}")
                self.wait_for(peer, b"event: change")
                act(name)
                take(f"events-4-{i}")
                self.ends(peer)

    def test_ends_with_idleness(self):
        """Looking on is no use: it keeps no session alive."""
        peer = self.open(WEB.browser("anna"))
        reload_with("user-header", 'idle = "1s"\n    user-header')
        try:
            time.sleep(1.2)
            take("events-5")
            self.ends(peer)
        finally:
            reload_with('idle = "1s"\n    user-header', "user-header")


class Health(unittest.TestCase):
    def test_without_login(self):
        answer = WEB.browser().get("/healthz")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json()["daemon"], "ok")

    def test_daemon_down(self):
        """Pages say so, and all is well again when it is back."""
        browser = WEB.browser("anna")
        DAEMON.stop()
        try:
            self.assertEqual(WEB.browser().get("/healthz").status, 503)
            self.assertEqual(browser.get("/").status, 503)
            answer = WEB.browser(token=TOKEN).get("/api/v1/cases")
            self.assertEqual(answer.status, 503)
            self.assertNotIn(str(DAEMON.folder), answer.text)
            self.assertIn("anteroom_up 0", WEB.browser(
                token=TOKEN).get("/metrics").text)
        finally:
            DAEMON.start()
        self.assertEqual(WEB.browser().get("/healthz").status, 200)
        self.assertEqual(browser.get("/").status, 200)


class Users(unittest.TestCase):
    def ask(self, *words, code=0, says="", data=None):
        done = DAEMON.run("user", *words, data=data)
        text = f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        self.assertEqual(done.returncode, code, text)
        self.assertIn(says, done.stdout + done.stderr, text)
        return done.stdout

    def user(self, name):
        rows = [json.loads(line) for line in
                self.ask("list", "--json").splitlines()]
        return next((row for row in rows if row["name"] == name), None)

    def test_life_of_a_user(self):
        self.ask("add", "ulla", "lead", "--team", "care", "--team", "media")
        self.assertEqual(self.user("ulla"), {
            "v": 1, "name": "ulla", "role": "lead",
            "teams": ["care", "media"], "password": False, "tokens": 0})
        self.ask("add", "ulla", code=1, says="already")
        self.ask("password", "ulla", data="a good password\n")
        token = self.ask("token", "ulla").strip()
        self.assertRegex(token, r"^ar_[\w-]{43}$")
        browser = WEB.browser(token=token)
        self.assertEqual(browser.get("/api/v1/cases").status, 200)
        self.assertEqual(WEB.browser().login("ulla", "a good password")
                         .status, 303)
        self.ask("role", "ulla", "--role", "member", "--team", "care")
        row = self.user("ulla")
        self.assertEqual((row["role"], row["teams"]), ("member", ["care"]))
        self.ask("token", "ulla", "--revoke")
        self.assertEqual(browser.get("/api/v1/cases").status, 401)
        self.ask("remove", "ulla")
        self.assertIsNone(self.user("ulla"))
        self.ask("remove", "ulla", code=1, says="no user")

    def test_token_of_a_program(self):
        """Who isn't there yet becomes a reader."""
        token = self.ask("token", "monitor").strip()
        self.assertEqual(self.user("monitor")["role"], "reader")
        browser = WEB.browser(token=token)
        self.assertEqual(browser.get("/metrics").status, 200)
        for wrong in (token[:-1], token + "a", token.upper(), "", "ar_"):
            self.assertEqual(WEB.browser(headers={
                "Authorization": f"Bearer {wrong}"}).get(
                    "/api/v1/cases").status, 401, wrong)
        self.assertEqual(WEB.browser(headers={
            "Authorization": f"Basic {token}"}).get(
                "/api/v1/cases").status, 401)

    def test_wrong_words(self):
        for words, code, says in (
                (["add", "x", "leed"], 2, 'did you mean "lead"?'),
                (["add", "x", "--team", "caer"], 2, 'did you mean "care"?'),
                (["add", "a:b"], 2, "can't be a user's name"),
                (["add"], 2, "NAME is missing"),
                (["ad", "x"], 2, "add"),
                (["role", "nobody-there", "lead"], 1, "no user"),
                (["password", "nobody-there"], 1, "no user")):
            self.ask(*words, code=code, says=says, data="a password x\n")
            self.assertIsNone(self.user("x"))
        self.ask("password", "anna", code=2, says="characters", data="short\n")
        self.ask("password", "anna", code=2, says="standard input", data="")


class Files(unittest.TestCase):
    def test_users_file_elsewhere(self):
        """A reload names another one: daemon and pages go there."""
        def reload(old, new):
            begin = len(DAEMON.log())
            reload_with(old, new)
            DAEMON.signal(signal.SIGHUP)
            wait_until(lambda: re.search(r"reload .*result=done",
                                         DAEMON.log()[begin:]), 30,
                       "the daemon's reload")

        there = f'users = "{DAEMON.folder}/users"'
        other = f'users = "{DAEMON.folder}/others"'
        reload(there, other)
        try:
            token = DAEMON.cli("user", "token", "olga").strip()
            self.assertEqual(WEB.browser(token=token).get(
                "/api/v1/cases").status, 200)
            self.assertEqual(WEB.browser(token=TOKEN).get(
                "/api/v1/cases").status, 401)
        finally:
            reload(other, there)
        self.assertEqual(WEB.browser(token=TOKEN).get(
            "/api/v1/cases").status, 200)

    def test_users_file(self):
        """Secrets aren't in it, and others can't read it."""
        path = DAEMON.folder / "users"
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o640)
        text = path.read_text()
        self.assertNotIn(TOKEN, text)
        self.assertNotIn(webserver.PASSWORD, text)
        self.assertIn(":$y$", text)

    def test_memory(self):
        status = pathlib.Path(f"/proc/{WEB.process.pid}/status").read_text()
        used = int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])
        if "san-" not in str(webserver.BUILD):
            self.assertLess(used, 64 * 1024)


if __name__ == "__main__":
    unittest.main()
