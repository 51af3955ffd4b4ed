"""Runs a built anteroom-courier beside a daemon, and a mail server with moods."""
import os
import re
import signal
import subprocess
import threading

from daemon import BUILD, CONF
from mailserver import HOST, Sink, wait_until


def conf_for(port, always=True):
    """A configuration whose notices go to PORT; ALWAYS: read at any hour."""
    conf = CONF.replace("smtp://127.0.0.1:25", f"smtp://{HOST}:{port}")
    return conf.replace('calendar = "office"',
                        'calendar = "always"') if always else conf


class MoodySink(Sink):
    """Answers what was put before it, once each, then as a Sink does."""

    def __init__(self):
        self.moods = {"mail": [], "rcpt": [], "data": []}
        self.gate = threading.Event()  # unset: what was sent isn't answered
        self.gate.set()
        self.busy = threading.Event()  # somebody waits at the gate
        super().__init__()

    def mood(self, step):
        return self.moods[step].pop(0) if self.moods[step] else ""

    def answer_mail(self, sender):
        return self.mood("mail") or super().answer_mail(sender)

    def answer_rcpt(self, address):
        return self.mood("rcpt") or super().answer_rcpt(address)

    def answer_data(self, delivery):
        mood = self.mood("data")
        if mood == "hang up":  # it has it, but nobody learns so
            self.keep(delivery)
            return None
        if mood:
            return mood
        self.busy.set()
        self.gate.wait(30)
        return super().answer_data(delivery)


class Courier:
    """with Courier(daemon) as courier: ..."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.process = None

    def log(self):
        try:
            return (self.daemon.folder / "courier.log").read_text(
                errors="replace")
        except OSError:
            return ""

    def start(self):
        begin = len(self.log())
        with open(self.daemon.folder / "courier.log", "ab") as log:
            self.process = subprocess.Popen(
                [BUILD / "anteroom-courier", "-c", self.daemon.conf],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=dict(os.environ, **self.daemon.environment))
        wait_until(lambda: re.search(r"\bready\b", self.log()[begin:]) or
                   self.process.poll() is not None, 20, "the courier")
        if self.process.poll() is not None:
            raise RuntimeError(self.log()[begin:])
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self):
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(60)
        finally:
            self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        code = self.stop()
        if code != 0 and kind is None:
            raise RuntimeError(f"the courier ended with {code}:\n{self.log()}")
