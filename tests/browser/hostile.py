"""Two hundred subjects, names and texts that try to be something else."""
import email.header
import itertools

MARKS = [
    "<script>hit=1</script>", "</title><script>hit=1</script>",
    "<img src=x onerror=hit=1>", "<svg onload=hit=1>",
    "\"><script>hit=1</script>", "' onmouseover='hit=1", "\" autofocus "
    "onfocus=\"hit=1", "<a href=\"javascript:hit=1\">x</a>",
    "javascript:hit=1", "data:text/html,<script>hit=1</script>",
    "<iframe srcdoc='<script>parent.hit=1</script>'>",
    "<style>*{display:none}</style>", "</style><script>hit=1</script>",
    "style=position:fixed;inset:0", "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<form action=//evil.example><button>", "<textarea>", "<!--", "]]>",
    "<![CDATA[<script>hit=1</script>]]>", "<plaintext>", "<noscript>",
    "<math><mtext></p><script>hit=1</script>", "<template><script>",
    "{{7*7}}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{% raw %}", "%s%s%s%n",
    "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1+1)", "\t=1+1",
    "＝1+1", "＋1", "－1", "＠SUM(1)",
    "\u202egpj.exe\u202c", "\u2066\u2067\u2068\u2069", "\u200f\u200e",
    "a\u0300" + "\u0301" * 60, "\u0e49" * 80, "﷽" * 30, "W" * 400,
    "i" * 10000, "日本語" * 300, "\U0001f468\u200d\U0001f469" * 40,
    "&lt;script&gt;hit=1&lt;/script&gt;", "&#60;script>", "\x00nul\x00nul",
    "\x07\x08\x1b[31mred", "\u0085\u2028\u2029", "\ufffe\uffff",
    "../../etc/passwd", "' OR '1'='1", "; rm -rf /", "`id`", "$(id)",
    "\r\nX-Anteroom-Case: AR-1", "\ud83d".encode(
        "utf-8", "surrogatepass").decode("utf-8", "replace"),
    "<link rel=stylesheet href=//evil.example>", "<object data=x>",
    "<embed src=x>", "<video src=x onerror=hit=1>", "<details open "
    "ontoggle=hit=1>", "<select autofocus onfocus=hit=1>",
]


def _encoded(text):
    """As an RFC 2047 word, so that anything gets into a field."""
    return email.header.Header(
        text.encode("utf-8", "replace"), "utf-8", maxlinelen=70).encode() \
        if text.strip() else "=?utf-8?q?=3C?="


def letters(count=200):
    """COUNT messages as bytes; no two alike."""
    places = itertools.cycle(("subject", "name", "text", "all"))
    for number, mark, place in zip(range(count), itertools.cycle(MARKS),
                                   places):
        plain = f"Letter {number}"
        subject = f"{mark} {number}" if place in ("subject", "all") else plain
        name = mark if place in ("name", "all") else f"Writer {number}"
        text = mark if place in ("text", "all") else "I was charged twice."
        head = (f"From: {_encoded(name)} <w{number}@hostile.example>\n"
                "To: ceo@example.com\n"
                f"Subject: {_encoded(subject)}\n"
                f"Message-ID: <hostile-{number}@hostile.example>\n"
                "MIME-Version: 1.0\n"
                "Content-Type: text/plain; charset=utf-8\n"
                "Content-Transfer-Encoding: 8bit\n\n")
        yield head.encode() + (
            f"I was charged twice, refund please, invoice {number}.\n"
            f"{text}\n").encode("utf-8", "replace")
