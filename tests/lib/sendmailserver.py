"""A private Sendmail, beside whatever mail server this machine has.

Debian's packages of Sendmail and of Postfix exclude each other, so nothing is
installed: apt-get downloads the packages once into build/sendmail, where they
are unpacked, and Sendmail runs from there. Its configuration is made from
packaging/sendmail/anteroom.mc, with other ports and another socket; queue,
process id and all else live in one temporary folder.

    with tempfile.TemporaryDirectory(dir=safe_place()) as folder, \
            Sink() as sink, \
            PrivateSendmail(folder, sink, milter="unix:/path") as mta:
        send(mta.mx, "bob@out.example", ["ceo@example.com"], raw)
        mta.submit("bob@example.com", ["bob@out.example"], raw)
"""
import fcntl
import os
import pathlib
import re
import shutil
import signal
import smtplib
import socket
import struct
import subprocess
import tempfile
import threading
import time

from mailserver import HOST, PATH, free_port, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "packaging/sendmail/anteroom.mc"
CACHE = ROOT / "build/sendmail"
BUILD = ROOT / os.environ.get("ANTEROOM_BUILD", "build")
SHIM = BUILD / "tests/mta/sendmailshim.so"
PACKAGES = ["sendmail-bin", "sendmail-cf", "sendmail-base"]
HELPERS = ["m4", "libsasl2-modules"]  # unless they are installed
DOWNLOAD_S = 40
LOGIN, PASSWORD = "bob", "correct horse"


def safe_place():
    """Where temporary folders suit Sendmail: it doesn't start with a filter's
    socket below a folder that others may write to, such as /tmp."""
    for name in (tempfile.gettempdir(), "/run", str(BUILD)):
        path = pathlib.Path(name).resolve()
        if path.is_dir() and all(
                p.stat().st_uid == 0 and not p.stat().st_mode & 0o022
                for p in (path, *path.parents)):
            return str(path)
    return None


class Unpacked:
    """The packages' files in a folder of ours."""

    def __init__(self, root):
        self.root = root
        self.sendmail = root / "usr/libexec/sendmail/sendmail"
        self.cf = root / "usr/share/sendmail/cf"
        unpacked = root / "usr/bin/m4"
        self.m4 = unpacked if unpacked.exists() else "m4"
        libraries = sorted({str(path.parent)
                            for path in root.rglob("lib*.so.*")})
        self.plugins = [name for name in libraries if name.endswith("/sasl2")]
        self.environment = dict(
            os.environ, PATH=PATH, LD_LIBRARY_PATH=":".join(
                name for name in libraries if name not in self.plugins))


def unpack():
    """Downloads and unpacks unless that was done before. Raises OSError or
    subprocess.SubprocessError."""
    root = CACHE / "root"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two tests at the same time
        if not root.is_dir():
            part = CACHE / "part"
            shutil.rmtree(part, ignore_errors=True)
            (part / "root").mkdir(parents=True)
            _fetch(PACKAGES + [name for name in HELPERS
                               if not _installed(name)], part)
            # Its group would make it a program whose environment isn't heeded.
            (part / "root/usr/libexec/sendmail/sendmail").chmod(0o755)
            (part / "root").rename(root)
            shutil.rmtree(part)
    return Unpacked(root)


def _fetch(names, part):
    """These packages, and what libraries they need and this machine hasn't."""
    end = time.monotonic() + DOWNLOAD_S
    done = set()
    while names:
        subprocess.run(
            ["apt-get", "-q", "download", "-o", "APT::Sandbox::User=root",
             "-o", "Acquire::http::Timeout=10", "-o", "Acquire::Retries=1",
             *names], cwd=part, check=True, capture_output=True, text=True,
            timeout=max(1, end - time.monotonic()))
        done.update(names)
        names = set()
        for package in part.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, part / "root"],
                           check=True, capture_output=True)
            names |= _libraries(package)
            package.unlink()
        names = sorted(n for n in names - done if not _installed(n))


def _libraries(package):
    said = subprocess.run(["dpkg-deb", "-f", package, "Depends"], check=True,
                          capture_output=True, text=True).stdout
    words = (word.split("|")[0].split() for word in said.split(","))
    return {word[0].split(":")[0] for word in words
            if word and word[0].startswith("lib")}


def _installed(name):
    done = subprocess.run(
        ["dpkg-query", "-W", "-f=${db:Status-Status}", name],
        capture_output=True, text=True, check=False)
    return done.stdout.startswith("installed")


class _Passwords:
    """Does what saslauthd does, by its protocol: four words, each behind its
    length, and an answer of the same kind."""

    def __init__(self, path):
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(16)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with peer, peer.makefile("rb") as stream:
                words = [stream.read(struct.unpack("!H", stream.read(2))[0])
                         for _ in range(4)]
                good = words[:2] == [LOGIN.encode(), PASSWORD.encode()]
                peer.sendall(struct.pack("!H", 2) + (b"OK" if good else b"NO"))

    def close(self):
        self._listener.close()


MC = """\
divert(-1)dnl
define(`_USE_ETC_MAIL_')dnl
define(`MAIL_SETTINGS_DIR', `{folder}/')dnl
include(`{cf}/m4/cf.m4')dnl
include(`{cf}/debian/autoconf.m4')dnl
divert(0)dnl
VERSIONID(`private to one test; see tests/lib/sendmailserver.py')dnl
OSTYPE(`debian')dnl
define(`confDOMAIN_NAME', `mx.example.com')dnl
define(`confPID_FILE', `{folder}/pid')dnl
define(`QUEUE_DIR', `{folder}/queue')dnl
define(`STATUS_FILE', `')dnl
define(`HELP_FILE', `')dnl
define(`ALIAS_FILE', `{folder}/aliases')dnl
define(`confHOST_STATUS_DIRECTORY', `')dnl
define(`confDEAD_LETTER_DROP', `{folder}/dead.letter')dnl
define(`confSERVICE_SWITCH_FILE', `{folder}/service.switch')dnl
define(`confDONT_PROBE_INTERFACES', `True')dnl
define(`confTO_IDENT', `0')dnl
define(`confLOG_LEVEL', `9')dnl
define(`confMIN_QUEUE_AGE', `1s')dnl
define(`confAUTH_MECHANISMS', `PLAIN LOGIN')dnl
TRUST_AUTH_MECH(`PLAIN LOGIN')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
define(`SMART_HOST', `relay:[{host}]')dnl
define(`RELAY_MAILER_ARGS', `TCP $h {sink}')dnl
{sample}
{more}
MAILER_DEFINITIONS
MAILER(`local')dnl
MAILER(`smtp')dnl
LOCAL_CONFIG
ESASL_CONF_PATH={folder}
"""

TAPPED = """\
MAIL_FILTER(`tap', `S=unix:{path}, F=T')dnl
DAEMON_OPTIONS(`Name=TAPPED, Port={port}, Addr={host}, InputMailFilters=tap')dnl
"""


class PrivateSendmail:
    """mx: the port of the world. submission: the port of our own people, who
    log in; {daemon_name} is MSA there. tapped: like mx, through MilterTap
    TAP."""

    def __init__(self, folder, sink, milter, tap=None, more=""):
        self.folder = pathlib.Path(folder) / "sendmail"
        self.sink, self.milter, self.tap, self.more = sink, milter, tap, more
        self.mx = self.submission = self.tapped = None
        self.process = self.files = self.passwords = None

    @staticmethod
    def missing():
        """Why there can be none here; None = there can."""
        if os.geteuid() != 0:
            return "Sendmail's daemon needs root"
        if safe_place() is None:
            return "Sendmail finds each folder here unsafe for a socket"
        if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
            return "Sendmail comes from Debian's packages, and here is no apt"
        try:
            unpack()
        except subprocess.CalledProcessError as error:
            why = error.stderr.strip().splitlines()[-1:] or ["apt-get failed"]
            return f"Sendmail can't be downloaded: {why[0]}"
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"Sendmail can't be downloaded: {error}"
        if not SHIM.exists():
            return f"{SHIM.name} isn't built (make test)"
        return None

    def _sample(self):
        """What we ship, for other ports and another socket."""
        text = SAMPLE.read_text(encoding="utf-8")
        for was, now in (
                ("S=unix:/run/anteroom/milter.sock", f"S={self.milter}"),
                ("Port=smtp'", f"Port={self.mx}, Addr={HOST}'"),
                ("Port=submission,", f"Port={self.submission}, Addr={HOST},")):
            if text.count(was) != 1:
                raise RuntimeError(f"{SAMPLE.name} doesn't say {was} once")
            text = text.replace(was, now)
        return text

    def _write(self):
        self.mx, self.submission, self.tapped = (free_port() for _ in range(3))
        more = self.more
        if self.tap:
            more += TAPPED.format(path=self.tap.path, port=self.tapped,
                                  host=HOST)
        (self.folder / "sendmail.mc").write_text(MC.format(
            cf=self.files.cf, folder=self.folder, host=HOST,
            sink=self.sink.port, sample=self._sample(), more=more) +
            "".join(f"ESASL_PATH={name}\n" for name in self.files.plugins))
        made = subprocess.run(
            [self.files.m4, f"-D_CF_DIR_={self.files.cf}/", "sendmail.mc"],
            cwd=self.folder, env=self.files.environment, capture_output=True,
            text=True, check=False)
        if made.returncode != 0 or made.stderr:
            raise RuntimeError(f"m4: {made.stderr}")
        (self.folder / "sendmail.cf").write_text(made.stdout)
        (self.folder / "aliases").touch()
        (self.folder / "service.switch").write_text(
            "hosts files\naliases files\n")
        (self.folder / "Sendmail.conf").write_text(
            "pwcheck_method: saslauthd\nmech_list: PLAIN LOGIN\n"
            f"saslauthd_path: {self.folder}/mux\n")

    def command(self, *words):
        """What starts Sendmail with this configuration, for subprocess."""
        return {"args": [self.files.sendmail,
                         f"-C{self.folder}/sendmail.cf", *words],
                "env": dict(self.files.environment, LD_PRELOAD=str(SHIM),
                            SENDMAIL_LOG=f"{self.folder}/log"),
                "stdin": subprocess.DEVNULL}

    def start(self):
        self.files = unpack()
        self.folder.mkdir(mode=0o755, exist_ok=True)
        (self.folder / "queue").mkdir(mode=0o700, exist_ok=True)
        self.passwords = _Passwords(self.folder / "mux")
        for attempt in range(3):
            self._write()
            with open(self.folder / "errors", "ab") as errors:
                self.process = subprocess.Popen(
                    **self.command(f"-X{self.folder}/traffic", "-bD", "-q2s"),
                    stdout=errors, stderr=errors)
            if self._answers():
                return self
            self.stop()  # a port was taken meanwhile: others
        raise RuntimeError(f"Sendmail did not start: {self.log()}")

    def _answers(self):
        def banner():
            if self.process.poll() is not None:
                raise TimeoutError
            try:
                with socket.create_connection((HOST, self.mx), 2) as s:
                    return s.recv(3) == b"220"
            except OSError:
                return False
        try:
            return wait_until(banner, 10, "Sendmail's banner")
        except TimeoutError:
            return False

    def login(self):
        """A session on the submission port, logged in as one of us."""
        smtp = smtplib.SMTP(HOST, self.submission,
                            local_hostname="client.example.net", timeout=60)
        smtp.login(LOGIN, PASSWORD)
        return smtp

    def submit(self, sender, recipients, data):
        with self.login() as smtp:
            smtp.sendmail(sender, list(recipients), data,
                          mail_options=["BODY=8BITMIME"])

    def log(self):
        """What Sendmail complained of, its log, and what was said by SMTP."""
        return "".join(
            (self.folder / name).read_text(errors="replace")
            for name in ("errors", "log", "traffic")
            if (self.folder / name).exists())

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()  # it waits for a port that isn't free
                self.process.wait()
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
        self.passwords.close()
