"""A private Postfix, a sink for what it delivers, and a tap on its filter.

Everything lives in one temporary folder and on loopback ports above 1024; the
system's Postfix, its configuration and its queue are not touched. Several can
run side by side. Postfix's master needs root.

    with tempfile.TemporaryDirectory() as folder, Sink() as sink:
        with PrivatePostfix(folder, sink, milter="unix:/path") as mta:
            send(mta.mx, "bob@out.example", ["ceo@example.com"], raw)
            sink.wait_for(lambda d: "ceo@example.com" in d.recipients)
"""
import os
import pathlib
import random
import re
import select
import shutil
import smtplib
import socket
import socketserver
import subprocess
import sys
import threading
import time

HOST = "127.0.0.1"
# Debian keeps sbin out of an ordinary user's path.
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def wait_until(ready, timeout_s=10.0, what="it"):
    """Asks READY until it says something true, and returns that."""
    end = time.monotonic() + timeout_s
    pause = 0.005
    while True:
        answer = ready()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"waited {timeout_s:g} s for {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def free_port():
    # Out of the kernel's own range, so that no outgoing connection of a
    # neighbour takes it between here and its use.
    for _ in range(200):
        port = random.SystemRandom().randrange(20000, 32000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise OSError("no free port between 20000 and 32000")


class Delivery:
    """One message as it left Postfix."""

    def __init__(self, sender, recipients, data):
        self.sender = sender
        self.recipients = recipients
        self.data = data
        self.at = time.time()

    def fields(self):
        """Header fields in order: (name, raw bytes with line ends)."""
        return split_message(self.data)[0]

    def header(self, name):
        """The values of field NAME, unfolded."""
        return [
            re.sub(rb"\r\n[ \t]+", b" ", raw.split(b":", 1)[1]).strip().decode(
                "utf-8", "replace")
            for field, raw in self.fields() if field.lower() == name.lower()
        ]

    def as_sent(self):
        """The bytes without what a mail server and the filter add on top."""
        fields, rest = split_message(self.data)
        while fields and (fields[0][0].lower() == "received" or
                          fields[0][0].lower().startswith("x-anteroom-")):
            fields.pop(0)
        return b"".join(raw for _, raw in fields) + rest


def split_message(data):
    """([(name, raw field)], the empty line and the body)."""
    fields = []
    at = 0
    while at < len(data):
        end = data.find(b"\n", at) + 1 or len(data)
        line = data[at:end]
        if line in (b"\r\n", b"\n"):
            break
        if line[:1] in b" \t" and fields:
            fields[-1] = (fields[-1][0], fields[-1][1] + line)
        else:
            name = line.split(b":", 1)[0].decode("ascii", "replace").strip()
            fields.append((name, line))
        at = end
    return fields, data[at:]


class _SinkSession(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        sender, recipients = None, []
        self.say("220 sink ESMTP")
        for line in self.rfile:
            words = line.strip()
            verb = words[:4].upper()
            if verb == b"EHLO":
                for word in ("250-sink", "250-8BITMIME", "250-SMTPUTF8",
                             "250 PIPELINING"):
                    self.say(word)
            elif verb == b"MAIL":
                sender, recipients = self.address(words), []
                self.say(self.server.answer_mail(sender))
            elif verb == b"RCPT":
                address = self.address(words)
                answer = self.server.answer_rcpt(address)
                if answer.startswith("2"):
                    recipients.append(address)
                self.say(answer)
            elif verb == b"DATA":
                self.say("354 go ahead")
                data = self.data()
                if data is None:
                    return
                answer = self.server.answer_data(
                    Delivery(sender, recipients, data))
                if answer is None:
                    return
                self.say(answer)
            elif verb == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    @staticmethod
    def address(words):
        return re.search(rb"<([^>]*)>", words).group(1).decode("utf-8",
                                                                 "replace")

    def data(self):
        """None: who sent it is gone before its end, and it counts for nothing."""
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        return None


class Sink(socketserver.ThreadingTCPServer):
    """Takes every message for every address and keeps it."""
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self):
        super().__init__((HOST, 0), _SinkSession)
        self.port = self.server_address[1]
        self.refused = set()
        self.deliveries = []
        self._changed = threading.Condition()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    # What is said to each step; another sink may say something else.

    def answer_mail(self, _sender):
        return "250 ok"

    def answer_rcpt(self, address):
        return ("550 5.1.1 no such user" if address in self.refused else
                "250 ok")

    def answer_data(self, delivery):
        """None hangs up without a word."""
        self.keep(delivery)
        return "250 kept"

    def handle_error(self, request, client_address):
        """Whoever is killed amid a letter is no error of ours."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def keep(self, delivery):
        with self._changed:
            self.deliveries.append(delivery)
            self._changed.notify_all()

    def all(self, fits):
        with self._changed:
            return [d for d in self.deliveries if fits(d)]

    def wait_for(self, fits, count=1, timeout_s=15.0):
        """The first COUNT deliveries that fit; the one itself if COUNT is 1."""
        with self._changed:
            found = self._changed.wait_for(
                lambda: (lambda l: l if len(l) >= count else None)(
                    [d for d in self.deliveries if fits(d)]), timeout_s)
        if not found:
            raise TimeoutError(f"{count} deliveries did not come within "
                               f"{timeout_s:g} s")
        return found[0] if count == 1 else found[:count]

    def with_id(self, message_id, count=1, timeout_s=15.0):
        return self.wait_for(
            lambda d: message_id in "".join(d.header("Message-ID")), count,
            timeout_s)

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class MilterTap:
    """Stands between Postfix and a filter and keeps what was said to it."""

    def __init__(self, path, target):
        self.path, self.target = str(path), str(target)
        self.heard = bytearray()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            try:
                far.connect(self.target)
            except OSError:
                near.close()
                far.close()
                continue
            threading.Thread(target=self._pass_on, args=(near, far),
                             daemon=True).start()

    def _pass_on(self, near, far):
        with near, far:
            while True:
                for side in select.select([near, far], [], [])[0]:
                    try:
                        data = side.recv(65536)
                        if side is near:
                            self.heard += data
                        (far if side is near else near).sendall(data)
                    except OSError:
                        return
                    if not data:
                        return

    def close(self):
        self._listener.close()


MAIN_CF = """\
# Private to one test; see tests/lib/mailserver.py.
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
myhostname = mx.example.com
mydestination =
# Nobody is trusted for the address he comes from on the public port: all of
# the test comes from this host.
mynetworks = 192.0.2.254/32
inet_interfaces = {host}
inet_protocols = ipv4
relay_domains = {domains}
relay_transport = smtp:[{host}]:{sink}
default_transport = smtp:[{host}]:{sink}
relay_recipient_maps =
alias_maps =
local_recipient_maps =
append_dot_mydomain = no
smtpd_banner = $myhostname ESMTP
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions =
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtputf8_enable = yes
# What was sent is to arrive byte for byte.
disable_mime_output_conversion = yes
smtp_line_length_limit = 0
smtp_tls_security_level = none
smtpd_tls_security_level = none
local_header_rewrite_clients =
in_flow_delay = 0
queue_run_delay = 2s
minimal_backoff_time = 2s
maximal_backoff_time = 4s
smtpd_milters = {milter}
milter_default_action = tempfail
{more}
"""

MASTER_CF = """\
{host}:{mx}         inet n - n - - smtpd
{host}:{submission} inet n - n - - smtpd
  -o syslog_name=postfix/submission
  -o milter_macro_daemon_name=ORIGINATING
  -o mynetworks=127.0.0.0/8
  -o smtpd_relay_restrictions=permit_mynetworks,reject
  -o local_header_rewrite_clients=permit_mynetworks
{more}
cleanup   unix  n - n - 0 cleanup
qmgr      unix  n - n 300 1 qmgr
rewrite   unix  - - n - - trivial-rewrite
bounce    unix  - - n - 0 bounce
defer     unix  - - n - 0 bounce
trace     unix  - - n - 0 bounce
verify    unix  - - n - 1 verify
flush     unix  n - n 1000? 0 flush
proxymap  unix  - - n - - proxymap
smtp      unix  - - n - - smtp
relay     unix  - - n - - smtp
showq     unix  n - n - - showq
error     unix  - - n - - error
retry     unix  - - n - - error
discard   unix  - - n - - discard
anvil     unix  - - n - 1 anvil
scache    unix  - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
"""


class PrivatePostfix:
    """mx: the port of the world. submission: the port of our own people, where
    {daemon_name} is ORIGINATING. tapped: like mx, through MILTER TAP."""

    def __init__(self, folder, sink, milter, tap=None, domains=("example.com",),
                 settings="", services=""):
        self.folder = pathlib.Path(folder) / "postfix"
        self.sink = sink
        self.milter = milter
        self.tap = tap
        self.domains = domains
        self.settings = settings
        self.services = services
        self.mx = self.submission = self.tapped = None

    @staticmethod
    def missing():
        """Why there can be none here; None = there can."""
        if os.geteuid() != 0:
            return "Postfix's master needs root"
        if not shutil.which("postfix", path=PATH):
            return "Postfix is not installed (packaging/deps test)"
        return None

    def _write(self):
        self.mx, self.submission, self.tapped = (free_port() for _ in range(3))
        tapped = ""
        if self.tap:
            tapped = (f"{HOST}:{self.tapped} inet n - n - - smtpd\n"
                      f"  -o smtpd_milters=unix:{self.tap.path}")
        (self.folder / "main.cf").write_text(MAIN_CF.format(
            folder=self.folder, host=HOST, sink=self.sink.port,
            domains=" ".join(self.domains), milter=self.milter,
            more=self.settings))
        (self.folder / "master.cf").write_text(MASTER_CF.format(
            host=HOST, mx=self.mx, submission=self.submission,
            more=tapped + self.services))

    def command(self, *words, **more):
        return subprocess.run(
            ["postfix", "-c", str(self.folder), *words], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=dict(os.environ, PATH=PATH),
            timeout=60, check=False, **more)

    def start(self):
        # Postfix's processes run as another user and walk down to here.
        os.chmod(self.folder.parent, 0o755)
        for name in ("", "queue", "data"):
            (self.folder / name).mkdir(mode=0o755, exist_ok=True)
        shutil.chown(self.folder / "data", "postfix")
        for attempt in range(3):
            self._write()
            done = self.command("start")
            if done.returncode == 0 and self._answers():
                return self
            self.command("abort")  # a port was taken meanwhile: others
        raise RuntimeError(f"Postfix did not start: {done.stdout}\n"
                           f"{self.log()}")

    def _answers(self):
        def banner():
            try:
                with socket.create_connection((HOST, self.mx), 2) as s:
                    return s.recv(3) == b"220"
            except OSError:
                return False
        try:
            return wait_until(banner, 10, "Postfix's banner")
        except TimeoutError:
            return False

    def log(self):
        try:
            return (self.folder / "maillog").read_text(errors="replace")
        except OSError:
            return ""

    def stop(self):
        self.command("stop")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def send(port, sender, recipients, data, options=("BODY=8BITMIME",)):
    """Sends the bytes DATA as they are; returns the last answer. Raises
    smtplib.SMTPResponseException when the server says no."""
    with smtplib.SMTP(HOST, port, local_hostname="client.example.net",
                      timeout=60) as smtp:
        smtp.sendmail(sender, list(recipients), data, mail_options=options)
        return True
