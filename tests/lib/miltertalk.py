"""The mail server's side of the milter protocol, versions 2 to 6, for tests.

A Peer is one connection: negotiate, then sessions and messages. It honours
what the filter asked for (quiet steps, skipped steps) to the letter, because a
filter that breaks its promises leaves a real mail server waiting for ever:
reads have a time limit here. Standard library only.
"""

import re
import socket
import struct

# actions
ADDHDRS, CHGBODY, ADDRCPT, DELRCPT, CHGHDRS, QUARANTINE, CHGFROM, ADDRCPT_PAR, \
    SETSYMLIST = (1 << n for n in range(9))
ALL_ACTIONS = 0x1FF

# steps
NOCONNECT, NOHELO, NOMAIL, NORCPT, NOBODY, NOHDRS, NOEOH, NR_HDR, NOUNKNOWN, \
    NODATA, SKIP, RCPT_REJ, NR_CONN, NR_HELO, NR_MAIL, NR_RCPT, NR_DATA, \
    NR_UNKN, NR_EOH, NR_BODY, LEADSPC = (1 << n for n in range(21))
ALL_STEPS = 0x1FFFFF
V2_STEPS = 0x7F
ALL_NR = (NR_HDR | NR_CONN | NR_HELO | NR_MAIL | NR_RCPT | NR_DATA | NR_UNKN |
          NR_EOH | NR_BODY)

QUIET_BIT = {b"C": NR_CONN, b"H": NR_HELO, b"M": NR_MAIL, b"R": NR_RCPT,
             b"T": NR_DATA, b"L": NR_HDR, b"N": NR_EOH, b"B": NR_BODY,
             b"U": NR_UNKN}
OFF_BIT = {b"C": NOCONNECT, b"H": NOHELO, b"M": NOMAIL, b"R": NORCPT,
           b"T": NODATA, b"L": NOHDRS, b"N": NOEOH, b"B": NOBODY,
           b"U": NOUNKNOWN}

CONTINUE, ACCEPT, REJECT, TEMPFAIL, REPLY, SKIPPED = b"c", b"a", b"r", b"t", \
    b"y", b"s"
CHANGES = b"+-2ehimqbp"
CHUNK = 65535


class Gone(Exception):
    """The filter closed the connection."""


class Outcome:
    """What became of a message: the final answer and the changes before it."""

    def __init__(self):
        self.stage = None       # the step that was answered finally
        self.code = None        # "accept", "tempfail", "reject", "reply 451..."
        self.inserted = []      # (index, name, value)
        self.changed = []       # (index, name, value)
        self.added = []         # (address, parameters)
        self.removed = []
        self.sent = []          # commands sent, one letter each
        self.progress = 0

    def header(self, name):
        values = [v for _, n, v in self.inserted if n.lower() == name.lower()]
        return values[0].replace("\n", "").strip() if values else None


class Peer:
    def __init__(self, address, version=6, actions=ALL_ACTIONS,
                 steps=ALL_STEPS, timeout=20):
        if address.startswith("unix:"):
            self.socket = socket.socket(socket.AF_UNIX)
            target = address[5:]
        else:
            port, host = re.fullmatch(r"inet:(\d+)@(.*)", address).groups()
            self.socket = socket.socket()
            target = (host, int(port))
        self.socket.settimeout(timeout)
        self.socket.connect(target)
        self.buffer = b""
        self.offered = steps
        self.steps = self.actions = None
        self.wanted_macros = {}
        if version:
            try:
                self.negotiate(version, actions, steps)
            except Gone:
                self.socket.close()
                raise

    # ---- packets ----

    def send(self, command, data=b""):
        self.socket.sendall(struct.pack(">I", 1 + len(data)) + command + data)

    def receive(self):
        length = struct.unpack(">I", self._exactly(4))[0]
        packet = self._exactly(length)
        return packet[:1], packet[1:]

    def _exactly(self, n):
        while len(self.buffer) < n:
            got = self.socket.recv(65536)
            if not got:
                raise Gone()
            self.buffer += got
        got, self.buffer = self.buffer[:n], self.buffer[n:]
        return got

    def quiet(self, seconds=0.2):
        """Does the filter say nothing for so long?"""
        if self.buffer:
            return False
        before = self.socket.gettimeout()
        self.socket.settimeout(seconds)
        try:
            self.buffer += self.socket.recv(65536)
            return False
        except socket.timeout:
            return True
        finally:
            self.socket.settimeout(before)

    def negotiate(self, version, actions, steps):
        self.send(b"O", struct.pack(">III", version, actions, steps))
        command, data = self.receive()
        assert command == b"O", command
        self.version, self.actions, self.steps = struct.unpack(">III", data[:12])
        assert self.steps & ~steps == 0, "asked for steps never offered"
        assert self.actions & ~actions == 0, "asked for actions never offered"
        rest = data[12:]
        while rest:
            stage = struct.unpack(">I", rest[:4])[0]
            names, rest = rest[4:].split(b"\0", 1)
            self.wanted_macros[stage] = names.decode()

    def macros(self, command, values):
        if values:
            body = b"".join(_bytes(k) + b"\0" + _bytes(v) + b"\0"
                            for k, v in values.items())
            self.send(b"D", command + body)

    def step(self, command, data=b""):
        """Sends a step if it is wanted; its answer, or CONTINUE when quiet."""
        if self.steps & OFF_BIT.get(command, 0):
            return CONTINUE, b""
        if command == b"T" and self.version < 4:
            return CONTINUE, b""
        self.send(command, data)
        if self.steps & QUIET_BIT.get(command, 0):
            return CONTINUE, b""
        return self.receive()

    # ---- sessions and messages ----

    def connect(self, host="client.example.net", ip="203.0.113.9",
                daemon="MX", macros=None):
        values = {"{daemon_name}": daemon, "{client_addr}": ip}
        self.macros(b"C", values if macros is None else macros)
        family = b"6" if ":" in ip else b"4"
        data = _bytes(host) + b"\0" + family + struct.pack(">H", 2525) + \
            _bytes(ip) + b"\0"
        answer = self.step(b"C", data)
        self.step(b"H", b"client.example.net\0")
        return answer

    def mail(self, sender, login=None):
        if login:
            self.macros(b"M", {"{auth_authen}": login, "{auth_type}": "PLAIN"})
        return self.step(b"M", b"<" + _bytes(sender) + b">\0SIZE=1000\0")

    def rcpt(self, recipient):
        return self.step(b"R", b"<" + _bytes(recipient) + b">\0")

    def abort(self):
        self.send(b"A")

    def quit(self):
        try:
            self.send(b"Q")
        except OSError:
            pass
        self.socket.close()

    def envelope(self, sender, recipients, login=None, queue_id="Q1"):
        """Up to DATA; its answer."""
        self.mail(sender, login)
        for recipient in recipients:
            self.rcpt(recipient)
        self.macros(b"T", {"i": queue_id})
        return self.step(b"T")

    def content(self, message, outcome=None, last_in_end=False):
        """Header and body without the end; an Outcome when that ended it."""
        outcome = outcome or Outcome()
        fields, body = split(message)
        for name, value in fields:
            if not self.steps & LEADSPC and value.startswith(b" "):
                value = value[1:]
            data = name + b"\0" + value.replace(b"\r\n", b"\n") + b"\0"
            if self._ended(outcome, b"L", data):
                return outcome, b""
        if self._ended(outcome, b"N", b""):
            return outcome, b""
        chunks = [body[i:i + CHUNK] for i in range(0, len(body), CHUNK)]
        last = chunks.pop() if last_in_end and chunks else b""
        for chunk in chunks:
            answer = self._ended(outcome, b"B", chunk)
            if answer == SKIPPED:
                break
            if answer:
                return outcome, b""
        return outcome, last

    def _ended(self, outcome, command, data):
        outcome.sent.append(command)
        answer, text = self.step(command, data)
        if answer in (CONTINUE, b"p"):
            return None
        if answer == SKIPPED:
            return SKIPPED
        _final(outcome, command, answer, text)
        return answer

    def end(self, outcome=None, last=b"", queue_id="Q1"):
        """End of message; the filled Outcome."""
        outcome = outcome or Outcome()
        self.macros(b"E", {"i": queue_id})
        self.send(b"E", last)
        return self.finish(outcome)

    def finish(self, outcome):
        while True:
            command, data = self.receive()
            if command not in CHANGES:
                return _final(outcome, b"E", command, data)
            _change(outcome, command, data)

    def message(self, message, sender="ann@customer.example",
                recipients=("ceo@example.com",), login=None, queue_id="Q1",
                last_in_end=False):
        """A whole message; the Outcome."""
        outcome = Outcome()
        answer, text = self.envelope(sender, recipients, login, queue_id)
        if answer != CONTINUE:
            return _final(outcome, b"T", answer, text)
        outcome, last = self.content(message, outcome, last_in_end)
        if outcome.code is None:
            self.end(outcome, last, queue_id)
            self.abort()        # as Postfix does after every message
        return outcome


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def _final(outcome, command, answer, text):
    names = {ACCEPT: "accept", CONTINUE: "continue", REJECT: "reject",
             TEMPFAIL: "tempfail", b"d": "discard"}
    outcome.stage = command
    outcome.code = names.get(answer) or \
        "reply " + text.rstrip(b"\0").decode(errors="replace")
    return outcome


def _change(outcome, command, data):
    def number():
        return struct.unpack(">I", data[:4])[0]

    def strings(raw):
        return [s.decode(errors="replace") for s in raw.split(b"\0")]

    if command == b"i":
        outcome.inserted.append((number(), *strings(data[4:])[:2]))
    elif command == b"m":
        outcome.changed.append((number(), *strings(data[4:])[:2]))
    elif command == b"+":
        outcome.added.append((strings(data)[0], None))
    elif command == b"2":
        outcome.added.append(tuple(strings(data)[:2]))
    elif command == b"-":
        outcome.removed.append(strings(data)[0])
    elif command == b"p":
        outcome.progress += 1
    else:
        raise AssertionError("unexpected change %r" % command)


def split(message):
    """[(name, value with its leading space)], body; CRLF throughout."""
    message = re.sub(rb"\r?\n", b"\r\n", _bytes(message))
    head, _, body = message.partition(b"\r\n\r\n") \
        if not message.startswith(b"\r\n") else (b"", b"", message[2:])
    fields = []
    for line in re.split(rb"\r\n(?![ \t])", head):
        name, colon, value = line.partition(b":")
        if colon:
            fields.append((name, value))
    return fields, body
