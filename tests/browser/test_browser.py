#!/usr/bin/env python3
"""The pages in headless Chromium: people's ways through them, with a script and
without, with keys, on a phone; what axe-core finds; what hostile letters do."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "lib"))
import hostile  # noqa: E402
import mailserver  # noqa: E402
import miltertalk  # noqa: E402
import seed  # noqa: E402
import webserver  # noqa: E402
from daemon import BUILD, Anteroomd, desk  # noqa: E402

MODULES = BUILD / "browser"
PACKAGES = "axe-core", "playwright-core"
HOLE = (r"(?i)<(script(?! src=\"/assets/)|img|iframe|style|base|object|embed|"
        "template|plaintext)")
LETTER = """From: Tom Okafor <tom{0}@okafor-bikes.example>
To: ceo@example.com
Subject: {1}
Message-ID: <live-{0}@okafor-bikes.example>

Your payment gateway is down since seven. I was charged twice, too.
"""


def install():
    """playwright-core and axe-core, as the lock file says, once."""
    lock = (HERE / "package-lock.json").read_bytes()
    done = MODULES / "package-lock.json"
    if done.exists() and done.read_bytes() == lock and \
            all((MODULES / "node_modules" / name).exists()
                for name in PACKAGES):
        return
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=folder, timeout=300, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(
                "the browser's tests need two packages of npm's registry, once "
                f"({', '.join(PACKAGES)}), and npm couldn't get them:\n"
                f"{done.stdout[-2000:]}")
        shutil.rmtree(MODULES, ignore_errors=True)
        os.rename(folder, MODULES)
        os.mkdir(folder)  # for the one who removes it


class Driver:
    """driver.mjs, playing scenarios."""

    def __init__(self, url, answer):
        self.answer = answer
        chromium = next(filter(None, map(
            shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
            None)
        if chromium is None:
            raise RuntimeError("there is no Chromium")
        self.process = subprocess.Popen(
            ["node", HERE / "driver.mjs"], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=dict(os.environ, ANTEROOM_URL=url,
                     ANTEROOM_MODULES=str(MODULES),
                     ANTEROOM_PASSWORD=webserver.PASSWORD,
                     ANTEROOM_CHROMIUM=chromium))

    def say(self, value):
        self.process.stdin.write(json.dumps(value) + "\n")
        self.process.stdin.flush()

    def play(self, name, **args):
        self.say({"run": name, "args": args})
        for line in self.process.stdout:
            heard = json.loads(line)
            if "ask" in heard:
                self.say({"answer": self.answer(heard["ask"])})
            elif "note" in heard:
                print(heard["note"], file=sys.stderr)
            elif "failed" in heard:
                raise AssertionError(heard["failed"])
            else:
                return
        raise AssertionError("the browser's driver ended")

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Site:
    """Daemon, pages, and a browser before them."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        port = webserver.free_port()
        self.daemon = Anteroomd(
            self.folder.name, [desk("ceo", ["ceo@example.com"])])
        self.daemon.desks.append(webserver.conf(self.daemon.folder, port))
        self.daemon.start()
        self.web = webserver.AnteroomWeb(self.daemon, port).start()
        self.web.add("ea", "assistant")
        self.web.add("root", "administrator")
        self.web.add("lee", "lead", "care")
        self.driver = Driver(f"http://127.0.0.1:{port}", self.answer)
        self.play, self.mails, self.mta = self.driver.play, 0, None

    def socket(self):
        return self.daemon.folder / "control.sock"

    def answer(self, what):
        if "mail" in what:
            return self.mail(what["mail"])
        if "smtp" in what:
            return self.smtp(what["smtp"])
        if "show" in what:
            return self.daemon.show(what["show"])
        return self.daemon.json("status")[0]

    def mail(self, subject):
        """A letter through the filter; its case."""
        self.mails += 1
        peer = miltertalk.Peer(self.daemon.milter)
        peer.connect()
        outcome = peer.message(
            LETTER.format(self.mails, subject).replace("\n", "\r\n"),
            sender=f"tom{self.mails}@okafor-bikes.example")
        peer.quit()
        return outcome.header("X-Anteroom-Case")

    def smtp(self, subject):
        """A letter through a mail server, which has taken it by then."""
        self.mails += 1
        port = self.mta.mx if self.mta else None
        if port is None:
            return self.mail(subject)
        return mailserver.send(
            port, f"tom{self.mails}@okafor-bikes.example", ["ceo@example.com"],
            LETTER.format(self.mails, subject).replace("\n", "\r\n").encode())

    def start_mta(self, case):
        """Where there can be none, letters go to the filter by themselves."""
        why = mailserver.PrivatePostfix.missing()
        if why is not None:
            print(f"without a mail server: {why}", file=sys.stderr)
            return
        sink = case.enterClassContext(mailserver.Sink())
        self.mta = case.enterClassContext(mailserver.PrivatePostfix(
            self.folder.name, sink, self.daemon.milter))

    def close(self):
        self.driver.close()
        codes = self.web.stop(), self.daemon.stop()
        self.folder.cleanup()
        assert codes == (0, 0), codes


def setUpModule():  # pylint: disable=invalid-name
    install()


class Ways(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.close)
        cls.site.start_mta(cls)
        seed.seed(cls.site.socket(), 60)

    def paths(self):
        """Every page there is, and its users."""
        table = (ROOT / "milter/web/table.c").read_text()
        found = re.findall(r'\{false, "(/[^"]*)", (MAY_\w+),', table)
        case = self.site.daemon.cases()[0]["id"]
        pages = {"ea": [], "root": []}
        for path, may in found:
            if "." in path or path.startswith(("/api", "/healthz", "/metrics",
                                               "/events", "/assets")):
                continue
            user = "root" if may == "MAY_ADMIN" else "ea"
            pages[user].append(path.replace("*", case))
        self.assertIn("/", pages["ea"])
        pages["ea"] += ["/?state=answered", "/?search=nothing+like+this",
                        "/cases/AR-999999"]
        return pages

    def test_login(self):
        self.site.play("login")

    def test_live(self):
        self.site.play("live")

    def test_numbers(self):
        self.site.play("numbers")

    def test_work(self):
        self.site.play("work", id=self.site.mail("Charged twice, again"))

    def test_work_without_script(self):
        self.site.play("work_without_script",
                       id=self.site.mail("Charged twice, once more"))

    def test_filter(self):
        self.site.play("filter")

    def test_filter_reports(self):
        self.site.play("filter_reports")

    def test_draft(self):
        self.site.play("draft", id=self.site.mail("Charged twice, forgotten"))

    def test_two(self):
        self.site.play("two", id=self.site.mail("Charged twice, both see it"))

    def test_refused(self):
        self.site.play("refused", id=self.site.mail("Charged twice, merged"))

    def test_first_things_first(self):
        self.site.play("first_things_first",
                       id=self.site.mail("Charged twice, on a phone"))

    def test_filter_without_script(self):
        self.site.play("filter_without_script")

    def test_keys(self):
        self.site.play("keys")

    def test_german(self):
        self.site.play("german")

    def test_phone(self):
        for user, paths in self.paths().items():
            self.site.play("phone", user=user, paths=paths)

    def test_accessible(self):
        for user, paths in self.paths().items():
            self.site.play("accessible", user=user, paths=paths)


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.site = Site()
        cls.addClassCleanup(cls.site.close)
        control = seed.Control(cls.site.socket())
        for letter in hostile.letters():
            _, end = control.ask("replay", letter, desk="ceo",
                                 mailbox=["hostile"])
            assert end["code"] == "done", end
        control.close()

    def test_pages(self):
        cases = [case["id"] for case in self.site.daemon.cases()]
        self.assertGreater(len(cases), 150)
        self.site.play(
            "hostile", paths=["/", "/?state=open", "/?state=open&skip=100",
                              "/reports", "/?search=<script>", "/rules",
                              "/health", "/?team=<script>&topic='%22"] +
            [f"/cases/{case}" for case in cases[::12]],
            letters=[f"I was charged twice, refund please. {mark}"
                     for mark in hostile.MARKS[::6]],
            texts=["<script>hit=1</script>", "{{7*7}}", "gpj.exe"])

    def test_people(self):
        """Names have few letters; what is left is to be long."""
        self.site.daemon.cli(
            "user", "add", "m" * 60, "member", *(word for team in (
                "trust", "care", "counsel", "media", "office")
                for word in ("--team", team)))
        self.site.play("hostile_people")

    def test_rules_without_holes(self):
        browser = self.site.web.browser("ea")
        csrf = browser.get("/rules").csrf()
        for whole in hostile.MARKS:
            mark = whole[:700]  # both are to fit into a form
            answer = browser.post("/rules", {"csrf": csrf, "subject": mark,
                                             "text": mark})
            self.assertNotRegex(answer.text, HOLE)
            if "\0" in mark:
                self.assertEqual(answer.status, 400)
            else:
                self.assertIn('role="status"', answer.text, mark)

    def test_without_holes(self):
        """No page has a tag that its letter wrote."""
        browser = self.site.web.browser("ea")
        for case in self.site.daemon.cases():
            text = browser.get(f"/cases/{case['id']}").text
            self.assertNotRegex(text, HOLE)
            self.assertNotRegex(text, "[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e"
                                      "\u2066-\u2069]")

    def test_exports(self):
        text = self.site.daemon.cli("export", "--format", "csv")
        self.assertNotRegex(text, '(^|,)"[ \t]*[=+@\uff1d\uff0b\uff0d\uff20-]')
        browser = self.site.web.browser("ea")
        for table in ("teams", "topics", "weeks", "days", "breaches",
                      "holding"):
            answer = browser.get(f"/reports.csv?table={table}")
            self.assertEqual(answer.status, 200)
            self.assertIn("attachment",
                          answer.headers["Content-Disposition"])


if __name__ == "__main__":
    unittest.main()
