#!/usr/bin/python3
"""Receives events of Anteroom: checks who posts, and that it isn't an old one.

    receiver.py PORT SECRET-FILE

Put it behind a web server with TLS."""
import hashlib
import hmac
import http.server
import json
import pathlib
import sys
import time

OLDEST_S = 300
MOST_BYTES = 64 * 1024


def is_genuine(secret, headers, body, now_s):
    stamp = headers.get("Anteroom-Timestamp", "")
    if not stamp.isdecimal() or abs(now_s - int(stamp)) > OLDEST_S:
        return False
    wanted = "v1=" + hmac.new(secret, stamp.encode() + b"." + body,
                              hashlib.sha256).hexdigest()
    given = headers.get("Anteroom-Signature", "")
    return hmac.compare_digest(wanted.encode(), given.encode())


class Handler(http.server.BaseHTTPRequestHandler):
    secret = b""

    def do_POST(self):
        length = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(min(length, MOST_BYTES))
        genuine = is_genuine(self.secret, self.headers, body, time.time())
        if genuine:
            event = json.loads(body)
            # It may come twice: event["id"] says so.
            print(event["id"], event["case"], event["event"], flush=True)
        self.send_response(204 if genuine else 403)
        self.end_headers()


if __name__ == "__main__":
    Handler.secret = pathlib.Path(sys.argv[2]).read_bytes().strip()
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])),
                           Handler).serve_forever()
