#!/usr/bin/env python3
"""Every role against every page, address of the API and command: what is not
allowed is denied, by the web process and, without it, by the daemon."""
import json
import pathlib
import re
import socket
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lib"))
import webserver  # noqa: E402
from daemon import Anteroomd, desk  # noqa: E402

ROLES = {
    "rita": ("reader",),
    "mark": ("member", "care"),
    "lisa": ("lead", "care"),
    "anna": ("assistant",),
    "xeno": ("executive",),
    "adam": ("administrator",),
}
ALL, WORK, LEAD = set(ROLES), {"mark", "lisa", "anna"}, {"lisa", "anna"}

BILL = """From: customer-{0}@example.net
To: ceo@example.com
Subject: My bill is wrong
Message-ID: <bill-{0}@example.net>

I want a refund for invoice {0}77{0}. Please correct my bill.
"""
THREAT = """From: victim-{0}@example.net
To: ceo@example.com
Subject: He threatened to rape me
Message-ID: <threat-{0}@example.net>

Your driver threatened to rape me, ride {0}. The word pumpernickel is here.
"""


def setUpModule():  # pylint: disable=invalid-name
    global FOLDER, DAEMON, WEB, BROWSERS, TOKENS  # pylint: disable=W0601
    FOLDER = tempfile.TemporaryDirectory()
    port = webserver.free_port()
    DAEMON = Anteroomd(FOLDER.name, [desk("ceo", ["ceo@example.com"])])
    DAEMON.desks.append(webserver.conf(DAEMON.folder, port))
    DAEMON.start()
    WEB = webserver.AnteroomWeb(DAEMON, port)
    WEB.start()
    for name, words in ROLES.items():
        WEB.add(name, *words)
    BROWSERS = {name: WEB.browser(name) for name in ROLES}
    TOKENS = {name: WEB.browser(token=WEB.token(name)) for name in ROLES}


def tearDownModule():  # pylint: disable=invalid-name
    codes = WEB.stop(), DAEMON.stop()
    FOLDER.cleanup()
    assert codes == (0, 0), codes


def take(text, number=[0]):  # pylint: disable=dangerous-default-value
    """A new case; its name."""
    number[0] += 1
    done = DAEMON.run("take", "--to", "ceo@example.com", "--json",
                      data=text.format(number[0]))
    return json.loads(done.stdout)["case"]


class Control:
    """The daemon's socket, asked as the web process asks."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(str(DAEMON.folder / "control.sock"))
        self.lines = self.socket.makefile("rb")

    def ask(self, command, args=None, **more):
        request = dict({"v": 1, "command": command, "args": args or {}},
                       **more)
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        rows = []
        for line in self.lines:
            answer = json.loads(line)
            if "end" in answer:
                return answer["end"], rows
            rows.append(answer["row"])
        raise EOFError

    def close(self):
        self.lines.close()
        self.socket.close()


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.care = take(BILL)
        cls.trust = take(THREAT)
        assert DAEMON.show(cls.care)["team"] == "care"
        trust = DAEMON.show(cls.trust)
        assert trust["team"] == "trust" and trust["sensitive"]

    def table(self):
        """All rows of the table of pages, read off the source."""
        text = (ROOT / "milter/web/table.c").read_text()
        rows = re.findall(
            r'\{(true|false),\s*"([^"]+)",\s*(MAY_\w+|MAY\(\w+\)'
            r'(?:\s*\|\s*MAY\(\w+\))*),', text)
        self.assertGreater(len(rows), 8)
        return [(post == "true", path, right) for post, path, right in rows]

    @staticmethod
    def may(right):
        named = {"MAY_NOBODY": None, "MAY_ALL": ALL, "MAY_WORK": WORK,
                 "MAY_LEAD": LEAD, "MAY_ADMIN": {"adam"}}
        if right in named:
            return named[right]
        roles = {word.lower() for word in re.findall(r"USER_(\w+)", right)}
        return {name for name, words in ROLES.items() if words[0] in roles}

    def path(self, pattern):
        path = pattern.replace("/cases/*", f"/cases/{self.care}")
        path = path.replace("/*", "/note") if "/cases/" in path else \
            path.replace("/*", "/style.css")
        return path

    def test_without_session(self):
        nobody = WEB.browser()
        for post, pattern, right in self.table():
            with self.subTest(pattern, post=post):
                path = self.path(pattern)
                answer = nobody.post(path) if post else nobody.get(path)
                if right == "MAY_NOBODY" and path != "/metrics":
                    self.assertIn(answer.status, (200, 400))
                elif path.startswith("/api/") or path == "/metrics":
                    self.assertEqual(answer.status, 401)
                    self.assertEqual(answer.headers["WWW-Authenticate"],
                                     'Bearer realm="Anteroom"')
                else:
                    self.assertEqual(answer.status, 303)
                    self.assertTrue(answer.location.startswith("/login"))

    def test_every_role(self):
        for post, pattern, right in self.table():
            may = self.may(right)
            if may is None or pattern in ("/logout", "/events"):
                continue
            for name in ROLES:
                with self.subTest(pattern, post=post, role=ROLES[name][0]):
                    path = self.path(pattern)
                    # No form, and so no token: 403 in any case.
                    answer = BROWSERS[name].post(path) if post \
                        else BROWSERS[name].get(path)
                    if post:
                        self.assertEqual(answer.status, 403)
                    elif name in may:
                        self.assertIn(answer.status, (200, 404))
                    else:
                        self.assertEqual(answer.status, 403)
                    if post:
                        answer = TOKENS[name].post_json(path, {})
                        if name in may:
                            self.assertNotIn(answer.status, (401, 403))
                        else:
                            self.assertEqual(answer.status, 403)

    def test_what_is_not_there(self):
        for path in ("/nothing", "/api/v1/nothing", "/api/v2/cases", "/cases",
                     "/etc/passwd", "/assets/../table.c"):
            answer = BROWSERS["anna"].get(path)
            self.assertIn(answer.status, (400, 404), path)
        self.assertEqual(BROWSERS["anna"].get("/logout").status, 405)

    # ---- cases ----

    SEES = {"rita": (True, None), "mark": (False, None),
            "lisa": (False, None), "anna": (True, "text"),
            "xeno": (False, None), "adam": (True, None)}

    def test_sensitive_case(self):
        """Its text is the team's and the assistant's."""
        for name, (there, text) in self.SEES.items():
            with self.subTest(ROLES[name][0]):
                one = TOKENS[name].get(f"/api/v1/cases/{self.trust}")
                listed = {row["id"]: row for row in
                          TOKENS[name].get("/api/v1/cases").json()}
                self.assertEqual(one.status, 200 if there else 404)
                self.assertEqual(self.trust in listed, there)
                self.assertIn(self.care, listed)
                if not there:
                    continue
                hidden = text is None
                self.assertEqual(one.json()["subject"] is None, hidden)
                self.assertEqual(listed[self.trust]["subject"] is None,
                                 hidden)
                self.assertEqual("rape" in one.text.replace(
                    "safety-", ""), not hidden, one.text)

    def test_search_tells_nothing(self):
        for name in ("rita", "adam", "xeno", "lisa"):
            rows = TOKENS[name].get(
                "/api/v1/cases?search=threatened").json()
            self.assertEqual(rows, [], name)
        rows = TOKENS["anna"].get("/api/v1/cases?search=threatened").json()
        self.assertIn(self.trust, [row["id"] for row in rows])

    def test_limits_count_what_is_shown(self):
        """However many that may not be seen stand before."""
        hidden = [take(THREAT) for _ in range(7)]
        shown = [take(BILL) for _ in range(3)]
        rows = TOKENS["xeno"].get("/api/v1/cases?limit=3").json()
        self.assertEqual(len(rows), 3)
        self.assertFalse({row["id"] for row in rows} & set(hidden))
        rows = [row["id"] for row in
                TOKENS["xeno"].get("/api/v1/cases?limit=500").json()]
        self.assertEqual(len(rows), len(set(rows)))
        self.assertLessEqual(set(shown), set(rows))

    def test_counts(self):
        for name in ROLES:
            teams = {row["team"] for row in
                     TOKENS[name].get("/api/v1/status").json()["teams"]}
            self.assertEqual(teams == {"care"}, name in ("mark", "lisa"),
                             (name, teams))

    def test_wrong_team_is_not_there(self):
        """Not to look at, not to act on, not to merge into."""
        absent = TOKENS["lisa"].get("/api/v1/cases/AR-99999")
        wrong = TOKENS["lisa"].get(f"/api/v1/cases/{self.trust}")
        self.assertEqual(absent.status, 404)
        self.assertEqual(wrong.status, 404)
        self.assertEqual(absent.text.replace("AR-99999", self.trust),
                         wrong.text)
        for act, form in (("note", {"text": "x"}), ("route", {"team": "care"}),
                          ("close", {"reason": "x"}), ("answered", {}),
                          ("urgency", {"level": "low"}), ("reopen", {}),
                          ("topic", {"topic": "press"}), ("resume", {}),
                          ("pause", {"for": "1h", "reason": "x"}),
                          ("merge", {"into": self.care})):
            path = f"/api/v1/cases/{self.trust}/{act}"
            self.assertEqual(TOKENS["lisa"].post_json(path, form).status,
                             404, act)
        path = f"/api/v1/cases/{self.care}/merge"
        self.assertEqual(TOKENS["lisa"].post_json(
            path, {"into": self.trust}).status, 404)
        self.assertEqual(len([e for e in DAEMON.show(self.trust)["timeline"]
                              if e["who"] == "lisa"]), 0)

    def test_acts_bear_the_name(self):
        case = take(BILL)
        path = f"/api/v1/cases/{case}/note"
        for name in ROLES:
            answer = TOKENS[name].post_json(path, {"text": f"by {name}"})
            self.assertEqual(answer.status, 200 if name in WORK else 403)
        notes = [e["who"] for e in DAEMON.show(case)["timeline"]
                 if e["what"] == "note"]
        self.assertEqual(notes, ["mark", "lisa", "anna"])

    def test_acts_of_each_role(self):
        case = take(BILL)
        for act, form, may in (
                ("urgency", {"level": "high"}, LEAD),
                ("topic", {"topic": "service"}, LEAD),
                ("answered", {}, WORK),
                ("pause", {"for": "1h", "reason": "x"}, WORK),
                ("resume", {}, WORK),
                ("close", {"reason": "x"}, LEAD),
                ("reopen", {}, LEAD)):
            for name in ROLES:
                answer = TOKENS[name].post_json(
                    f"/api/v1/cases/{case}/{act}", form)
                if name in may:  # done, or done by another before
                    self.assertIn(answer.status, (200, 409),
                                  (act, name, answer.text))
                else:
                    self.assertEqual(answer.status, 403, (act, name))

    # ---- looking ----

    def test_who_looked_is_an_event(self):
        case = take(BILL)
        for _ in range(3):
            TOKENS["lisa"].get(f"/api/v1/cases/{case}")
        TOKENS["anna"].get(f"/api/v1/cases/{case}")
        TOKENS["lisa"].get(f"/api/v1/cases/{case}")
        looked = [e["who"] for e in DAEMON.show(case)["timeline"]
                  if e["what"] == "looked"]
        self.assertEqual(looked, ["lisa", "anna"])

    def test_nobody_looks_by_lists(self):
        case = take(BILL)
        TOKENS["lisa"].get("/api/v1/cases")
        DAEMON.show(case)
        self.assertEqual([e for e in DAEMON.show(case)["timeline"]
                          if e["what"] == "looked"], [])


class Commands(unittest.TestCase):
    """The daemon decides by itself what a user may."""

    MAY = {"cases": ALL, "show": ALL, "status": ALL, "report": ALL,
           "rules": ALL, "try": ALL, "health": ALL, "undo": LEAD,
           "policy": ALL, "note": WORK, "answered": WORK, "pause": WORK,
           "resume": WORK, "route": WORK, "urgency": LEAD, "topic": LEAD,
           "close": LEAD, "reopen": LEAD, "merge": LEAD, "export": {"anna"},
           "notices": {"anna", "adam"}, "notice-retry": {"anna", "adam"}}
    ARGS = {"text": "x", "reason": "x", "for": "1h", "level": "low",
            "team": "care", "topic": "billing", "notice": "N-9999"}

    def setUp(self):
        self.control = Control()
        self.addCleanup(self.control.close)
        self.case = take(BILL)

    def test_every_command(self):
        commands = [line.split()[0] for line in
                    DAEMON.cli("help", "--words").splitlines()]
        self.assertGreater(len(commands), 25)
        for command in commands:
            for name in ROLES:
                words = dict(self.ARGS, case=self.case, into="AR-1")
                end, rows = self.control.ask(command, words, login=name)
                if name in self.MAY.get(command, set()):
                    self.assertNotIn(end["code"], ("denied",),
                                     (command, name, end))
                else:
                    self.assertIn(end["code"], ("denied", "usage"),
                                  (command, name, end))
                    self.assertEqual(rows, [], (command, name))

    def test_nobody_of_that_name(self):
        for name in ("", "nobody", "root", "anna\n"):
            end, _ = self.control.ask("cases", login=name)
            self.assertEqual(end["code"], "denied", name)

    def test_merged_across_teams(self):
        """Whoever parts two cases changes both."""
        other, own = take(THREAT), take(BILL)
        for case, into in ((self.case, other), (own, take(BILL))):
            end, _ = self.control.ask("merge", {"case": case, "into": into},
                                      login="anna")
            self.assertEqual(end["code"], "done", end)
        events = len(DAEMON.show(other)["timeline"])
        for act, words in (("undo", {}), ("note", {"text": "x"})):
            end, _ = self.control.ask(act, dict(words, case=self.case),
                                      login="lisa")
            self.assertIn("there is no case", end.get("error", ""), act)
        self.assertEqual(len(DAEMON.show(other)["timeline"]), events)
        for word, case in (("show", self.case), ("undo", own)):
            end, _ = self.control.ask(word, {"case": case}, login="lisa")
            self.assertEqual(end["code"], "done", end)

    def test_an_administrators_word_lifts_nothing(self):
        """"as" beside "login" changes neither name nor rights."""
        end, _ = self.control.ask("note", {"case": self.case, "text": "x"},
                                  login="rita", **{"as": "anna"})
        self.assertEqual(end["code"], "denied")
        self.control.ask("note", {"case": self.case, "text": "x"},
                         login="lisa", **{"as": "anna"})
        self.assertEqual(DAEMON.show(self.case)["timeline"][-1]["who"],
                         "lisa")

    def test_change_of_role_counts_at_once(self):
        WEB.add("temp", "assistant")
        words = {"case": self.case, "level": "low"}
        end, _ = self.control.ask("urgency", words, login="temp")
        self.assertEqual(end["code"], "done")
        DAEMON.cli("user", "role", "temp", "reader")
        end, _ = self.control.ask("urgency", words, login="temp")
        self.assertEqual(end["code"], "denied")
        DAEMON.cli("user", "remove", "temp")
        end, _ = self.control.ask("cases", login="temp")
        self.assertEqual(end["code"], "denied")


if __name__ == "__main__":
    unittest.main()
