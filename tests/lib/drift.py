#!/usr/bin/env python3
"""Checks that the manual says what the code has: every setting, every command
with its options, every tag. Read off the tables in the source."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAN = ROOT / 'packaging' / 'man'


def manual(*names):
    """The pages' text, roff's escapes for '-' undone."""
    text = ''.join((MAN / name).read_text() for name in names)
    return text.replace('\\-', '-').replace('\\&', '')


def missing(words, text, where, what):
    return [f'{where}: {what} "{word}" is not described'
            for word in sorted(words)
            if not re.search(rf'(?<!\w){re.escape(word)}(?![\w-])', text, re.I)]


def settings():
    found = set()
    for path in (ROOT / 'milter' / 'conf').glob('*.c'):
        found |= set(re.findall(r'\{?\.name = "([^"]+)"', path.read_text()))
    found.discard('root')
    return found


def commands():
    text = (ROOT / 'milter' / 'control' / 'commands.c').read_text()
    names = set(re.findall(r'^\{ "([a-z-]+)", ROLE_', text, re.M))
    options = set(re.findall(r'\{ "([a-z-]+)", (?:"[A-Z]+"|NULL), WORD_', text))
    return names, options


def tags():
    text = (ROOT / 'milter' / 'verdict.c').read_text()
    return set(re.findall(r'"(X-Anteroom-\w+)"', text))


def main():
    names, options = commands()
    found = settings()
    if len(found) < 30 or len(names) < 15 or len(tags()) < 7:
        print('drift.py: the tables it reads have another form now',
              file=sys.stderr)
        return 1
    wrong = missing(found, manual('anteroom.conf.5', 'anteroom.rules.5'),
                    'anteroom.conf.5, anteroom.rules.5', 'setting')
    wrong += missing(names, manual('anteroom.1'), 'anteroom.1', 'command')
    wrong += missing(options, manual('anteroom.1'), 'anteroom.1', 'word')
    wrong += missing(tags(), manual('anteroomd.8'), 'anteroomd.8', 'tag')
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


sys.exit(main())
