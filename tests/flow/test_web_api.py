#!/usr/bin/env python3
"""The API as /api/v1/openapi.json describes it: every answer has the form that
is promised there, and everything that there is is described."""
import json
import pathlib
import re
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lib"))
import webserver  # noqa: E402
from daemon import Anteroomd, desk  # noqa: E402

BILL = """From: customer-{0}@example.net
To: ceo@example.com
Subject: My bill is wrong
Message-ID: <bill-{0}@example.net>

I want a refund for invoice {0}. Please correct my bill {0}.
"""
TYPES = {"string": str, "integer": int, "boolean": bool, "array": list,
         "object": dict}


def setUpModule():  # pylint: disable=invalid-name
    global FOLDER, DAEMON, WEB, API, DESCRIPTION  # pylint: disable=W0601
    FOLDER = tempfile.TemporaryDirectory()
    port = webserver.free_port()
    DAEMON = Anteroomd(FOLDER.name, [desk("ceo", ["ceo@example.com"])])
    DAEMON.desks.append(webserver.conf(DAEMON.folder, port))
    DAEMON.start()
    WEB = webserver.AnteroomWeb(DAEMON, port)
    WEB.start()
    WEB.add("anna", "assistant")
    API = WEB.browser(token=WEB.token("anna"))
    DESCRIPTION = API.get("/api/v1/openapi.json").json()


def tearDownModule():  # pylint: disable=invalid-name
    codes = WEB.stop(), DAEMON.stop()
    FOLDER.cleanup()
    assert codes == (0, 0), codes


def take(number):
    done = DAEMON.run("take", "--to", "ceo@example.com", "--json",
                      data=BILL.format(number))
    return json.loads(done.stdout)["case"]


def wrong(schema, value, where="answer"):
    """What of VALUE isn't as SCHEMA says: a list of lines."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return wrong(DESCRIPTION["components"]["schemas"][name], value, where)
    if "allOf" in schema:
        return [line for part in schema["allOf"]
                for line in wrong(part, value, where)]
    if value is None:
        return [] if schema.get("nullable") else [f"{where}: null"]
    kind = TYPES[schema["type"]]
    if not isinstance(value, kind) or (kind is int and value is True):
        return [f"{where}: {value!r} is no {schema['type']}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value!r} is none of {schema['enum']}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{where}: {value!r}")
    if schema.get("format") == "date-time" and not re.fullmatch(
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
        found.append(f"{where}: {value!r} is no time")
    if kind is int and not schema.get("minimum", value) <= value \
            <= schema.get("maximum", value):
        found.append(f"{where}: {value!r} is out of bounds")
    if kind is list:
        for i, item in enumerate(value):
            found += wrong(schema["items"], item, f"{where}[{i}]")
    if kind is dict:
        for name in schema.get("required", ()):
            if name not in value:
                found.append(f"{where}.{name}: missing")
        for name, part in schema.get("properties", {}).items():
            if name in value:
                found += wrong(part, value[name], f"{where}.{name}")
    return found


class Api(unittest.TestCase):
    def check(self, method, path, answer):
        """ANSWER is one of those described."""
        said = DESCRIPTION["paths"][path][method]["responses"]
        self.assertIn(str(answer.status), said, answer.text)
        said = said[str(answer.status)]
        if "$ref" in said:
            said = DESCRIPTION["components"]["responses"][
                said["$ref"].rsplit("/", 1)[1]]
        schema = said["content"]["application/json"]["schema"]
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertEqual(wrong(schema, answer.json()), [])
        return answer.json()

    def test_the_checker_finds_mistakes(self):
        case = {"$ref": "#/components/schemas/Case"}
        good = API.get(f"/api/v1/cases/{take('checker')}").json()
        self.assertEqual(wrong(case, good), [])
        for name, value in (("id", "7"), ("state", "gone"), ("team", None),
                            ("sensitive", "no"), ("received", "today"),
                            ("messages", True), ("topics", [1])):
            self.assertNotEqual(wrong(case, dict(good, **{name: value})), [],
                                name)
        del good["due"]
        self.assertNotEqual(wrong(case, good), [])

    def test_everything_is_described(self):
        text = (ROOT / "milter/web/table.c").read_text()
        rows = re.findall(r'\{(true|false),\s*"(/api/[^"]+)"', text)
        described = {(method, re.sub(r"\{\w+\}", "*", path))
                     for path, methods in DESCRIPTION["paths"].items()
                     for method in methods}
        there = {("post" if post == "true" else "get", path)
                 for post, path in rows}
        acts = {path.rsplit("/", 1)[1] for method, path in described
                if method == "post"}
        there.discard(("post", "/api/v1/cases/*/*"))
        there.discard(("get", "/api/v1/openapi.json"))
        there |= {("post", f"/api/v1/cases/*/{act}") for act in acts}
        self.assertEqual(described, there)
        listed = re.search(r"const acts\[\] = \{([^}]*)\}",
                           (ROOT / "milter/web/api.c").read_text())[1]
        self.assertEqual(set(re.findall(r'"(\w+)"', listed)), acts)

    def test_words_of_queries(self):
        for path, command in (("/api/v1/cases", "cases"),
                              ("/api/v1/status", "status")):
            said = {p.get("name", "now") for p in
                    DESCRIPTION["paths"][path]["get"]["parameters"]}
            words = next(line for line in
                         DAEMON.cli("help", "--words").splitlines()
                         if line.split()[0] == command)
            options = set(re.findall(r"--([a-z-]+)=", words)) - {"json"}
            self.assertLessEqual(said, options)

    def test_looking(self):
        case = take("looking")
        rows = self.check("get", "/api/v1/cases", API.get("/api/v1/cases"))
        self.assertIn(case, [row["id"] for row in rows])
        self.check("get", "/api/v1/cases/{case}",
                   API.get(f"/api/v1/cases/{case}"))
        self.check("get", "/api/v1/status", API.get("/api/v1/status"))
        for path, status in (("/api/v1/cases/AR-99999", 404),
                             ("/api/v1/cases/nonsense", 400),
                             ("/api/v1/cases/AR-1?now=then", 400)):
            answer = API.get(path)
            self.assertEqual(answer.status, status, path)
            self.check("get", "/api/v1/cases/{case}", answer)

    def test_filters(self):
        case = take("filters")
        for query, there in (
                ("team=care", True), ("team=media", False),
                ("topic=billing", True), ("topic=press", False),
                ("desk=ceo", True), ("state=open", True),
                ("state=closed", False), ("search=filters+refund", True),
                ("search=nothinglikethis", False), ("overdue=true", False),
                ("overdue=true&now=2036-01-01T00:00:00Z", True),
                ("limit=1000", True)):
            rows = self.check("get", "/api/v1/cases",
                              API.get(f"/api/v1/cases?{query}"))
            self.assertEqual(case in [row["id"] for row in rows], there,
                             query)
        self.assertEqual(len(API.get("/api/v1/cases?limit=1").json()), 1)
        for query in ("team=caer", "state=gone", "limit=0", "limit=x",
                      "now=x", "nonsense=1", "case=AR-1"):
            answer = API.get(f"/api/v1/cases?{query}")
            self.assertEqual(answer.status, 400, query)
            self.check("get", "/api/v1/cases", answer)

    def test_same_as_the_command(self):
        case = take("same")
        web = {row["id"]: row for row in API.get("/api/v1/cases").json()}
        shell = {row["id"]: row for row in DAEMON.cases()}
        self.assertEqual(web[case], shell[case])

    def act(self, case, name, form, status=200):
        answer = API.post_json(f"/api/v1/cases/{case}/{name}", form)
        self.assertEqual(answer.status, status, (name, answer.text))
        return self.check("post", f"/api/v1/cases/{{case}}/{name}", answer)

    def test_acts(self):
        case, other = take("acts"), take("acts-2")
        for name, form in (
                ("note", {"text": "wärmer"}), ("urgency", {"level": "high"}),
                ("topic", {"topic": "press"}), ("route", {"team": "media"}),
                ("answered", {"how": "by telephone"}),
                ("pause", {"for": "2h", "reason": "waits for them"}),
                ("resume", {}), ("close", {"reason": "done"}),
                ("reopen", {}), ("merge", {"into": other})):
            done = self.act(case, name, form)
            self.assertTrue(done["done"])
        whats = [e["what"] for e in DAEMON.show(case)["timeline"]
                 if e["who"] == "anna"]
        for what in ("note", "urgency", "topic", "route", "answered",
                     "pause", "resume", "close"):
            self.assertIn(what, whats)

    def test_acts_that_can_not_be(self):
        case = take("acts-wrong")
        for name, form, status in (
                ("note", {}, 400), ("note", {"text": ""}, 400),
                ("urgency", {"level": "very"}, 400),
                ("topic", {"topic": "nonsense"}, 400),
                ("route", {"team": "caer"}, 400),
                ("pause", {"reason": "x"}, 400),
                ("pause", {"for": "soon", "reason": "x"}, 400),
                ("resume", {}, 409), ("reopen", {}, 409),
                ("route", {"team": "care"}, 409),
                ("merge", {"into": "AR-99999"}, 404)):
            self.act(case, name, form, status)
        self.act("AR-99999", "note", {"text": "x"}, 404)
        answer = API.post_json(f"/api/v1/cases/{case}/explode", {})
        self.assertEqual(answer.status, 404)


if __name__ == "__main__":
    unittest.main()
