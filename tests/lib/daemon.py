"""Runs a built anteroomd with a configuration of its own in a folder."""
import grp
import json
import os
import pathlib
import pwd
import re
import signal
import subprocess

from mailserver import wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ANTEROOM_BUILD", ROOT / "build"))
if not BUILD.is_absolute():
    BUILD = ROOT / BUILD

CONF = """\
company = "Example Corp"
milter {{
    socket             = "unix:{folder}/milter.sock"
    socket-mode        = "0660"
    on-error           = "tempfail"
    authserv-id        = "mx.example.com"
    submission-daemons = {{"ORIGINATING"}}
    trusted-networks   = {{"192.0.2.0/24"}}
}}
control {{
    socket     = "{folder}/control.sock"
    assistants = {{"{user}"}}
    readers    = {{"{user}"}}
}}
store {{
    path      = "{folder}/store"
    size      = "1G"
    keep-text = "excerpt"
    retention = "400d"
}}
rules {{ packs = {{"{root}/rules/*.rules"}} }}

{desks}

calendar "office" {{
    zone     = "Europe/Berlin"
    hours    = {{"Mon-Thu 09:00-12:30", "Mon-Thu 13:00-17:30", "Fri 09:00-15:00"}}
    holidays = {{"2026-12-25"}}
}}

team "trust" {{
    address   = "trust@example.com"
    members   = {{"ann@example.com", "*@trust.example.com"}}
    lead      = "trust-lead@example.com"
    calendar  = "always"
    sensitive = yes
}}
team "care"    {{ address = "care@example.com"    members = {{"bob@example.com", "eve@example.com"}} lead = "care-lead@example.com"    calendar = "office" }}
team "counsel" {{ address = "counsel@example.com" members = {{"carol@example.com"}} lead = "counsel-lead@example.com" calendar = "office" sensitive = yes }}
team "media"   {{ address = "media@example.com"   members = {{"dave@example.com"}}  lead = "media-lead@example.com"   calendar = "office" }}
team "office"  {{ address = "ea@example.com"      members = {{"ea@example.com"}}    lead = "ea@example.com"           calendar = "office" }}

route "safety"  {{ team = "trust" }}
route "legal"   {{ team = "counsel" }}
route "idea"    {{ team = "counsel" }}
route "press"   {{ team = "media" }}
route "billing" {{ team = "care" }}
route "outage"  {{ team = "care" }}
route "service" {{ team = "care" }}
route "cancel"  {{ team = "care" }}
route "sales"   {{ team = "none" }}
route "bulk"    {{ team = "none" }}
route "default" {{ team = "office" }}

policy "safety" {{
    topics = {{"safety"}}
    calendar = "always"
    first-reply = "1h"   next-reply = "4h"   resolve = "3d"
    warn = {{50, 75, 90}}
    escalate = {{"0h lead", "2h assistant", "24h executive"}}
}}
policy "critical" {{ urgency = {{"critical"}} first-reply = "2h" next-reply = "4h" resolve = "2d" warn = {{75}} escalate = {{"0h lead", "2h assistant"}} }}
policy "high"     {{ urgency = {{"high"}} first-reply = "8h" next-reply = "8h" resolve = "5d" warn = {{75}} escalate = {{"0h lead"}} }}
policy "standard" {{ first-reply = "16h" next-reply = "16h" resolve = "10d" warn = {{90}} escalate = {{"0h lead"}} }}

notify {{
    from     = "Anteroom <anteroom@example.com>"
    relay    = "smtp://127.0.0.1:25"
    base-url = "https://anteroom.example.com"
    digest   = "08:00"
}}
"""

# No topic is screened away: each watched message makes its case.
ALL_CASES = CONF.replace('team = "none"', 'team = "care"')

DESK = """\
desk "{name}" {{
    addresses = {{{addresses}}}
    executive = "jane.doe@internal.example.com"
    assistant = "ea@example.com"
    keep      = {keep}
    mode      = "{mode}"
}}
"""


def desk(name, addresses, keep=True, mode="live"):
    """The section of one desk."""
    return DESK.format(name=name, mode=mode, keep="yes" if keep else "no",
                       addresses=", ".join(f'"{a}"' for a in addresses))


class Anteroomd:
    """with Anteroomd(folder, desks) as daemon: daemon.milter, daemon.cli()."""

    def __init__(self, folder, desks, environment=None, conf=CONF):
        self.folder = pathlib.Path(folder) / "anteroom"
        self.conf = self.folder / "anteroom.conf"
        self.socket = self.folder / "milter.sock"
        self.milter = f"unix:{self.socket}"
        self.environment = environment or {}
        self.desks, self.template = desks, conf
        self.process = None

    def write(self):
        self.folder.mkdir(exist_ok=True)
        # The mail server's processes are another user's.
        os.chmod(self.folder.parent, 0o755)
        os.chmod(self.folder, 0o755)
        (self.folder / "store").mkdir(mode=0o700, exist_ok=True)
        self.conf.write_text(self.template.format(
            folder=self.folder, root=ROOT, desks="\n".join(self.desks),
            user=pwd.getpwuid(os.geteuid()).pw_name))

    def log(self):
        try:
            return (self.folder / "log").read_text(errors="replace")
        except OSError:
            return ""

    @staticmethod
    def group():
        """The mail server's: whoever may open the socket is believed."""
        if os.geteuid() != 0:
            return None
        try:
            return grp.getgrnam("postfix").gr_gid
        except KeyError:
            return None

    def start(self):
        self.write()
        begin = len(self.log())
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [BUILD / "anteroomd", "-c", self.conf],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=dict(os.environ, **self.environment),
                group=self.group())

        def ready():
            if self.process.poll() is not None:
                raise RuntimeError(
                    f"anteroomd ended ({self.process.returncode}):\n"
                    f"{self.log()[begin:]}")
            return re.search(r"\bready\b", self.log()[begin:])

        wait_until(ready, 30, "anteroomd's \"ready\"")
        return self

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, timeout_s=30):
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process = None

    def run(self, *words, data=None):
        """anteroom WORDS: the finished process, its output as text."""
        return subprocess.run(
            [BUILD / "anteroom", "-c", self.conf, *map(str, words)],
            input=data, text=True, capture_output=True, timeout=60,
            check=False)

    def cli(self, *words):
        """Standard output of anteroom WORDS, which must succeed."""
        done = self.run(*words)
        if done.returncode != 0:
            raise RuntimeError(f"anteroom {' '.join(map(str, words))}: "
                               f"exit {done.returncode}: {done.stderr}")
        return done.stdout

    def json(self, *words):
        """The objects that anteroom WORDS --json prints, a line each."""
        return [json.loads(line)
                for line in self.cli(*words, "--json").splitlines() if line]

    def cases(self):
        done = self.run("cases", "--json", "--limit", "10000")
        if done.returncode not in (0, 1):  # 1: there is none
            raise RuntimeError(done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines() if line]

    def show(self, case):
        return self.json("show", case)[0]

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        code = self.stop()
        # A sanitizer reports what it found, leaks too, by the exit code.
        if code != 0 and kind is None:
            raise RuntimeError(f"anteroomd ended with {code}:\n"
                               f"{self.log()[-20000:]}")
