#!/usr/bin/env python3
"""`anteroom doctor`: a sound installation, and the same broken in one way at a
time. Postfix's settings are real ones, asked by its own postconf, in a
temporary folder; no mail server runs."""
import contextlib
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))

from daemon import BUILD, CONF, ROOT, Anteroomd, desk  # noqa: E402
from mailserver import PATH, Sink, free_port, wait_until  # noqa: E402

# Below the queue's folder, where a Postfix in its chroot finds it.
SOCKET = "{folder}/queue/anteroom/milter.sock"
# What the rules say is no matter here; few of them load at once.
PACK = "".join(f'topic "{name}" {{ title = "{name}" }}\n' for name in
               "safety legal idea press billing outage service cancel sales "
               "bulk".split()) + """
rule "bill" {
    topic = "billing" points = 50 match = 'bill' why = "a bill"
    hits = {"my bill"} misses = {"my letter"}
}
"""
SOUND = CONF.replace("{folder}/milter.sock", SOCKET).replace(
    "{root}/rules/*.rules", "{folder}/topics.rules")
DESKS = [desk("ceo", ["ceo@example.com"])]

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = {owner}
myhostname = mx.example.com
relay_domains = example.com
smtpd_milters = unix:rspamd/milter.sock, unix:anteroom/milter.sock
non_smtpd_milters = unix:anteroom/milter.sock
internal_mail_filter_classes = bounce
smtpd_forbid_bare_newline = normalize
milter_default_action = tempfail
"""

MASTER = """\
smtp       inet n - y - - smtpd
submission inet n - y - - smtpd
  -o milter_macro_daemon_name=ORIGINATING
  -o smtpd_sasl_auth_enable=yes
127.0.0.1:10025 inet n - y - - smtpd
  -o receive_override_options=no_milters
pickup     unix n - y 60 1 pickup
  -o receive_override_options=no_milters
cleanup    unix n - y - 0 cleanup
"""

running = None  # of Running; made once for this file


class Running:
    """An Anteroom that listens, and what its notices leave by."""

    def __init__(self, stack):
        self.root = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="anteroom-"))
        self.sink = stack.enter_context(Sink())
        self.conf = SOUND.replace(
            "smtp://127.0.0.1:25", f"smtp://127.0.0.1:{self.sink.port}")
        folder = pathlib.Path(self.root) / "anteroom/queue/anteroom"
        folder.mkdir(parents=True)
        (folder.parents[1] / "topics.rules").write_text(PACK)
        self.daemon = stack.enter_context(
            Anteroomd(self.root, DESKS, conf=self.conf))
        self.folder = self.daemon.folder

    @property
    def owner(self):
        """Whom Postfix is: in the socket's group, or its owner."""
        return "postfix" if os.geteuid() == 0 else pwd.getpwuid(
            os.geteuid()).pw_name


def setUpModule():
    global running
    if not shutil.which("postconf", path=PATH):
        raise unittest.SkipTest("Postfix is not installed (packaging/deps "
                                "test)")
    stack = contextlib.ExitStack()
    unittest.addModuleCleanup(stack.close)
    running = Running(stack)


class Report:
    """What the doctor said, in both forms."""

    def __init__(self, conf, *words, environment=None):
        self.done = subprocess.run(
            [BUILD / "anteroom", "-c", conf, "doctor", "--json",
             *map(str, words)], text=True, capture_output=True, timeout=60,
            env=os.environ | {"PATH": PATH} | (environment or {}),
            check=False)
        self.code = self.done.returncode
        self.json = json.loads(self.done.stdout)
        self.checks = self.json["checks"]

    def state(self, check):
        """The worst that was said of CHECK."""
        found = {c["state"] for c in self.checks if c["check"] == check}
        return next((s for s in ("wrong", "warn", "skipped", "ok")
                     if s in found), None)

    def of(self, check, state):
        return [c for c in self.checks
                if c["check"] == check and c["state"] == state]

    def all(self, state):
        return [c["check"] for c in self.checks if c["state"] == state]


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="anteroom-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def postfix(self, main=(), master=(), more=""):
        """A folder of settings, with (text, by what it is replaced)."""
        texts = {"main.cf": MAIN.format(folder=running.folder,
                                        owner=running.owner) + more,
                 "master.cf": MASTER}
        for name, changes in (("main.cf", main), ("master.cf", master)):
            for old, new in changes:
                self.assertIn(old, texts[name])
                texts[name] = texts[name].replace(old, new)
            path = self.folder / name
            path.write_text(texts[name])
            # Postfix waits until a file is some seconds old.
            os.utime(path, (1, 1))
        return self.folder

    def examine(self, *words, conf=None, **more):
        return Report(conf or running.daemon.conf, *words, **more)

    def examine_postfix(self, **changes):
        return self.examine("--postfix-config", self.postfix(**changes))

    def conf(self, *changes):
        """A configuration of its own for the same daemon."""
        text = running.daemon.conf.read_text()
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new)
        path = self.folder / "anteroom.conf"
        path.write_text(text)
        return path

    def assertFound(self, report, check, state, found, mend):
        """CHECK is in STATE, with these words."""
        told = report.of(check, state)
        self.assertTrue(told, f"{check} is not {state}: {report.done.stdout}")
        self.assertTrue(any(found in c["found"] for c in told), told)
        self.assertTrue(any(mend in (c["mend"] or "") for c in told), told)
        self.assertEqual(report.code, 1 if report.all("wrong") else 0)
        self.assertEqual(report.json["ok"], not report.all("wrong"))


class Sound(Case):
    def test_nothing_is_wrong(self):
        report = self.examine_postfix()
        self.assertEqual(report.code, 0, report.done.stdout)
        self.assertIs(report.json["ok"], True)
        self.assertEqual(report.json["v"], 1)
        # What hangs on the machine and the day may be told.
        self.assertLessEqual(set(report.all("warn")),
                             {"clock", "calendar", "zone-data", "store-disk"})
        for check in ("configuration", "daemon", "milter-socket", "postfix",
                      "postfix-filter", "postfix-order", "socket-rights",
                      "replies", "postfix-local-mail", "postfix-bounces",
                      "postfix-default-action", "postfix-protocol",
                      "postfix-timeouts", "postfix-domains",
                      "screening", "store-rights", "store-size",
                      "desk", "team", "relay", "outbox", "blind-spots"):
            self.assertEqual(report.state(check), "ok", check)
        for check in report.checks:
            self.assertEqual(check["state"] == "ok", check["mend"] is None,
                             check)

    def test_as_lines(self):
        done = running.daemon.run("doctor", "--postfix-config",
                                  self.postfix(main=[("bounce", "notify")]))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"(?m)^ok      daemon: ")
        self.assertRegex(done.stdout, r"(?m)^warn    postfix-bounces: .*\n"
                         r"        -> main\.cf: internal_mail_filter_classes "
                         r"= bounce")
        self.assertEqual(done.stderr, "")

    def test_each_in_its_usual_form(self):
        """Of sockets and lists there are several spellings."""
        ours = "unix:rspamd/milter.sock, unix:anteroom/milter.sock\nnon"
        path = f"{running.folder}/queue/anteroom/milter.sock"
        for value, column in (
                ("{ unix:rspamd/milter.sock, default_action=accept }\n"
                 "  { unix:anteroom/milter.sock, connect_timeout = 10s }", "y"),
                ("$first\n  local:anteroom/milter.sock", "y"),
                ("inet:localhost:8891 unix:/anteroom/milter.sock", "y"),
                (f"inet:localhost:8891 unix:{path}", "n"),
                (f"inet:localhost:8891 unix:{path}", "-"),
                ("inet:localhost:8891 unix:anteroom/milter.sock", "n")):
            with self.subTest(value=value, column=column):
                report = self.examine_postfix(
                    main=[(ours, f"{value}\nnon")],
                    master=[("n - y - - smtpd", f"n - {column} - - smtpd")],
                    more="first = unix:rspamd/milter.sock\n")
                self.assertEqual(report.code, 0, report.done.stdout)
                self.assertEqual(report.state("postfix-filter"), "ok")

    def test_postfix_s_own_variable(self):
        report = self.examine(
            environment={"MAIL_CONFIG": str(self.postfix())})
        self.assertEqual(report.code, 0, report.done.stdout)
        self.assertEqual(report.state("postfix-filter"), "ok")


class Postfix(Case):
    """(what is changed, where, the check, its state, what is found, how it
    is mended)"""
    OURS = "smtpd_milters = unix:rspamd/milter.sock, unix:anteroom/milter.sock"
    SUBMISSION = "-o smtpd_sasl_auth_enable=yes"
    FAULTS = (
        # Mail passes unseen.
        ("main", OURS, "smtpd_milters = unix:rspamd/milter.sock",
         "postfix-filter", "wrong", "isn't seen",
         "main.cf: smtpd_milters = ... unix:anteroom/milter.sock"),
        ("main", OURS, OURS.replace("anteroom/m", "anteroom/old/m"),
         "postfix-filter", "wrong", "leads to unix:anteroom/old/milter.sock",
         "unix:anteroom/milter.sock"),
        ("master", "smtp       inet n - y - - smtpd",
         "smtp       inet n - y - - smtpd\n"
         "  -o receive_override_options=no_milters",
         "postfix-filter", "wrong", "smtp/inet: mail that comes in isn't seen: receive_override",
         "take no_milters out"),
        ("main", "smtpd_forbid", "smtpd_milter_maps = cidr:/etc/x\nsmtpd_forbid",
         "postfix-filter", "warn", "cidr:/etc/x", "name Anteroom"),
        ("main", "forbid_bare_newline = normalize", "forbid_bare_newline = no",
         "postfix-newline", "warn", "hide",
         "smtpd_forbid_bare_newline = normalize"),
        # Replies aren't visible, or those of strangers are.
        ("master", SUBMISSION, SUBMISSION + "\n  -o smtpd_milters=",
         "postfix-submission", "wrong", "submission/inet: replies that leave aren't seen",
         "master.cf, submission: -o smtpd_milters="),
        ("master", SUBMISSION,
         SUBMISSION + "\n  -o receive_override_options=no_milters",
         "postfix-submission", "wrong", "submission/inet: replies that leave aren't seen",
         "master.cf, submission: take no_milters out"),
        ("master", "  -o milter_macro_daemon_name=ORIGINATING\n", "",
         "replies", "warn", "with a login or from trusted-networks",
         "milter_macro_daemon_name=ORIGINATING"),
        ("main", "myhostname", "milter_macro_daemon_name=ORIGINATING\nmyhostname",
         "replies", "wrong", "smtp is open to the world",
         "milter_macro_daemon_name=ORIGINATING"),
        # The chroot, and rights.
        ("main", "smtpd_milters = unix:rspamd/milter.sock, unix:anteroom",
         f"smtpd_milters = unix:QUEUE/anteroom",
         "postfix-chroot", "wrong", "/queue/QUEUE/anteroom/milter.sock",
         "main.cf: smtpd_milters = ... unix:anteroom/milter.sock"),
        ("main", "mail_owner = OWNER", "mail_owner = nobody",
         "socket-rights", "wrong", "user nobody may not connect to",
         "adduser nobody"),
        # While Anteroom doesn't answer.
        ("main", "action = tempfail", "action = accept",
         "postfix-default-action", "wrong", "passes without a case",
         "main.cf: milter_default_action = tempfail"),
        ("main", "action = tempfail", "action = reject",
         "postfix-default-action", "wrong", "refused for good",
         "main.cf: milter_default_action = tempfail"),
        ("main", "action = tempfail", "action = quarantine",
         "postfix-default-action", "wrong", "put on hold",
         "main.cf: milter_default_action = tempfail"),
        ("master", SUBMISSION, SUBMISSION + "\n  -o milter_default_action=accept",
         "postfix-default-action", "wrong", "passes without a case",
         "master.cf, submission: -o milter_default_action=tempfail"),
        ("main", OURS, "smtpd_milters = { unix:anteroom/milter.sock, "
         "default_action = accept }", "postfix-default-action", "wrong",
         "passes without a case",
         "{ unix:anteroom/milter.sock, default_action=tempfail }"),
        # What is between the two.
        ("main", "myhostname", "milter_protocol = 2\nmyhostname",
         "postfix-protocol", "wrong", "is 2", "milter_protocol = 6"),
        ("main", "myhostname", "milter_content_timeout = 5s\nmyhostname",
         "postfix-timeouts", "warn", "milter_content_timeout is 5s",
         "milter_content_timeout = 300s"),
        ("main", "myhostname", "milter_command_timeout = 1h\nmyhostname",
         "postfix-timeouts", "warn", "milter_command_timeout is 1h",
         "milter_command_timeout = 30s"),
        # The order.
        ("main", OURS, "smtpd_milters = unix:anteroom/milter.sock, "
         "inet:localhost:8891", "postfix-order", "wrong",
         "inet:localhost:8891 comes after", "then Anteroom"),
        ("main", OURS, OURS + ", unix:opendmarc/opendmarc.sock",
         "postfix-order", "wrong", "opendmarc.sock comes after",
         "then Anteroom"),
        ("main", OURS, OURS + ", inet:localhost:9999",
         "postfix-order", "warn", "inet:localhost:9999 comes after",
         "then Anteroom"),
        ("main", OURS, OURS + ", unix:opendkim/opendkim.sock",
         "postfix-order", "ok", "after 1 other", ""),
        ("main", OURS, "smtpd_milters = unix:anteroom/milter.sock",
         "postfix-order", "warn", "no filter before Anteroom",
         "before Anteroom"),
        # Whose mail comes here.
        ("main", "relay_domains = example.com",
         "relay_domains = internal.example.com", "postfix-domains", "warn",
         "mail to ceo@example.com of desk ceo doesn't come here",
         "main.cf: its domain in mydestination"),
        ("main", "relay_domains = example.com",
         "relay_domains = internal.example.com", "postfix-domains", "warn",
         "care@example.com of team care is delivered elsewhere", "SRS"),
        ("main", "relay_domains = example.com", "relay_domains = com",
         "postfix-domains", "ok", "addresses of this mail server", ""),
        # Mail that comes by no SMTP.
        ("main", "non_smtpd_milters = unix:anteroom/milter.sock\n", "",
         "postfix-local-mail", "warn", "what sendmail(1) writes isn't seen",
         "main.cf: non_smtpd_milters = ... unix:anteroom/milter.sock"),
        ("main", "non_smtpd_milters = unix:anteroom/milter.sock\n", "",
         "postfix-bounces", "warn", "bounces", "non_smtpd_milters"),
        ("main", "classes = bounce", "classes = notify",
         "postfix-bounces", "warn", "bounces",
         "internal_mail_filter_classes = bounce"),
    )

    def test_each_fault_is_named(self):
        for where, old, new, check, state, found, mend in self.FAULTS:
            words = {"QUEUE": str(running.folder / "queue"),
                     "OWNER": running.owner}
            for word, value in words.items():
                old, new, found = (text.replace(word, value)
                                   for text in (old, new, found))
            with self.subTest(new=new, check=check):
                report = self.examine_postfix(**{where: [(old, new)]})
                self.assertFound(report, check, state, found, mend)

    def test_what_is_shipped_is_sound(self):
        """The samples, as they stand, in a folder of settings."""
        samples = ROOT / "packaging/postfix"
        self.postfix()
        for name, own in (
                ("main.cf", MAIN.split("relay_domains")[0].format(
                    folder=running.folder, owner=running.owner) +
                 "relay_domains = example.com\n"),
                ("master.cf", MASTER.split("submission")[0] +
                 MASTER[MASTER.index("cleanup"):])):
            path = self.folder / name
            path.write_text(own + (samples / f"{name}.sample").read_text())
            os.utime(path, (1, 1))
        report = self.examine("--postfix-config", self.folder)
        told = [check for check in report.checks
                if check["check"].startswith(("postfix", "replies", "socket"))]
        self.assertGreater(len(told), 10)
        for check in told:
            self.assertEqual(check["state"], "ok", check)

    def test_domains_in_tables_are_not_guessed(self):
        report = self.examine_postfix(
            main=[("relay_domains = example.com",
                   "relay_domains = hash:/etc/relay")])
        self.assertIsNone(report.state("postfix-domains"))

    def test_nobody_s_replies_count(self):
        conf = self.conf(('{{"192.0.2.0/24"}}'.replace("{{", "{").replace(
            "}}", "}"), "{}"))
        self.postfix(master=[
            ("  -o milter_macro_daemon_name=ORIGINATING\n", ""),
            ("  -o smtpd_sasl_auth_enable=yes\n", "")])
        report = self.examine("--postfix-config", self.folder, conf=conf)
        self.assertFound(report, "replies", "wrong", "nobody's replies count",
                         "milter_macro_daemon_name=ORIGINATING")

    def test_web_forms_are_believed(self):
        conf = self.conf(('"192.0.2.0/24"', '"127.0.0.0/8"'))
        self.postfix(master=[
            ("pickup\n  -o receive_override_options=no_milters", "pickup")])
        report = self.examine("--postfix-config", self.folder, conf=conf)
        self.assertFound(report, "postfix-local-mail", "wrong", "each web form",
                         "receive_override_options=no_milters")

    def test_settings_that_cannot_be_read(self):
        report = self.examine("--postfix-config", self.folder / "none")
        self.assertFound(report, "postfix", "wrong", "main.cf: No such file",
                         "postfix check")


class Bounds(Case):
    """Programs of the mail server that don't behave."""

    def pretend(self, script):
        program = self.folder / "postconf"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return self.examine("--postfix-config", self.folder,
                            environment={"PATH": f"{self.folder}:{PATH}"})

    def test_one_that_never_ends(self):
        self.assertFound(self.pretend("sleep 300 & sleep 300"), "postfix",
                         "wrong", "takes too long", "postfix check")

    def test_one_that_says_too_much(self):
        self.assertFound(self.pretend("exec yes"), "postfix", "wrong",
                         "says too much", "postfix check")

    def test_one_that_says_strange_things(self):
        report = self.pretend(
            r"printf '\033[2J\377\000 = = {{{{\nsmtpd_milters = {{{\n"
            r"queue_directory = \n/// = /\nx y z\n smtp inet - - y - - smtpd\n'")
        self.assertEqual(report.code, 1)
        self.assertEqual(report.state("postfix-filter"), "wrong")
        self.assertNotRegex(report.done.stdout, r"[\x00-\x08\x1b]|\\u00")


class Sendmail(Case):
    SOUND = """\
O DaemonPortOptions=Name=MTA, Port=smtp
O DaemonPortOptions=Name=MSA, Port=submission, M=Ea
O InputMailFilters=opendkim,anteroom
Xopendkim, S=inet:8892@127.0.0.1, F=T
Xanteroom, S=unix:SOCKET, F=T, T=C:30s;S:30s;R:1m;E:5m
"""
    FAULTS = (
        ("F=T, T=", "T=", "sendmail-default-action", "wrong",
         "passes without a case", "F=T"),
        ("F=T, T=", "F=R, T=", "sendmail-default-action", "wrong",
         "refused for good", "F=T"),
        ("opendkim,anteroom", "opendkim", "sendmail-filter", "wrong",
         "doesn't ask anteroom", "confINPUT_MAIL_FILTERS"),
        ("milter.sock", "other.sock", "sendmail-filter", "wrong",
         "no filter of sendmail.cf is at", "INPUT_MAIL_FILTER(`anteroom'"),
        ("M=Ea", "M=Ea, InputMailFilters=opendkim", "sendmail-filter", "wrong",
         "service MSA has filters of its own", "DAEMON_OPTIONS"),
        ("opendkim,anteroom", "anteroom,opendkim", "sendmail-order", "wrong",
         "opendkim comes after", "last in confINPUT_MAIL_FILTERS"),
        ("R:1m", "R:5s", "sendmail-timeouts", "warn", "R is 5 s", "R:1m"),
        ("Name=MSA", "Name=MSP", "replies", "warn", "only replies with a login",
         '{"MSA"}'),
        ("Name=MTA", "Name=MSA", "replies", "wrong", "anybody who writes",
         "submission-daemons"),
    )

    def setUp(self):
        super().setUp()
        # Not everybody's temporary folder suits Sendmail.
        self.path = self.conf(('"ORIGINATING"', '"MSA"'),
                              ('"192.0.2.0/24"', ''))
        self.cf = self.folder / "sendmail.cf"

    def write(self, *change):
        text = self.SOUND.replace(
            "SOCKET", f"{running.folder}/queue/anteroom/milter.sock")
        self.cf.write_text(text.replace(*change) if change else text)
        return self.examine("--sendmail-cf", self.cf, conf=self.path)

    def test_sound(self):
        report = self.write()
        for check in ("filter", "default-action", "timeouts", "order"):
            self.assertEqual(report.state(f"sendmail-{check}"), "ok", check)
        self.assertEqual(report.state("replies"), "ok")
        self.assertIsNone(report.state("postfix"))

    def test_folders_that_others_may_write_to(self):
        """As Sendmail itself sees it, sticky or not."""
        os.chmod(running.folder / "queue", 0o1777)
        try:
            report = self.write()
        finally:
            os.chmod(running.folder / "queue", 0o755)
        self.assertFound(report, "socket-rights", "wrong", "doesn't start",
                         "chmod go-w")

    def test_each_fault_is_named(self):
        for old, new, *expected in self.FAULTS:
            with self.subTest(new=new):
                self.assertFound(self.write(old, new), *expected)

    def test_a_file_that_is_none(self):
        os.mkfifo(self.cf)
        report = self.examine("--sendmail-cf", self.cf, conf=self.path)
        self.assertFound(report, "sendmail", "wrong", "sendmail.cf", "")


class Anteroom(Case):
    """What is wrong on our own side."""

    def postfixed(self, conf=None):
        return self.examine("--postfix-config", self.postfix(), conf=conf)

    def test_a_configuration_that_does_not_load(self):
        report = self.postfixed(self.conf(('team = "office"', 'team = "ofice"')))
        self.assertEqual(report.code, 2)
        self.assertIn("did you mean \"office\"",
                      report.of("configuration", "wrong")[0]["found"])
        # The rest is looked at all the same.
        self.assertEqual(report.state("postfix-filter"), "ok")
        self.assertIn("anteroom: ", report.done.stderr)

    def test_a_configuration_that_is_not_there(self):
        report = self.examine(conf=self.folder / "none.conf")
        self.assertEqual(report.code, 2)
        self.assertEqual({check["check"] for check in report.checks},
                         {"configuration"})
        self.assertEqual(report.state("configuration"), "wrong")

    def test_words_that_are_wrong(self):
        done = running.daemon.run("doctor", "--postfix-conf", "x")
        self.assertEqual(done.returncode, 2)
        self.assertIn("did you mean --postfix-config", done.stderr)

    def test_a_daemon_that_does_not_answer(self):
        running.daemon.signal(signal.SIGSTOP)
        try:
            report = self.postfixed()
        finally:
            running.daemon.signal(signal.SIGCONT)
        self.assertFound(report, "daemon", "wrong", "no answer within",
                         "restart anteroomd")

    def test_a_daemon_that_is_not_there(self):
        conf = self.conf(("/control.sock", "/none.sock"),
                         ("/milter.sock", "/none.sock"))
        report = self.examine("--postfix-config", self.postfix(
            main=[("anteroom/milter.sock", "anteroom/none.sock")]), conf=conf)
        self.assertFound(report, "daemon", "wrong", "it isn't there",
                         "systemctl start anteroomd")
        self.assertFound(report, "milter-socket", "wrong", "it isn't there",
                         "systemctl start anteroomd")

    def test_a_configuration_that_was_changed_since(self):
        before = running.daemon.conf.stat()
        later = time.time() + 3600
        os.utime(running.daemon.conf, (later, later))
        try:
            report = self.postfixed()
        finally:
            os.utime(running.daemon.conf,
                     ns=(before.st_atime_ns, before.st_mtime_ns))
        self.assertFound(report, "daemon-configuration", "warn",
                         "was changed after", "systemctl reload anteroomd")

    def test_a_socket_that_is_everybody_s(self):
        socket = running.folder / "queue/anteroom/milter.sock"
        mode = socket.stat().st_mode & 0o7777
        socket.chmod(0o666)
        try:
            report = self.postfixed()
        finally:
            socket.chmod(mode)
        self.assertFound(report, "milter-socket", "wrong", "every user",
                         'socket-mode = "0660"')

    def test_a_folder_that_postfix_may_not_enter(self):
        if os.geteuid() != 0:
            self.skipTest("needs another user")
        folder = running.folder / "queue/anteroom"
        folder.chmod(0o700)
        try:
            report = self.postfixed()
        finally:
            folder.chmod(0o755)
        self.assertFound(report, "socket-rights", "wrong",
                         f"user postfix may not enter {folder}", "chgrp")

    def test_a_store_that_others_read(self):
        store = running.folder / "store"
        store.chmod(0o755)
        try:
            report = self.postfixed()
        finally:
            store.chmod(0o700)
        self.assertFound(report, "store-rights", "wrong", "others may read",
                         f"chmod 700 {store}")

    def test_a_store_that_is_nearly_full(self):
        # Of one that no daemon has: the file is as large as it is full.
        store = self.folder / "store"
        store.mkdir(mode=0o700)
        with open(store / "data.mdb", "wb") as data:
            data.truncate(950 << 20)
        conf = self.conf((f"{running.folder}/store", str(store)),
                         ("/control.sock", "/none.sock"))
        report = self.postfixed(conf)
        self.assertFound(report, "store-size", "wrong", "950.0 MiB of 1.0 GiB",
                         "store { size }")

    def test_a_clock_that_went_back(self):
        store = self.folder / "store"
        store.mkdir(mode=0o700)
        (store / "data.mdb").write_bytes(b"")
        later = time.time() + 86400
        os.utime(store / "data.mdb", (later, later))
        report = self.postfixed(self.conf(
            (f"{running.folder}/store", str(store))))
        self.assertFound(report, "clock", "wrong", "the clock went back",
                         "timesyncd")

    def test_holidays_that_have_passed(self):
        report = self.postfixed(self.conf(("2026-12-25", "2019-12-25")))
        self.assertFound(report, "calendar", "warn", "2019-12-25, has passed",
                         "the coming holidays")

    def test_a_file_of_holidays_that_have_passed(self):
        (self.folder / "days.ics").write_text(
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n"
            "DTSTART;VALUE=DATE:20180501\r\nEND:VEVENT\r\n"
            "END:VCALENDAR\r\n")
        report = self.postfixed(self.conf(("2026-12-25", "days.ics")))
        self.assertFound(report, "calendar", "warn", "2018-05-01, has passed",
                         "a newer .ics file")

    def test_a_calendar_that_does_not_open_for_long(self):
        today = time.time()
        days = ", ".join(time.strftime('"%Y-%m-%d"', time.gmtime(
            today + day * 86400)) for day in range(-2, 60))
        report = self.postfixed(self.conf(('"2026-12-25"', days)))
        self.assertFound(report, "calendar", "warn", "opens not before",
                         "hours and holidays")

    def test_no_rules_at_all(self):
        topics = re.findall(r'^topic "(.*?)"', PACK, re.M)
        conf = self.conf(
            ("topics.rules", "none*.rules"), ('topics = {"safety"}', ""),
            *[(f'route "{topic}"', "#") for topic in topics])
        self.assertFound(self.postfixed(conf), "configuration", "wrong",
                         "no rules", "rules { packs")

    def test_a_zone_that_does_not_exist(self):
        report = self.postfixed(self.conf(("Europe/Berlin", "Europe/Berlim")))
        self.assertEqual(report.code, 2)
        self.assertIn("Europe/Berlim",
                      report.of("configuration", "wrong")[0]["found"])
        # It doesn't stop the others.
        self.assertIsNotNone(report.state("relay"))

    def test_a_relay_that_is_not_there(self):
        port = free_port()
        report = self.postfixed(self.conf(
            (f":{running.sink.port}", f":{port}")))
        self.assertFound(report, "relay", "wrong", "nobody listens",
                         "notify { relay")

    def test_desks_and_teams(self):
        report = self.postfixed(self.conf(
            ('assistant = "ea@example.com"', ''), ('"live"', '"shadow"'),
            ('lead = "care-lead@example.com"', '')))
        self.assertFound(report, "desk", "warn", "none is live", "live")
        self.assertFound(report, "desk", "warn", "has no assistant",
                         "assistant")
        self.assertFound(report, "team", "warn", "care has no lead", "lead")

    def with_web(self, settings):
        """The configuration with a dashboard that nobody may use yet."""
        users = self.folder / "users"
        users.write_text("")
        return self.conf(("notify {", f'web {{ {settings} '
                          f'users = "{users}" }}\nnotify {{'))

    def test_a_dashboard_that_does_not_run(self):
        report = self.postfixed(
            self.with_web(f'listen = "0.0.0.0:{free_port()}"'))
        self.assertFound(report, "web", "warn", "nobody listens",
                         "systemctl enable --now anteroom-web")
        self.assertFound(report, "web", "warn", "without TLS", "127.0.0.1")

    def test_a_web_process_that_may_not_ask(self):
        conf = self.with_web('system-user = "nobody"')
        self.assertFound(self.postfixed(conf), "web", "warn",
                         "user nobody may not ask", 'readers = {"nobody"')

    def test_cases_that_may_not_be_recorded(self):
        report = self.postfixed(self.conf(('"tempfail"', '"accept"')))
        self.assertFound(report, "on-error", "warn", "without one",
                         'on-error = "tempfail"')


class Daemon(Case):
    """What only the daemon knows: one of its own for these."""

    def setUp(self):
        super().setUp()
        root = self.folder / "root"
        (root / "anteroom/queue/anteroom").mkdir(parents=True)
        (root / "anteroom/topics.rules").write_text(PACK)
        # Nobody's notices wait for his working hours.
        self.daemon = Anteroomd(root, DESKS, conf=running.conf.replace(
            'calendar = "office"', 'calendar = "always"'))

    def ask(self):
        return self.examine("--postfix-config", self.postfix(),
                            conf=self.daemon.conf)

    def take(self, number, text="Your bill is wrong, please refund me.\n"):
        done = self.daemon.run(
            "take", "--to", "ceo@example.com", "--from", "ann@out.example",
            data=f"From: Ann <a{number}@out.example>\nTo: ceo@example.com\n"
            f"Subject: number {number}\nMessage-ID: <{number}@out.example>\n"
            f"Date: Mon, 5 Jan 2026 10:00:00 +0000\n\n{text}")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_teams_whose_replies_never_come_by(self):
        with self.daemon:
            for number in range(3):
                self.take(number)
            cases = self.daemon.cases()
            self.assertEqual(len({case["team"] for case in cases}), 1)
            for case in cases:
                self.daemon.cli("answered", case["id"], "by telephone")
            report = self.ask()
        self.assertFound(report, "blind-spots", "warn",
                         f"no reply of {cases[0]['team']}",
                         "anteroom take --sent")

    def late_case(self):
        """A message whose deadlines have passed."""
        box = self.folder / "old.eml"
        box.write_text(
            "Received: from x by y; Mon, 5 Jan 2026 10:00:00 +0000\n"
            "From: Ann <ann@out.example>\nTo: ceo@example.com\n"
            "Subject: late\nMessage-ID: <late@out.example>\n"
            "Date: Mon, 5 Jan 2026 10:00:00 +0000\n\nMy bill is wrong.\n")
        self.daemon.cli("replay", "--notify", box)
        wait_until(lambda: self.daemon.run("notices").returncode == 0,
                   what="its notices")

    def test_notices_that_no_courier_fetches(self):
        with self.daemon:
            self.late_case()
            report = self.ask()
        self.assertFound(report, "outbox", "wrong", "no courier fetches them",
                         "systemctl enable --now anteroom-courier")

    def test_notices_that_were_given_up(self):
        with self.daemon:
            self.late_case()
            notice = self.daemon.json("notices", "--limit", "1")[0]
            self.daemon.cli("notice-failed", notice["notice"], "--why", "gone",
                            "--final")
            report = self.ask()
        self.assertFound(report, "outbox", "warn", "given up: 1",
                         "anteroom notice-retry")

    def test_messages_that_nobody_could_read(self):
        parts = "".join(f"--x\nContent-Type: text/plain\n\n{part}\n"
                        for part in range(1000))
        with self.daemon:
            done = self.daemon.run(
                "take", "--to", "ceo@example.com", "--from", "a@out.example",
                data="From: Ann <a@out.example>\nTo: ceo@example.com\n"
                "MIME-Version: 1.0\nMessage-ID: <parts@out.example>\n"
                "Content-Type: multipart/mixed; boundary=x\n\n"
                f"{parts}--x--\n")
            self.assertEqual(done.returncode, 0, done.stderr)
            report = self.ask()
        self.assertFound(report, "screening", "warn", "AR-1 and maybe others",
                         "anteroom cases --topic unread")

    def test_nothing_is_changed(self):
        """Neither beside a daemon nor without: not even a lock is made."""
        with self.daemon:
            self.take(1)
        def seen():
            return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size,
                                path.lstat().st_mode)
                    for path in sorted(self.daemon.folder.rglob("*"))}
        before = seen()
        report = self.ask()
        self.assertEqual(report.state("daemon"), "wrong")
        self.assertEqual(seen(), before)


if __name__ == "__main__":
    unittest.main()
